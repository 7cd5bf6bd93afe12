/* The stages between the read and the decision. No register is touched here: the same source runs
 * on a host, where it makes the features that the network is trained on. */
#include "pipeline.h"

#include "deepcraft.h"
#include "window.h"

#define RADIANS_PER_DEGREE 0.017453292f

static kalman_t filter;
static fused_state_t fused_state;
static float features[DEEPCRAFT_INPUT_COUNT];
static int8_t model_input[DEEPCRAFT_INPUT_COUNT];
static unsigned samples_since_decision;

void reset_fusion(void) {
  kalman_reset(&filter);
  window_reset();
  samples_since_decision = HOP_SAMPLES - 1;
}

STAGE void fuse_kalman(const sensor_buffer_t *buffer, fused_state_t *state) {
  real_t acceleration[3], rate[3];
  for (int i = 0; i < 3; ++i) {
    acceleration[i] = (real_t)buffer->acceleration[i] * (real_t)IMU_G_PER_COUNT;
    rate[i] =
        (real_t)buffer->rate[i] * (real_t)(IMU_DPS_PER_COUNT * RADIANS_PER_DEGREE);
  }
  kalman_step(&filter, acceleration, rate, (real_t)IMU_PERIOD_SECONDS);
  kalman_up(&filter, state->up);
  for (int i = 0; i < 3; ++i) {
    state->acceleration[i] = acceleration[i] - state->up[i];
    state->rate[i] = (rate[i] - filter.bias[i]) * (real_t)(1.0f / RADIANS_PER_DEGREE);
  }
}

/* Rounds half away from zero and saturates, as the network's converter does. */
STAGE void int8_quantize(const float *values, int8_t *input) {
  const float scale = 1.0f / DEEPCRAFT_INPUT_SCALE;
  for (int i = 0; i < DEEPCRAFT_INPUT_COUNT; ++i) {
    const float scaled = values[i] * scale;
    int value = (int)(scaled < 0.0f ? scaled - 0.5f : scaled + 0.5f) + DEEPCRAFT_INPUT_ZERO_POINT;
    if (value > 127) value = 127;
    if (value < -128) value = -128;
    input[i] = (int8_t)value;
  }
}

STAGE int prediction_confidence(int prediction) {
  const int above = deepcraft_scores[prediction] - (DEEPCRAFT_OUTPUT_ZERO_POINT);
  return (int)((float)above * (DEEPCRAFT_OUTPUT_SCALE * 100.0f));
}

void run_pipeline(const sensor_buffer_t *buffer) {
#if FUSION_KALMAN
  fuse_kalman(buffer, &fused_state);
#endif
  window_push(buffer, &fused_state);
  if (++samples_since_decision < HOP_SAMPLES) return;
  samples_since_decision = 0;
  window_features(features);
  int8_quantize(features, model_input);
  const int prediction = deepcraft_infer(model_input);
  trigger_event(prediction, prediction_confidence(prediction));
}
