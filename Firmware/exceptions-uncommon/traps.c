// Alignment and division traps. Reference: ARMv7-M ARM A3.2.1, B3.2.8 (CCR), B3.2.15 (UFSR).

#include "check.h"
#include "checks.h"
#include "core.h"
#include "faulting.h"
#include "handlers.h"

#define LEAF __attribute__((naked, noinline)) static uint32_t

LEAF load_pair(uint32_t address) { __asm volatile("ldrd r0, r1, [r0]\n bx lr"); }
LEAF store_pair(uint32_t address) { __asm volatile("strd r0, r1, [r0]\n bx lr"); }
LEAF load_multiple(uint32_t address) { __asm volatile("ldm r0, {r1, r2}\n bx lr"); }
LEAF store_multiple(uint32_t address) { __asm volatile("stm r0, {r1, r2}\n bx lr"); }
#ifdef __ARM_FP
LEAF load_float(uint32_t address) { __asm volatile("vldr s0, [r0]\n bx lr"); }
#endif
LEAF divide_signed(uint32_t divisor) { __asm volatile("sdiv r0, r0, r0\n bx lr"); }
LEAF divide_unsigned(uint32_t divisor) { __asm volatile("udiv r0, r0, r0\n bx lr"); }

static uint32_t words[4] __attribute__((aligned(8)));

static void check_trap(const char *name, uint32_t (*function)(uint32_t), uint32_t argument,
                       uint32_t status) {
  fault.count = 0;
  function(argument);
  check(name, fault.count << 16 | fault.number, 1 << 16 | EXCEPTION_USAGEFAULT);
  check_part(name, "CFSR", fault.cfsr, status);
  check_part(name, "stacked PC", fault.pc, (uint32_t)function & ~1u);
}

void check_traps(void) {
  record_faults();
  SHCSR = SHCSR_USGFAULTENA;
  uint32_t odd = (uint32_t)words + 2;
  check_trap("unaligned LDRD", load_pair, odd, CFSR_UNALIGNED);
  check_trap("unaligned STRD", store_pair, odd, CFSR_UNALIGNED);
  check_trap("unaligned LDM", load_multiple, odd, CFSR_UNALIGNED);
  check_trap("unaligned STM", store_multiple, odd, CFSR_UNALIGNED);
#ifdef __ARM_FP
  check_trap("unaligned VLDR", load_float, odd, CFSR_UNALIGNED);
#endif
  fault.count = 0;
  load_word(odd);
  check("unaligned LDR without UNALIGN_TRP", fault.count, 0);
  check("SDIV by zero without DIV_0_TRP", divide_signed(0), 0);
  check("UDIV by zero without DIV_0_TRP", divide_unsigned(0), 0);
  CCR |= CCR_UNALIGN_TRP | CCR_DIV_0_TRP;
  barrier();
  check_trap("UNALIGN_TRP: LDR", load_word, odd, CFSR_UNALIGNED);
  check_trap("UNALIGN_TRP: LDRH", load_half_word, odd - 1, CFSR_UNALIGNED);
  check_trap("DIV_0_TRP: SDIV", divide_signed, 0, CFSR_DIVBYZERO);
  check_trap("DIV_0_TRP: UDIV", divide_unsigned, 0, CFSR_DIVBYZERO);
  fault.count = 0;
  check("DIV_0_TRP: other divisors divide", divide_signed(5) + divide_unsigned(7) + fault.count, 2);
  load_half_word(odd);
  load_byte(odd + 1);
  check("UNALIGN_TRP: aligned accesses do not fault", fault.count, 0);
  CCR &= ~(CCR_UNALIGN_TRP | CCR_DIV_0_TRP);
  barrier();
  SHCSR = 0;
}
