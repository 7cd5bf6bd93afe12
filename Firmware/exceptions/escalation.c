// HardFault: escalation of disabled and masked faults, faults inside handlers, boosted priority,
// bad EXC_RETURN. Reference: ARMv7-M ARM B1.5.4, B1.5.8, B1.5.14, B3.2.16.

#include "check.h"
#include "checks.h"
#include "core.h"
#include "faulting.h"
#include "handlers.h"

enum { NOWHERE = 0x70000000 };

static volatile uint32_t active_after_bad_return;

static void check_hard_fault(const char *name, uint32_t status) {
  check(name, fault.number << 16 | fault.count, EXCEPTION_HARDFAULT << 16 | 1);
  check_part(name, "HFSR", fault.hfsr, HFSR_FORCED);
  check_part(name, "CFSR", fault.cfsr, status);
  fault.count = 0;
}

static void log_b(uint32_t *frame, uint32_t exc_return) { event('b'); }
static void log_nmi(uint32_t *frame, uint32_t exc_return) { event('n'); }

static void fail_inside(uint32_t *frame, uint32_t exc_return) {
  undefined_instruction();
  event('a');
}

static void call_inside(uint32_t *frame, uint32_t exc_return) {
  supervisor_call();
  event('a');
}

static void fail_again(uint32_t *frame, uint32_t exc_return) {
  if (fault.count == 0) load_word(NOWHERE);
  event('u');
  record_fault(frame, exc_return);
}

static void pend_in_hardfault(uint32_t *frame, uint32_t exc_return) {
  event('H');
  pend(IRQ_B);
  ICSR = ICSR_NMIPENDSET;
  barrier();
  record_fault(frame, exc_return);
  event('h');
}

static void check_escalated(void) {
  undefined_instruction();
  check_hard_fault("HardFault: UsageFault disabled", CFSR_UNDEFINSTR);
  check("HardFault: stacked PC of the faulting instruction", fault.pc,
        (uint32_t)undefined_instruction & ~1u);
  check("HardFault: EXC_RETURN", fault.exc_return, 0xFFFFFFF9);
  load_word(NOWHERE);
  check_hard_fault("HardFault: BusFault disabled", CFSR_PRECISERR | CFSR_BFARVALID);
  check("HardFault: BFAR", fault.bfar, NOWHERE);
  jump_to(0xE0000001);
  check_hard_fault("HardFault: MemManage disabled", CFSR_IACCVIOL);
  SHCSR = SHCSR_USGFAULTENA;
  mask_interrupts();
  undefined_instruction();
  unmask_interrupts();
  check_hard_fault("HardFault: UsageFault masked by PRIMASK", CFSR_UNDEFINSTR);
  SHPR(EXCEPTION_USAGEFAULT) = 0x40;
  set_basepri(0x40);
  undefined_instruction();
  set_basepri(0);
  check_hard_fault("HardFault: UsageFault masked by BASEPRI", CFSR_UNDEFINSTR);
  mask_interrupts();
  supervisor_call();
  unmask_interrupts();
  check_hard_fault("HardFault: SVC masked by PRIMASK", 0);
  check("HFSR: cleared by writing ones", HFSR, 0);
}

static void check_faults_in_handlers(void) {
  handlers[EXCEPTION_IRQ0 + IRQ_A] = fail_inside;
  NVIC_IPR(IRQ_A) = 0x80;
  events_clear();
  pend(IRQ_A);
  check("fault in a handler: UsageFault pre-empts it", fault.number, EXCEPTION_USAGEFAULT);
  check("fault in a handler: EXC_RETURN", fault.exc_return, 0xFFFFFFF1);
  check("fault in a handler: stacked IPSR", fault.xpsr & 0x1FF, EXCEPTION_IRQ0 + IRQ_A);
  check_text("fault in a handler: the handler goes on", events(), "a");
  fault.count = 0;
  NVIC_IPR(IRQ_A) = 0x40;
  pend(IRQ_A);
  check_hard_fault("HardFault: UsageFault of the handler's own priority", CFSR_UNDEFINSTR);
  NVIC_IPR(IRQ_A) = 0x20;
  pend(IRQ_A);
  check_hard_fault("HardFault: UsageFault below the handler", CFSR_UNDEFINSTR);
  SHPR(EXCEPTION_USAGEFAULT) = 0;
  handlers[EXCEPTION_IRQ0 + IRQ_A] = call_inside;
  SHPR(EXCEPTION_SVCALL) = 0x20;
  pend(IRQ_A);
  SHPR(EXCEPTION_SVCALL) = 0;
  check_hard_fault("HardFault: SVC of the handler's own priority", 0);

  handlers[EXCEPTION_USAGEFAULT] = fail_again;
  events_clear();
  undefined_instruction();
  check_text("fault in a fault handler: it goes on", events(), "u");
  check("fault in a fault handler: both happened", fault.count, 2);
  handlers[EXCEPTION_USAGEFAULT] = record_fault;
  fault.count = 0;
}

static void check_boosted_priority(void) {
  handlers[EXCEPTION_HARDFAULT] = pend_in_hardfault;
  handlers[EXCEPTION_NMI] = log_nmi;
  handlers[EXCEPTION_IRQ0 + IRQ_B] = log_b;
  NVIC_IPR(IRQ_B) = 0;
  SHCSR = 0;
  events_clear();
  undefined_instruction();
  check_text("HardFault: NMI pre-empts it, priority 0 waits", events(), "Hnhb");
  handlers[EXCEPTION_HARDFAULT] = record_fault;
  fault.count = 0;
}

// Claims to return to a handler although no other exception is active.
__attribute__((naked)) static void return_badly(uint32_t *frame, uint32_t exc_return) {
  __asm volatile("mvn lr, #0xE\n bx lr");
}

__attribute__((used)) static void note_bad_return(uint32_t *frame, uint32_t exc_return) {
  fault.count++;
  fault.number = get_ipsr();
  fault.cfsr = CFSR;
  fault.exc_return = exc_return;
  fault.pc = frame[FRAME_PC];
  active_after_bad_return = NVIC_IABR;
  CFSR = fault.cfsr;
}

__attribute__((naked)) static void return_well(uint32_t *frame, uint32_t exc_return) {
  __asm volatile("bl note_bad_return\n mvn lr, #6\n bx lr");
}

static void check_bad_return(void) {
  handlers[EXCEPTION_IRQ0 + IRQ_A] = return_badly;
  handlers[EXCEPTION_USAGEFAULT] = return_well;
  SHCSR = SHCSR_USGFAULTENA;
  clear_fpca();
  pend(IRQ_A);
  check("INVPC: a bad EXC_RETURN is a UsageFault", fault.number << 16 | fault.count,
        EXCEPTION_USAGEFAULT << 16 | 1);
  check("INVPC: its CFSR", fault.cfsr, CFSR_INVPC);
  check("INVPC: lr holds the bad EXC_RETURN", fault.exc_return, 0xFFFFFFF1);
  check("INVPC: the returning interrupt is inactive", active_after_bad_return, 0);
  handlers[EXCEPTION_USAGEFAULT] = record_fault;
}

void check_escalation(void) {
  record_faults();
  clear_fpca();
  NVIC_ISER = 1 << IRQ_A | 1 << IRQ_B;
  check_escalated();
  check_faults_in_handlers();
  check_boosted_priority();
  check_bad_return();
  NVIC_ICER = 1 << IRQ_A | 1 << IRQ_B;
  SHCSR = 0;
}
