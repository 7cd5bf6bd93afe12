// MSPLIM and PSPLIM. Reference: ARMv8-M ARM B3.20, B3.21 (stack limit checks), D1.2.39 (UFSR.STKOF).

#include "check.h"
#include "checks.h"
#include "faulting.h"
#include "handlers.h"
#include "thread.h"

static uint32_t stack[256] __attribute__((aligned(8)));
static volatile uint32_t seen_limits, seen_psp, seen_exc_return;
uint32_t main_stack;

// Go down by eight bytes, by 32, by 256; on a fault `record_fault` returns to the caller.
__attribute__((naked, noinline)) static void push_two(void) {
  __asm volatile("push {r0, r1}\n add sp, #8\n bx lr");
}
__attribute__((naked, noinline)) static void reserve(void) {
  __asm volatile("sub sp, #256\n add sp, #256\n bx lr");
}
__attribute__((naked, noinline)) static void push_floats(void) {
  __asm volatile("vpush {s0-s3}\n add sp, #16\n bx lr");
}
__attribute__((naked, noinline)) static void write_back(void) {
  __asm volatile("str r0, [sp, #-128]!\n add sp, #128\n bx lr");
}
// The stack pointer as an operand of a move.
__attribute__((naked, noinline)) static void move(uint32_t to) {
  __asm volatile("mov r1, sp\n mov sp, r0\n mov sp, r1\n bx lr");
}

static void check_overflow(const char *name, void (*function)(void)) {
  check(name, fault.count << 16 | fault.number, 1 << 16 | EXCEPTION_USAGEFAULT);
  check_part(name, "CFSR", fault.cfsr, CFSR_STKOF);
  check_part(name, "stacked PC", fault.pc, (uint32_t)function & ~1u);
  fault.count = 0;
}

// Not on the function's first instruction.
static void check_overflow_inside(const char *name, void (*function)(uint32_t)) {
  check(name, fault.count << 16 | fault.number, 1 << 16 | EXCEPTION_USAGEFAULT);
  check_part(name, "CFSR", fault.cfsr, CFSR_STKOF);
  check_part(name, "stacked PC", fault.pc, ((uint32_t)function & ~1u) + 2);
  fault.count = 0;
}

static void go_below(void) {
  uint32_t here;
  __asm volatile("mov %0, sp" : "=r"(here));
  // The UsageFault's own frame must find room: 104 bytes at most, and what Default_Handler's C uses
  // lies on the main stack.
  set_psplim((here & ~7u) - 160);
  push_two();
  write_back();
  push_floats();
  check("PSPLIM: above the limit nothing happens", fault.count, 0);
  reserve();
  check_overflow("PSPLIM: SUB SP", reserve);
  move((here & ~7u) - 168);
  check_overflow_inside("PSPLIM: MOV SP", move);
  set_psplim((here & ~7u) - 104);
  write_back();
  check_overflow("PSPLIM: write-back", write_back);
  set_psplim(0);
}

// Takes the place of the frame that was never written.
static void leave_thread(uint32_t *frame, uint32_t exc_return);
__attribute__((naked)) static void end_thread(void) {
  __asm volatile("svc #0xFF\n movs r0, #0\n msr control, r0\n isb\n pop {r4, pc}");
}
static void leave_thread(uint32_t *frame, uint32_t exc_return) {
  fault.count++;
  fault.number = get_ipsr();
  fault.cfsr = CFSR;
  fault.hfsr = HFSR;
  CFSR = fault.cfsr;
  HFSR = fault.hfsr;
  seen_psp = get_psp();
  seen_exc_return = exc_return;
  set_psplim(0);
  for (int word = 0; word < 8; word++) stack[word] = 0;
  stack[FRAME_PC] = (uint32_t)end_thread & ~1u;
  stack[FRAME_XPSR] = 1 << 24;
  set_psp((uint32_t)stack);
}

static void call_without_room(void) {
  uint32_t here;
  __asm volatile("mov %0, sp" : "=r"(here));
  set_psplim((here & ~7u) - 16);
  __asm volatile("svc #1" ::: "memory");
}

static void ignore(uint32_t *frame, uint32_t exc_return) { event('s'); }

