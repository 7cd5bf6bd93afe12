/* Reset: the vector table, the floating-point unit, initialised and zeroed data, then main.
 * Reference: Armv7-M Architecture Reference Manual, B1.5.2 (vector table), B3.2.20 (CPACR). */
#include "nrf52840.h"

extern uint32_t stack_top, data_source, data_start, data_end, bss_start, bss_end;
extern int main(void);

void Reset_Handler(void);
void Default_Handler(void);

#define HANDLER(name) void name(void) __attribute__((weak, alias("Default_Handler")))

HANDLER(NMI_Handler);
HANDLER(HardFault_Handler);
HANDLER(MemoryManagement_Handler);
HANDLER(BusFault_Handler);
HANDLER(UsageFault_Handler);
HANDLER(SVC_Handler);
HANDLER(DebugMonitor_Handler);
HANDLER(PendSV_Handler);
HANDLER(SysTick_Handler);
HANDLER(SPIM0_SPIS0_TWIM0_TWIS0_SPI0_TWI0_IRQHandler);
HANDLER(PDM_IRQHandler);

typedef void (*vector_t)(void);

__attribute__((section(".isr_vector"), used)) const vector_t vectors[16 + 48] = {
    [0] = (vector_t)&stack_top,
    [1] = Reset_Handler,
    [2] = NMI_Handler,
    [3] = HardFault_Handler,
    [4] = MemoryManagement_Handler,
    [5] = BusFault_Handler,
    [6] = UsageFault_Handler,
    [11] = SVC_Handler,
    [12] = DebugMonitor_Handler,
    [14] = PendSV_Handler,
    [15] = SysTick_Handler,
    [16 ... 16 + TWIM0_IRQ - 1] = Default_Handler,
    [16 + TWIM0_IRQ] = SPIM0_SPIS0_TWIM0_TWIS0_SPI0_TWI0_IRQHandler,
    [16 + TWIM0_IRQ + 1 ... 16 + PDM_IRQ - 1] = Default_Handler,
    [16 + PDM_IRQ] = PDM_IRQHandler,
    [16 + PDM_IRQ + 1 ... 63] = Default_Handler,
};

/* An interrupt or a fault that nobody handles ends here. */
void Default_Handler(void) {
  for (;;) {
  }
}

void Reset_Handler(void) {
  SCB_VTOR = (uint32_t)vectors;
  SCB_CPACR |= SCB_CPACR_FPU;
  __asm volatile("dsb\n\tisb" ::: "memory");
  const uint32_t *source = &data_source;
  for (uint32_t *word = &data_start; word < &data_end; ++word) *word = *source++;
  for (uint32_t *word = &bss_start; word < &bss_end; ++word) *word = 0;
  main();
  Default_Handler();
}
