// Vector table and reset code of an nRF52840.
// Reference: ARMv7-M ARM (DDI 0403E) B1.5.3 (vector table), B1.5.5 (reset behaviour); nRF52840
// Product Specification, Instantiation (interrupt numbers).

#include "nrf52840.h"

extern uint32_t __stack_top[], __data_start[], __data_end[], __data_load[], __bss_start[],
    __bss_end[];

void Reset_Handler(void);
int main(void);

__attribute__((naked)) static void unexpected_exception(void) { __asm volatile("b ."); }

#define HANDLER(name) __attribute__((weak, alias("unexpected_exception"))) void name(void);
HANDLER(SysTick_Handler)
HANDLER(PendSV_Handler)
HANDLER(CLOCK_IRQHandler)
HANDLER(UARTE0_IRQHandler)
HANDLER(TWIM0_IRQHandler)
HANDLER(GPIOTE_IRQHandler)
HANDLER(TIMER0_IRQHandler)
HANDLER(TIMER1_IRQHandler)
HANDLER(TIMER2_IRQHandler)
HANDLER(RTC0_IRQHandler)
HANDLER(PDM_IRQHandler)

__attribute__((section(".isr_vector"), used)) static void *const vectors[16 + 48] = {
    __stack_top,
    Reset_Handler,
    [2 ... 13] = unexpected_exception,
    [14] = PendSV_Handler,
    [15] = SysTick_Handler,
    [16 + CLOCK_IRQ] = CLOCK_IRQHandler,
    [16 + 1] = unexpected_exception,
    [16 + UARTE0_IRQ] = UARTE0_IRQHandler,
    [16 + TWIM0_IRQ] = TWIM0_IRQHandler,
    [16 + 4 ... 16 + 5] = unexpected_exception,
    [16 + GPIOTE_IRQ] = GPIOTE_IRQHandler,
    [16 + 7] = unexpected_exception,
    [16 + TIMER0_IRQ] = TIMER0_IRQHandler,
    [16 + TIMER1_IRQ] = TIMER1_IRQHandler,
    [16 + TIMER2_IRQ] = TIMER2_IRQHandler,
    [16 + RTC0_IRQ] = RTC0_IRQHandler,
    [16 + 12 ... 16 + 28] = unexpected_exception,
    [16 + PDM_IRQ] = PDM_IRQHandler,
    [16 + 30 ... 16 + 47] = unexpected_exception,
};

void Reset_Handler(void) {
  // Volatile keeps the compiler from turning these loops into calls of memcpy and memset.
  volatile uint32_t *to = __data_start;
  for (const uint32_t *from = __data_load; to < __data_end;) *to++ = *from++;
  for (to = __bss_start; to < __bss_end;) *to++ = 0;
  SCB_CPACR |= 0xFu << 20;
  __asm volatile("dsb\n isb" ::: "memory");
  exit_with((uint32_t)main());
}

void exit_with(uint32_t status) {
  // SYS_EXIT_EXTENDED, ADP_Stopped_ApplicationExit. Reference: Arm Semihosting specification, 5.2.10.
  uint32_t block[2] = {0x20026, status};
  register uint32_t operation __asm("r0") = 0x20;
  register uint32_t *argument __asm("r1") = block;
  __asm volatile("bkpt 0xAB" : "+r"(operation) : "r"(argument) : "memory");
  for (;;) {
  }
}
