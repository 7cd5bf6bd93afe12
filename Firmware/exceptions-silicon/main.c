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
static volatile uint32_t seen_number, seen_hfsr, seen_status, seen_active, seen_pending, seen_return,
    seen_pc;

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

// B1.5.14: a vector that cannot be fetched. 32 vectors at the very end of memory: those of interrupts from 16 on lie behind it.
static void no_vector(uint32_t *frame, uint32_t exc_return) {
  seen_number = get_ipsr();
  seen_hfsr = HFSR;
  seen_status = CFSR;
  HFSR = seen_hfsr;
  seen_active = NVIC_IABR;
  seen_pending = NVIC_ISPR;
  seen_return = exc_return;
  seen_pc = frame[FRAME_PC];
  NVIC_ICER = NVIC_ICPR = 1 << IRQ_A;
}

__attribute__((naked, noinline)) static void pend_here(uint32_t line) {
  __asm volatile("ldr r1, =0xE000E200\n str r0, [r1]\n dsb\n isb\n bx lr\n .ltorg");
}

static void check_vector_fetch(void) {
  uint32_t table = CORTEX_M == 33 ? 0x107FFF80 : 0x207FFF80;
  for (int word = 0; word < 32; word++) {
    REGISTER(table + 4 * word) = REGISTER(VECTOR_TABLE + 4 * word);
  }
  handlers[EXCEPTION_HARDFAULT] = no_vector;
  handlers[EXCEPTION_IRQ0 + IRQ_A] = count_entry;
  entries = 0;
  VTOR = table;
  NVIC_ISER = 1 << IRQ_A;
  barrier();
  pend_here(1 << IRQ_A);
  VTOR = VECTOR_TABLE;
  barrier();
  check("vector from nowhere: a HardFault", seen_number, EXCEPTION_HARDFAULT);
  check("vector from nowhere: HFSR", seen_hfsr, HFSR_VECTTBL);
  check("vector from nowhere: CFSR", seen_status, 0);
  check("vector from nowhere: the interrupt is not active", seen_active, 0);
  check("vector from nowhere: it is still pending", seen_pending, 1 << IRQ_A);
  check("vector from nowhere: EXC_RETURN", seen_return, 0xFFFFFFF9);
  check("vector from nowhere: stacked PC of the pre-empted code",
        seen_pc - ((uint32_t)pend_here & ~1u) <= 16, 1);
  check("vector from nowhere: the handler never ran", entries, 0);
}

int main(void) {
  checks_begin();
  NVIC_ISER = 1 << IRQ_TIMER0;
  check_sleep_on_exit();
  check_wait_for_event();
  check_wait_for_interrupt();
  check_faultmask();
  check_cycle_counter();
  check_vector_fetch();
  return checks_end();
}
