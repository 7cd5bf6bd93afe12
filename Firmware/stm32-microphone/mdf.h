// A PDM microphone on interface 0 of MDF1, the upper halves of its data by channel 1 of GPDMA1, which runs
// through one list item for ever.
#pragma once

#include "../stm32/pins.h"
#include "../stm32/gpdma.h"

typedef int16_t word_t;
enum { WORDS = HALF };

#define MDF1(offset) REG(0x40025000u + (offset))

// MSIK 3.072 MHz, CCK1 a third of it. Sinc filter of order 4, 64 to 1: full scale is 2 to the 24th, SCALE -6 dB.
// Neither reshape nor high-pass filter. Reference: RM0456 11.8.3, 39.8.
static void audio_start(void) {
  RCC(0x08) = (RCC(0x08) & ~(15u << 24)) | 8u << 24 | 1u << 23;
  RCC(0xE4) |= 4;
  RCC(0x88) |= 1 << 3;
  pin_function(PORT_F, 10, 6);
  pin_function(PORT_B, 1, 6);
  MDF1(0x04) = 2 << 16 | 1 << 6 | 1 << 2 | 1;
  wait_set(&MDF1(0x04), 1u << 31);
  MDF1(0x80) = 31 << 8 | 1 << 1;
  MDF1(0x80) |= 1;
  wait_set(&MDF1(0x80), 1u << 31);
  MDF1(0x84) = 0;
  MDF1(0x8C) = 4 << 4 | 63 << 8 | 0x2E << 20;
  MDF1(0x90) = 1 | 1 << 7;
  MDF1(0x88) = 1 << 1;
  MDF1(0x88) |= 1;
  wait_set(&MDF1(0x88), 3u << 30);
}

static int16_t sample(const word_t *words) { return *words; }

// Request 92. Reference: RM0456 17.4.5, 17.8.
static void dma_start(word_t *buffer) {
  static uint32_t item[3] __attribute__((aligned(16)));
  item[0] = 2 * WORDS * sizeof *buffer;  // BR1
  item[1] = (uint32_t)buffer;            // DAR
  item[2] = ((uint32_t)item & 0xFFFCu) | 1u << 29 | 1u << 27 | 1u << 16;
  RCC(0x88) |= 1;
  GPDMA(1, 0x00) = (uint32_t)item & 0xFFFF0000u;
  GPDMA(1, 0x7C) = item[2];
  GPDMA(1, 0x40) = 1 | 1 << 16 | 1u << 19;
  GPDMA(1, 0x44) = 92;
  GPDMA(1, 0x48) = item[0];
  GPDMA(1, 0x4C) = (uint32_t)&MDF1(0xF0) + 2;
  GPDMA(1, 0x50) = item[1];
  GPDMA(1, 0x14) = 1 | 1 << 8 | 1 << 9;
}

// Whether the second half is full, else the first.
static int dma_half(void) {
  int is_second = GPDMA(1, 0x10) >> 8 & 1;
  GPDMA(1, 0x0C) = 0x7F00;
  return is_second;
}
