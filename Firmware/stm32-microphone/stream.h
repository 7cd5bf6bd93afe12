// A circular transfer by a stream of a DMA controller.
#pragma once

// Reference: RM0090 10.5, RM0385 8.5.
static void dma_start(word_t *buffer) {
  RCC(0x30) |= 1u << DMA_CLOCK;
  DMA(0x04) = 2 * WORDS;
  DMA(0x08) = (uint32_t)&DATA;
  DMA(0x0C) = (uint32_t)buffer;
  DMA(0x00) = SIZE << 13 | SIZE << 11 | 1 << 10 | 1 << 8 | 1 << 4 | 1 << 3 | 1;
}

static int dma_half(void) {
  int is_second = DMA_FLAGS >> (SHIFT + 5) & 1;
  DMA_CLEAR = 0x3d << SHIFT;
  return is_second;
}
