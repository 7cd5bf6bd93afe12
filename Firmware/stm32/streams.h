// A DMA controller with streams. Reference: RM0385 8.3, RM0455 16.3.
#pragma once

#include "stm32.h"

// Stream 3 of DMA1 feeds the UART; `channel` chooses the request where no multiplexer does.
static inline void dma_stream_3(uint32_t channel, const char *text, uint32_t length) {
  DMA1(0x08) = 0x3Du << 22;  // stream 3's flags
  DMA1(0x5C) = length;
  DMA1(0x60) = (uint32_t)&UART_TDR;
  DMA1(0x64) = (uint32_t)text;
  UART_CR3 |= 1 << 7;
  DMA1(0x58) = channel << 25 | 1 << 10 | 1 << 6 | 1;
  wait_set(&DMA1(0x00), 1u << 27);  // TCIF3
  DMA1(0x08) = 0x3Du << 22;
}
