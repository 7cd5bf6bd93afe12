// The button on PC13 by interrupt: its rising edge lights the LED, its falling edge puts it out; the
// core sleeps between. Each edge prints a letter.
// Reference: RM0432 and RM0444, GPIO, SYSCFG, EXTI.

#include "../stm32/stm32.h"

#define GPIO(port, offset) REG(GPIO_BASE + 0x400u * (port) + (offset))

#ifdef STM32L4
#define GPIO_BASE 0x48000000u
#define GPIO_CLOCKS RCC(0x4C)
#define LED_PORT 1u  // PB7
#define LED 7u
#define EXTI(offset) REG(0x40010400u + (offset))
#define EXTI_RTSR EXTI(0x08)
#define EXTI_FTSR EXTI(0x0C)
#define EXTI_PENDING EXTI(0x14)
#define EXTI_IMR EXTI(0x00)
#else
#define GPIO_BASE 0x50000000u
#define GPIO_CLOCKS RCC(0x34)
#define LED_PORT 0u  // PA5
#define LED 5u
#define EXTI(offset) REG(0x40021800u + (offset))
#define EXTI_RTSR EXTI(0x00)
#define EXTI_FTSR EXTI(0x04)
#define EXTI_RISING EXTI(0x0C)
#define EXTI_FALLING EXTI(0x10)
#define EXTI_IMR EXTI(0x80)
#endif

#define BUTTON_PORT 2u
#define BUTTON 13u

volatile uint32_t presses;

void BUTTON_Handler(void) {
#ifdef STM32L4
  EXTI_PENDING = 1u << BUTTON;
#else
  EXTI_RISING = 1u << BUTTON;
  EXTI_FALLING = 1u << BUTTON;
#endif
  if (GPIO(BUTTON_PORT, 0x10) >> BUTTON & 1) {
    GPIO(LED_PORT, 0x18) = 1u << LED;
    presses++;
    print("p");
  } else {
    GPIO(LED_PORT, 0x18) = 1u << (LED + 16);
    print("r");
  }
}

int main(void) {
  clock_start();
  uart_start();
  GPIO_CLOCKS |= 7;
#ifdef STM32L4
  RCC(0x60) |= 1;                               // SYSCFG
  REG(0x40010014) = REG(0x40010014) | 2u << 4;  // EXTICR4: line 13 is port C
#else
  EXTI(0x6C) = 2u << 8;
#endif
  GPIO(LED_PORT, 0x00) = (GPIO(LED_PORT, 0x00) & ~(3u << 2 * LED)) | 1u << 2 * LED;
  GPIO(BUTTON_PORT, 0x00) &= ~(3u << 2 * BUTTON);
  EXTI_RTSR |= 1u << BUTTON;
  EXTI_FTSR |= 1u << BUTTON;
  EXTI_IMR |= 1u << BUTTON;
  irq_enable(BUTTON_IRQ);
  for (;;) __asm volatile("wfi" ::: "memory");
}
