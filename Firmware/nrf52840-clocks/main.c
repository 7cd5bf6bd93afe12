// RTC0 against the core clock over SECONDS, and TIMER2's compare events on SIGNAL; the core sleeps in
// between.

#include "../nrf52840/nrf52840.h"

#ifndef SECONDS
#define SECONDS 10
#endif
#ifndef PERIOD
#define PERIOD 16000
#endif

volatile uint32_t seconds, first_capture, last_capture, wakes;

void CLOCK_IRQHandler(void) { CLEAR(CLOCK_LFCLKSTARTED); }

void RTC0_IRQHandler(void) {
  CLEAR(RTC0_COMPARE0);
  RTC0_CC0 = RTC0_CC0 + 32768;
  if (seconds == 0) first_capture = TIMER_CC(TIMER1, 0);
  last_capture = TIMER_CC(TIMER1, 0);
  seconds++;
}

int main(void) {
  CLOCK_LFCLKSRC = LFCLK_CRYSTAL;
  CLOCK_INTENSET = 1 << 1;
  enable_interrupt(CLOCK_IRQ, 2);
  CLOCK_LFCLKSTART = 1;
  wait_for_interrupt();
  // Free-running at 16 MHz; captured by hardware at each compare of RTC0.
  TIMER_BITMODE(TIMER1) = TIMER_32_BITS;
  TIMER_PRESCALER(TIMER1) = 0;
  TIMER_START(TIMER1) = 1;
  connect(0, &RTC0_COMPARE0, &TIMER_CAPTURE(TIMER1, 0));
  // A square wave from TIMER2, without the core.
  GPIOTE_CONFIG(0) = GPIOTE_TASK(SIGNAL);
  TIMER_BITMODE(TIMER2) = TIMER_32_BITS;
  TIMER_PRESCALER(TIMER2) = 0;
  TIMER_CC(TIMER2, 0) = PERIOD;
  TIMER_SHORTS(TIMER2) = COMPARE0_CLEAR;
  connect(1, &TIMER_COMPARE(TIMER2, 0), &GPIOTE_OUT(0));
  TIMER_START(TIMER2) = 1;
  RTC0_CC0 = 32768;
  RTC0_EVTENSET = 1 << 16;
  RTC0_INTENSET = 1 << 16;
  enable_interrupt(RTC0_IRQ, 2);
  RTC0_START = 1;
  while (seconds <= SECONDS) {
    wait_for_interrupt();
    wakes++;
  }
  return 0;
}
