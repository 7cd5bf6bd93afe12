// Bit-band aliases and unprivileged load and store. Reference: Cortex-M4 TRM 3.4; ARMv7-M ARM
// A7.7.67 (LDRT), B3.1.1.

#include "check.h"
#include "checks.h"
#include "core.h"
#include "faulting.h"
#include "handlers.h"

static uint32_t word;

#if CORTEX_M != 33
static volatile uint32_t *alias(uint32_t region, uint32_t address, uint32_t bit) {
  return (volatile uint32_t *)(region + 0x02000000 + (address - region) * 32 + bit * 4);
}

static void check_bit_band(void) {
  volatile uint32_t *target = &word;
  *target = 0x00000100;
  check("bit-band: a set bit reads 1", *alias(0x20000000, (uint32_t)target, 8), 1);
  check("bit-band: a clear bit reads 0", *alias(0x20000000, (uint32_t)target, 9), 0);
  *alias(0x20000000, (uint32_t)target, 31) = 0xFFFFFFFF;
  check("bit-band: bit 0 of the value sets", *target, 0x80000100);
  *alias(0x20000000, (uint32_t)target, 8) = 0xFFFFFFFE;
  check("bit-band: bit 0 of the value clears", *target, 0x80000000);
  TIMER_RELOAD(TIMER1_BASE) = 0x10;
  check("bit-band: a peripheral's set bit", *alias(0x40000000, TIMER1_BASE + 8, 4), 1);
  *alias(0x40000000, TIMER1_BASE + 8, 0) = 1;
  check("bit-band: setting a peripheral's bit", TIMER_RELOAD(TIMER1_BASE), 0x11);
  TIMER_RELOAD(TIMER1_BASE) = 0;
}
#endif

__attribute__((naked, noinline)) static uint32_t load_as_user(uint32_t address) {
  __asm volatile("ldrt r0, [r0]\n bx lr");
}

void check_memory(void) {
#if CORTEX_M != 33
  check_bit_band();
#endif
  record_faults();
  SHCSR = SHCSR_BUSFAULTENA;
  word = 0x1234;
  check("LDRT: loads from memory", load_as_user((uint32_t)&word), 0x1234);
  load_as_user((uint32_t)&VTOR);
  check("LDRT: the system control space is a BusFault", fault.count << 16 | fault.number,
        1 << 16 | EXCEPTION_BUSFAULT);
  SHCSR = 0;
}
