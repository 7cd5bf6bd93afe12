// The loops of an int8 network as libraries for these cores write them: a convolution through a column
// buffer of 16-bit values, two rows of the filter at a time; a depthwise convolution along the channels;
// a fully connected layer; pooling; a table for the softmax. Weights and tables are read from flash.
// Reference: Lai, Suda, Chandra, "CMSIS-NN: efficient neural network kernels for Arm Cortex-M CPUs", 2018,
// sections 3.2 and 3.3 (the algorithms; the code is our own).

#include <string.h>

#include "console.h"
#include "startup.h"

enum { SIDE = 12, CHANNELS = 16, FILTERS = 24, COLUMN = 9 * CHANNELS, CLASSES = 12 };

#define TABLE const __attribute__((aligned(4)))
static TABLE int8_t filters[FILTERS][COLUMN] = {{3, -5, 7}};
static TABLE int8_t depthwise_filters[9][FILTERS] = {{1, 2, -3}};
static TABLE int32_t bias[FILTERS] = {11, -12};
static TABLE int32_t multipliers[FILTERS] = {1518500250, 1234567890};
static TABLE int8_t dense[CLASSES][SIDE * SIDE / 4 * FILTERS] = {{1, -1}};
static TABLE uint16_t exponentials[256] = {1, 2, 3};

static int8_t input[SIDE][SIDE][CHANNELS];
static int8_t convolved[SIDE][SIDE][FILTERS], filtered[SIDE][SIDE][FILTERS];
static int8_t pooled[SIDE / 2][SIDE / 2][FILTERS];
static int16_t columns[2][COLUMN] __attribute__((aligned(4)));

static inline int8_t saturate(int32_t value) {
  return (int8_t)(value > 127 ? 127 : value < -128 ? -128 : value);
}

static inline int8_t requantize(int32_t sum, int32_t multiplier) {
  return saturate((int32_t)(((int64_t)sum * multiplier + (1ll << 40)) >> 41));
}

typedef int32_t __attribute__((may_alias)) aliased_word;

static inline int32_t word(const void *place) { return *(const aliased_word *)place; }

// Two products of 16-bit halves.
static inline int32_t dual(int32_t a, int32_t b, int32_t sum) {
#if CORTEX_M == 0
  return sum + (int16_t)a * (int16_t)b + (a >> 16) * (b >> 16);
#else
  __asm("smlad %0, %1, %2, %0" : "+r"(sum) : "r"(a), "r"(b));
  return sum;
#endif
}

// Four weights as two pairs of halves.
static inline const int8_t *widen(const int8_t *source, int32_t *even, int32_t *odd) {
#if CORTEX_M == 0
  *even = (int32_t)((uint16_t)source[0] | (uint32_t)source[2] << 16);
  *odd = (int32_t)((uint16_t)source[1] | (uint32_t)source[3] << 16);
#else
  int32_t four = word(source);
  __asm("sxtb16 %0, %1" : "=r"(*even) : "r"(four));
  __asm("sxtb16 %0, %1, ror #8" : "=r"(*odd) : "r"(four));
#endif
  return source + 4;
}

// Two filters on two columns: four sums.
static void multiply(int8_t *out, int step) {
  const int8_t *filter = filters[0];
  for (int pair = 0; pair < FILTERS; pair += 2) {
    const int16_t *first = columns[0], *second = columns[1];
    const int8_t *other = filter + COLUMN;
    int32_t sums[4] = {bias[pair], bias[pair], bias[pair + 1], bias[pair + 1]};
    for (int count = COLUMN / 4; count; count--) {
      int32_t a0, a1, b0, b1;
      filter = widen(filter, &a0, &a1);
      other = widen(other, &b0, &b1);
      int32_t x0 = word(first), y0 = word(second), x1 = word(first + 2), y1 = word(second + 2);
      sums[0] = dual(a1, x1, dual(a0, x0, sums[0]));
      sums[1] = dual(a1, y1, dual(a0, y0, sums[1]));
      sums[2] = dual(b1, x1, dual(b0, x0, sums[2]));
      sums[3] = dual(b1, y1, dual(b0, y0, sums[3]));
      first += 4;
      second += 4;
    }
    out[pair] = requantize(sums[0], multipliers[pair]);
    out[pair + step] = requantize(sums[1], multipliers[pair]);
    out[pair + 1] = requantize(sums[2], multipliers[pair + 1]);
    out[pair + 1 + step] = requantize(sums[3], multipliers[pair + 1]);
    filter += COLUMN;
  }
}

