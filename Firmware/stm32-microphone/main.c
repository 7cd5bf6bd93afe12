// A microphone at 16 kHz into two halves of a buffer by circular DMA: a PDM microphone on the DFSDM (L4R5, H7A3)
// or the MDF (U575), an I2S one on the SAI (F746) or on SPI2 as I2S (F407). The recording counts, so that a
// sample that is lost, doubled or bent shows.
#include "../stm32/pins.h"

enum { HALF = 64, BLOCKS = 6, STEP = 37 };

#if defined STM32L4 || defined STM32H7
#include "dfsdm.h"
#elif defined STM32U5
#include "mdf.h"
#elif defined STM32F7
#include "sai.h"
#else
#include "i2s.h"
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
