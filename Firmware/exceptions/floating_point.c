// Floating-point context under exceptions: whatever is stacked and when, the thread must not
// notice. Reference: ARMv7-M ARM B1.5.6-B1.5.8 (extended frame), B1.4.4 (CONTROL.FPCA), B3.2.21
// (FPCCR).

#include "check.h"
#include "checks.h"
#include "core.h"
#include "handlers.h"

enum { FPSCR = 32, STACK_POINTER = 33, WORDS = 34 };

static volatile uint32_t entry_control, later_control, seen_return, seen_frame, stacked_s0,
    stacked_s15, stacked_fpscr;
static uint32_t garbage[33], nested;
static uint32_t before[WORDS], after[WORDS];

// Loads s0-s31 and FPSCR, pends `lines`, and stores them again with the stack pointer at that
// moment.
__attribute__((naked, noinline)) static void keep_over(uint32_t lines, const uint32_t *in,
                                                       uint32_t *out) {
  __asm volatile(
      "push {r4, lr}\n vpush {s16-s31}\n"
      "vldm r1!, {s0-s31}\n ldr r4, [r1]\n vmsr fpscr, r4\n"
      "ldr r3, =0xE000E200\n str r0, [r3]\n dsb\n isb\n"
      "vstm r2!, {s0-s31}\n vmrs r4, fpscr\n str r4, [r2]\n mov r4, sp\n str r4, [r2, #4]\n"
      "movs r4, #0\n vmsr fpscr, r4\n"
      "vpop {s16-s31}\n pop {r4, pc}\n .ltorg");
}

static void scribble(void) {
  __asm volatile("vldm %0, {s0-s31}\n vmsr fpscr, %1" ::"r"(garbage), "r"(0xF0000000)
                 : "memory", "d0", "d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8", "d9", "d10",
                   "d11", "d12", "d13", "d14", "d15");
}

static void note_entry(uint32_t *frame, uint32_t exc_return) {
  entry_control = get_control();
  seen_return = exc_return;
  seen_frame = (uint32_t)frame;
}

static void without_fpu(uint32_t *frame, uint32_t exc_return) { note_entry(frame, exc_return); }

static void with_fpu(uint32_t *frame, uint32_t exc_return) {
  note_entry(frame, exc_return);
  scribble();
  later_control = get_control();
  stacked_s0 = frame[FRAME_S0];
  stacked_s15 = frame[FRAME_S0 + 15];
  stacked_fpscr = frame[FRAME_S0 + 16];
}

// Its own values must survive B, which pre-empts it.
static void outer(uint32_t *frame, uint32_t exc_return) {
  uint32_t in[WORDS], out[WORDS];
  for (uint32_t index = 0; index < WORDS; index++) in[index] = 0x41000000 + index;
  in[FPSCR] = 0x50000000;
  keep_over(1 << IRQ_B, in, out);
  nested = 0;
  for (int index = 0; index <= FPSCR; index++) nested |= in[index] ^ out[index];
  nested |= seen_return ^ 0xFFFFFFE1;
}

static uint32_t difference(uint32_t lines) {
  for (uint32_t index = 0; index < WORDS; index++) before[index] = 0x3F800000 + 0x10001 * index;
  before[FPSCR] = 0xA0C0001F;
  keep_over(lines, before, after);
  uint32_t difference = 0;
  for (int index = 0; index <= FPSCR; index++) difference |= before[index] ^ after[index];
  return difference;
}

static void check_extended_frame(void) {
  check("FP: s0-s31 and FPSCR kept over a handler without FP", difference(1 << IRQ_A), 0);
  check("FP: EXC_RETURN to thread, MSP, extended frame", seen_return, 0xFFFFFFE9);
  check("FP: extended frame of 104 bytes", after[STACK_POINTER] - seen_frame, 104);
  check("FP: CONTROL.FPCA clear on entry", entry_control, 0);
  check("FP: CONTROL.FPCA set again on return", get_control(), CONTROL_FPCA);
  check("FP: s0-s31 and FPSCR kept over a handler with FP", difference(1 << IRQ_B), 0);
  check("FP: CONTROL.FPCA set by FP in the handler", later_control, CONTROL_FPCA);
  check("FP: s0 in the frame", stacked_s0, before[0]);
  check("FP: s15 in the frame", stacked_s15, before[15]);
  check("FP: FPSCR in the frame", stacked_fpscr, before[FPSCR]);
  check("FP: kept over two levels of handlers with FP", difference(1 << IRQ_C), 0);
  check("FP: the inner level keeps the outer handler's", nested, 0);
}

static void check_basic_frame(void) {
  clear_fpca();
  check("FP: CONTROL.FPCA can be cleared", get_control(), 0);
  pend(IRQ_B);
  check("FP: thread without FP, basic frame", seen_return, 0xFFFFFFF9);
  check("FP: CONTROL.FPCA of the handler does not leak", get_control(), 0);
  __asm volatile("vmov s0, %0" ::"r"(0) : "s0");
  check("FP: CONTROL.FPCA set by the first FP instruction", get_control(), CONTROL_FPCA);
}

// The handler that is tail-chained finds the state of the one before it gone.
static void check_tail_chaining(void) {
  check("FP: kept over a handler with FP, tail-chained to one without",
        difference(1 << IRQ_A | 1 << IRQ_B), 0);
  check("FP: tail-chained, EXC_RETURN still says extended", seen_return, 0xFFFFFFE9);
  check("FP: tail-chained, CONTROL.FPCA clear on entry", entry_control, 0);
  clear_fpca();
  mask_interrupts();
  NVIC_ISPR = 1 << IRQ_A | 1 << IRQ_B;
  unmask_interrupts();
  check("FP: tail-chained after FP, EXC_RETURN still says basic", seen_return, 0xFFFFFFF9);
  check("FP: tail-chained after FP, CONTROL.FPCA clear on entry", entry_control, 0);
  check("FP: tail-chained after FP, CONTROL.FPCA clear in the thread", get_control(), 0);
}

static void check_without_lazy_stacking(void) {
  FPCCR = 0x80000000;
  barrier();
  check("FP: eager stacking, handler with FP", difference(1 << IRQ_B), 0);
  check("FP: eager stacking, FPSCR in the frame", stacked_fpscr, before[FPSCR]);
  check("FP: eager stacking, two levels", difference(1 << IRQ_C) | nested, 0);
  FPCCR = 0xC0000000;
  barrier();
}

void check_floating_point(void) {
  for (uint32_t index = 0; index < 33; index++) garbage[index] = 0xDEAD0000 + index;
  handlers[EXCEPTION_IRQ0 + IRQ_A] = without_fpu;
  handlers[EXCEPTION_IRQ0 + IRQ_B] = with_fpu;
  handlers[EXCEPTION_IRQ0 + IRQ_C] = outer;
  NVIC_IPR(IRQ_A) = NVIC_IPR(IRQ_C) = 0x80;
  NVIC_IPR(IRQ_B) = 0x40;
  NVIC_ISER = 1 << IRQ_A | 1 << IRQ_B | 1 << IRQ_C;
  check_extended_frame();
  check_basic_frame();
  check_tail_chaining();
  check_without_lazy_stacking();
  NVIC_ICER = 1 << IRQ_A | 1 << IRQ_B | 1 << IRQ_C;
  clear_fpca();
}
