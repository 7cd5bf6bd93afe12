// EXC_RETURN and CONTROL.SPSEL. Reference: ARMv8-M ARM B3.18, B3.22 (exception return), D1.2.31.

#include "check.h"
#include "checks.h"
#include "faulting.h"
#include "handlers.h"
#include "thread.h"

static volatile uint32_t outer_return, inner_return, control_inside, control_after;

static void inner(uint32_t *frame, uint32_t exc_return) {
  inner_return = exc_return;
  control_inside = get_control();
}

static void outer(uint32_t *frame, uint32_t exc_return) {
  outer_return = exc_return;
  set_control(get_control() | CONTROL_SPSEL);
  pend(IRQ_B);
  control_after = get_control();
}

static void check_stack_selection(void) {
  handlers[EXCEPTION_IRQ0 + IRQ_A] = outer;
  handlers[EXCEPTION_IRQ0 + IRQ_B] = inner;
  NVIC_IPR(IRQ_A) = 0x80;
  NVIC_ISER = 1 << IRQ_A | 1 << IRQ_B;
  clear_fpca();
  pend(IRQ_A);
  check("EXC_RETURN: secure thread, main stack", outer_return, 0xFFFFFFF9);
  check("EXC_RETURN: its SPSEL is the handler's CONTROL", inner_return, 0xFFFFFFF5);
  check("CONTROL: SPSEL clear on entry", control_inside, 0);
  check("CONTROL: SPSEL back in the handler", control_after, CONTROL_SPSEL);
  check("CONTROL: SPSEL of the thread as EXC_RETURN says", get_control(), 0);
}

__attribute__((naked)) static void return_reserved(uint32_t *frame, uint32_t exc_return) {
  __asm volatile("mvn lr, #4\n bx lr");
}

__attribute__((naked)) static void return_well(uint32_t *frame, uint32_t exc_return) {
  __asm volatile("push {r4, lr}\n bl note_reserved_return\n pop {r4, lr}\n mvn lr, #6\n bx lr");
}

__attribute__((used)) static void note_reserved_return(uint32_t *frame, uint32_t exc_return) {
  fault.count++;
  fault.number = get_ipsr();
  fault.cfsr = CFSR;
  CFSR = fault.cfsr;
}

static void check_invalid(void) {
  fault.count = 0;
  handlers[EXCEPTION_IRQ0 + IRQ_A] = return_reserved;
  handlers[EXCEPTION_USAGEFAULT] = return_well;
  pend(IRQ_A);
  check("EXC_RETURN: bit 1 set is a UsageFault", fault.count << 16 | fault.number,
        1 << 16 | EXCEPTION_USAGEFAULT);
  check("EXC_RETURN: bit 1 set, CFSR", fault.cfsr, CFSR_INVPC);
  handlers[EXCEPTION_USAGEFAULT] = record_fault;
  fault.count = 0;
  jump_to(0xFFFFFFF9);
  check("EXC_RETURN: means nothing in thread mode", fault.count << 16 | fault.number,
        1 << 16 | EXCEPTION_MEMMANAGE);
  check("EXC_RETURN: means nothing in thread mode, CFSR", fault.cfsr, CFSR_IACCVIOL);
  check("EXC_RETURN: means nothing in thread mode, stacked PC", fault.pc, 0xFFFFFFF8);
}

// NONBASETHRDENA is fixed: a nested handler may return to thread mode.
__attribute__((naked)) static void return_to_thread(uint32_t *frame, uint32_t exc_return) {
  __asm volatile("mvn lr, #6\n ldr r1, [r0, #28]\n lsrs r1, #9\n lsls r1, #9\n str r1, [r0, #28]\n"
                 "bx lr");
}

static void nest(uint32_t *frame, uint32_t exc_return) {
  pend(IRQ_B);
  // In thread mode, with the outer handler still active.
  event(get_ipsr() == 0 ? 't' : 'h');
  check("NONBASETHRDENA: the outer handler is still active", NVIC_IABR, 1 << IRQ_A);
  // Back into it: IPSR cannot be written, so the handler's end is made good by hand.
  __asm volatile("svc #9" ::: "memory");
}

__attribute__((naked)) static void return_to_handler(uint32_t *frame, uint32_t exc_return) {
  __asm volatile("ldr r1, [r0, #28]\n orr r1, #40\n str r1, [r0, #28]\n mvn lr, #14\n bx lr");
}

static void check_thread_below_handler(void) {
  handlers[EXCEPTION_IRQ0 + IRQ_A] = nest;
  handlers[EXCEPTION_IRQ0 + IRQ_B] = return_to_thread;
  handlers[EXCEPTION_SVCALL] = return_to_handler;
  SHPR(EXCEPTION_SVCALL) = 0x20;
  events_clear();
  pend(IRQ_A);
  check_text("NONBASETHRDENA: a nested handler returns to thread mode", events(), "t");
  check("NONBASETHRDENA: nothing active at the end", NVIC_IABR | get_ipsr(), 0);
  SHPR(EXCEPTION_SVCALL) = 0;
}

void check_returns(void) {
  record_faults();
  SHCSR = SHCSR_USGFAULTENA | SHCSR_MEMFAULTENA;
  check_stack_selection();
  check_invalid();
  check_thread_below_handler();
  NVIC_ICER = 1 << IRQ_A | 1 << IRQ_B;
  NVIC_IPR(IRQ_A) = 0;
  SHCSR = 0;
}
