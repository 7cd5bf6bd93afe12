// RNG: values, their pace with and without bias correction, shortcut, interrupt.
// Reference: nRF51 Series Reference Manual v3.0, chapter 22 RNG; nRF51822 Product Specification v3.1.

#include "check.h"
#include "handlers.h"
#include "nrf51.h"

#define START REGISTER(RNG + 0x000)
#define STOP REGISTER(RNG + 0x004)
#define VALRDY REGISTER(RNG + 0x100)
#define CONFIG REGISTER(RNG + 0x504)
#define VALUE REGISTER(RNG + 0x508)

enum { VALRDY_STOP = 1, INT_VALRDY = 1, DERCEN = 1, VALUES = 16 };

static volatile uint32_t entries;

static void count_value(uint32_t *frame, uint32_t exc_return) {
  entries++;
  VALRDY = 0;
}

static uint32_t next_value(void) {
  VALRDY = 0;
  while (!VALRDY) {
  }
  return VALUE;
}

// Microseconds a value, over several.
static uint32_t pace(void) {
  next_value();
  uint32_t start = microseconds();
  for (int n = 0; n < 8; n++) next_value();
  return (microseconds() - start) / 8;
}

int main(void) {
  checks_begin();
  clock_start();
  check("registers at reset", VALRDY | CONFIG | SHORTS(RNG) | INTENSET(RNG), 0);
  pause(1000);
  check("no value before START", VALRDY, 0);
  START = 1;
  uint32_t all = 0, same = 1, first = next_value();
  for (int n = 0; n < VALUES; n++) {
    uint32_t value = next_value();
    all |= value;
    same &= value == first;
  }
  check("a value is a byte", all & ~0xFFu, 0);
  check("values differ", same, 0);
  uint32_t raw = pace();
  check("a value every 167 us", raw > 150 && raw < 185, 1);
  CONFIG = DERCEN;
  check("CONFIG reads back", CONFIG, DERCEN);
  uint32_t corrected = pace();
  check("a corrected value every 660 us", corrected > 600 && corrected < 720, 1);
  CONFIG = 0;
  SHORTS(RNG) = VALRDY_STOP;
  check("SHORTS reads back", SHORTS(RNG), VALRDY_STOP);
  next_value();
  VALRDY = 0;
  pause(2000);
  check("VALRDY_STOP stops it", VALRDY, 0);
  SHORTS(RNG) = 0;
  handlers[EXCEPTION_IRQ0 + IRQ_RNG] = count_value;
  INTENSET(RNG) = INT_VALRDY;
  NVIC_ISER = 1 << IRQ_RNG;
  START = 1;
  while (entries < 4) {
  }
  STOP = 1;
  uint32_t seen = entries;
  pause(2000);
  check("an interrupt a value, none after STOP", entries, seen);
  INTENCLR(RNG) = INT_VALRDY;
  check("INTENCLR clears", INTENSET(RNG), 0);
  return checks_end();
}
