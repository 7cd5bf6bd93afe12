// The floating-point context in the secure state: SFPA, FPCCR.TS, FPCCR.CLRONRET. Reference: ARMv8-M ARM
// B3.19, D1.2.73 (FPCCR), D1.2.29 (CONTROL).

#include "check.h"
#include "checks.h"
#include "handlers.h"

static volatile uint32_t seen_frame, seen_return, seen_xpsr, seen_fpccr, frame_s16, frame_s31,
    inside_s0, inside_s31;

static void look(uint32_t *frame, uint32_t exc_return) {
  seen_frame = (uint32_t)frame;
  seen_return = exc_return;
  seen_xpsr = frame[FRAME_XPSR];
  seen_fpccr = FPCCR;
}

static void look_with_unit(uint32_t *frame, uint32_t exc_return) {
  look(frame, exc_return);
  uint32_t s0, s31;
  __asm volatile("vmov %0, s0\n vmov %1, s31" : "=r"(s0), "=r"(s31));
  inside_s0 = s0;
  inside_s31 = s31;
  frame_s16 = frame[26];
  frame_s31 = frame[41];
}

static void use_unit(uint32_t *frame, uint32_t exc_return) {
  look(frame, exc_return);
  // s16 is left changed on purpose.
  __asm volatile("vmov s0, %0\n vmov s15, %0\n vmov s16, %0" ::"r"(0x42000000) : "s0", "s15");
}

// Calls with known values in s0, s16, s31; returns the stack pointer at the call.
__attribute__((naked, noinline)) static uint32_t call_with_values(uint32_t *out) {
  __asm volatile(
      "vpush {s16-s31}\n"
      "ldr r1, =0x41000000\n vmov s0, r1\n add r1, #1\n vmov s16, r1\n add r1, #1\n vmov s31, r1\n"
      "mov r3, sp\n svc #0\n"
      "vstr s0, [r0]\n vstr s16, [r0, #4]\n vstr s31, [r0, #8]\n mov r0, r3\n"
      "vpop {s16-s31}\n bx lr\n .ltorg");
}

static uint32_t values[3];

static void check_context(void) {
  handlers[EXCEPTION_SVCALL] = look;
  uint32_t stack = call_with_values(values);
  check("SFPA: in the stacked xPSR", seen_xpsr & XPSR_SFPA, XPSR_SFPA);
  check("extended frame of 104 bytes", stack - seen_frame, 104);
  check("EXC_RETURN: extended frame", seen_return, 0xFFFFFFE9);
  check("SFPA and FPCA are back", get_control(), CONTROL_FPCA);
  check("FPCCR: LSPACT while the frame is reserved", seen_fpccr & 1, 1);
  check("FPCCR: it was thread mode", seen_fpccr & 8, 8);
  check("FPCAR: the reserved frame", REGISTER(0xE000EF38), seen_frame + 32);
  clear_fpca();
  __asm volatile("svc #0" ::: "memory");
  check("without a context: no SFPA in the stacked xPSR", seen_xpsr & XPSR_SFPA, 0);
}

static void check_all_registers(void) {
  handlers[EXCEPTION_SVCALL] = look_with_unit;
  FPCCR |= FPCCR_TS;
  barrier();
  check("FPCCR: TS reads back", FPCCR & FPCCR_TS, FPCCR_TS);
  uint32_t stack = call_with_values(values);
  check("TS: frame of 168 bytes", stack - seen_frame, 168);
  check("TS: s16 in the frame", frame_s16, 0x41000001);
  check("TS: s31 in the frame", frame_s31, 0x41000002);
  check("TS: the handler finds zeros", inside_s0 | inside_s31, 0);
  check("TS: s0 is back", values[0], 0x41000000);
  check("TS: s16 is back", values[1], 0x41000001);
  check("TS: s31 is back", values[2], 0x41000002);
  FPCCR &= ~FPCCR_TS;
  barrier();
}

static void check_clearing(void) {
  handlers[EXCEPTION_SVCALL] = use_unit;
  FPCCR |= FPCCR_CLRONRET;
  barrier();
  uint32_t s0, s15, s16;
  __asm volatile("vmov s16, %0" ::"r"(0) : "s16");
  clear_fpca();
  __asm volatile("svc #0" ::: "memory");
  __asm volatile("vmov %0, s0\n vmov %1, s15\n vmov %2, s16" : "=r"(s0), "=r"(s15), "=r"(s16));
  check("CLRONRET: s0 and s15 are zero after a handler that used them", s0 | s15, 0);
  check("CLRONRET: s16 is left alone", s16, 0x42000000);
  FPCCR &= ~FPCCR_CLRONRET;
  barrier();
}

void check_floating_point(void) {
  check_context();
  check_all_registers();
  check_clearing();
  clear_fpca();
}
