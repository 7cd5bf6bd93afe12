// Channels of the GPDMA1 that move bytes or halfwords between a device and memory. Reference: RM0456 17.8.
#pragma once

#include "stm32.h"

#define GPDMA(channel, offset) DMA1(0x50 + 0x80 * (channel) + (offset))

enum { GPDMA_TO_DEVICE = 1 << 10, GPDMA_INTERRUPT = 1 << 8 };

// `size` 0 is a byte, 1 a halfword; `flags` say the direction, and whether the end interrupts.
static inline void gpdma_start(uint32_t channel, uint32_t request, uint32_t device, volatile void *memory,
                               uint32_t length, uint32_t size, uint32_t flags) {
  uint32_t counts = flags & GPDMA_TO_DEVICE ? 1u << 3 : 1u << 19;
  GPDMA(channel, 0x0C) = 0x7F00;
  GPDMA(channel, 0x40) = size | size << 16 | counts;
  GPDMA(channel, 0x44) = request | (flags & GPDMA_TO_DEVICE);
  GPDMA(channel, 0x48) = length;
  GPDMA(channel, 0x4C) = flags & GPDMA_TO_DEVICE ? (uint32_t)memory : device;
  GPDMA(channel, 0x50) = flags & GPDMA_TO_DEVICE ? device : (uint32_t)memory;
  GPDMA(channel, 0x7C) = 0;
  GPDMA(channel, 0x14) = 1 | (flags & GPDMA_INTERRUPT);
}
