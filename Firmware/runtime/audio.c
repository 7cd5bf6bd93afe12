/* A bank of one-pole low-pass filters with power-of-two coefficients; a band is what one filter
 * takes away. At 16 kHz the edges lie near 2.5 kHz, 730 Hz, 340 Hz and 165 Hz. Integers only. */
#include "audio.h"

volatile int16_t audio_energies[BAND_COUNT];
static int32_t low[BAND_COUNT];

void audio_reset(void) {
  for (int band = 0; band < BAND_COUNT; ++band) {
    low[band] = 0;
    audio_energies[band] = REST_BAND;
  }
}

/* log2 in 1/256 octave, the mantissa taken as straight within an octave. */
static int16_t log2_of(uint32_t value) {
  if (value == 0) return 0;
  const int exponent = 31 - __builtin_clz(value);
  const uint32_t mantissa = exponent >= 8 ? value >> (exponent - 8) : value << (8 - exponent);
  return (int16_t)(exponent * 256 + (int)(mantissa & 255));
}

/* What a sample of a band adds to its mean square in counts; full scale stays below 2^31. */
static inline uint32_t energy_of(int32_t band) {
  const int32_t scaled = band >> 6;
  return (uint32_t)(scaled * scaled) >> 4;
}

STAGE void audio_bands(const int16_t block[AUDIO_BLOCK]) {
  int32_t first = low[0], second = low[1], third = low[2], fourth = low[3];
  uint32_t highest = 0, high = 0, middle = 0, lowest = 0;
  for (int i = 0; i < AUDIO_BLOCK; ++i) {
    const int32_t sample = (int32_t)block[i] * 16;
    first += (sample - first) >> 1;
    second += (first - second) >> 2;
    third += (second - third) >> 3;
    fourth += (third - fourth) >> 4;
    highest += energy_of(sample - first);
    high += energy_of(first - second);
    middle += energy_of(second - third);
    lowest += energy_of(third - fourth);
  }
  low[0] = first, low[1] = second, low[2] = third, low[3] = fourth;
  audio_energies[0] = log2_of(highest);
  audio_energies[1] = log2_of(high);
  audio_energies[2] = log2_of(middle);
  audio_energies[3] = log2_of(lowest);
}
