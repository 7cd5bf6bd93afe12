// Clock set-up and console of the NUCLEO-U575ZI-Q, as a vendor's start-up code does them.
#include "stm32.h"

#define ICACHE(offset) REG(0x40030400u + (offset))

// SMPS, range 1 with its booster, MSIS 4 MHz * 80 / 2 = 160 MHz, four wait states, ICACHE.
// Reference: RM0456 10.5.4, 11.4.6, 7.3.3, 8.4.
void clock_start(void) {
  RCC(0x94) |= 1u << 2;  // PWREN
  (void)RCC(0x94);
  PWR(0x0C) = 3u << 16 | 1u << 18;  // VOS range 1, BOOSTEN
  wait_set(&PWR(0x0C), 1u << 15);
  wait_set(&PWR(0x3C), 3u << 16 | 1u << 15);  // ACTVOS, ACTVOSRDY
  RCC(0x28) = 1 | 1u << 18;                   // MSIS, M = 1, R on
  RCC(0x34) = 79 | 1u << 9 | 1u << 16 | 1u << 24;
  RCC(0x00) |= 1u << 24;
  wait_set(&RCC(0x00), 1u << 25);
  wait_set(&PWR(0x0C), 1u << 14);  // BOOSTRDY
  FLASH_ACR = 4 | 1 << 8;
  while ((FLASH_ACR & 15) != 4) {
  }
  RCC(0x1C) |= 3;
  wait_set(&RCC(0x1C), 3 << 2);
  PWR(0x08) |= 1 << 1;  // REGSEL: SMPS
  wait_set(&PWR(0x3C), 1 << 1);
  wait_clear(&ICACHE(0x04), 1);
  ICACHE(0x00) |= 1;
}

void timer_clock(void) { RCC(0x9C) |= 1; }

void uart_pins(void) {
  RCC(0xA4) |= 1u << 14;  // USART1EN
  RCC(0x8C) |= 1;         // GPIOAEN
  alternate(0x42020000u, 9, 7);
  alternate(0x42020000u, 10, 7);
  UART_BRR = (CLOCK_HZ + 115200 / 2) / 115200;
}

// Channel 0 of GPDMA1 takes the text as two blocks, the second from a list in memory.
// Reference: RM0456 17.4.5, 17.8.
void uart_dma(const char *text, uint32_t length) {
  static uint32_t item[3] __attribute__((aligned(16)));
  uint32_t half = length / 2;
  item[0] = length - half;          // BR1
  item[1] = (uint32_t)text + half;  // SAR
  item[2] = 0;                      // LLR: the last
  RCC(0x88) |= 1;
  DMA1(0x50) = (uint32_t)item & 0xFFFF0000u;
  DMA1(0x90) = 1 << 3;              // bytes, the source counts up
  DMA1(0x94) = 25 | 1 << 10 | 2u << 30;  // USART1_TX, its destination asks, events of list items
  DMA1(0x98) = half;
  DMA1(0x9C) = (uint32_t)text;
  DMA1(0xA0) = (uint32_t)&UART_TDR;
  DMA1(0xCC) = ((uint32_t)item & 0xFFFCu) | 1u << 29 | 1u << 28 | 1u << 16;
  UART_CR3 |= 1 << 7;
  DMA1(0x64) = 1;
  wait_clear(&DMA1(0x64), 1);
  DMA1(0x5C) = 0x7F00;
}
