// Registers of the nRF51 as its reference manual names them.
// Reference: nRF51 Series Reference Manual v3.0; offsets of nrf51.svd.
#pragma once

#include "core.h"

enum {
  CLOCK = 0x40000000,
  UART0 = 0x40002000,
  TIMER0 = 0x40008000,
  RTC0 = 0x4000B000,
  RNG = 0x4000D000,
  GPIO = 0x50000000,
};
// IRQ_TIMER0 is 8 here, too.
enum { IRQ_UART0 = 2, IRQ_RTC0 = 11, IRQ_RNG = 13 };

// Of every peripheral.
#define SHORTS(base) REGISTER((base) + 0x200)
#define INTENSET(base) REGISTER((base) + 0x304)
#define INTENCLR(base) REGISTER((base) + 0x308)

#define TIMER_START(base) REGISTER((base) + 0x000)
#define TIMER_STOP(base) REGISTER((base) + 0x004)
#define TIMER_COUNT(base) REGISTER((base) + 0x008)
#define TIMER_CLEAR(base) REGISTER((base) + 0x00C)
#define TIMER_CAPTURE(base, n) REGISTER((base) + 0x040 + 4 * (n))
#define TIMER_COMPARE(base, n) REGISTER((base) + 0x140 + 4 * (n))
#define TIMER_MODE(base) REGISTER((base) + 0x504)
#define TIMER_BITMODE(base) REGISTER((base) + 0x508)
#define TIMER_PRESCALER(base) REGISTER((base) + 0x510)
#define TIMER_CC(base, n) REGISTER((base) + 0x540 + 4 * (n))

// Microseconds on TIMER0, which the caller has started.
static inline void clock_start(void) {
  TIMER_STOP(TIMER0) = 1;
  TIMER_MODE(TIMER0) = 0;
  TIMER_BITMODE(TIMER0) = 3;
  TIMER_PRESCALER(TIMER0) = 4;
  TIMER_CLEAR(TIMER0) = 1;
  TIMER_START(TIMER0) = 1;
}

static inline uint32_t microseconds(void) {
  TIMER_CAPTURE(TIMER0, 3) = 1;
  return TIMER_CC(TIMER0, 3);
}

static inline void pause(uint32_t time) {
  uint32_t start = microseconds();
  while (microseconds() - start < time) {
  }
}
