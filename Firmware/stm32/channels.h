// A DMA controller with channels behind a request multiplexer. Reference: RM0432 11.4, 12.4.4.
#pragma once

#include "stm32.h"

// Channel 1 of DMA1 feeds the UART.
static inline void dma_channel_1(uint32_t request, const char *text, uint32_t length) {
  DMAMUX(0x00) = request;
  DMA1(0x0C) = length;
  DMA1(0x10) = (uint32_t)&UART_TDR;
  DMA1(0x14) = (uint32_t)text;
  UART_CR3 |= 1 << 7;
  DMA1(0x08) = 1 | 1 << 4 | 1 << 7;
  wait_set(&DMA1(0x00), 2);
  DMA1(0x04) = 1;
  DMA1(0x08) = 0;
}
