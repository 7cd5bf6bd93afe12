// A fully connected int8 layer whose 256 KiB of weights are read from flash, a row after the other.

#include "console.h"
#include "startup.h"

enum { INPUTS = 256, OUTPUTS = 1024 };

static const int8_t weights[OUTPUTS][INPUTS] __attribute__((aligned(32))) = {{1, -2, 3}};
static int8_t input[INPUTS] __attribute__((aligned(4)));

static int32_t dot(const int8_t *left, const int8_t *right) {
  const uint32_t *a = (const uint32_t *)left, *b = (const uint32_t *)right;
  int32_t sum = 0;
  for (int word = 0; word < INPUTS / 4; word++) {
    uint32_t x = a[word], y = b[word];
    __asm("smlad %0, %1, %2, %0" : "+r"(sum) : "r"(x & 0xff00ff), "r"(y & 0xff00ff));
    __asm("smlad %0, %1, %2, %0" : "+r"(sum) : "r"(x >> 8 & 0xff00ff), "r"(y >> 8 & 0xff00ff));
  }
  return sum;
}

int main(void) {
  uint32_t checksum = 0;
  console_open();
  for (uint32_t round = 0; round < ROUNDS; round++) {
    for (int index = 0; index < INPUTS; index++) input[index] = (int8_t)(index + round);
    for (int row = 0; row < OUTPUTS; row++) checksum = checksum * 31 + dot(weights[row], input);
  }
  print_decimal(ROUNDS);
  print(" rounds, checksum ");
  print_hex(checksum);
  print("\n");
  return 0;
}
