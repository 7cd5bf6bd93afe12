// A microphone on block A of SAI1, its data by stream 1 of DMA2.
#pragma once

#include "../stm32/pins.h"

typedef uint32_t word_t;
enum { WORDS = 2 * HALF, SIZE = 2 };

#define SAI(offset) REG(0x40015800u + (offset))
#define DMA(offset) REG(0x40026428u + (offset))  // DMA2 stream 1
#define DMA_FLAGS REG(0x40026400u)
#define DMA_CLEAR REG(0x40026408u)
enum { SHIFT = 6, DMA_CLOCK = 22 };
#define DATA SAI(0x20)

// PLLI2S: 8 MHz / 4 * 64 / 5 / 25 = 1.024 MHz, the bit clock itself. Reference: RM0385 5.3.24, 33.5.
static void audio_start(void) {
  RCC(0x84) = 64 << 6 | 5 << 24 | 2 << 28;
  RCC(0x8C) = (RCC(0x8C) & ~0x0030001Fu) | 24 | 1 << 20;
  RCC(0x00) |= 1u << 26;
  wait_set(&RCC(0x00), 1u << 27);
  RCC(0x44) |= 1u << 22;
  pin_function(PORT_E, 4, 6);
  pin_function(PORT_E, 5, 6);
  pin_function(PORT_E, 6, 6);
  SAI(0x08) = 0;
  SAI(0x0C) = 63 | 31 << 8 | 1 << 16 | 1 << 18;
  SAI(0x10) = 2 << 6 | 1 << 8 | 3 << 16;
  SAI(0x04) = 1 | 6 << 5 | 1 << 19 | 1 << 17;
  SAI(0x04) |= 1 << 16;
}

static int16_t sample(const word_t *words) { return (int16_t)(words[0] >> 8); }

#include "stream.h"
