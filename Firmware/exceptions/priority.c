// Nesting, grouping, tail-chaining and the order of pending exceptions. Reference: ARMv7-M ARM
// B1.5.4, B1.5.6-B1.5.8.

#include "check.h"
#include "checks.h"
#include "core.h"
#include "handlers.h"

enum { LINES = 1 << IRQ_A | 1 << IRQ_B | 1 << IRQ_C };

static volatile uint32_t pend_inside, return_a, return_b, return_c, frame_a, frame_b, frame_c;
static volatile uint32_t icsr_a, icsr_b, active_b;

// Pends `pend_inside` within itself: an upper-case letter before, a lower-case one after.
static void outer(uint32_t *frame, uint32_t exc_return) {
  return_a = exc_return;
  frame_a = (uint32_t)frame;
  icsr_a = ICSR;
  event('A');
  if (pend_inside) {
    NVIC_ISPR = pend_inside;
    pend_inside = 0;
    barrier();
  }
  event('a');
}

static void log_b(uint32_t *frame, uint32_t exc_return) {
  return_b = exc_return;
  frame_b = (uint32_t)frame;
  icsr_b = ICSR;
  active_b = NVIC_IABR;
  event('b');
}

static void log_c(uint32_t *frame, uint32_t exc_return) {
  return_c = exc_return;
  frame_c = (uint32_t)frame;
  event('c');
}

static void priorities(uint32_t a, uint32_t b, uint32_t c) {
  NVIC_IPR(IRQ_A) = a;
  NVIC_IPR(IRQ_B) = b;
  NVIC_IPR(IRQ_C) = c;
}

// Pends A, which pends `inside`, and returns what happened in which order.
static const char *nest(uint32_t inside) {
  events_clear();
  pend_inside = inside;
  pend(IRQ_A);
  return events();
}

static const char *pend_together(uint32_t lines) {
  events_clear();
  mask_interrupts();
  NVIC_ISPR = lines;
  barrier();
  unmask_interrupts();
  return events();
}

static void check_nesting(void) {
  priorities(0x80, 0x40, 0xC0);
  clear_fpca();
  check_text("nesting: a higher priority pre-empts", nest(1 << IRQ_B), "Aba");
  check("nesting: EXC_RETURN of the outer handler", return_a, 0xFFFFFFF9);
  check("nesting: EXC_RETURN of the inner handler", return_b, 0xFFFFFFF1);
  check("nesting: IABR shows both", active_b, 1 << IRQ_A | 1 << IRQ_B);
  check("nesting: IABR empty afterwards", NVIC_IABR, 0);
  check("nesting: VECTACTIVE of the outer", icsr_a & 0x1FF, EXCEPTION_IRQ0 + IRQ_A);
  check("nesting: VECTACTIVE of the inner", icsr_b & 0x1FF, EXCEPTION_IRQ0 + IRQ_B);
  check("nesting: RETTOBASE in the outer", icsr_a & ICSR_RETTOBASE, ICSR_RETTOBASE);
  check("nesting: RETTOBASE in the inner", icsr_b & ICSR_RETTOBASE, 0);
  check_text("nesting: a lower priority waits", nest(1 << IRQ_C), "Aac");
  priorities(0x80, 0x80, 0x80);
  check_text("nesting: an equal priority waits", nest(1 << IRQ_B), "Aab");
  check_text("nesting: the same interrupt again waits", nest(1 << IRQ_A), "AaAa");
}

static void check_grouping(void) {
  AIRCR = AIRCR_VECTKEY | 6 << 8;
  check("PRIGROUP: reads back", AIRCR & 0x700, 0x600);
  priorities(0x60, 0x20, 0x80);
  check_text("PRIGROUP: subpriority does not pre-empt", nest(1 << IRQ_B), "Aab");
  check_text("PRIGROUP: subpriority orders", pend_together(LINES), "bAac");
  priorities(0x80, 0x20, 0x80);
  check_text("PRIGROUP: another group pre-empts", nest(1 << IRQ_B), "Aba");
  priorities(0, 0, 0);
  set_basepri(0x20);
  check_text("PRIGROUP: BASEPRI masks whole groups", nest(0), "");
  set_basepri(0);
  check_text("PRIGROUP: taken when BASEPRI is cleared", events(), "Aa");
  AIRCR = 0x5AF0000 | 3 << 8;
  check("AIRCR: a write without VECTKEY is ignored", AIRCR, 0xFA050600);
  AIRCR = AIRCR_VECTKEY;
  check("AIRCR: PRIGROUP cleared", AIRCR, 0xFA050000);
}

static void check_order(void) {
  priorities(0x80, 0x80, 0x80);
  check_text("order: equal priorities by exception number", pend_together(LINES), "Aabc");
  priorities(0xC0, 0x80, 0x40);
  clear_fpca();
  check_text("tail-chaining: by priority", pend_together(LINES), "cbAa");
  check("tail-chaining: EXC_RETURN unchanged",
        (return_a & return_b & return_c) | (return_a ^ return_b), 0xFFFFFFF9);
  check("tail-chaining: all on one frame", (frame_a ^ frame_b) | (frame_b ^ frame_c), 0);
  priorities(0x80, 0xC0, 0x40);
  events_clear();
  mask_interrupts();
  pend(IRQ_A);
  pend(IRQ_C);
  unmask_interrupts();
  check_text("late arrival: the higher priority goes first", events(), "cAa");
  priorities(0x80, 0x40, 0x40);
  check_text("tail-chaining inside a nested level", nest(1 << IRQ_B | 1 << IRQ_C), "Abca");
  check("tail-chaining inside a nested level: EXC_RETURN", return_b & return_c, 0xFFFFFFF1);
  check("tail-chaining inside a nested level: one frame", frame_b ^ frame_c, 0);
}

void check_priority(void) {
  handlers[EXCEPTION_IRQ0 + IRQ_A] = outer;
  handlers[EXCEPTION_IRQ0 + IRQ_B] = log_b;
  handlers[EXCEPTION_IRQ0 + IRQ_C] = log_c;
  NVIC_ISER = LINES;
  check_nesting();
  check_grouping();
  check_order();
  NVIC_ICER = LINES;
}
