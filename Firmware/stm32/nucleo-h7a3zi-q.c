// Clock set-up and console of the NUCLEO-H7A3ZI-Q, as a vendor's start-up code does them.
#include "streams.h"

// SMPS, voltage scale 0, HSE 8 MHz from the ST-LINK / 2 * 140 / 2 = 280 MHz, six wait states.
// Reference: RM0455 6.4, 6.6.2, 8.5.5, 4.3.8.
void clock_start(void) {
  PWR(0x0C) = (PWR(0x0C) & ~7u) | 1 << 2;  // SMPSEN alone
  wait_set(&PWR(0x04), 1u << 13);          // ACTVOSRDY
  PWR(0x18) |= 3u << 14;                   // VOS 0
  wait_set(&PWR(0x18), 1u << 13);
  wait_set(&PWR(0x04), 3u << 14);
  RCC(0x00) |= 1u << 16 | 1u << 18;  // HSEON, HSEBYP
  wait_set(&RCC(0x00), 1u << 17);
  RCC(0x28) = 2 | 2 << 4;                  // HSE, M = 2
  RCC(0x2C) = 2 << 2 | 7u << 16;           // 4 to 8 MHz, P, Q and R on
  RCC(0x30) = 139 | 1u << 9 | 1u << 16 | 1u << 24;
  RCC(0x00) |= 1u << 24;
  wait_set(&RCC(0x00), 1u << 25);
  FLASH_ACR = 6 | 3 << 4;
  while ((FLASH_ACR & 15) != 6) {
  }
  RCC(0x18) = 4 << 4;           // APB3 / 2
  RCC(0x1C) = 4 << 4 | 4 << 8;  // APB1 and APB2 / 2
  RCC(0x20) = 4 << 4;           // APB4 / 2
  RCC(0x10) |= 3;
  wait_set(&RCC(0x10), 3 << 3);
}

void timer_clock(void) { RCC(0x148) |= 1; }

void uart_pins(void) {
  RCC(0x148) |= 1u << 18;  // USART3EN
  RCC(0x140) |= 1u << 3;   // GPIODEN
  alternate(0x58020C00u, 8, 7);
  alternate(0x58020C00u, 9, 7);
  UART_BRR = (CLOCK_HZ / 2 + 115200 / 2) / 115200;
}

void uart_dma(const char *text, uint32_t length) {
  RCC(0x138) |= 1;
  DMAMUX(4 * 3) = 46;  // USART3_TX
  dma_stream_3(0, text, length);
}
