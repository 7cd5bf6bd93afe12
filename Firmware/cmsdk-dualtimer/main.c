// The CMSDK APB dual-input timer. Reference: CMSDK TRM (DDI 0479C) 4.5; AN386 tables 4-1 and 4-2.

#include "check.h"
#include "console.h"
#include "core.h"
#include "handlers.h"

#define LOAD(base) REGISTER((base) + 0x00)
#define VALUE(base) REGISTER((base) + 0x04)
#define CONTROL(base) REGISTER((base) + 0x08)
#define INTCLR(base) REGISTER((base) + 0x0C)
#define RIS(base) REGISTER((base) + 0x10)
#define MIS(base) REGISTER((base) + 0x14)
#define BGLOAD(base) REGISTER((base) + 0x18)
#define ITCR REGISTER(DUALTIMER_BASE + 0xF00)
#define ITOP REGISTER(DUALTIMER_BASE + 0xF04)

enum {
  ONE_SHOT = 1,
  WIDE = 2,
  BY_16 = 1 << 2,
  BY_256 = 2 << 2,
  INTERRUPT = 0x20,
  PERIODIC = 0x40,
  ENABLE = 0x80,
  FIRST = DUALTIMER_BASE,
  SECOND = DUALTIMER_BASE + 0x20,
};

static volatile uint32_t entries, seen_status;

static void acknowledge(uint32_t *frame, uint32_t exc_return) {
  seen_status = MIS(FIRST) | MIS(SECOND) << 1;
  INTCLR(FIRST) = 1;
  INTCLR(SECOND) = 1;
  entries++;
}

static void check_identification(void) {
  static const uint8_t expected[12] = {4, 0, 0, 0, 0x23, 0xB8, 0x1B, 0, 0x0D, 0xF0, 0x05, 0xB1};
  uint32_t wrong = 0;
  for (int index = 0; index < 12; index++) {
    wrong += REGISTER(DUALTIMER_BASE + 0xFD0 + 4 * index) != expected[index];
  }
  check("PID and CID", wrong, 0);
}

static void check_registers(uint32_t base) {
  check("reset: LOAD", LOAD(base), 0);
  check("reset: VALUE", VALUE(base), 0xFFFFFFFF);
  check("reset: CONTROL has the interrupt enabled", CONTROL(base), INTERRUPT);
  check("reset: RIS and MIS", RIS(base) | MIS(base), 0);
  check("reset: BGLOAD", BGLOAD(base), 0);
  CONTROL(base) = 0xFFFFFF70;
  check("CONTROL: bit 4 and the upper bits read 0", CONTROL(base), INTERRUPT | PERIODIC);
  CONTROL(base) = WIDE | PERIODIC;
  LOAD(base) = 0xFEDCBA98;
  check("LOAD has 32 bits", LOAD(base), 0xFEDCBA98);
  check("writing LOAD sets VALUE", VALUE(base), 0xFEDCBA98);
  BGLOAD(base) = 0x12345678;
  check("writing BGLOAD leaves VALUE", VALUE(base), 0xFEDCBA98);
  check("BGLOAD and LOAD are one value", LOAD(base) ^ BGLOAD(base), 0);
  check("BGLOAD reads back", BGLOAD(base), 0x12345678);
}

static void check_one_shot(uint32_t base) {
  entries = 0;
  CONTROL(base) = WIDE | PERIODIC | ONE_SHOT | INTERRUPT;
  LOAD(base) = 1000;
  CONTROL(base) = WIDE | PERIODIC | ONE_SHOT | INTERRUPT | ENABLE;
  while (!entries) {
  }
  check("one-shot: one interrupt", entries, 1);
  check("one-shot: MIS in the handler", seen_status, base == FIRST ? 1 : 2);
  for (volatile int delay = 0; delay < 5000; delay++) {
  }
  check("one-shot: VALUE stays 0", VALUE(base), 0);
  check("one-shot: no further interrupt", entries, 1);
  LOAD(base) = 1000;
  while (entries == 1) {
  }
  check("one-shot: writing LOAD starts again", entries, 2);
  CONTROL(base) = WIDE | PERIODIC;
}

