// RTC0 and RTC1 against TIMER0: counter, prescaler, tick, compare, overflow, clear, interrupt.
// Reference: nRF51 Series Reference Manual v3.0, chapter 19 RTC. QEMU 7.2 has no model of it.

#include "check.h"
#include "handlers.h"
#include "nrf51.h"

#define LFCLKSTART REGISTER(CLOCK + 0x008)
#define LFCLKSTARTED REGISTER(CLOCK + 0x104)
#define LFCLKSTAT REGISTER(CLOCK + 0x418)
#define START(base) REGISTER((base) + 0x000)
#define STOP(base) REGISTER((base) + 0x004)
#define CLEAR(base) REGISTER((base) + 0x008)
#define TRIGOVRFLW(base) REGISTER((base) + 0x00C)
#define TICK(base) REGISTER((base) + 0x100)
#define OVRFLW(base) REGISTER((base) + 0x104)
#define COMPARE(base, n) REGISTER((base) + 0x140 + 4 * (n))
#define EVTENSET(base) REGISTER((base) + 0x344)
#define EVTENCLR(base) REGISTER((base) + 0x348)
#define COUNTER(base) REGISTER((base) + 0x504)
#define PRESCALER(base) REGISTER((base) + 0x508)
#define CC(base, n) REGISTER((base) + 0x540 + 4 * (n))

enum { EVENT_TICK = 1, EVENT_OVRFLW = 2, EVENT_COMPARE0 = 1 << 16 };
// Tasks take effect at the next edges of the low-frequency clock.
enum { EDGES = 100 };

static volatile uint32_t entries, base;

static void count_compare(uint32_t *frame, uint32_t exc_return) {
  entries++;
  COMPARE(base, 0) = 0;
}

static uint32_t is_about(uint32_t got, uint32_t expected, uint32_t most) {
  return got + most >= expected && got <= expected + most;
}

static void start_clock(void) {
  check("LFCLK is off at reset", LFCLKSTAT, 0);
  LFCLKSTART = 1;
  while (!LFCLKSTARTED) {
  }
  check("LFCLK runs", LFCLKSTAT >> 16, 1);
}

static void check_counter(void) {
  check("registers at reset", COUNTER(base) | PRESCALER(base) | CC(base, 0) | INTENSET(base), 0);
  START(base) = 1;
  pause(EDGES);
  uint32_t start = microseconds(), count = COUNTER(base);
  pause(10000);
  count = COUNTER(base) - count;
  uint32_t time = microseconds() - start;
  check("32768 counts a second", is_about(count, time * 512 / 15625, 2), 1);
  check("no event without its enable", TICK(base) | OVRFLW(base) | COMPARE(base, 0), 0);
  STOP(base) = 1;
  pause(EDGES);
  count = COUNTER(base);
  pause(1000);
  check("STOP holds the count", COUNTER(base), count);
  CLEAR(base) = 1;
  pause(EDGES);
  check("CLEAR", COUNTER(base), 0);
}

static void check_prescaler(void) {
  PRESCALER(base) = 31;
  check("PRESCALER reads back", PRESCALER(base), 31);
  START(base) = 1;
  pause(EDGES);
  uint32_t count = COUNTER(base);
  pause(20000);
  check("PRESCALER 31: 1024 counts a second", is_about(COUNTER(base) - count, 20, 1), 1);
  STOP(base) = 1;
  pause(EDGES);
  PRESCALER(base) = 0;
  CLEAR(base) = 1;
  pause(EDGES);
}

static void check_events(void) {
  EVTENSET(base) = EVENT_TICK | EVENT_OVRFLW | EVENT_COMPARE0;
  check("EVTENSET sets", EVTENSET(base), EVENT_TICK | EVENT_OVRFLW | EVENT_COMPARE0);
  CC(base, 0) = 300;
  check("CC reads back", CC(base, 0), 300);
  START(base) = 1;
  while (!TICK(base)) {
  }
  check("TICK before COMPARE", COMPARE(base, 0), 0);
  while (!COMPARE(base, 0)) {
  }
  check("COMPARE comes at CC", is_about(COUNTER(base), 300, 1), 1);
  COMPARE(base, 0) = 0;
  TRIGOVRFLW(base) = 1;
  pause(EDGES);
  check("TRIGOVRFLW: sixteen counts before the end", COUNTER(base) >= 0xFFFFF0, 1);
  check("no OVRFLW yet", OVRFLW(base), 0);
  while (!OVRFLW(base)) {
  }
  check("OVRFLW comes at 0", COUNTER(base) <= 1, 1);
  EVTENCLR(base) = EVENT_TICK | EVENT_OVRFLW | EVENT_COMPARE0;
  check("EVTENCLR clears", EVTENSET(base), 0);
  TICK(base) = 0;
  pause(1000);
  check("TICK: none without its enable", TICK(base), 0);
}

static void check_interrupt(uint32_t irq) {
  handlers[EXCEPTION_IRQ0 + irq] = count_compare;
  entries = 0;
  CC(base, 0) = COUNTER(base) + 40;
  INTENSET(base) = EVENT_COMPARE0;
  NVIC_ISER = 1u << irq;
  uint32_t start = microseconds();
  while (!entries) {
  }
  check("the interrupt comes after 40 counts", is_about(microseconds() - start, 1220, 40), 1);
  CC(base, 0) = COUNTER(base) + 40;
  __asm volatile("wfi" ::: "memory");
  check("it wakes the core", entries, 2);
  INTENCLR(base) = EVENT_COMPARE0;
  NVIC_ICER = 1u << irq;
  STOP(base) = 1;
  pause(EDGES);
}

int main(void) {
  checks_begin();
  clock_start();
  start_clock();
  base = RTC0;
  check_counter();
  check_prescaler();
  check_events();
  check_interrupt(IRQ_RTC0);
  base = RTC0 + 0x6000;  // RTC1
  check_counter();
  check_prescaler();
  check_events();
  check_interrupt(17);
  return checks_end();
}
