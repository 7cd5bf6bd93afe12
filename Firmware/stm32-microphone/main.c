// A microphone at 16 kHz into two halves of a buffer by circular DMA: a PDM microphone on the DFSDM (L4R5),
// an I2S one on the SAI (F746) or on SPI2 as I2S (F407). The recording counts, so that a sample that is lost,
// doubled or bent shows.
#include "../stm32/pins.h"

enum { HALF = 64, BLOCKS = 6, STEP = 37 };

#if defined STM32L4
typedef int32_t word_t;
enum { WORDS = HALF };

#define DFSDM(offset) REG(0x40016000u + (offset))

// PLLSAI1: 16 MHz / 5 * 64 / 25 = 8.192 MHz; CKOUT an eighth of it. Reference: RM0432 6.4.5, 28.8.
static void audio_start(void) {
  RCC(0x10) = 4 << 4 | 64 << 8 | 1 << 16 | 25u << 27;
  RCC(0x00) |= 1u << 26;
  wait_set(&RCC(0x00), 1u << 27);
  RCC(0x60) |= 1u << 24;
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

// DMA1 channel 2, request 86. Reference: RM0432 11.6, 12.4.
static void dma_start(word_t *buffer) {
  RCC(0x48) |= 1 | 1 << 2;
  DMAMUX(0x04) = 86;
  DMA1(0x20) = 2 * WORDS;
  DMA1(0x24) = (uint32_t)&DFSDM(0x11C);
  DMA1(0x28) = (uint32_t)buffer;
  DMA1(0x1C) = 1 | 1 << 1 | 1 << 2 | 1 << 5 | 1 << 7 | 2 << 8 | 2 << 10;
}

// Whether the second half is full, else the first.
static int dma_half(void) {
  int is_second = DMA1(0x00) >> 5 & 1;
  DMA1(0x04) = 0xf0;
  return is_second;
}
#else
#if defined STM32F4
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
#else
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
#endif

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
#endif

static word_t buffer[2 * WORDS];
static int16_t samples[BLOCKS * HALF];
static volatile uint32_t blocks;
static uint32_t times[BLOCKS];

void AUDIO_DMA_Handler(void) {
  const word_t *half = buffer + (dma_half() ? WORDS : 0);
  if (blocks >= BLOCKS) return;
  times[blocks] = TIM2(0x24);
  for (int index = 0; index < HALF; index++) {
    samples[blocks * HALF + index] = sample(half + index * (WORDS / HALF));
  }
  blocks++;
}

int main(void) {
  clock_start();
  timer_start();
  uart_start();
  print("microphone on " AUDIO_NAME "\r\n");
  irq_enable(AUDIO_DMA_IRQ);
  dma_start(buffer);
  audio_start();
  while (blocks < BLOCKS) __asm volatile("wfi");
  int wrong = 0;
  for (int index = 1; index < BLOCKS * HALF; index++) {
    wrong += (uint16_t)(samples[index] - samples[index - 1]) != STEP;
  }
  print_decimal(BLOCKS * HALF);
  print(" samples, ");
  print_decimal(wrong);
  print(" out of order\r\n");
  uint32_t span = times[BLOCKS - 1] - times[0];
  int agrees = span >= 19999 && span <= 20001;
  print(agrees ? "5 blocks of 64 at 16 kHz\r\n" : "the blocks differ from 16 kHz\r\n");
  return wrong != 0;
}
