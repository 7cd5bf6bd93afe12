// WFI, WFE, SEV, SEVONPEND and SLEEPONEXIT. Reference: ARMv7-M ARM B1.5.17-B1.5.20, B3.2.7.
// WFI and WFE may return early, so every wait is a loop; how long the core sleeps is not checked
// here.

#include "check.h"
#include "checks.h"
#include "core.h"
#include "handlers.h"

static volatile uint32_t wakes, exits;

static void stop_timer(uint32_t *frame, uint32_t exc_return) {
  TIMER_CTRL(TIMER0_BASE) = 0;
  TIMER_INTSTATUS(TIMER0_BASE) = 1;
  wakes++;
  event('t');
}

static void count_exits(uint32_t *frame, uint32_t exc_return) {
  TIMER_INTSTATUS(TIMER0_BASE) = 1;
  if (exits < 3) exits++;
  if (exits < 3) return;
  TIMER_CTRL(TIMER0_BASE) = 0;
  SCR = 0;
}

static void start_timer(uint32_t reload, uint32_t value) {
  TIMER_RELOAD(TIMER0_BASE) = reload;
  TIMER_VALUE(TIMER0_BASE) = value;
  TIMER_CTRL(TIMER0_BASE) = TIMER_ENABLE | TIMER_IRQ_ENABLE;
}

// Sleeps until `count` reaches `enough`. An interrupt between test and WFI would be slept through,
// so both happen with PRIMASK set.
static void wait_until(volatile uint32_t *count, uint32_t enough) {
  while (*count < enough) {
    mask_interrupts();
    if (*count < enough) __asm volatile("wfi" ::: "memory");
    unmask_interrupts();
  }
}

static void check_wfi(void) {
  start_timer(0, 5000);
  wait_until(&wakes, 1);
  check("WFI: an interrupt wakes and is taken", wakes, 1);
  events_clear();
  mask_interrupts();
  start_timer(0, 5000);
  while (!(NVIC_ISPR & 1 << IRQ_TIMER0)) __asm volatile("wfi" ::: "memory");
  check_text("WFI: PRIMASK set, wakes without taking it", events(), "");
  __asm volatile("wfi" ::: "memory");
  check_text("WFI: does not sleep with an interrupt pending", events(), "");
  unmask_interrupts();
  check_text("WFI: taken when unmasked", events(), "t");
}

static void check_wfe(void) {
  __asm volatile("sev\n wfe" ::: "memory");
  check("WFE: SEV has set the event register", 1, 1);
  __asm volatile("svc #0\n wfe" ::: "memory");
  check("WFE: exception return has set the event register", 1, 1);
  wakes = 0;
  start_timer(0, 5000);
  while (wakes == 0) __asm volatile("wfe" ::: "memory");
  check("WFE: an interrupt wakes and is taken", wakes, 1);
  NVIC_ICER = 1 << IRQ_TIMER0;
  SCR = SCR_SEVONPEND;
  check("SCR: SEVONPEND reads back", SCR, SCR_SEVONPEND);
  start_timer(0, 5000);
  while (!(NVIC_ISPR & 1 << IRQ_TIMER0)) __asm volatile("wfe" ::: "memory");
  check("WFE: SEVONPEND wakes for a disabled interrupt", wakes, 1);
  TIMER_CTRL(TIMER0_BASE) = 0;
  TIMER_INTSTATUS(TIMER0_BASE) = 1;
  NVIC_ICPR = 1 << IRQ_TIMER0;
  SCR = 0;
}

static void check_sleep_on_exit(void) {
  handlers[EXCEPTION_IRQ0 + IRQ_TIMER0] = count_exits;
  NVIC_ISER = 1 << IRQ_TIMER0;
  SCR = SCR_SLEEPONEXIT;
  start_timer(2500, 2500);
  wait_until(&exits, 3);
  check("SLEEPONEXIT: thread mode runs again once cleared", exits, 3);
  NVIC_ICER = 1 << IRQ_TIMER0;
}

void check_waiting(void) {
  handlers[EXCEPTION_IRQ0 + IRQ_TIMER0] = stop_timer;
  handlers[EXCEPTION_SVCALL] = ignore_exception;
  NVIC_ISER = 1 << IRQ_TIMER0;
  check_wfi();
  check_wfe();
  check_sleep_on_exit();
}
