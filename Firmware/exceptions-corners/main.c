// Corners of exception entry and return: frames that cannot be written or read, exceptions that are cleared
// or made active by software. Reference: ARMv7-M ARM B1.5.6-B1.5.8,
// B1.5.14, B3.2.13 (SHCSR); ARMv8-M ARM B3.20-B3.22.

#include "check.h"
#include "core.h"
#include "faulting.h"
#include "handlers.h"
#include "thread.h"

enum {
  NOWHERE = 0x70000000,
  CFSR_UNSTKERR = 1 << 11,
  CFSR_STKERR = 1 << 12,
  SHCSR_PENDSVACTIVE = 1 << 10,
};

static uint32_t stack[128] __attribute__((aligned(8)));
static volatile uint32_t seen_status, seen_number, seen_psp, seen_return, seen_active, seen_pending;
static volatile uint32_t seen_hfsr, seen_count;

__attribute__((naked)) static void end_thread(void) {
  __asm volatile("svc #0xFF\n movs r0, #0\n msr control, r0\n isb\n pop {r4, pc}");
}

static void ignore(uint32_t *frame, uint32_t exc_return) { event('s'); }

// The frame is not there: one is made that ends the thread.
static void lost_frame(uint32_t *frame, uint32_t exc_return) {
  event('f');
  seen_count++;
  seen_number = get_ipsr();
  seen_status = CFSR;
  seen_hfsr = HFSR;
  CFSR = seen_status;
  HFSR = seen_hfsr;
  seen_psp = get_psp();
  seen_return = exc_return;
  for (int word = 0; word < 8; word++) stack[word] = 0;
  stack[FRAME_PC] = (uint32_t)end_thread & ~1u;
  stack[FRAME_XPSR] = 1 << 24;
  set_psp((uint32_t)stack);
}

__attribute__((naked)) static void call_from_nowhere(void) {
  __asm volatile("movw r0, #0x0100\n movt r0, #0x7000\n mov sp, r0\n svc #1\n b .");
}

static void lose_stack(uint32_t *frame, uint32_t exc_return) {
  event('l');
  set_psp(NOWHERE);
}

static void check_frame(const char *name, uint32_t number, uint32_t status, uint32_t hfsr,
                        uint32_t psp, const char *order) {
  check(name, seen_count << 16 | seen_number, 1 << 16 | number);
  check_part(name, "CFSR", seen_status, status);
  check_part(name, "HFSR", seen_hfsr, hfsr);
  check_part(name, "PSP", seen_psp, psp);
  check_part(name, "EXC_RETURN", seen_return, 0xFFFFFFFD);
  check_text(name, events(), order);
  seen_count = 0;
  events_clear();
}

static void check_stacking(void) {
  events_clear();
  clear_fpca();
  handlers[EXCEPTION_SVCALL] = ignore;
  handlers[EXCEPTION_BUSFAULT] = handlers[EXCEPTION_HARDFAULT] = lost_frame;
  SHCSR = SHCSR_BUSFAULTENA;
  SHPR(EXCEPTION_SVCALL) = 0x40;
  run_thread(call_from_nowhere, &stack[128], CONTROL_SPSEL);
  check_frame("stacking to nowhere", EXCEPTION_BUSFAULT, CFSR_STKERR, 0, 0x700000E0, "fss");
  SHPR(EXCEPTION_SVCALL) = 0;
  SHPR(EXCEPTION_BUSFAULT) = 0x40;
  run_thread(call_from_nowhere, &stack[128], CONTROL_SPSEL);
  check_frame("stacking to nowhere, SVC more urgent", EXCEPTION_BUSFAULT, CFSR_STKERR, 0, 0x700000E0,
              "sfs");
  SHPR(EXCEPTION_BUSFAULT) = 0;
  SHCSR = 0;
  run_thread(call_from_nowhere, &stack[128], CONTROL_SPSEL);
  check_frame("stacking to nowhere, BusFault disabled", EXCEPTION_HARDFAULT, CFSR_STKERR, HFSR_FORCED,
              0x700000E0, "fss");
}

