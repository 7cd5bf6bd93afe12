// Clock set-up and console of the NUCLEO-L4R5ZI, as a vendor's start-up code does them.
#include "channels.h"

// Range 1 boost, HSI16 / 2 * 30 / 2 = 120 MHz, five wait states, by way of 60 MHz.
// Reference: RM0432 5.1.7, 6.2.9, 3.3.3.
void clock_start(void) {
  RCC(0x58) |= 1u << 28;  // PWREN
  (void)RCC(0x58);
  wait_clear(&PWR(0x14), 1u << 10);  // VOSF
  PWR(0x80) &= ~(1u << 8);           // R1MODE: boost
  RCC(0x00) |= 1u << 8;
  wait_set(&RCC(0x00), 1u << 10);
  RCC(0x0C) = 2 | 1 << 4 | 30 << 8 | 1 << 24;
  RCC(0x00) |= 1u << 24;
  wait_set(&RCC(0x00), 1u << 25);
  FLASH_ACR = 5 | 1 << 8 | 1 << 9 | 1 << 10;
  while ((FLASH_ACR & 15) != 5) {
  }
  RCC(0x08) = 8 << 4 | 3;  // HPRE / 2 for the step
  wait_set(&RCC(0x08), 3 << 2);
  for (volatile int wait = 0; wait < 20; wait++) {
  }
  RCC(0x08) = 3;
}

void timer_clock(void) { RCC(0x58) |= 1; }

void uart_pins(void) {
  RCC(0x5C) |= 1;        // LPUART1EN
  RCC(0x4C) |= 1u << 6;  // GPIOGEN
  PWR(0x04) |= 1u << 9;  // IOSV: port G has a supply of its own
  alternate(0x48001800u, 7, 8);
  alternate(0x48001800u, 8, 8);
  UART_BRR = (uint32_t)((CLOCK_HZ * 256ull + 115200 / 2) / 115200);
}

void uart_dma(const char *text, uint32_t length) {
  RCC(0x48) |= 1 | 1 << 2;
  dma_channel_1(35, text, length);
}