static void check_stacking(void) {
  handlers[EXCEPTION_USAGEFAULT] = leave_thread;
  handlers[EXCEPTION_SVCALL] = ignore;
  events_clear();
  clear_fpca();
  // The SVC's handler runs when the UsageFault is not more urgent; then the fault follows.
  SHPR(EXCEPTION_SVCALL) = 0x40;
  run_thread(call_without_room, &stack[256], CONTROL_SPSEL);
  check("stacking below PSPLIM: a UsageFault", fault.count << 16 | fault.number,
        1 << 16 | EXCEPTION_USAGEFAULT);
  check("stacking below PSPLIM: CFSR", fault.cfsr, CFSR_STKOF);
  check("stacking below PSPLIM: PSP stands at the limit", seen_psp,
        ((uint32_t)&stack[256] & ~7u) - 16);
  check("stacking below PSPLIM: EXC_RETURN", seen_exc_return, 0xFFFFFFFD);
  check_text("stacking below PSPLIM: the SVC waits", events(), "ss");
  SHPR(EXCEPTION_SVCALL) = 0;
  handlers[EXCEPTION_USAGEFAULT] = record_fault;
  fault.count = 0;
}

static void read_unprivileged(void) {
  set_psplim(0x20000000);
  seen_limits = get_psplim() | get_msplim();
}

static void check_access(void) {
  set_msplim(0x3800000F);
  check("MSPLIM: multiples of eight", get_msplim(), 0x38000008);
  set_msplim(0);
  set_psplim(0x38001238);
  check("PSPLIM: reads back", get_psplim(), 0x38001238);
  set_psplim(0);
  handlers[EXCEPTION_SVCALL] = drop_unprivileged;
  seen_limits = 1;
  run_thread(read_unprivileged, &stack[256], CONTROL_SPSEL | CONTROL_NPRIV);
  check("PSPLIM: unprivileged reads are 0", seen_limits, 0);
  check("PSPLIM: unprivileged writes do nothing", get_psplim(), 0);
}

// The main stack: the handler finds no frame and makes one.
__attribute__((naked, used)) static void recover(uint32_t *frame, uint32_t exc_return) {
  __asm volatile(
      "movs r0, #0\n msr msplim, r0\n"
      "ldr r1, =main_stack\n ldr r2, [r1]\n mov r3, sp\n str r3, [r1]\n mov sp, r2\n"
      "sub sp, #32\n ldr r1, =after_overflow\n bic r1, #1\n str r1, [sp, #24]\n"
      "mov r1, #0x1000000\n str r1, [sp, #28]\n"
      "mvn lr, #6\n bx lr\n .ltorg");
}

__attribute__((naked, noinline)) static void overflow_main_stack(void) {
  __asm volatile(
      "push {r4-r11, lr}\n ldr r1, =main_stack\n mov r0, sp\n str r0, [r1]\n"
      "sub r0, #16\n bic r0, #7\n msr msplim, r0\n isb\n"
      "push {r0-r7}\n"
      ".thumb_func\n after_overflow:\n pop {r4-r11, pc}\n .ltorg");
}

static void check_main_stack(void) {
  handlers[EXCEPTION_USAGEFAULT] = recover;
  clear_fpca();
  uint32_t before = get_msp();
  overflow_main_stack();
  check("MSPLIM: PUSH below it, and no room for the frame", CFSR, CFSR_STKOF);
  check("MSPLIM: MSP stands at the limit", (before - main_stack + 7) / 8 * 8 >= 16, 1);
  check("MSPLIM: HFSR untouched", HFSR, 0);
  CFSR = CFSR_STKOF;
  handlers[EXCEPTION_USAGEFAULT] = record_fault;
}

void check_stack_limits(void) {
  record_faults();
  check("MSPLIM and PSPLIM: 0 at reset", get_msplim() | get_psplim(), 0);
  check_access();
  SHCSR = SHCSR_USGFAULTENA;
  run_thread(go_below, &stack[256], CONTROL_SPSEL);
  check_stacking();
  check_main_stack();
  SHCSR = 0;
  handlers[EXCEPTION_HARDFAULT] = leave_thread;
  handlers[EXCEPTION_SVCALL] = ignore;
  clear_fpca();
  events_clear();
  run_thread(call_without_room, &stack[256], CONTROL_SPSEL);
  check("stacking below PSPLIM, UsageFault disabled: a HardFault",
        fault.count << 16 | fault.number, 1 << 16 | EXCEPTION_HARDFAULT);
  check("stacking below PSPLIM, UsageFault disabled: HFSR", fault.hfsr, HFSR_FORCED);
  check_text("stacking below PSPLIM, UsageFault disabled: the SVC waits", events(), "ss");
  record_faults();
}
