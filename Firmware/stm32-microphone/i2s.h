// A microphone on SPI2 as I2S, its data by stream 3 of DMA1.
#pragma once

#include "../stm32/pins.h"

typedef uint16_t word_t;
enum { WORDS = 4 * HALF, SIZE = 1 };

#define SPI2(offset) REG(0x40003800u + (offset))
#define DMA(offset) REG(0x40026058u + (offset))  // DMA1 stream 3
#define DMA_FLAGS REG(0x40026000u)
#define DMA_CLEAR REG(0x40026008u)
enum { SHIFT = 22, DMA_CLOCK = 21 };
#define DATA SPI2(0x0C)

// PLLI2S: 8 MHz / 8 * 256 / 5 = 51.2 MHz, 64 clocks a frame. Reference: RM0090 7.3.23, 28.4.
static void audio_start(void) {
  RCC(0x84) = 256 << 6 | 5 << 28;
  RCC(0x00) |= 1u << 26;
  wait_set(&RCC(0x00), 1u << 27);
  RCC(0x40) |= 1u << 14;
  pin_function(PORT_B, 12, 5);
  pin_function(PORT_B, 13, 5);
  pin_function(PORT_B, 15, 5);
  SPI2(0x20) = 25;
  SPI2(0x04) = 1;
  SPI2(0x1C) = 1 << 11 | 3 << 8 | 1 << 1;
  SPI2(0x1C) |= 1 << 10;
}

static int16_t sample(const word_t *words) { return (int16_t)words[0]; }

#include "stream.h"
