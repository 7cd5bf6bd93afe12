// The shortest run there is: reset, then semihosting exit 0.

#include <stdint.h>

__attribute__((naked, used)) void Reset_Handler(void) {
  __asm volatile(
      "ldr r1, =block\n"
      "movs r0, #0x20\n"
      "bkpt 0xAB\n"
      "b .\n"
      ".ltorg\n"
      ".align 2\n"
      "block: .word 0x20026, 0\n");
}

__attribute__((section(".isr_vector"), used)) static void *const vectors[16] = {
    (void *)0x20004000,
    Reset_Handler,
};
