// A Kalman filter of position and velocity in two dimensions: four states, two measured, single
// precision.

#include "bench.h"

enum { STATES = 4, STEPS = 160 };

static float x[STATES], p[STATES][STATES];

static void multiply(float out[STATES][STATES], const float a[STATES][STATES],
                     const float b[STATES][STATES]) {
  for (int row = 0; row < STATES; row++) {
    for (int column = 0; column < STATES; column++) {
      float sum = 0;
      for (int index = 0; index < STATES; index++) sum += a[row][index] * b[index][column];
      out[row][column] = sum;
    }
  }
}

static void predict(float interval) {
  const float f[STATES][STATES] = {
      {1, 0, interval, 0}, {0, 1, 0, interval}, {0, 0, 1, 0}, {0, 0, 0, 1}};
  const float transposed[STATES][STATES] = {
      {1, 0, 0, 0}, {0, 1, 0, 0}, {interval, 0, 1, 0}, {0, interval, 0, 1}};
  float product[STATES][STATES];
  x[0] += interval * x[2];
  x[1] += interval * x[3];
  multiply(product, f, p);
  multiply(p, product, transposed);
  for (int state = 0; state < STATES; state++) p[state][state] += 0.001f;
}

// The measurements are independent, so they are taken in one at a time and nothing has to be
// inverted.
static void correct(int state, float measured) {
  float innovation = measured - x[state], variance = p[state][state] + 0.25f, gain[STATES],
        row[STATES];
  for (int index = 0; index < STATES; index++) gain[index] = p[index][state] / variance;
  for (int index = 0; index < STATES; index++) row[index] = p[state][index];
  for (int index = 0; index < STATES; index++) {
    x[index] += gain[index] * innovation;
    for (int column = 0; column < STATES; column++) p[index][column] -= gain[index] * row[column];
  }
}

static uint32_t bits(float value) {
  union {
    float value;
    uint32_t bits;
  } both = {value};
  return both.bits;
}

uint32_t kalman_filter(uint32_t round) {
  uint32_t state = round + 1;
  for (int row = 0; row < STATES; row++) {
    x[row] = 0;
    for (int column = 0; column < STATES; column++) p[row][column] = row == column ? 10.0f : 0.0f;
  }
  for (int step = 0; step < STEPS; step++) {
    float noise = (float)(int32_t)next_random(&state) * (1.0f / 4294967296.0f);
    predict(0.01f);
    correct(0, 0.02f * (float)step + noise);
    correct(1, 1.0f - 0.01f * (float)step - noise);
  }
  return bits(x[0]) ^ bits(x[1]) ^ bits(x[2]) ^ bits(x[3]) ^ bits(p[0][0]);
}
