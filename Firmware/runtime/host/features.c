/* The pipeline up to the network's input, as a shared library: what a network is trained on comes
 * from the same source as what it meets on the device. */
#include <string.h>

#include "audio.h"
#include "deepcraft.h"
#include "pipeline.h"
#include "window.h"

int8_t deepcraft_scores[DEEPCRAFT_OUTPUT_COUNT];

int deepcraft_infer(const int8_t *input) {
  (void)input;
  return 0;
}

void trigger_event(int prediction, int confidence) {
  (void)prediction;
  (void)confidence;
}

/* Features of every sample of a recording.
 *
 * counts: six values a sample (acceleration, rate); sound: 16 kHz from the first sample on, or
 * null; features: DEEPCRAFT_INPUT_COUNT values a sample. */
void recording_features(const int16_t *counts, int samples, const int16_t *sound, int sound_samples,
                        float *features) {
  reset_fusion();
  audio_reset();
  int heard = 0;
  for (int sample = 0; sample < samples; ++sample) {
    const int now = (int)((float)sample * (16000.0f * IMU_PERIOD_SECONDS));
    for (; sound && heard + AUDIO_BLOCK <= now && heard + AUDIO_BLOCK <= sound_samples;
         heard += AUDIO_BLOCK)
      audio_bands(sound + heard);
    sensor_buffer_t buffer;
    memcpy(buffer.acceleration, counts, sizeof buffer.acceleration);
    memcpy(buffer.rate, counts + 3, sizeof buffer.rate);
    for (int band = 0; band < BAND_COUNT; ++band) buffer.bands[band] = audio_energies[band];
    run_pipeline(&buffer);
    window_features(features);
    counts += 6;
    features += DEEPCRAFT_INPUT_COUNT;
  }
}
