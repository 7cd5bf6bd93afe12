// Vector table and reset code for an Armv6-M core, whose loads and stores are the narrow ones.
// Reference: ARMv6-M ARM (DDI 0419E) B1.5.2, B1.5.5; Arm Semihosting (SYS_EXIT).

#include "startup.h"

extern uint32_t __stack_top[], __data_start[], __data_end[], __data_load[], __bss_start[],
    __bss_end[];

void Reset_Handler(void);

__attribute__((section(".isr_vector"), used)) static void *const vectors[48] = {__stack_top,
                                                                                Reset_Handler};

void Reset_Handler(void) {
  // Volatile keeps the compiler from turning these loops into calls of memcpy and memset.
  volatile uint32_t *to = __data_start;
  for (const uint32_t *from = __data_load; to < __data_end;) *to++ = *from++;
  for (to = __bss_start; to < __bss_end;) *to++ = 0;
  semihosting_exit((uint32_t)main());
}

void semihosting_exit(uint32_t status) {
  register uint32_t operation __asm("r0") = 0x18;
  register uint32_t reason __asm("r1") = status ? 0x20023 : 0x20026;
  __asm volatile("bkpt 0xAB" : "+r"(operation) : "r"(reason) : "memory");
  for (;;) {}
}
