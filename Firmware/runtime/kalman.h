/* An error-state Kalman filter for attitude and gyroscope bias.
 * Builds for single precision (the device) and, with -DREAL_T=double, as its own reference. */
#ifndef KALMAN_H
#define KALMAN_H

#ifndef REAL_T
#define REAL_T float
#endif
typedef REAL_T real_t;

typedef struct {
  real_t attitude[4];          /* unit quaternion w, x, y, z: body to world */
  real_t bias[3];              /* of the gyroscope, rad/s */
  real_t angle_covariance[3][3];
  real_t cross_covariance[3][3]; /* rows: angle, columns: bias */
  real_t bias_covariance[3][3];
  int started;
} kalman_t;

/* No attitude known yet: the first step takes it from the accelerometer. */
void kalman_reset(kalman_t *filter);

/* One sample: acceleration in g, rate in rad/s, seconds since the sample before. */
void kalman_step(kalman_t *filter, const real_t acceleration[3], const real_t rate[3],
                 real_t seconds);

/* The direction of up in the body's frame: what the accelerometer would read at rest, in g. */
void kalman_up(const kalman_t *filter, real_t up[3]);

#endif
