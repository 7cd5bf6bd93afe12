// Vector table and reset code for the MPS2 boards.
// Reference: ARMv7-M ARM (DDI 0403E) B1.5.3 (vector table), B1.5.5 (reset behaviour).

#include "startup.h"

#include "core.h"

extern uint32_t __stack_top[], __data_start[], __data_end[], __data_load[], __bss_start[],
    __bss_end[];

struct reset_state reset_state __attribute__((section(".noinit")));

void Reset_Handler(void);
void start(void) __attribute__((noreturn));

// A firmware that links handlers.c, or has a Default_Handler of its own, replaces this one.
__attribute__((weak, naked)) void Default_Handler(void) { __asm volatile("b ."); }

__attribute__((section(".isr_vector"), used)) static void *const vectors[VECTORS] = {
    __stack_top,
    Reset_Handler,
    [2 ... 6] = Default_Handler,
    [11 ... 12] = Default_Handler,
    [14 ... VECTORS - 1] = Default_Handler,
};

// Notes what reset left in the core before anything changes it: no stack, no data, no FPU yet.
__attribute__((naked, used)) void Reset_Handler(void) {
  __asm volatile(
      "ldr r0, =reset_state\n"
      "mov r1, sp\n      str r1, [r0, #0]\n"
      "str lr, [r0, #4]\n"
      "mrs r1, control\n str r1, [r0, #8]\n"
      "mrs r1, primask\n str r1, [r0, #12]\n"
      "mrs r1, basepri\n str r1, [r0, #16]\n"
      "mrs r1, faultmask\n str r1, [r0, #20]\n"
      "mrs r1, ipsr\n    str r1, [r0, #24]\n"
      "ldr r2, =0xE000ED88\n ldr r1, [r2]\n str r1, [r0, #28]\n"
      "orr r1, r1, #0xF00000\n str r1, [r2]\n dsb\n isb\n"
      "b start\n .ltorg\n");
}

void start(void) {
  // Volatile keeps the compiler from turning these loops into calls of memcpy and memset.
  volatile uint32_t *to = __data_start;
  for (const uint32_t *from = __data_load; to < __data_end;) *to++ = *from++;
  for (to = __bss_start; to < __bss_end;) *to++ = 0;
  semihosting_exit(main());
}

void semihosting_exit(uint32_t status) {
  // SYS_EXIT_EXTENDED, ADP_Stopped_ApplicationExit. Reference: Arm Semihosting
  // specification, 5.2.10.
  uint32_t block[2] = {0x20026, status};
  register uint32_t operation __asm("r0") = 0x20;
  register uint32_t *argument __asm("r1") = block;
  __asm volatile("bkpt 0xAB" : "+r"(operation) : "r"(argument) : "memory");
  for (;;) {
  }
}