static void pend_and_lose(void) {
  ICSR = ICSR_PENDSVSET;
  barrier();
}

static void check_unstacking(void) {
  handlers[EXCEPTION_PENDSV] = lose_stack;
  SHCSR = SHCSR_BUSFAULTENA;
  events_clear();
  run_thread(pend_and_lose, &stack[128], CONTROL_SPSEL);
  check_frame("unstacking from nowhere", EXCEPTION_BUSFAULT, CFSR_UNSTKERR, 0, NOWHERE, "lfs");
  SHCSR = 0;
  run_thread(pend_and_lose, &stack[128], CONTROL_SPSEL);
  check_frame("unstacking from nowhere, BusFault disabled", EXCEPTION_HARDFAULT, CFSR_UNSTKERR,
              HFSR_FORCED, NOWHERE, "lfs");
}

static void clear_own_pending(uint32_t *frame, uint32_t exc_return) {
  event('i');
  pend(IRQ_A);
  seen_pending = NVIC_ISPR;
  NVIC_ICPR = 1 << IRQ_A;
  barrier();
  seen_active = NVIC_IABR;
}

static void check_active(void) {
  handlers[EXCEPTION_IRQ0 + IRQ_A] = clear_own_pending;
  NVIC_ISER = 1 << IRQ_A;
  events_clear();
  pend(IRQ_A);
  check("ICPR in the handler: it was pending again", seen_pending, 1 << IRQ_A);
  check("ICPR in the handler: it stays active", seen_active, 1 << IRQ_A);
  check_text("ICPR in the handler: it runs once", events(), "i");
  // A level that still stands makes it pending again.
  TIMER_RELOAD(TIMER0_BASE) = 0;
  TIMER_VALUE(TIMER0_BASE) = 500;
  TIMER_CTRL(TIMER0_BASE) = TIMER_ENABLE | TIMER_IRQ_ENABLE;
  while (!(NVIC_ISPR & 1 << IRQ_TIMER0)) {
  }
  NVIC_ICPR = 1 << IRQ_TIMER0;
  barrier();
  check("ICPR: a line that stands pends again", NVIC_ISPR, 1 << IRQ_TIMER0);
  TIMER_CTRL(TIMER0_BASE) = 0;
  TIMER_INTSTATUS(TIMER0_BASE) = 1;
  NVIC_ICPR = 1 << IRQ_TIMER0;
  check("ICPR: not when the line has fallen", NVIC_ISPR, 0);
  NVIC_ICER = 1 << IRQ_A;
  SHCSR = SHCSR_PENDSVACTIVE;
  check("SHCSR: PendSV made active", SHCSR, SHCSR_PENDSVACTIVE);
  events_clear();
  handlers[EXCEPTION_PENDSV] = ignore;
  ICSR = ICSR_PENDSVSET;
  barrier();
  check_text("SHCSR: an active PendSV does not pre-empt itself", events(), "");
  SHCSR = 0;
  barrier();
  check_text("SHCSR: made inactive it is taken", events(), "s");
}

static void fault_inside(uint32_t *frame, uint32_t exc_return) {
  event('n');
  seen_return = exc_return;
}

static void check_faultmask(void) {
  handlers[EXCEPTION_NMI] = fault_inside;
  handlers[EXCEPTION_PENDSV] = ignore;
  record_faults();
  SHCSR = SHCSR_USGFAULTENA;
  events_clear();
  set_faultmask(1);
  ICSR = ICSR_PENDSVSET;
  ICSR = ICSR_NMIPENDSET;
  barrier();
  check("FAULTMASK: kept over NMI's return", get_faultmask(), 1);
  check_text("FAULTMASK: NMI alone is taken", events(), "n");
  check("FAULTMASK: EXC_RETURN of NMI", seen_return, 0xFFFFFFF9);
  set_faultmask(0);
  check_text("FAULTMASK: the rest follows", events(), "ns");
  SHCSR = 0;
}

int main(void) {
  checks_begin();
  check_stacking();
  check_unstacking();
  check_active();
  check_faultmask();
  return checks_end();
}
