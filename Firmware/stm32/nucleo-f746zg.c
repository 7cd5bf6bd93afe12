// Clock set-up and console of the NUCLEO-F746ZG, as a vendor's start-up code does them.
#include "streams.h"

// HSE 8 MHz from the ST-LINK / 4 * 216 / 2 = 216 MHz with over-drive, seven wait states, ART.
// Reference: RM0385 4.1.4, 5.2.3, 3.3.2.
void clock_start(void) {
  RCC(0x40) |= 1u << 28;  // PWREN
  (void)RCC(0x40);
  PWR(0x00) |= 3u << 14;                 // VOS: scale 1
  RCC(0x00) |= 1u << 16 | 1u << 18;      // HSEON, HSEBYP
  wait_set(&RCC(0x00), 1u << 17);
  RCC(0x04) = 4 | 216 << 6 | 1 << 22 | 9 << 24;
  RCC(0x00) |= 1u << 24;
  PWR(0x00) |= 1u << 16;  // ODEN
  wait_set(&PWR(0x04), 1u << 16);
  PWR(0x00) |= 1u << 17;  // ODSWEN
  wait_set(&PWR(0x04), 1u << 17);
  wait_set(&RCC(0x00), 1u << 25);
  FLASH_ACR = 7 | 1 << 8 | 1 << 9;
  while ((FLASH_ACR & 15) != 7) {
  }
  RCC(0x08) = 5u << 10 | 4u << 13;  // APB1 / 4, APB2 / 2
  RCC(0x08) |= 2;
  wait_set(&RCC(0x08), 2 << 2);
}

void timer_clock(void) { RCC(0x40) |= 1; }

void uart_pins(void) {
  RCC(0x40) |= 1u << 18;  // USART3EN
  RCC(0x30) |= 1u << 3;   // GPIODEN
  alternate(0x40020C00u, 8, 7);
  alternate(0x40020C00u, 9, 7);
  UART_BRR = (CLOCK_HZ / 4 + 115200 / 2) / 115200;
}

void uart_dma(const char *text, uint32_t length) {
  RCC(0x30) |= 1u << 21;
  dma_stream_3(4, text, length);
}
