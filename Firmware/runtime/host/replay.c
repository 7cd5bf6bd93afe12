/* The whole pipeline on a host, with a generated network: reads one sample a line (acceleration,
 * rate in counts, four band energies) and prints each decision: class, confidence, scores. Given
 * what read_imu_mic() returned on the device, it decides the same, bit for bit. */
#include <stdio.h>

#include "deepcraft.h"
#include "pipeline.h"

void trigger_event(int prediction, int confidence) {
  printf("%d %d", prediction, confidence);
  for (int i = 0; i < DEEPCRAFT_OUTPUT_COUNT; ++i) printf(" %d", deepcraft_scores[i]);
  printf("\n");
}

int main(void) {
  int value[6 + BAND_COUNT];
  reset_fusion();
  for (;;) {
    for (int i = 0; i < 6 + BAND_COUNT; ++i)
      if (scanf("%d", &value[i]) != 1) return 0;
    sensor_buffer_t buffer;
    for (int i = 0; i < 3; ++i) {
      buffer.acceleration[i] = (int16_t)value[i];
      buffer.rate[i] = (int16_t)value[3 + i];
    }
    for (int band = 0; band < BAND_COUNT; ++band) buffer.bands[band] = (int16_t)value[6 + band];
    run_pipeline(&buffer);
  }
}
