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

#define LEAF __attribute__((naked, noinline)) static uint32_t
LEAF load_several(uint32_t a) { __asm volatile("ldmia r0!, {r1, r2, r3}\n bx lr"); }
LEAF load_onto_base(uint32_t a) { __asm volatile("ldmia r0, {r0, r1, r2}\n bx lr"); }
LEAF store_several(uint32_t a) { __asm volatile("stmia r0!, {r1, r2, r3}\n dsb\n bx lr"); }
LEAF load_pair_below(uint32_t a) { __asm volatile("ldrd r2, r3, [r0, #-4]!\n bx lr"); }
LEAF stop(uint32_t a) { __asm volatile("bkpt #1\n bx lr"); }
LEAF probe(uint32_t a) { __asm volatile("movs r1, #1\n ldr r1, [r0]\n adds r0, #1\n bx lr"); }

static volatile uint32_t seen_base;

static void note_base(uint32_t *frame, uint32_t exc_return) {
  seen_base = frame[FRAME_R0];
  record_fault(frame, exc_return);
}

// B1.5.14: what faults in its middle can be run again.
static void check_restart(const char *name, uint32_t (*function)(uint32_t), uint32_t below) {
  uint32_t end = CORTEX_M == 33 ? 0x10800000 : 0x20800000;
  fault.count = 0;
  function(end - below);
  check(name, fault.count << 16 | fault.number, 1 << 16 | EXCEPTION_BUSFAULT);
  check_part(name, "base", seen_base, end - below);
  check_part(name, "BFAR", fault.bfar, end);
}

static void check_restarts(void) {
  record_faults();
  handlers[EXCEPTION_BUSFAULT] = note_base;
  SHCSR = SHCSR_BUSFAULTENA;
  check_restart("LDM over the end of memory", load_several, 8);
  check_restart("LDM onto its base over the end of memory", load_onto_base, 4);
  check_restart("STM over the end of memory", store_several, 4);
  check_restart("LDRD over the end of memory", load_pair_below, 0);
  check_restart("LDR over the end of memory", load_word, 2);
  SHCSR = 0;
}

// C1.4.1: BKPT without a debugger.
static void check_monitor(void) {
  record_faults();
  handlers[EXCEPTION_DEBUGMONITOR] = record_fault;
  DFSR = 0x1F;
  stop(0);
  check("BKPT: a HardFault", fault.number, EXCEPTION_HARDFAULT);
  check("BKPT: HFSR", fault.hfsr, 1u << 31);
  check("BKPT: DFSR", DFSR, 1 << 1);
  DFSR = 0x1F;
  DEMCR = 1 << 16;
  stop(0);
  check("BKPT, MON_EN: the debug monitor", fault.number, EXCEPTION_DEBUGMONITOR);
  check("BKPT, MON_EN: HFSR", fault.hfsr, 0);
  check("BKPT, MON_EN: DFSR", DFSR, 1 << 1);
  check("BKPT, MON_EN: stacked PC", fault.pc, (uint32_t)stop & ~1u);
  SHPR(EXCEPTION_DEBUGMONITOR) = 0x80;
  set_basepri(0x40);
  stop(0);
  check("BKPT, MON_EN, masked: a HardFault", fault.number, EXCEPTION_HARDFAULT);
  DEMCR |= 1 << 17;
  barrier();
  check("MON_PEND: waits", DEMCR >> 17 & 1, 1);
  handlers[EXCEPTION_DEBUGMONITOR] = count_entry;
  entries = 0;
  set_basepri(0);
  check("MON_PEND: taken", entries, 1);
  check("MON_PEND: no longer pending", DEMCR >> 17 & 1, 0);
  DEMCR = 0;
}

static void probe_here(uint32_t *frame, uint32_t exc_return) { seen_base = probe(0x70000000); }

// B3.2.8: BFHFNMIGN.
static void check_ignored(void) {
  record_faults();
  handlers[EXCEPTION_NMI] = probe_here;
  CCR |= 1 << 8;
  set_faultmask(1);
  CFSR = CFSR;
  fault.count = 0;
  check("BFHFNMIGN: a load goes on", probe(0x70000010), 0x70000011);
  check("BFHFNMIGN: CFSR", CFSR, CFSR_PRECISERR | CFSR_BFARVALID);
  check("BFHFNMIGN: BFAR", BFAR, 0x70000010);
  store_word(0x70000020, 1);
  check("BFHFNMIGN: a store goes on", BFAR, 0x70000020);
  set_faultmask(0);
  CFSR = CFSR;
  ICSR = ICSR_NMIPENDSET;
  barrier();
  check("BFHFNMIGN: in NMI", seen_base, 0x70000001);
  check("BFHFNMIGN: no handler ran", fault.count, 0);
  load_word(0x70000000);
  check("BFHFNMIGN: not without FAULTMASK", fault.count, 1);
  CCR &= ~(1 << 8);
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
  check_restarts();
  check_monitor();
  check_ignored();
  return checks_end();
}
