// `filter` is inlined into two loops; `outside` does the same work and is called. Debug information
// tells where the inlined bodies begin and end.

#include <stdint.h>

#include "console.h"
#include "startup.h"

static volatile uint32_t samples[64];
static volatile uint32_t sink;

static inline __attribute__((always_inline)) uint32_t filter(uint32_t gain) {
  uint32_t sum = 0;
  for (uint32_t index = 0; index < 64; index++) sum += samples[index] * gain;
  return sum;
}

__attribute__((noinline)) static uint32_t outside(uint32_t gain) {
  uint32_t sum = 0;
  for (uint32_t index = 0; index < 64; index++) sum += samples[index] * gain;
  return sum;
}

int main(void) {
  console_open();
  for (uint32_t index = 0; index < 64; index++) samples[index] = index;
  uint32_t total = 0;
  for (uint32_t round = 0; round < 20; round++) {
    total += filter(10);
    sink = total;
  }
  for (uint32_t round = 0; round < 10; round++) {
    total += filter(60);
    sink = total;
  }
  for (uint32_t round = 0; round < 20; round++) total += outside(20);
  print("sum ");
  print_decimal(total - 403200);
  print("\n");
  return 0;
}
