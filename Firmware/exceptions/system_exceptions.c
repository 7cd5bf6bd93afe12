// NMI, PendSV and SysTick by software, and SHPR. Reference: ARMv7-M ARM B3.2.4, B3.2.10-B3.2.12.

#include "check.h"
#include "checks.h"
#include "core.h"
#include "handlers.h"

static volatile uint32_t seen_icsr, seen_shcsr, nested_return, spsel_after_write;

static void log_nmi(uint32_t *frame, uint32_t exc_return) {
  seen_icsr = ICSR;
  nested_return = exc_return;
  event('n');
}

static void log_pendsv(uint32_t *frame, uint32_t exc_return) {
  seen_shcsr = SHCSR;
  event('p');
}

static void log_systick(uint32_t *frame, uint32_t exc_return) {
  seen_shcsr = SHCSR;
  event('t');
}

static void pend_nmi(uint32_t *frame, uint32_t exc_return) {
  event('I');
  mask_interrupts();
  ICSR = ICSR_NMIPENDSET;
  barrier();
  unmask_interrupts();
  event('i');
}

static void pend_both(uint32_t *frame, uint32_t exc_return) {
  event('S');
  ICSR = ICSR_PENDSVSET | ICSR_PENDSTSET;
  barrier();
  event('s');
}

static void switch_stack(uint32_t *frame, uint32_t exc_return) {
  set_control(CONTROL_SPSEL);
  spsel_after_write = get_control() & CONTROL_SPSEL;
}

static const char *after(uint32_t icsr) {
  events_clear();
  ICSR = icsr;
  barrier();
  return events();
}

static void check_nmi(void) {
  check_text("NMI: by ICSR", after(ICSR_NMIPENDSET), "n");
  check("NMI: VECTACTIVE", seen_icsr & 0x1FF, EXCEPTION_NMI);
  check("NMI: not pending in its handler", seen_icsr & ICSR_NMIPENDSET, 0);
  events_clear();
  pend(IRQ_A);
  check_text("NMI: pre-empts a handler, PRIMASK set", events(), "Ini");
  check("NMI: EXC_RETURN to the handler", nested_return, 0xFFFFFFF1);
}

static void check_pendsv_and_systick(void) {
  check_text("PendSV: by ICSR", after(ICSR_PENDSVSET), "p");
  check("PendSV: active in SHCSR", seen_shcsr, SHCSR_PENDSVACT);
  check_text("SysTick: by ICSR", after(ICSR_PENDSTSET), "t");
  check("SysTick: active in SHCSR", seen_shcsr, SHCSR_SYSTICKACT);
  check_text("equal priority: PendSV before SysTick", after(ICSR_PENDSVSET | ICSR_PENDSTSET), "pt");
  mask_interrupts();
  events_clear();
  ICSR = ICSR_PENDSTSET;
  check("SysTick: pending bit reads back", ICSR & ICSR_PENDSTSET, ICSR_PENDSTSET);
  ICSR = ICSR_PENDSTCLR;
  check("SysTick: PENDSTCLR clears", ICSR & ICSR_PENDSTSET, 0);
  unmask_interrupts();
  check_text("SysTick: not taken once cleared", events(), "");
}

static void check_handler_priorities(void) {
  SHPR3 = 0x20E00000;
  check("SHPR: PendSV byte of SHPR3", SHPR(EXCEPTION_PENDSV), 0xE0);
  check("SHPR: SysTick byte of SHPR3", SHPR(EXCEPTION_SYSTICK), 0x20);
  check_text("SHPR: SysTick before PendSV", after(ICSR_PENDSVSET | ICSR_PENDSTSET), "tp");
  SHPR(EXCEPTION_SVCALL) = 0x80;
  events_clear();
  __asm volatile("svc #0" ::: "memory");
  check_text("SHPR: SysTick pre-empts SVC, PendSV waits", events(), "Stsp");
  SHPR(EXCEPTION_SVCALL) = 0;
  SHPR3 = 0;
  check("SHPR: cleared", SHPR3, 0);
}

void check_system_exceptions(void) {
  handlers[EXCEPTION_NMI] = log_nmi;
  handlers[EXCEPTION_PENDSV] = log_pendsv;
  handlers[EXCEPTION_SYSTICK] = log_systick;
  handlers[EXCEPTION_SVCALL] = pend_both;
  handlers[EXCEPTION_IRQ0 + IRQ_A] = pend_nmi;
  NVIC_ISER = 1 << IRQ_A;
  clear_fpca();
  check_nmi();
  check_pendsv_and_systick();
  check_handler_priorities();
  handlers[EXCEPTION_IRQ0 + IRQ_A] = switch_stack;
  pend(IRQ_A);
  // ARMv8-M takes it for the code that is returned to; ARMv7-M does not.
  check("CONTROL: SPSEL written in a handler", spsel_after_write, CORTEX_M == 33 ? CONTROL_SPSEL : 0);
  check("CONTROL: SPSEL unchanged afterwards", get_control() & CONTROL_SPSEL, 0);
  NVIC_ICER = 1 << IRQ_A;
}
