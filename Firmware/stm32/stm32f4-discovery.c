// Clock set-up and console of the STM32F4DISCOVERY, as a vendor's start-up code does them.
#include "stm32.h"

// HSE 8 MHz / 8 * 336 / 2 = 168 MHz, five wait states, ART. Reference: RM0090 5.4.1, 7.2.3, 3.5.1.
void clock_start(void) {
  RCC(0x40) |= 1u << 28;  // PWREN
  (void)RCC(0x40);
  PWR(0x00) |= 1u << 14;  // VOS: scale 1
  RCC(0x00) |= 1u << 16;
  wait_set(&RCC(0x00), 1u << 17);
  RCC(0x04) = 8 | 336 << 6 | 1 << 22 | 7 << 24;
  RCC(0x00) |= 1u << 24;
  wait_set(&RCC(0x00), 1u << 25);
  FLASH_ACR = 5 | 7 << 8;
  while ((FLASH_ACR & 15) != 5) {
  }
  RCC(0x08) = 5u << 10 | 4u << 13;  // APB1 / 4, APB2 / 2
  RCC(0x08) |= 2;
  wait_set(&RCC(0x08), 2 << 2);
}

void timer_clock(void) { RCC(0x40) |= 1; }

void uart_pins(void) {
  RCC(0x40) |= 1u << 17;  // USART2EN
  RCC(0x30) |= 1;         // GPIOAEN
  alternate(0x40020000u, 2, 7);
  alternate(0x40020000u, 3, 7);
  UART_BRR = (CLOCK_HZ / 4 + 115200 / 2) / 115200;
}