static void gather(int16_t *column, int row, int place) {
  for (int y = row - 1; y <= row + 1; y++) {
    for (int x = place - 1; x <= place + 1; x++) {
      if (y < 0 || y >= SIDE || x < 0 || x >= SIDE) {
        memset(column, 0, 2 * CHANNELS);
      } else {
        for (int channel = 0; channel < CHANNELS; channel++)
          column[channel] = input[y][x][channel];
      }
      column += CHANNELS;
    }
  }
}

static void convolve(void) {
  for (int row = 0; row < SIDE; row++) {
    for (int place = 0; place < SIDE; place += 2) {
      gather(columns[0], row, place);
      gather(columns[1], row, place + 1);
      multiply(convolved[row][place], FILTERS);
    }
  }
}

static void convolve_depthwise(void) {
  for (int row = 0; row < SIDE; row++) {
    for (int place = 0; place < SIDE; place++) {
      for (int channel = 0; channel < FILTERS; channel++) {
        int32_t sum = bias[channel];
        for (int y = 0; y < 3; y++) {
          for (int x = 0; x < 3; x++) {
            int from_row = row + y - 1, from = place + x - 1;
            if (from_row < 0 || from_row >= SIDE || from < 0 || from >= SIDE) continue;
            sum += convolved[from_row][from][channel] * depthwise_filters[y * 3 + x][channel];
          }
        }
        filtered[row][place][channel] = requantize(sum, multipliers[channel]);
      }
    }
  }
}

static void pool(void) {
  for (int row = 0; row < SIDE / 2; row++) {
    for (int place = 0; place < SIDE / 2; place++) {
      for (int channel = 0; channel < FILTERS; channel++) {
        int8_t most = -128;
        for (int y = 0; y < 2; y++)
          for (int x = 0; x < 2; x++) {
            int8_t value = filtered[2 * row + y][2 * place + x][channel];
            if (value > most) most = value;
          }
        pooled[row][place][channel] = most;
      }
    }
  }
}

static int32_t connect(int row) {
  const int8_t *weights = dense[row], *values = pooled[0][0];
  int32_t sum = 0;
  for (unsigned count = sizeof dense[0] / 4; count; count--) {
    int32_t a0, a1, b0, b1;
    weights = widen(weights, &a0, &a1);
    values = widen(values, &b0, &b1);
    sum = dual(a1, b1, dual(a0, b0, sum));
  }
  return sum;
}

int main(void) {
  uint32_t checksum = 0, random = 1;
  int8_t scores[CLASSES];
  console_open();
  for (uint32_t round = 0; round < ROUNDS; round++) {
    for (unsigned index = 0; index < sizeof input; index++)
      ((int8_t *)input)[index] = (int8_t)((random = random * 1664525 + 1013904223) >> 24);
    convolve();
    convolve_depthwise();
    pool();
    uint32_t total = 0;
    for (int row = 0; row < CLASSES; row++) {
      scores[row] = saturate(connect(row) >> 8);
      total += exponentials[(uint8_t)scores[row]];
    }
    for (int row = 0; row < CLASSES; row++)
      checksum = checksum * 31 + exponentials[(uint8_t)scores[row]] * 256 / (total + 1);
  }
  print_decimal(ROUNDS);
  print(" rounds, checksum ");
  print_hex(checksum);
  print("\n");
  return 0;
}
