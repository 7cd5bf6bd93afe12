// A PDM microphone on wire 2 of DFSDM1, its data by a channel of DMA1 behind the multiplexer (L4), or of BDMA1,
// which serves the DFSDM alone (H7).
#pragma once

#include "../stm32/pins.h"

typedef int32_t word_t;
enum { WORDS = HALF };

#ifdef STM32L4
#define DFSDM(offset) REG(0x40016000u + (offset))
#define CHANNEL(offset) DMA1(0x14 + (offset))
#define DMA_FLAGS DMA1(0x00)
#define DMA_CLEAR DMA1(0x04)
enum { SHIFT = 4 };

// PLLSAI1: 16 MHz / 5 * 64 / 25 = 8.192 MHz. Reference: RM0432 6.4.5.
static void audio_clock(void) {
  RCC(0x10) = 4 << 4 | 64 << 8 | 1 << 16 | 25u << 27;
  RCC(0x00) |= 1u << 26;
  wait_set(&RCC(0x00), 1u << 27);
  RCC(0x60) |= 1u << 24;
}

// DMA1 channel 2, request 86. Reference: RM0432 11.6, 12.4.
static void dma_clock(void) {
  RCC(0x48) |= 1 | 1 << 2;
  DMAMUX(0x04) = 86;
}
#else
#define DFSDM(offset) REG(0x40017800u + (offset))
#define BDMA1(offset) REG(0x48022C00u + (offset))
#define CHANNEL(offset) BDMA1(offset)
#define DMA_FLAGS BDMA1(0x00)
#define DMA_CLEAR BDMA1(0x04)
enum { SHIFT = 0 };

// PLL2: 8 MHz / 5 * 128 / 25 = 8.192 MHz. Reference: RM0455 8.7.12, 8.7.16.
static void audio_clock(void) {
  RCC(0x28) = (RCC(0x28) & ~0x3F000u) | 5 << 12;
  RCC(0x2C) |= 1u << 19 | 1u << 5;
  RCC(0x38) = 127 | 24 << 9;
  RCC(0x00) |= 1u << 26;
  wait_set(&RCC(0x00), 1u << 27);
  RCC(0x50) |= 1;  // PLL2 P for SAI1, and so for CKOUT
  RCC(0x150) |= 1u << 30;
}

// BDMA1 channel 0 has filter 0's requests. Reference: RM0455 17.3.2.
static void dma_clock(void) { RCC(0x13C) |= 1u << 11; }
#endif

// CKOUT an eighth of 8.192 MHz; a sinc filter of order 3 decimates by 64. Reference: RM0432 28.8, RM0455 30.8.
static void audio_start(void) {
  audio_clock();
  pin_function(PORT_C, 2, 6);
  pin_function(PORT_B, 14, 6);
  DFSDM(0x00) = 1u << 30 | 7 << 16;
  DFSDM(0x40) = 1 << 2;
  DFSDM(0x44) = 3 << 3;
  DFSDM(0x40) |= 1 << 7;
  DFSDM(0x00) |= 1u << 31;
  DFSDM(0x114) = 3u << 29 | 63 << 16;
  DFSDM(0x100) = 2 << 24 | 1u << 29 | 1 << 21 | 1 << 18;
  DFSDM(0x100) |= 1;
  DFSDM(0x100) |= 1 << 17;
}

static int16_t sample(const word_t *words) { return (int16_t)(*words >> 8); }

static void dma_start(word_t *buffer) {
  dma_clock();
  CHANNEL(0x0C) = 2 * WORDS;
  CHANNEL(0x10) = (uint32_t)&DFSDM(0x11C);
  CHANNEL(0x14) = (uint32_t)buffer;
  CHANNEL(0x08) = 1 | 1 << 1 | 1 << 2 | 1 << 5 | 1 << 7 | 2 << 8 | 2 << 10;
}

// Whether the second half is full, else the first.
static int dma_half(void) {
  int is_second = DMA_FLAGS >> (SHIFT + 1) & 1;
  DMA_CLEAR = 0xf << SHIFT;
  return is_second;
}
