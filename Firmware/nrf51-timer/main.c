// TIMER0 to TIMER2: timer and counter mode, compare events, shortcuts, interrupts.
// Reference: nRF51 Series Reference Manual v3.0, chapter 18 TIMER.

#include "check.h"
#include "handlers.h"
#include "nrf51.h"

enum { TIMERS = 3, COMPARE0_CLEAR = 1 << 0, COMPARE0_STOP = 1 << 8, INT_COMPARE0 = 1 << 16 };

static volatile uint32_t entries, base;

static void count_compare(uint32_t *frame, uint32_t exc_return) {
  entries++;
  TIMER_COMPARE(base, 0) = 0;
}

static uint32_t captured(void) {
  TIMER_CAPTURE(base, 1) = 1;
  return TIMER_CC(base, 1);
}

static void stop_and_clear(void) {
  TIMER_STOP(base) = 1;
  TIMER_CLEAR(base) = 1;
  SHORTS(base) = 0;
  for (int n = 0; n < 4; n++) TIMER_COMPARE(base, n) = 0;
}

static void check_registers(void) {
  uint32_t all = TIMER_MODE(base) | TIMER_BITMODE(base) | SHORTS(base) | INTENSET(base);
  for (int n = 0; n < 4; n++) all |= TIMER_COMPARE(base, n) | TIMER_CC(base, n);
  check("registers at reset", all, 0);
  TIMER_PRESCALER(base) = 4;
  check("PRESCALER reads back", TIMER_PRESCALER(base), 4);
  SHORTS(base) = 0xFFFF;
  check("SHORTS: clear and stop of four channels", SHORTS(base), 0xF0F);
  SHORTS(base) = 0;
  INTENSET(base) = 0xF0000;
  check("INTENSET sets", INTENSET(base), 0xF0000);
  INTENCLR(base) = 0xE0000;
  check("INTENCLR clears", INTENCLR(base), INT_COMPARE0);
  INTENCLR(base) = INT_COMPARE0;
}

static void check_timer_mode(void) {
  TIMER_CC(base, 0) = 1000;
  TIMER_START(base) = 1;
  while (!TIMER_COMPARE(base, 0)) {
  }
  uint32_t count = captured();
  check("COMPARE comes at CC", count >= 1000 && count < 1100, 1);
  check("the other channels are silent", TIMER_COMPARE(base, 2) | TIMER_COMPARE(base, 3), 0);
  TIMER_COMPARE(base, 0) = 0;
  check("COMPARE is cleared by 0", TIMER_COMPARE(base, 0), 0);
  TIMER_CLEAR(base) = 1;
  check("CLEAR starts over", captured() < 100, 1);
  TIMER_STOP(base) = 1;
  count = captured();
  check("STOP holds the count", captured(), count);
  stop_and_clear();
  check("CLEAR while stopped", captured(), 0);
}

static void check_shortcuts(void) {
  TIMER_CC(base, 0) = 200;
  SHORTS(base) = COMPARE0_STOP;
  TIMER_START(base) = 1;
  while (!TIMER_COMPARE(base, 0)) {
  }
  uint32_t count = captured();
  for (volatile int delay = 0; delay < 1000; delay++) {
  }
  check("COMPARE0_STOP stops it", captured(), count);
  stop_and_clear();
  SHORTS(base) = COMPARE0_CLEAR;
  uint32_t most = 0;
  TIMER_START(base) = 1;
  for (int period = 0; period < 4; period++) {
    while (!TIMER_COMPARE(base, 0)) {
      count = captured();
      if (count > most) most = count;
    }
    TIMER_COMPARE(base, 0) = 0;
  }
  check("COMPARE0_CLEAR: it never passes CC", most <= 200, 1);
  stop_and_clear();
}

static void check_interrupt(uint32_t number) {
  handlers[EXCEPTION_IRQ0 + IRQ_TIMER0 + number] = count_compare;
  entries = 0;
  TIMER_CC(base, 0) = 100;
  SHORTS(base) = COMPARE0_CLEAR;
  NVIC_ISER = 1 << (IRQ_TIMER0 + number);
  TIMER_START(base) = 1;
  TIMER_CC(base, 2) = 0;
  while (!TIMER_COMPARE(base, 0)) {
  }
  check("no interrupt without INTEN", entries, 0);
  INTENSET(base) = INT_COMPARE0;
  while (entries < 5) {
  }
  TIMER_STOP(base) = 1;
  uint32_t seen = entries;
  for (volatile int delay = 0; delay < 1000; delay++) {
  }
  check("an interrupt a period, none after STOP", entries, seen);
  INTENCLR(base) = INT_COMPARE0;
  NVIC_ICER = 1 << (IRQ_TIMER0 + number);
  stop_and_clear();
}

static void check_counter_mode(void) {
  TIMER_MODE(base) = 1;
  TIMER_CC(base, 2) = 7;
  TIMER_START(base) = 1;
  for (int count = 0; count < 5; count++) TIMER_COUNT(base) = 1;
  check("counter mode: COUNT", captured(), 5);
  check("counter mode: not yet", TIMER_COMPARE(base, 2), 0);
  TIMER_COUNT(base) = 1;
  TIMER_COUNT(base) = 1;
  check("counter mode: COMPARE", TIMER_COMPARE(base, 2), 1);
  TIMER_STOP(base) = 1;
  TIMER_BITMODE(base) = 1;
  TIMER_CLEAR(base) = 1;
  TIMER_START(base) = 1;
  for (int count = 0; count < 259; count++) TIMER_COUNT(base) = 1;
  check("counter mode: 8 bits", captured(), 3);
  stop_and_clear();
  TIMER_MODE(base) = 0;
  TIMER_BITMODE(base) = 0;
}

int main(void) {
  checks_begin();
  for (uint32_t number = 0; number < TIMERS; number++) {
    base = TIMER0 + 0x1000 * number;
    check_registers();
    check_timer_mode();
    check_shortcuts();
    check_interrupt(number);
    check_counter_mode();
  }
  return checks_end();
}
