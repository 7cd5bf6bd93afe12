// FPDSCR, ASPEN, stack alignment switched off. Reference: ARMv7-M ARM B1.5.7, B3.2.8, B3.2.21,
// B3.2.23.

#include "check.h"
#include "checks.h"
#include "core.h"
#include "handlers.h"

static volatile uint32_t seen_frame, seen_xpsr, seen_return;
#ifdef __ARM_FP
static volatile uint32_t seen_fpscr;
#endif

static void service(uint32_t *frame, uint32_t exc_return) {
  seen_frame = (uint32_t)frame;
  seen_xpsr = frame[FRAME_XPSR];
  seen_return = exc_return;
}

#ifdef __ARM_FP
static void read_fpscr(uint32_t *frame, uint32_t exc_return) {
  uint32_t fpscr;
  __asm volatile("vmrs %0, fpscr" : "=r"(fpscr));
  seen_fpscr = fpscr;
}
#endif

#if CORTEX_M != 33  // ARMv8-M always aligns.
// Returns the misaligned stack pointer at the call.
__attribute__((naked, noinline)) static uint32_t call_misaligned(void) {
  __asm volatile("sub sp, #4\n mov r0, sp\n svc #0\n add sp, #4\n bx lr");
}

static void check_stack_alignment(void) {
  handlers[EXCEPTION_SVCALL] = service;
  clear_fpca();
  CCR &= ~0x200u;
  uint32_t before = call_misaligned();
  check("STKALIGN off: frame of 32 bytes", before - seen_frame, 32);
  check("STKALIGN off: bit 9 clear", seen_xpsr & 0x200, 0);
  CCR |= 0x200;
}
#endif

#ifdef __ARM_FP
static void check_default_status(void) {
  handlers[EXCEPTION_SVCALL] = read_fpscr;
  FPDSCR = 0x03C00000;
  check("FPDSCR: reads back", FPDSCR, 0x03C00000);
  __asm volatile("vmsr fpscr, %0\n svc #0" ::"r"(0xA0000000) : "memory");
  check("FPDSCR: a handler starts with it", seen_fpscr, 0x03C00000);
  uint32_t fpscr;
  __asm volatile("vmrs %0, fpscr" : "=r"(fpscr));
  check("FPDSCR: the thread's FPSCR comes back", fpscr, 0xA0000000);
  FPDSCR = 0;
  __asm volatile("vmsr fpscr, %0\n svc #0" ::"r"(0) : "memory");
  check("FPDSCR: 0 again", seen_fpscr, 0);
}

static void check_automatic_state(void) {
  handlers[EXCEPTION_SVCALL] = service;
  FPCCR = 0;
  barrier();
  clear_fpca();
  __asm volatile("vmov s0, %0" ::"r"(0) : "s0");
  check("ASPEN off: FP does not set FPCA", get_control(), 0);
  __asm volatile("svc #0" ::: "memory");
  check("ASPEN off: basic frame", seen_return, 0xFFFFFFF9);
  FPCCR = 0xC0000000;
  barrier();
  clear_fpca();
}
#endif

void check_stacking(void) {
#if CORTEX_M != 33
  check_stack_alignment();
#endif
#ifdef __ARM_FP
  check_default_status();
  check_automatic_state();
#endif
}
