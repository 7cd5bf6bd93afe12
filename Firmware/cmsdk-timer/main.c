// The two CMSDK APB timers. Reference: CMSDK TRM (DDI 0479C) 4.4; AN386 tables 4-1 and 4-2.

#include "check.h"
#include "console.h"
#include "core.h"
#include "handlers.h"

static volatile uint32_t entries, seen_status;
static uint32_t base;

static void acknowledge(uint32_t *frame, uint32_t exc_return) {
  seen_status = TIMER_INTSTATUS(base);
  TIMER_INTSTATUS(base) = 1;
  entries++;
}

static void stop(void) {
  TIMER_CTRL(base) = 0;
  TIMER_RELOAD(base) = 0;
  TIMER_INTSTATUS(base) = 1;
}

static void check_registers(void) {
  static const uint8_t expected[12] = {4, 0, 0, 0, 0x22, 0xB8, 0x1B, 0, 0x0D, 0xF0, 0x05, 0xB1};
  uint32_t wrong = 0;
  for (int index = 0; index < 12; index++)
    wrong += REGISTER(base + 0xFD0 + 4 * index) != expected[index];
  check("PID and CID", wrong, 0);
  check("reset: CTRL", TIMER_CTRL(base), 0);
  check("reset: VALUE", TIMER_VALUE(base), 0);
  check("reset: RELOAD", TIMER_RELOAD(base), 0);
  check("reset: INTSTATUS", TIMER_INTSTATUS(base), 0);
  TIMER_CTRL(base) = 0xFFFFFFF8;
  check("CTRL has 4 bits", TIMER_CTRL(base), 8);
  TIMER_CTRL(base) = 0;
  TIMER_RELOAD(base) = 0xFEDCBA98;
  check("RELOAD has 32 bits", TIMER_RELOAD(base), 0xFEDCBA98);
  check("writing RELOAD sets VALUE", TIMER_VALUE(base), 0xFEDCBA98);
  TIMER_VALUE(base) = 0x12345678;
  check("VALUE reads back", TIMER_VALUE(base), 0x12345678);
  check("writing VALUE leaves RELOAD", TIMER_RELOAD(base), 0xFEDCBA98);
  check("VALUE stands still while disabled", TIMER_VALUE(base), 0x12345678);
}

static void check_counting(void) {
  TIMER_RELOAD(base) = 0xFFFFFFFF;
  TIMER_CTRL(base) = TIMER_ENABLE;
  uint32_t before = TIMER_VALUE(base), after = before;
  for (int polls = 0; polls < 1000000 && after == before; polls++) after = TIMER_VALUE(base);
  check("counts down", after < before, 1);
  TIMER_CTRL(base) = 0;
  before = TIMER_VALUE(base);
  for (volatile int delay = 0; delay < 100; delay++) {
  }
  check("disabling freezes VALUE", TIMER_VALUE(base), before);
  TIMER_CTRL(base) = TIMER_ENABLE;
  for (int polls = 0; polls < 1000000 && after >= before; polls++) after = TIMER_VALUE(base);
  check("enabling goes on from there", after < before && after > 0x80000000, 1);
  stop();
}

static void check_one_shot(void) {
  entries = 0;
  TIMER_VALUE(base) = 1000;
  TIMER_CTRL(base) = TIMER_ENABLE | TIMER_IRQ_ENABLE;
  while (!entries) {
  }
  check("RELOAD 0: one interrupt", entries, 1);
  check("RELOAD 0: INTSTATUS in the handler", seen_status, 1);
  for (volatile int delay = 0; delay < 5000; delay++) {
  }
  check("RELOAD 0: VALUE stays 0", TIMER_VALUE(base), 0);
  check("RELOAD 0: no further interrupt", entries, 1);
  TIMER_VALUE(base) = 1000;
  while (entries == 1) {
  }
  check("RELOAD 0: writing VALUE starts again", entries, 2);
  stop();
}

static void check_periodic(void) {
  entries = 0;
  TIMER_RELOAD(base) = 4999;
  TIMER_CTRL(base) = TIMER_ENABLE | TIMER_IRQ_ENABLE;
  while (entries < 4) {
  }
  check("periodic: VALUE within RELOAD", TIMER_VALUE(base) <= 4999, 1);
  check("periodic: RELOAD unchanged", TIMER_RELOAD(base), 4999);
  stop();
  check("RELOAD 0 clears VALUE", TIMER_VALUE(base), 0);
}

static void check_status(uint32_t irq) {
  NVIC_ICER = 1 << irq;
  TIMER_VALUE(base) = 500;
  TIMER_CTRL(base) = TIMER_ENABLE;
  while (TIMER_VALUE(base)) {
  }
  check("without IRQEN: INTSTATUS stays 0", TIMER_INTSTATUS(base), 0);
  check("without IRQEN: nothing pending", NVIC_ISPR, 0);
  TIMER_CTRL(base) = 0;
  TIMER_VALUE(base) = 500;
  TIMER_CTRL(base) = TIMER_ENABLE | TIMER_IRQ_ENABLE;
  while (!TIMER_INTSTATUS(base)) {
  }
  check("with IRQEN: its interrupt is pending", NVIC_ISPR, 1 << irq);
  TIMER_INTSTATUS(base) = 0;
  check("INTSTATUS: zero clears nothing", TIMER_INTSTATUS(base), 1);
  TIMER_CTRL(base) = 0;
  check("INTSTATUS: survives disabling", TIMER_INTSTATUS(base), 1);
  TIMER_INTSTATUS(base) = 0xFFFFFFFF;
  check("INTSTATUS: a one clears", TIMER_INTSTATUS(base), 0);
  NVIC_ICPR = 1 << irq;
  check("ICPR: not pending again", NVIC_ISPR, 0);
}

// How many core clocks four periods of 5000 take: 20000 where simulated time is the core's.
static void measure(void) {
  TIMER_RELOAD(base) = 4999;
  SYST_RVR = 0xFFFFFF;
  SYST_CVR = 0;
  TIMER_CTRL(base) = TIMER_ENABLE | TIMER_IRQ_ENABLE;
  SYST_CSR = SYST_CLKSOURCE | SYST_ENABLE;
  for (int period = 0; period < 4; period++) {
    while (!TIMER_INTSTATUS(base)) {
    }
    TIMER_INTSTATUS(base) = 1;
  }
  print_masked("clocks of 4 periods of 5000", 0xFFFFFF - SYST_CVR);
  SYST_CSR = SYST_CLKSOURCE;
  stop();
}

static void check_timer(const char *name, uint32_t address, uint32_t irq) {
  print(name);
  base = address;
  handlers[EXCEPTION_IRQ0 + irq] = acknowledge;
  check_registers();
  check_counting();
  NVIC_ISER = 1 << irq;
  check_one_shot();
  check_periodic();
  check_status(irq);
  measure();
  NVIC_ICPR = 1 << irq;
}

int main(void) {
  checks_begin();
  check_timer("TIMER0\n", TIMER0_BASE, IRQ_TIMER0);
  check_timer("TIMER1\n", TIMER1_BASE, IRQ_TIMER1);
  return checks_end();
}
