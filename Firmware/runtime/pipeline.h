/* The loop from one sensor sample to one decision: what its stages hand to each other. */
#ifndef PIPELINE_H
#define PIPELINE_H

#include <stdint.h>

#include "config.h"
#include "kalman.h"

/* Where the stages after the read run. */
#define RUN_IN_ISR 0
#define RUN_IN_PENDSV 1
#define RUN_IN_MAIN 2

/* A stage keeps its own symbol, so that a profiler finds it without instrumentation. */
#define STAGE __attribute__((noinline, noclone, used))

#define BAND_COUNT 4

/* What one read of the sensors leaves: raw counts, and the newest band energies. */
typedef struct {
  int16_t acceleration[3]; /* counts of IMU_G_PER_COUNT */
  int16_t rate[3];         /* counts of IMU_DPS_PER_COUNT */
  int16_t bands[BAND_COUNT]; /* log2 of the energy, 1/256 octave */
} sensor_buffer_t;

/* What fusion knows after a sample. */
typedef struct {
  real_t up[3];           /* the body's frame */
  real_t acceleration[3]; /* g, without gravity */
  real_t rate[3];         /* dps, without bias */
} fused_state_t;

void read_imu_mic(sensor_buffer_t *buffer);
void fuse_kalman(const sensor_buffer_t *buffer, fused_state_t *state);
void int8_quantize(const float *features, int8_t *input);
int prediction_confidence(int prediction); /* percent */
void trigger_event(int prediction, int confidence);
void isr_sensor_update(void);
void low_power_mode(void);

/* Filter and window as after a long rest. */
void reset_fusion(void);
void run_pipeline(const sensor_buffer_t *buffer);

#endif
