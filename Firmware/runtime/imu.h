/* The LSM9DS1's accelerometer and gyroscope on TWIM0. */
#ifndef IMU_H
#define IMU_H

#include <stdint.h>

/* Configures the sensor with its data rate still zero. Does not return when it is missing. */
void imu_init(void);

/* Lets samples flow, each by a few interrupts of TWIM0. */
void imu_start(void);

/* To be called in TWIM0's interrupt: moves on to the next transfer of a sample, or tells that the
 * sample is complete. */
int imu_take(void);

/* Copies the sample that was taken. */
void imu_sample(int16_t acceleration[3], int16_t rate[3]);

#endif
