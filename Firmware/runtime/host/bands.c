/* Reads 16-bit samples of sound and prints the four band energies of each block. */
#include <stdio.h>

#include "audio.h"

int main(void) {
  int16_t block[AUDIO_BLOCK];
  audio_reset();
  while (fread(block, sizeof block[0], AUDIO_BLOCK, stdin) == AUDIO_BLOCK) {
    audio_bands(block);
    for (int band = 0; band < BAND_COUNT; ++band)
      printf("%d%c", audio_energies[band], band + 1 < BAND_COUNT ? ' ' : '\n');
  }
  return 0;
}
