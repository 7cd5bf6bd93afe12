// Unprivileged thread mode: what it can read, what it cannot change, and the way back.
// Reference: ARMv7-M ARM B1.3.1, B5.2.2-B5.2.3 (MRS, MSR), B3.1.1 (system control space).

#include "check.h"
#include "checks.h"
#include "core.h"
#include "faulting.h"
#include "handlers.h"
#include "thread.h"

enum { STACK_WORDS = 128 };

static uint32_t stack[STACK_WORDS] __attribute__((aligned(8)));

static volatile struct {
  uint32_t control, control_after_write, primask, basepri, faultmask, msp, psp, ipsr, flags, sp;
  uint32_t svc_return, svc_control, irq_return, irq_control;
} seen;

static void note_svc(uint32_t *frame, uint32_t exc_return) {
  if (seen.svc_return == 0) {
    seen.svc_return = exc_return;
    seen.svc_control = get_control();
    return;
  }
  drop_unprivileged(frame, exc_return);
}

static void note_irq(uint32_t *frame, uint32_t exc_return) {
  seen.irq_return = exc_return;
  seen.irq_control = get_control();
  event('i');
}

static void special_registers(void) {
  seen.control = get_control();
  set_control(0);
  seen.control_after_write = get_control();
  set_primask(1);
  set_basepri(0x40);
  set_faultmask(1);
  __asm volatile("cpsid i\n cpsid f" ::: "memory");
  seen.primask = get_primask();
  seen.basepri = get_basepri();
  seen.faultmask = get_faultmask();
  set_msp(0x20001000);
  set_psp(0x20001000);
  seen.msp = get_msp();
  seen.psp = get_psp();
  seen.ipsr = get_ipsr();
  __asm volatile("mov %0, sp" : "=r"(seen.sp));
  uint32_t flags;
  __asm volatile("msr " APSR_ALL ", %1\n mrs %0, apsr" : "=r"(flags) : "r"(0x900A0000) : "cc");
  seen.flags = flags;
  __asm volatile("svc #0" ::: "memory");
}

static void check_special_registers(void) {
  run_thread(special_registers, &stack[STACK_WORDS], CONTROL_SPSEL | CONTROL_NPRIV);
  check("unprivileged: CONTROL", seen.control, CONTROL_SPSEL | CONTROL_NPRIV);
  check("unprivileged: CONTROL cannot be written", seen.control_after_write,
        CONTROL_SPSEL | CONTROL_NPRIV);
  check("unprivileged: PRIMASK reads 0", seen.primask, 0);
  check("unprivileged: BASEPRI reads 0", seen.basepri, 0);
  check("unprivileged: FAULTMASK reads 0", seen.faultmask, 0);
  check("unprivileged: MSP reads 0", seen.msp, 0);
  check("unprivileged: PSP reads 0", seen.psp, 0);
  check("unprivileged: IPSR", seen.ipsr, 0);
  check("unprivileged: PSP cannot be written", (seen.sp - (uint32_t)stack) <= sizeof stack, 1);
  check("unprivileged: APSR can be written", seen.flags & 0xF80F0000,
        0x90000000 | (0xA0000 & APSR_GE));
  check("unprivileged: PRIMASK was not set", get_primask(), 0);
  check("unprivileged: BASEPRI was not set", get_basepri(), 0);
  check("unprivileged: FAULTMASK was not set", get_faultmask(), 0);
  check("unprivileged: EXC_RETURN to thread, PSP", seen.svc_return, 0xFFFFFFFD);
  check("unprivileged: nPRIV stays set in a handler", seen.svc_control, CONTROL_NPRIV);
  check("unprivileged: an SVC handler gave privilege back", get_control(), 0);
}

static void read_scs(void) { load_word((uint32_t)&SHCSR); }
static void write_scs(void) { store_word((uint32_t)&SHCSR, 0); }
static void pend_by_stir(void) { store_word((uint32_t)&STIR, IRQ_A); }

static void check_system_space(void) {
  record_faults();
  SHCSR = SHCSR_BUSFAULTENA;
  run_thread(read_scs, &stack[STACK_WORDS], CONTROL_SPSEL | CONTROL_NPRIV);
  check("unprivileged: reading SHCSR is a BusFault", fault.number, EXCEPTION_BUSFAULT);
  check("unprivileged: reading SHCSR is precise, with BFAR", fault.cfsr,
        CFSR_PRECISERR | CFSR_BFARVALID);
  check("unprivileged: BFAR", fault.bfar, (uint32_t)&SHCSR);
  run_thread(write_scs, &stack[STACK_WORDS], CONTROL_SPSEL | CONTROL_NPRIV);
  check("unprivileged: writing SHCSR is a BusFault", fault.count, 2);
  check("unprivileged: SHCSR unchanged", SHCSR, SHCSR_BUSFAULTENA);
  events_clear();
  run_thread(pend_by_stir, &stack[STACK_WORDS], CONTROL_SPSEL | CONTROL_NPRIV);
  check("unprivileged: STIR is a BusFault", fault.count, 3);
  check_text("unprivileged: STIR pended nothing", events(), "");
  CCR |= CCR_USERSETMPEND;
  run_thread(pend_by_stir, &stack[STACK_WORDS], CONTROL_SPSEL | CONTROL_NPRIV);
  check_text("unprivileged: STIR allowed by USERSETMPEND", events(), "i");
  check("unprivileged: STIR allowed, no fault", fault.count, 3);
  check("unprivileged: EXC_RETURN of the interrupt", seen.irq_return, 0xFFFFFFFD);
  check("unprivileged: nPRIV stays set in the interrupt", seen.irq_control, CONTROL_NPRIV);
  CCR &= ~CCR_USERSETMPEND;
  SHCSR = 0;
}

void check_unprivileged(void) {
  handlers[EXCEPTION_SVCALL] = note_svc;
  handlers[EXCEPTION_IRQ0 + IRQ_A] = note_irq;
  NVIC_ISER = 1 << IRQ_A;
  clear_fpca();
  check_special_registers();
  check_system_space();
  NVIC_ICER = 1 << IRQ_A;
}
