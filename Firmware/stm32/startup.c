// Vector table and reset code for the STM32 boards.
#include "../stm32/stm32.h"

extern uint32_t __stack_top[], __data_start[], __data_end[], __data_load[], __bss_start[],
    __bss_end[];

void Reset_Handler(void);
__attribute__((weak)) void Default_Handler(void) { finish(2); }
#define WEAK(name) __attribute__((weak, alias("Default_Handler"))) void name(void)
WEAK(SysTick_Handler);
WEAK(UART_Handler);
WEAK(TIM2_Handler);
WEAK(EXTI_Handler);
WEAK(DMA_Handler);
WEAK(AUDIO_DMA_Handler);
#ifndef BUTTON_Handler
WEAK(BUTTON_Handler);
#endif

__attribute__((section(".isr_vector"), used)) static void *const vectors[16 + 160] = {
    __stack_top,
    Reset_Handler,
    [2 ... 14] = Default_Handler,
    [15] = SysTick_Handler,
    [16 + 159] = Default_Handler,
#if defined(BUTTON_IRQ) && !defined(BUTTON_Handler)
    [16 + BUTTON_IRQ] = BUTTON_Handler,
#endif
    [16 + TIM2_IRQ] = TIM2_Handler,
    [16 + UART_IRQ] = UART_Handler,
#ifdef EXTI_IRQ
    [16 + EXTI_IRQ] = EXTI_Handler,
    [16 + DMA_IRQ] = DMA_Handler,
#endif
#ifdef AUDIO_DMA_IRQ
    [16 + AUDIO_DMA_IRQ] = AUDIO_DMA_Handler,
#endif
};

__attribute__((used)) void Reset_Handler(void) {
#ifdef __ARM_FP
  REG(0xE000ED88) |= 0xF00000;  // CPACR: the FPU
#endif
  REG(0xE000ED08) = (uint32_t)vectors;
  volatile uint32_t *to = __data_start;
  for (const uint32_t *from = __data_load; to < __data_end;) *to++ = *from++;
  for (to = __bss_start; to < __bss_end;) *to++ = 0;
  finish(main());
}

void finish(uint32_t status) {
  // SYS_EXIT_EXTENDED, or SYS_EXIT with the status as a reason where the core is too old for it.
  uint32_t block[2] = {0x20026, status};
  register uint32_t operation __asm("r0") = 0x20;
  register uint32_t *argument __asm("r1") = block;
  __asm volatile("bkpt 0xAB" : "+r"(operation) : "r"(argument) : "memory");
  for (;;) {
  }
}
