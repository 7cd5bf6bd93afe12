// Clock set-up and console of the NUCLEO-G0B1RE, as a vendor's start-up code does them.
#include "channels.h"

// HSI16 * 8 / 2 = 64 MHz, two wait states. Reference: RM0444 5.2.5, 3.3.4.
void clock_start(void) {
  RCC(0x3C) |= 1u << 28;  // PWREN
  (void)RCC(0x3C);
  RCC(0x0C) = 2 | 8 << 8 | 1 << 28 | 1 << 29;
  RCC(0x00) |= 1u << 24;
  wait_set(&RCC(0x00), 1u << 25);
  FLASH_ACR = 2 | 1 << 8 | 1 << 9;
  while ((FLASH_ACR & 7) != 2) {
  }
  RCC(0x08) = 2;
  while ((RCC(0x08) >> 3 & 7) != 2) {
  }
}

void timer_clock(void) { RCC(0x3C) |= 1; }

void uart_pins(void) {
  RCC(0x3C) |= 1u << 17;  // USART2EN
  RCC(0x34) |= 1;         // GPIOAEN
  alternate(0x50000000u, 2, 1);
  alternate(0x50000000u, 3, 1);
  UART_BRR = (CLOCK_HZ + 115200 / 2) / 115200;
}

void uart_dma(const char *text, uint32_t length) {
  RCC(0x38) |= 1;
  dma_channel_1(53, text, length);
}
