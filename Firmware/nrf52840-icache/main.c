// Runs code that fits the instruction cache and code that does not, with the cache off and on, and
// keeps the cycles and what the cache's counters say.

#include "../nrf52840/nrf52840.h"

volatile uint32_t cycles[2][2], hits[2][2], misses[2][2];

#define TIMES_4(x) x x x x
#define TIMES_64(x) TIMES_4(TIMES_4(TIMES_4(x)))

// Sixteen bytes of instructions that do not touch memory.
#define LINE "add.w r0, r0, #1\n eor.w r0, r0, r0, ror #3\n add.w r0, r0, #3\n eor.w r0, r0, r0, ror #7\n"

__attribute__((noinline, naked, aligned(16))) static uint32_t small(uint32_t value, uint32_t turns) {
  __asm volatile("1:\n" TIMES_64(LINE) "subs r1, #1\n bne.w 1b\n bx lr\n");
}

__attribute__((noinline, naked, aligned(16))) static uint32_t large(uint32_t value, uint32_t turns) {
  __asm volatile("1:\n" TIMES_4(TIMES_64(LINE)) "subs r1, #1\n bne.w 1b\n bx lr\n");
}

static void measure(int cached, int is_large) {
  NVMC_ICACHECNF = 0;
  NVMC_ICACHECNF = cached ? ICACHE_ON | ICACHE_PROFILING : ICACHE_PROFILING;
  NVMC_IHIT = 0;
  NVMC_IMISS = 0;
  const uint32_t start = DWT_CYCCNT;
  if (is_large)
    large(1, 100);
  else
    small(1, 400);
  cycles[cached][is_large] = DWT_CYCCNT - start;
  hits[cached][is_large] = NVMC_IHIT;
  misses[cached][is_large] = NVMC_IMISS;
}

int main(void) {
  DEMCR |= 1u << 24;
  DWT_CTRL |= 1;
  for (int cached = 0; cached < 2; cached++)
    for (int is_large = 0; is_large < 2; is_large++) measure(cached, is_large);
  return 0;
}
