// A fully connected int8 layer by SXTB16 and SMLAD, four products in two instructions.
// Reference: ARMv7-M ARM A7.7.134 (SMLAD), A7.7.184 (SXTB16).

#include "bench.h"

enum { INPUTS = 256, OUTPUTS = 96 };

static int8_t weights[OUTPUTS][INPUTS] __attribute__((aligned(4)));
static int8_t input[INPUTS] __attribute__((aligned(4)));
static int8_t output[OUTPUTS];

static inline int32_t multiply_accumulate(uint32_t left, uint32_t right, int32_t sum) {
  __asm("smlad %0, %1, %2, %0" : "+r"(sum) : "r"(left), "r"(right));
  return sum;
}

static inline uint32_t even_bytes(uint32_t word) {
  __asm("sxtb16 %0, %0" : "+r"(word));
  return word;
}

static inline uint32_t odd_bytes(uint32_t word) {
  __asm("sxtb16 %0, %0, ror #8" : "+r"(word));
  return word;
}

static int32_t dot(const int8_t *left, const int8_t *right) {
  const uint32_t *a = (const uint32_t *)left, *b = (const uint32_t *)right;
  int32_t sum = 0;
  for (int word = 0; word < INPUTS / 4; word++) {
    sum = multiply_accumulate(even_bytes(a[word]), even_bytes(b[word]), sum);
    sum = multiply_accumulate(odd_bytes(a[word]), odd_bytes(b[word]), sum);
  }
  return sum;
}

static int8_t requantize(int32_t sum) {
  int32_t scaled = (int32_t)(((int64_t)sum * 1518500250 + (1ll << 37)) >> 38);
  return (int8_t)(scaled > 127 ? 127 : scaled < -128 ? -128 : scaled);
}

uint32_t dot_products(uint32_t round) {
  uint32_t state = round, checksum = 0;
  if (round == 0) {
    for (int row = 0; row < OUTPUTS; row++) {
      for (int column = 0; column < INPUTS; column++)
        weights[row][column] = (int8_t)(next_random(&state) >> 24);
    }
  }
  for (int index = 0; index < INPUTS; index++) input[index] = (int8_t)(next_random(&state) >> 24);
  for (int layer = 0; layer < 2; layer++) {
    for (int row = 0; row < OUTPUTS; row++) output[row] = requantize(dot(weights[row], input));
    for (int row = 0; row < OUTPUTS; row++) input[row] ^= output[row];
  }
  for (int row = 0; row < OUTPUTS; row++) checksum = checksum * 33 + (uint8_t)output[row];
  return checksum;
}
