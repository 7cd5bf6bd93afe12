/* Energies of four octave-wide bands of a block of audio. */
#ifndef AUDIO_H
#define AUDIO_H

#include <stdint.h>

#include "pipeline.h"

/* Samples in one block: 16 ms at 16 kHz. */
#define AUDIO_BLOCK 256

/* The newest block's energies: log2, 1/256 octave. */
extern volatile int16_t audio_energies[BAND_COUNT];

void audio_reset(void);
void audio_bands(const int16_t block[AUDIO_BLOCK]);

#endif
