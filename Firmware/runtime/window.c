/* Feature-level fusion over a sliding window.
 *
 * With the Kalman filter each sample becomes 13 integers (up, rate, linear acceleration, band
 * energies), and the window is cut into equal segments of 16 features: the means of these, and
 * for the rate also the mean of its magnitude. Sums are integers, so that they never drift and a
 * host computes the same. Without the filter the features are the raw samples themselves. */
#include "window.h"

#if FUSION_KALMAN

#define SEGMENT_FEATURES 16
#define SEGMENTS (DEEPCRAFT_INPUT_COUNT / SEGMENT_FEATURES)
_Static_assert(DEEPCRAFT_INPUT_COUNT == SEGMENTS * SEGMENT_FEATURES && SEGMENTS > 0 &&
                   SEGMENTS <= WINDOW_SAMPLES,
               "the network takes 16 features for each segment of the window");

enum { UP = 0, RATE = 3, LINEAR = 6, BANDS = 9, SIGNALS = 13 };
enum { MEAN_RATE_MAGNITUDE = SIGNALS };

#define UP_PER_UNIT 16384.0f
#define COUNTS_PER_DPS 16.0f
#define COUNTS_PER_G 4096.0f
#define RATE_RANGE (COUNTS_PER_DPS * 256.0f) /* the mean that reads 1 */
#define BAND_MIDDLE (15.0f * 256.0f)         /* the band energy that reads 0 */
#define BAND_RANGE (15.0f * 256.0f)

static int16_t ring[WINDOW_SAMPLES][SIGNALS];
static unsigned newest; /* row of the newest sample */
static int32_t sums[SEGMENTS][SEGMENT_FEATURES];

static int magnitude(int value) { return value < 0 ? -value : value; }

static int16_t to_int16(float value) {
  if (value >= 32767.0f) return 32767;
  if (value <= -32767.0f) return -32767;
  return (int16_t)(value < 0.0f ? value - 0.5f : value + 0.5f);
}

/* The age in samples at which a segment begins; segment 0 is the oldest. */
static unsigned newest_age(unsigned segment) {
  return (SEGMENTS - 1 - segment) * WINDOW_SAMPLES / SEGMENTS;
}
static unsigned end_age(unsigned segment) {
  return (SEGMENTS - segment) * WINDOW_SAMPLES / SEGMENTS;
}

static const int16_t *row_of_age(unsigned age) {
  return ring[newest >= age ? newest - age : newest + WINDOW_SAMPLES - age];
}

static void add(int32_t *sum, const int16_t *row, int sign) {
  for (int i = 0; i < SIGNALS; ++i) sum[i] += sign * row[i];
  for (int i = 0; i < 3; ++i)
    sum[MEAN_RATE_MAGNITUDE + i] += sign * magnitude(row[RATE + i]);
}

static void encode(int16_t *row, const sensor_buffer_t *buffer, const fused_state_t *state) {
  for (int i = 0; i < 3; ++i) {
    row[UP + i] = to_int16(state->up[i] * UP_PER_UNIT);
    row[RATE + i] = to_int16(state->rate[i] * COUNTS_PER_DPS);
    row[LINEAR + i] = (int16_t)magnitude(to_int16(state->acceleration[i] * COUNTS_PER_G));
  }
  for (int i = 0; i < BAND_COUNT; ++i) row[BANDS + i] = buffer->bands[i];
}

void window_reset(void) {
  const sensor_buffer_t silence = {.bands = {REST_BAND, REST_BAND, REST_BAND, REST_BAND}};
  const fused_state_t rest = {.up = {0, 0, 1}};
  newest = 0;
  for (unsigned row = 0; row < WINDOW_SAMPLES; ++row) encode(ring[row], &silence, &rest);
  for (unsigned segment = 0; segment < SEGMENTS; ++segment) {
    for (int i = 0; i < SEGMENT_FEATURES; ++i) sums[segment][i] = 0;
    for (unsigned age = newest_age(segment); age < end_age(segment); ++age)
      add(sums[segment], row_of_age(age), 1);
  }
}

void window_push(const sensor_buffer_t *buffer, const fused_state_t *state) {
  /* Each segment loses its oldest row to the one before it. */
  for (unsigned segment = 0; segment < SEGMENTS; ++segment) {
    const int16_t *leaving = row_of_age(end_age(segment) - 1);
    add(sums[segment], leaving, -1);
    if (segment > 0) add(sums[segment - 1], leaving, 1);
  }
  newest = newest + 1 == WINDOW_SAMPLES ? 0 : newest + 1;
  encode(ring[newest], buffer, state);
  add(sums[SEGMENTS - 1], ring[newest], 1);
}

void window_features(float *features) {
  for (unsigned segment = 0; segment < SEGMENTS; ++segment) {
    const int32_t *sum = sums[segment];
    const float share = 1.0f / (float)(end_age(segment) - newest_age(segment));
    for (int i = 0; i < 3; ++i) {
      features[UP + i] = (float)sum[UP + i] * (share / UP_PER_UNIT);
      features[RATE + i] = (float)sum[RATE + i] * (share / RATE_RANGE);
      features[LINEAR + i] = (float)sum[LINEAR + i] * (share / COUNTS_PER_G);
      features[MEAN_RATE_MAGNITUDE + i] =
          (float)sum[MEAN_RATE_MAGNITUDE + i] * (share / RATE_RANGE);
    }
    for (int i = 0; i < BAND_COUNT; ++i)
      features[BANDS + i] =
          ((float)sum[BANDS + i] * share - BAND_MIDDLE) * (1.0f / BAND_RANGE);
    features += SEGMENT_FEATURES;
  }
}

#else

_Static_assert(DEEPCRAFT_INPUT_COUNT == 6 * WINDOW_SAMPLES,
               "without fusion the network takes six values for each sample of the window");

static int16_t ring[WINDOW_SAMPLES][6];
static unsigned oldest;

void window_reset(void) {
  for (unsigned row = 0; row < WINDOW_SAMPLES; ++row)
    for (int i = 0; i < 6; ++i) ring[row][i] = i == 2 ? (int16_t)(1.0f / IMU_G_PER_COUNT) : 0;
  oldest = 0;
}

void window_push(const sensor_buffer_t *buffer, const fused_state_t *state) {
  (void)state;
  for (int i = 0; i < 3; ++i) {
    ring[oldest][i] = buffer->acceleration[i];
    ring[oldest][3 + i] = buffer->rate[i];
  }
  oldest = oldest + 1 == WINDOW_SAMPLES ? 0 : oldest + 1;
}

/* Full scale maps to 0 ... 1. */
void window_features(float *features) {
  unsigned row = oldest;
  for (unsigned sample = 0; sample < WINDOW_SAMPLES; ++sample) {
    for (int i = 0; i < 3; ++i) {
      features[i] = ((float)ring[row][i] * IMU_G_PER_COUNT + IMU_FULL_SCALE_G) *
                    (0.5f / IMU_FULL_SCALE_G);
      features[3 + i] = ((float)ring[row][3 + i] * IMU_DPS_PER_COUNT + IMU_FULL_SCALE_DPS) *
                        (0.5f / IMU_FULL_SCALE_DPS);
    }
    features += 6;
    row = row + 1 == WINDOW_SAMPLES ? 0 : row + 1;
  }
}

#endif
