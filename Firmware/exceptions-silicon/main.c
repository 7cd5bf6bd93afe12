// Checks of what the architecture says and QEMU 7.2 does otherwise; `qemu-deviates` names them.
// Reference: ARMv7-M ARM (DDI 0403E), section given at each group; Cortex-M4 TRM (DDI 0439D) 9.3
// (DWT).

#include "check.h"
#include "console.h"
#include "core.h"
#include "faulting.h"
#include "handlers.h"
#include "startup.h"

static volatile uint32_t entries, faultmask_in_hardfault;

static void count_entry(uint32_t *frame, uint32_t exc_return) {
  TIMER_INTSTATUS(TIMER0_BASE) = 1;
  entries++;
}

static void count_to_three(uint32_t *frame, uint32_t exc_return) {
  count_entry(frame, exc_return);
  if (entries < 3) return;
  TIMER_CTRL(TIMER0_BASE) = 0;
  SCR = 0;
}

static void set_faultmask_inside(uint32_t *frame, uint32_t exc_return) {
  set_faultmask(1);
  faultmask_in_hardfault = get_faultmask();
  set_faultmask(0);
  record_fault(frame, exc_return);
}

static void start_timer(uint32_t reload, uint32_t value) {
  entries = 0;
  TIMER_RELOAD(TIMER0_BASE) = reload;
  TIMER_VALUE(TIMER0_BASE) = value;
  TIMER_CTRL(TIMER0_BASE) = TIMER_ENABLE | TIMER_IRQ_ENABLE;
}

// B1.5.20: with SLEEPONEXIT the core sleeps again on the return, and thread mode does not run.
static void check_sleep_on_exit(void) {
  handlers[EXCEPTION_IRQ0 + IRQ_TIMER0] = count_to_three;
  SCR = SCR_SLEEPONEXIT;
  start_timer(2500, 2500);
  __asm volatile("wfi" ::: "memory");
  check("SLEEPONEXIT: thread mode runs after the third interrupt only", entries, 3);
  handlers[EXCEPTION_IRQ0 + IRQ_TIMER0] = count_entry;
}

// B1.5.18: WFE clears a set event register and returns; with it clear it sleeps. The Cortex-M4 does
// sleep.
static void check_wait_for_event(void) {
  uint32_t waits = 0;
  __asm volatile("sev\n wfe" ::: "memory");
  start_timer(0, 20000);
  while (entries == 0) {
    __asm volatile("wfe" ::: "memory");
    waits++;
  }
  check("WFE: sleeps while there is no event", waits, 1);
}

// B1.5.19: WFI wakes for an interrupt that would pre-empt if PRIMASK were 0, so not for one that
// BASEPRI masks.
static void check_wait_for_interrupt(void) {
  NVIC_IPR(IRQ_A) = 0x80;
  NVIC_IPR(IRQ_TIMER0) = 0x20;
  NVIC_ISER = 1 << IRQ_A;
  set_basepri(0x40);
  pend(IRQ_A);
  start_timer(0, 20000);
  __asm volatile("wfi" ::: "memory");
  check("WFI: an interrupt masked by BASEPRI does not wake", entries, 1);
  check("ICSR: VECTPENDING leaves out what BASEPRI masks", ICSR >> 12 & 0x1FF, 0);
  NVIC_ICPR = 1 << IRQ_A;
  NVIC_ICER = 1 << IRQ_A;
  set_basepri(0);
}

// B5.2.3: MSR FAULTMASK has no effect when the execution priority is -1 or less.
static void check_faultmask(void) {
  record_faults();
  handlers[EXCEPTION_HARDFAULT] = set_faultmask_inside;
  undefined_instruction();
  check("FAULTMASK: cannot be set in HardFault", faultmask_in_hardfault, 0);
}

static void check_cycle_counter(void) {
  DEMCR = 1 << 24;
  DWT_CTRL &= ~1u;
  DWT_CYCCNT = 1000;
  check("CYCCNT: can be written", DWT_CYCCNT, 1000);
  check("CYCCNT: stands still while off", DWT_CYCCNT, 1000);
  DWT_CTRL |= 1;
  uint32_t before = DWT_CYCCNT;
  SYST_RVR = 0xFFFFFF;
  SYST_CVR = 0;
  SYST_CSR = SYST_CLKSOURCE | SYST_ENABLE;
  for (volatile int turn = 0; turn < 1000; turn++) {
  }
  uint32_t ticks = 0xFFFFFF - SYST_CVR, cycles = DWT_CYCCNT - before;
  SYST_CSR = SYST_CLKSOURCE;
  check("CYCCNT: counts", cycles > 1000, 1);
  // A core that issues two instructions a cycle may start or stop both at once.
  check("CYCCNT: SysTick counts the same core clock", cycles - ticks + 1 < 41, 1);
  print_masked("cycles", cycles);
}

int main(void) {
  checks_begin();
  NVIC_ISER = 1 << IRQ_TIMER0;
  check_sleep_on_exit();
  check_wait_for_event();
  check_wait_for_interrupt();
  check_faultmask();
  check_cycle_counter();
  return checks_end();
}
