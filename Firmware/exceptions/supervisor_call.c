// SVC: arguments, stacked state, flags, stack alignment, IT blocks. Reference: ARMv7-M ARM
// B1.5.6-B1.5.8, A7.3.3.

#include "check.h"
#include "checks.h"
#include "core.h"
#include "handlers.h"

static volatile uint32_t calls, number, seen_ipsr, seen_shcsr, seen_return, seen_xpsr, seen_frame,
    seen_pc;
static volatile uint32_t seen_control;

static void service(uint32_t *frame, uint32_t exc_return) {
  calls++;
  number = *(uint8_t *)(frame[FRAME_PC] - 2);
  seen_ipsr = get_ipsr();
  seen_shcsr = SHCSR;
  seen_return = exc_return;
  seen_xpsr = frame[FRAME_XPSR];
  seen_frame = (uint32_t)frame;
  seen_pc = frame[FRAME_PC];
  seen_control = get_control();
  __asm volatile("msr " APSR_ALL ", %0" ::"r"(~frame[FRAME_XPSR]) : "cc");
}

static void sum(uint32_t *frame, uint32_t exc_return) {
  service(frame, exc_return);
  frame[FRAME_R0] += 10 * frame[FRAME_R1] + 100 * frame[FRAME_R2] + 1000 * frame[FRAME_R3];
  frame[FRAME_R12] = 77;
}

__attribute__((naked, noinline)) static uint32_t call(uint32_t a, uint32_t b, uint32_t c,
                                                      uint32_t d) {
  __asm volatile("svc #0x5A\n bx lr");
}

__attribute__((naked, noinline)) static uint32_t call_returning_r12(void) {
  __asm volatile("mov r12, #1\n svc #1\n mov r0, r12\n bx lr");
}

__attribute__((naked, noinline)) static uint32_t call_with_flags(uint32_t apsr) {
  __asm volatile("msr " APSR_ALL ", r0\n svc #2\n mrs r0, apsr\n bx lr");
}

// Returns the stack pointer at the call; *after that call as well.
__attribute__((naked, noinline)) static uint32_t call_with_offset(uint32_t offset,
                                                                  uint32_t *after) {
  __asm volatile(
      "push {r4, r5}\n mov r4, sp\n sub sp, sp, r0\n mov r5, sp\n svc #3\n"
      "mov r0, sp\n str r0, [r1]\n mov r0, r5\n mov sp, r4\n pop {r4, r5}\n bx lr");
}

// 1 + 2 + 4 when the argument is 0 and the rest of the block runs after the call, else 0.
__attribute__((naked, noinline)) static uint32_t call_in_it_block(uint32_t argument) {
  __asm volatile(
      "movs r1, #0\n cmp r0, #0\n"
      "itttt eq\n moveq r1, #1\n svceq #4\n addeq r1, #2\n addeq r1, #4\n"
      "mov r0, r1\n bx lr");
}

// 2 when the argument is 0: only the instructions on EQ run; 5 otherwise.
__attribute__((naked, noinline)) static uint32_t call_in_mixed_it_block(uint32_t argument) {
  __asm volatile(
      "movs r1, #0\n cmp r0, #0\n"
      "itete eq\n svceq #5\n addne r1, #1\n addeq r1, #2\n addne r1, #4\n"
      "mov r0, r1\n bx lr");
}

__attribute__((naked, noinline)) static uint32_t call_last_in_it_block(uint32_t argument) {
  __asm volatile("cmp r0, #0\n itt eq\n moveq r0, #9\n svceq #6\n add r0, r0, #1\n bx lr");
}

static void check_flags(void) {
  static const uint32_t patterns[] = {0xF80F0000, 0x00000000, 0xA8050000, 0x500A0000};
  uint32_t wrong = 0;
  for (int index = 0; index < 4; index++) {
    uint32_t flags = patterns[index] & (APSR_GE | ~0xF0000u);
    wrong |= call_with_flags(flags) ^ flags;
    wrong |= (seen_xpsr & 0xF80F0000) ^ flags;
  }
  check("SVC: N Z C V Q and GE stacked and restored", wrong, 0);
  check("SVC: stacked xPSR has the Thumb bit and IPSR 0", seen_xpsr & 0x0100FFFF & ~0x200u,
        0x01000000);
}

static void check_alignment(void) {
  uint32_t after, before = call_with_offset(0, &after);
  check("SVC: aligned stack, bit 9 clear", seen_xpsr & 0x200, 0);
  check("SVC: aligned stack, basic frame of 32 bytes", before - seen_frame, 32);
  check("SVC: aligned stack pointer restored", after - before, 0);
  before = call_with_offset(4, &after);
  check("SVC: misaligned stack, bit 9 set", seen_xpsr & 0x200, 0x200);
  check("SVC: misaligned stack, frame of 36 bytes", before - seen_frame, 36);
  check("SVC: misaligned stack, frame aligned to 8", seen_frame & 7, 0);
  check("SVC: misaligned stack pointer restored", after - before, 0);
}

static void check_it_blocks(void) {
  check("SVC in IT: the block continues", call_in_it_block(0), 7);
  check("SVC in IT: ITSTATE stacked advanced", seen_xpsr & 0x0600FC00, 0x00000400);
  calls = 0;
  check("SVC in IT: condition false, nothing runs", call_in_it_block(1), 0);
  check("SVC in IT: condition false, no exception", calls, 0);
  check("SVC first in ITETE: only EQ runs", call_in_mixed_it_block(0), 2);
  check("SVC first in ITETE: only NE runs", call_in_mixed_it_block(1), 5);
  check("SVC last in ITT", call_last_in_it_block(0), 10);
  check("SVC last in ITT: stacked ITSTATE is 0", seen_xpsr & 0x0600FC00, 0);
}

void check_supervisor_call(void) {
  handlers[EXCEPTION_SVCALL] = sum;
  clear_fpca();
  check("SVC: four arguments in, result out", call(1, 2, 3, 4), 4321);
  check("SVC: immediate before the stacked PC", number, 0x5A);
  check("SVC: stacked PC is the next instruction", seen_pc, ((uint32_t)call & ~1u) + 2);
  check("SVC: IPSR", seen_ipsr, 11);
  check("SVC: active in SHCSR", seen_shcsr, SHCSR_SVCALLACT);
  check("SVC: EXC_RETURN to thread, MSP, basic frame", seen_return, 0xFFFFFFF9);
  check("SVC: CONTROL in the handler", seen_control, 0);
  check("SVC: not active afterwards", SHCSR, 0);
  check("SVC: IPSR afterwards", get_ipsr(), 0);
  check("SVC: r12 restored from the frame", call_returning_r12(), 77);
  handlers[EXCEPTION_SVCALL] = service;
  check_flags();
  check_alignment();
  check_it_blocks();
}
