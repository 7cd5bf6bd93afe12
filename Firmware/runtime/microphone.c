/* The PDM microphone: 1.28 MHz decimated by 80 to 16 kHz mono, into two buffers by turns.
 *
 * Reference: nRF52840 Product Specification, section 6.15: SAMPLE.PTR is taken over when a buffer
 * starts, so the next one is named in the STARTED event. */
#include "microphone.h"

#include "audio.h"
#include "board.h"
#include "config.h"
#include "nrf52840.h"

#if MICROPHONE

void PDM_IRQHandler(void);

static int16_t blocks[2][AUDIO_BLOCK];
static unsigned filling;

static void name_next(unsigned block) {
  PDM_SAMPLE_PTR = (uint32_t)(uintptr_t)blocks[block];
}

void PDM_IRQHandler(void) {
  const int ended = PDM_EVENTS_END != 0;
  const unsigned full = filling;
  if (ended) PDM_EVENTS_END = 0;
  if (PDM_EVENTS_STARTED) {
    PDM_EVENTS_STARTED = 0;
    if (ended) filling ^= 1;
    name_next(filling ^ 1);
  }
  /* Read back, so that the event is gone before the interrupt returns. */
  (void)PDM_EVENTS_STARTED;
  if (ended) audio_bands(blocks[full]);
}

void microphone_start(void) {
  audio_reset();
  set_output(MICROPHONE_POWER_PIN, 1);
  set_output(MICROPHONE_CLOCK_PIN, 0);
  GPIO_PIN_CNF(MICROPHONE_DATA_PIN) = PIN_CNF_INPUT;
  PDM_PSEL_CLK = MICROPHONE_CLOCK_PIN;
  PDM_PSEL_DIN = MICROPHONE_DATA_PIN;
  PDM_PDMCLKCTRL = PDM_CLOCK_1280K;
  PDM_RATIO = PDM_RATIO_80;
  PDM_MODE = PDM_MODE_MONO;
  PDM_SAMPLE_MAXCNT = AUDIO_BLOCK;
  name_next(0);
  PDM_ENABLE = 1;
  PDM_INTENSET = PDM_INT_STARTED | PDM_INT_END;
  enable_interrupt(PDM_IRQ, MICROPHONE_PRIORITY);
  PDM_TASKS_START = 1;
}

#else

void microphone_start(void) { audio_reset(); }

#endif
