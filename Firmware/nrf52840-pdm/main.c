// Records SAMPLES samples of the microphone at 16 kHz with two buffers of BLOCK.
//
// With LATE the pointer of one buffer is given only after the next has begun: that one goes over the
// buffer before it. With SILENT the microphone's supply stays off. SIGNAL
// toggles at the end of each buffer, by PPI.

#include "../nrf52840/nrf52840.h"

#ifndef SAMPLES
#define SAMPLES 4096
#endif
#ifndef BLOCK
#define BLOCK 256
#endif
#ifndef LATE
#define LATE 0
#endif

int16_t sound[SAMPLES];
volatile uint32_t kept, ended, late;
static int16_t buffers[2][BLOCK];
static volatile uint32_t started;

static void give_buffer(uint32_t number) { PDM_SAMPLE_PTR = ADDRESS_OF(buffers[number & 1]); }

__attribute__((noinline)) void keep_block(const volatile int16_t *block) {
  for (int i = 0; i < BLOCK && kept < SAMPLES; i++) sound[kept++] = block[i];
}

void PDM_IRQHandler(void) {
  if (PDM_END) {
    CLEAR(PDM_END);
    keep_block(buffers[ended++ & 1]);
  }
  if (PDM_STARTED) {
    CLEAR(PDM_STARTED);
    // The LATE-th buffer that starts finds no fresh pointer.
    if (++started == LATE) {
      late++;
      return;
    }
    give_buffer(started);
  }
}

int main(void) {
#ifdef MICROPHONE_POWER
#ifdef SILENT
  GPIO_LOW(MICROPHONE_POWER);
#else
  GPIO_HIGH(MICROPHONE_POWER);
#endif
  GPIO_CNF(MICROPHONE_POWER) = OUTPUT;
  PDM_PSEL_CLK = MICROPHONE_CLK;
  PDM_PSEL_DIN = MICROPHONE_DIN;
#endif
  CLOCK_HFCLKSTART = 1;
  while (!CLOCK_HFCLKSTARTED) {
  }
  PDM_PDMCLKCTRL = PDM_1280K;
  PDM_RATIO = PDM_RATIO_80;
  PDM_MODE = PDM_MONO;
  PDM_GAINL = PDM_0DB;
  PDM_SAMPLE_MAXCNT = BLOCK;
  PDM_INTENSET = PDM_STARTED_INTERRUPT | PDM_END_INTERRUPT;
  PDM_ENABLE = 1;
  GPIOTE_CONFIG(0) = GPIOTE_TASK(SIGNAL);
  connect(0, &PDM_END, &GPIOTE_OUT(0));
  give_buffer(0);
  enable_interrupt(PDM_IRQ, 2);
  PDM_START = 1;
  while (kept < SAMPLES) wait_for_interrupt();
  PDM_STOP = 1;
  return 0;
}
