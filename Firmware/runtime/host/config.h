/* The demonstration's settings without its hardware, for builds on a host. */
#ifndef CONFIG_H
#define CONFIG_H

#define IMU_PERIOD_SECONDS (1.0f / 119.0f)
#define IMU_FULL_SCALE_G 4.0f
#define IMU_FULL_SCALE_DPS 2000.0f
#define IMU_G_PER_COUNT 0.000122f
#define IMU_DPS_PER_COUNT 0.07f
#define REST_BAND 2048
#define FUSION_KALMAN 1
#define WINDOW_SAMPLES 119
#define HOP_SAMPLES 1
#define RUN_IN RUN_IN_ISR
#define CONFIDENCE_PERCENT 60

#endif