static void check_periodic(uint32_t base) {
  entries = 0;
  LOAD(base) = 4999;
  CONTROL(base) = WIDE | PERIODIC | INTERRUPT | ENABLE;
  while (entries < 4) {
  }
  check("periodic: VALUE within LOAD", VALUE(base) <= 4999, 1);
  BGLOAD(base) = 2999;
  uint32_t before = entries;
  while (entries < before + 2) {
  }
  check("periodic: BGLOAD takes over at the next period", VALUE(base) <= 2999, 1);
  CONTROL(base) = WIDE | PERIODIC;
}

static void check_status(uint32_t base) {
  NVIC_ICER = 1 << IRQ_DUALTIMER;
  LOAD(base) = 500;
  CONTROL(base) = WIDE | PERIODIC | ONE_SHOT | ENABLE;
  while (!RIS(base)) {
  }
  check("interrupt off: RIS rises", RIS(base), 1);
  check("interrupt off: MIS does not", MIS(base), 0);
  check("interrupt off: nothing pending", NVIC_ISPR, 0);
  CONTROL(base) = WIDE | PERIODIC | INTERRUPT;
  check("enabling it raises MIS", MIS(base), 1);
  check("enabling it pends the interrupt", NVIC_ISPR, 1 << IRQ_DUALTIMER);
  INTCLR(base) = 0;
  check("INTCLR: any value clears", RIS(base) | MIS(base), 0);
  NVIC_ICPR = 1 << IRQ_DUALTIMER;
  check("INTCLR: not pending again", NVIC_ISPR, 0);
  CONTROL(base) = WIDE | PERIODIC;
  NVIC_ISER = 1 << IRQ_DUALTIMER;
}

// Free-running in 16 bits: after 0 comes 0xFFFF, whatever LOAD holds. Slow, so that the check has
// time.
static void check_free_running(uint32_t base) {
  CONTROL(base) = 0;
  CONTROL(base) = BY_256;
  LOAD(base) = 2;
  check("free-running: LOAD sets VALUE", VALUE(base) & 0xFFFF, 2);
  CONTROL(base) = BY_256 | ENABLE;
  while (!RIS(base)) {
  }
  while ((VALUE(base) & 0xFFFF) <= 2) {
  }
  check("free-running: wraps to 16 bits of ones", (VALUE(base) & 0xFFFF) > 0x8000, 1);
  CONTROL(base) = 0;
  INTCLR(base) = 1;
}

static void check_prescaler(uint32_t slow_control, uint32_t divisor, uint32_t ticks) {
  CONTROL(FIRST) = CONTROL(SECOND) = WIDE | PERIODIC;
  LOAD(FIRST) = LOAD(SECOND) = 0xFFFFFFFF;
  CONTROL(SECOND) = WIDE | PERIODIC | slow_control | ENABLE;
  CONTROL(FIRST) = WIDE | PERIODIC | ENABLE;
  while (0xFFFFFFFF - VALUE(SECOND) < ticks) {
  }
  CONTROL(SECOND) = CONTROL(FIRST) = WIDE | PERIODIC;
  uint32_t fast = 0xFFFFFFFF - VALUE(FIRST), slow = 0xFFFFFFFF - VALUE(SECOND);
  check("prescaler: divides by what it says",
        fast / slow > divisor / 2 && fast / slow < divisor * 2, 1);
  print_masked("ratio times 16", fast * 16 / slow);
}

static void check_test_mode(void) {
  NVIC_ICER = 1 << IRQ_DUALTIMER;
  check("integration test: off at reset", ITCR, 0);
  ITCR = 1;
  check("integration test: ITCR reads back", ITCR, 1);
  ITOP = 2;
  check("integration test: ITOP drives the interrupt", NVIC_ISPR, 1 << IRQ_DUALTIMER);
  ITOP = 0;
  NVIC_ICPR = 1 << IRQ_DUALTIMER;
  check("integration test: ITOP releases it", NVIC_ISPR, 0);
  ITCR = 0;
}

static void check_timer(const char *name, uint32_t base) {
  print(name);
  check_registers(base);
  check_one_shot(base);
  check_periodic(base);
  check_status(base);
  check_free_running(base);
}

int main(void) {
  checks_begin();
  handlers[EXCEPTION_IRQ0 + IRQ_DUALTIMER] = acknowledge;
  NVIC_ISER = 1 << IRQ_DUALTIMER;
  check_identification();
  check_timer("first timer\n", FIRST);
  check_timer("second timer\n", SECOND);
  print("both\n");
  check_prescaler(BY_16, 16, 2000);
  check_prescaler(BY_256, 256, 200);
  check_test_mode();
  return checks_end();
}
