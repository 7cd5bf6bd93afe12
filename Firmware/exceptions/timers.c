// SysTick and the CMSDK timers as sources of exceptions. Reference: ARMv7-M ARM B3.3; CMSDK
// TRM 4.4.

#include "check.h"
#include "checks.h"
#include "core.h"
#include "handlers.h"

static volatile uint32_t ticks, entries;

static void count_tick(uint32_t *frame, uint32_t exc_return) {
  // It may fire once more before it stops.
  if (ticks < 3) ticks++;
  if (ticks == 3) SYST_CSR = SYST_CLKSOURCE;
}

// Leaves the timer's level interrupt standing until the third entry.
static void count_timer(uint32_t *frame, uint32_t exc_return) {
  if (++entries == 3) {
    TIMER_CTRL(TIMER0_BASE) = 0;
    TIMER_INTSTATUS(TIMER0_BASE) = 1;
  }
}

static void check_systick(void) {
  SYST_RVR = 0xFFFFFFFF;
  check("SysTick: 24-bit reload", SYST_RVR, 0x00FFFFFF);
  SYST_CVR = 0x1234;
  check("SysTick: writing the count clears it", SYST_CVR, 0);
  SYST_CSR = SYST_CLKSOURCE | SYST_ENABLE;
  while (SYST_CVR == 0) {
  }
  uint32_t earlier = SYST_CVR, later = earlier;
  for (int polls = 0; polls < 1000000 && later == earlier; polls++) later = SYST_CVR;
  check("SysTick: counts down", later < earlier, 1);
  SYST_CSR = SYST_CLKSOURCE;
  SYST_RVR = 999;
  SYST_CVR = 0;
  check("SysTick: writing the count clears COUNTFLAG", SYST_CSR & SYST_COUNTFLAG, 0);
  SYST_CSR = SYST_CLKSOURCE | SYST_ENABLE;
  uint32_t flag = 0;
  for (int polls = 0; polls < 10000000 && !flag; polls++) flag = SYST_CSR & SYST_COUNTFLAG;
  check("SysTick: COUNTFLAG rises", flag, SYST_COUNTFLAG);
  check("SysTick: the count stays within its reload", SYST_CVR <= 999, 1);
  SYST_CSR = SYST_CLKSOURCE;
  (void)SYST_CSR;
  check("SysTick: reading CSR clears COUNTFLAG", SYST_CSR, SYST_CLKSOURCE);
  check("SysTick: without TICKINT nothing pends", ICSR & ICSR_PENDSTSET, 0);
}

static void check_systick_interrupt(void) {
  handlers[EXCEPTION_SYSTICK] = count_tick;
  SYST_RVR = 2499;
  SYST_CVR = 0;
  SYST_CSR = SYST_CLKSOURCE | SYST_TICKINT | SYST_ENABLE;
  while (ticks < 3) {
  }
  check("SysTick: three interrupts, then stopped", ticks, 3);
  mask_interrupts();
  SYST_CVR = 0;
  SYST_CSR = SYST_CLKSOURCE | SYST_TICKINT | SYST_ENABLE;
  while (!(ICSR & ICSR_PENDSTSET)) {
  }
  SYST_CSR = SYST_CLKSOURCE;
  ICSR = ICSR_PENDSTCLR;
  unmask_interrupts();
  check("SysTick: pends while masked, and can be cleared", ticks, 3);
}

static void check_level_interrupt(void) {
  handlers[EXCEPTION_IRQ0 + IRQ_TIMER0] = count_timer;
  NVIC_ISER = 1 << IRQ_TIMER0;
  TIMER_RELOAD(TIMER0_BASE) = 0;
  TIMER_VALUE(TIMER0_BASE) = 1000;
  TIMER_CTRL(TIMER0_BASE) = TIMER_ENABLE | TIMER_IRQ_ENABLE;
  while (entries < 3) {
  }
  barrier();
  check("timer: a level still high enters again", entries, 3);
  check("timer: not pending once the source is cleared", NVIC_ISPR, 0);
  mask_interrupts();
  TIMER_VALUE(TIMER0_BASE) = 1000;
  TIMER_CTRL(TIMER0_BASE) = TIMER_ENABLE | TIMER_IRQ_ENABLE;
  while (!(NVIC_ISPR & 1 << IRQ_TIMER0)) {
  }
  TIMER_CTRL(TIMER0_BASE) = 0;
  TIMER_INTSTATUS(TIMER0_BASE) = 1;
  check("timer: stays pending after the source is cleared", NVIC_ISPR, 1 << IRQ_TIMER0);
  NVIC_ICPR = 1 << IRQ_TIMER0;
  check("timer: ICPR clears it", NVIC_ISPR, 0);
  unmask_interrupts();
  NVIC_ICER = 1 << IRQ_TIMER0;
}

void check_timers(void) {
  check_systick();
  check_systick_interrupt();
  check_level_interrupt();
}
