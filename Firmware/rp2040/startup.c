// Vector table and reset code for the RP2040.
#include "../rp2040/rp2040.h"

extern uint32_t __stack_top[], __data_start[], __data_end[], __data_load[], __bss_start[],
    __bss_end[];

void Reset_Handler(void);
__attribute__((weak)) void Default_Handler(void) { finish(2); }
#define WEAK(name) __attribute__((weak, alias("Default_Handler"))) void name(void)
WEAK(HardFault_Handler);
WEAK(SysTick_Handler);
WEAK(TIMER_0_Handler);
WEAK(IO_BANK0_Handler);
WEAK(DMA_0_Handler);
WEAK(UART0_Handler);

__attribute__((section(".isr_vector"), used)) static void *const vectors[16 + 32] = {
    __stack_top,
    Reset_Handler,
    [2] = Default_Handler,
    [4 ... 14] = Default_Handler,
    [3] = HardFault_Handler,
    [15] = SysTick_Handler,
    [16 + 0] = TIMER_0_Handler,
    [16 + 11] = DMA_0_Handler,
    [16 + 13] = IO_BANK0_Handler,
    [16 + 20] = UART0_Handler,
};

__attribute__((used)) void Reset_Handler(void) {
  volatile uint32_t *to = __data_start;
  for (const uint32_t *from = __data_load; to < __data_end;) *to++ = *from++;
  for (to = __bss_start; to < __bss_end;) *to++ = 0;
  finish(main());
}

// SYS_EXIT, whose reason says whether the status is 0.
void finish(uint32_t status) {
  register uint32_t operation __asm("r0") = 0x18;
  register uint32_t reason __asm("r1") = status == 0 ? 0x20026 : 0x20023;
  __asm volatile("bkpt 0xAB" : "+r"(operation) : "r"(reason) : "memory");
  for (;;) {
  }
}
