// The DWT's profiling counters: what each counts, and that together they are CYCCNT.
// Reference: ARMv7-M ARM (DDI 0403E) C1.8.4; cycles by the Cortex-M4 TRM (DDI 0439D), table 3-1 and 3.9.1,
// those of divisions as Sources/Timing/Divider.swift has them.

#include "check.h"
#include "core.h"
#include "handlers.h"

#define COUNTER(index) REGISTER(0xE0001008 + 4 * (index))
enum { INSTRUCTIONS, EXCEPTIONS, SLEEP, LOAD_STORE, FOLDED, CYCLES, COUNTERS };
enum { TRCENA = 1 << 24, ENABLE = 1 | 0x1f << 17 };

typedef uint32_t kernel(uint32_t *memory, uint32_t one);
kernel nothing, spaced_loads, indexed_stores, divisions, taken_branches, folded, call;

static uint32_t memory[16];
static uint8_t counts[COUNTERS];

// Reads each of them at the same place of the same code.
__attribute__((noinline)) static void read_counters(uint8_t *into) {
  into[CYCLES] = (uint8_t)DWT_CYCCNT;
  for (int index = 0; index < CYCLES; index++) into[index] = (uint8_t)COUNTER(index);
}

__attribute__((noinline)) static void measure(kernel *code) {
  uint8_t before[COUNTERS], after[COUNTERS];
  code(memory, 1);
  read_counters(before);
  code(memory, 1);
  read_counters(after);
  for (int index = 0; index < COUNTERS; index++) counts[index] = after[index] - before[index];
}

// Ten copies, as the kernel before them.
static uint8_t base[COUNTERS];

static void check_kernel(const char *name, kernel *code, int counter, uint32_t expected) {
  measure(code);
  check(name, (uint8_t)(counts[counter] - base[counter]), expected);
}

static void check_sum(const char *name, kernel *code, uint32_t instructions) {
  measure(code);
  uint8_t sum = counts[INSTRUCTIONS] + counts[EXCEPTIONS] + counts[LOAD_STORE] - counts[FOLDED];
  uint8_t base_sum = base[INSTRUCTIONS] + base[EXCEPTIONS] + base[LOAD_STORE] - base[FOLDED];
  uint8_t cycles = counts[CYCLES] - base[CYCLES];
  check(name, (uint8_t)(cycles - (sum - base_sum)), instructions);
}

int main(void) {
  checks_begin();
  handlers[EXCEPTION_SVCALL] = ignore_exception;
  handlers[EXCEPTION_SYSTICK] = ignore_exception;
  DEMCR = TRCENA;
  check("there are profiling counters", DWT_CTRL >> 24 & 1, 0);
  COUNTER(LOAD_STORE) = 77;
  check("a counter holds what is written", COUNTER(LOAD_STORE), 77);
  DWT_CYCCNT = 0;
  DWT_CTRL = ENABLE;
  for (int index = 0; index < 100; index++) memory[0] = memory[1];
  DWT_CTRL = 1;
  uint32_t stopped = COUNTER(LOAD_STORE);
  check("disabled it stands", COUNTER(LOAD_STORE), stopped);
  DWT_CTRL = ENABLE;
  check("enabling clears", COUNTER(SLEEP), 0);
  measure(nothing);
  for (int index = 0; index < COUNTERS; index++) base[index] = counts[index];
  check_kernel("ten loads between additions", spaced_loads, LOAD_STORE, 10);
  check_kernel("ten stores with an index register", indexed_stores, LOAD_STORE, 10);
  check_kernel("ten divisions of less by more", divisions, INSTRUCTIONS, 20);
  check_kernel("ten IT behind halfwords", folded, FOLDED, 10);
  check_kernel("a call of the supervisor and its return", call, EXCEPTIONS, 22);
  check_sum("loads: all counters", spaced_loads, 20);
  check_sum("stores: all counters", indexed_stores, 10);
  check_sum("divisions: all counters", divisions, 10);
  check_sum("branches: all counters", taken_branches, 10);
  check_sum("IT: all counters", folded, 31);
  SYST_RVR = 99;
  SYST_CVR = 0;
  SYST_CSR = 7;
  uint8_t before = COUNTER(SLEEP);
  __asm volatile("wfi");
  SYST_CSR = 0;
  uint8_t slept = COUNTER(SLEEP) - before;
  check("some of a hundred cycles are slept", slept > 50 && slept < 100, 1);
  return checks_end();
}
