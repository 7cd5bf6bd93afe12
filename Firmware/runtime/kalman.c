/* An error-state Kalman filter: a quaternion and a bias carry the state, six small errors (three
 * angles in the body's frame, three biases) carry the covariance.
 *
 * Reference: J. Sola, "Quaternion kinematics for the error-state Kalman filter" (2017), sections
 * 5.3 and 7: local angular error, here without position and velocity.
 * Not modelled: heading has no reference, so it drifts with the bias about the vertical. */
#include "kalman.h"

#define R(x) ((real_t)(x))

static const real_t rate_noise = R(0.004);       /* rad/s per sample */
static const real_t bias_walk = R(0.0002);       /* rad/s per root second */
static const real_t acceleration_noise = R(0.03); /* g */
static const real_t movement_noise = R(0.6);     /* variance per (|a|^2 - 1)^2 */
static const real_t first_angle = R(0.1);        /* rad */
static const real_t first_bias = R(0.05);        /* rad/s */

static void set_diagonal(real_t matrix[3][3], real_t value) {
  for (int row = 0; row < 3; ++row)
    for (int column = 0; column < 3; ++column) matrix[row][column] = row == column ? value : R(0);
}

void kalman_reset(kalman_t *filter) {
  filter->attitude[0] = R(1);
  filter->attitude[1] = filter->attitude[2] = filter->attitude[3] = R(0);
  filter->bias[0] = filter->bias[1] = filter->bias[2] = R(0);
  set_diagonal(filter->angle_covariance, first_angle * first_angle);
  set_diagonal(filter->cross_covariance, R(0));
  set_diagonal(filter->bias_covariance, first_bias * first_bias);
  filter->started = 0;
}

void kalman_up(const kalman_t *filter, real_t up[3]) {
  const real_t w = filter->attitude[0], x = filter->attitude[1];
  const real_t y = filter->attitude[2], z = filter->attitude[3];
  up[0] = R(2) * (x * z - w * y);
  up[1] = R(2) * (y * z + w * x);
  up[2] = R(1) - R(2) * (x * x + y * y);
}

/* One instruction on the core; the host's library rounds it the same. */
static real_t square_root(real_t value) {
  return sizeof(real_t) == sizeof(float) ? R(__builtin_sqrtf((float)value))
                                         : R(__builtin_sqrt((double)value));
}

static void normalize(real_t quaternion[4]) {
  real_t sum = R(0);
  for (int i = 0; i < 4; ++i) sum += quaternion[i] * quaternion[i];
  const real_t scale = R(1) / square_root(sum);
  for (int i = 0; i < 4; ++i) quaternion[i] *= scale;
}

/* Turns the attitude by half an angle vector in the body's frame. */
static void turn(real_t quaternion[4], real_t scalar, const real_t half[3]) {
  const real_t w = quaternion[0], x = quaternion[1], y = quaternion[2], z = quaternion[3];
  quaternion[0] = w * scalar - x * half[0] - y * half[1] - z * half[2];
  quaternion[1] = x * scalar + w * half[0] + y * half[2] - z * half[1];
  quaternion[2] = y * scalar + w * half[1] + z * half[0] - x * half[2];
  quaternion[3] = z * scalar + w * half[2] + x * half[1] - y * half[0];
  normalize(quaternion);
}

/* The shortest turn that lays the measured up on the world's. */
static void start(kalman_t *filter, const real_t acceleration[3]) {
  real_t sum = R(0);
  for (int i = 0; i < 3; ++i) sum += acceleration[i] * acceleration[i];
  filter->started = 1;
  if (sum < R(0.01)) return;
  const real_t scale = R(1) / square_root(sum);
  filter->attitude[0] = R(1) + acceleration[2] * scale;
  filter->attitude[1] = acceleration[1] * scale;
  filter->attitude[2] = -acceleration[0] * scale;
  filter->attitude[3] = R(0);
  if (filter->attitude[0] < R(0.001)) filter->attitude[1] = R(1);
  normalize(filter->attitude);
}

/* P = F P F' + Q with F = [T -dt; 0 1] and T = 1 - [angle x]. */
static void propagate(kalman_t *filter, const real_t angle[3], real_t seconds) {
  const real_t turned[3][3] = {{R(1), angle[2], -angle[1]},
                               {-angle[2], R(1), angle[0]},
                               {angle[1], -angle[0], R(1)}};
  real_t angles[3][3], cross[3][3];
  for (int row = 0; row < 3; ++row)
    for (int column = 0; column < 3; ++column) {
      real_t left = R(0), right = R(0);
      for (int k = 0; k < 3; ++k) {
        left += turned[row][k] * filter->angle_covariance[k][column];
        right += turned[row][k] * filter->cross_covariance[k][column];
      }
      angles[row][column] = left;
      cross[row][column] = right;
    }
  const real_t noise = rate_noise * seconds;
  for (int row = 0; row < 3; ++row)
    for (int column = row; column < 3; ++column) {
      real_t sum = R(0);
      for (int k = 0; k < 3; ++k) sum += angles[row][k] * turned[column][k];
      sum -= seconds * (cross[row][column] + cross[column][row]);
      sum += seconds * seconds * filter->bias_covariance[row][column];
      if (row == column) sum += noise * noise;
      filter->angle_covariance[row][column] = filter->angle_covariance[column][row] = sum;
    }
  for (int row = 0; row < 3; ++row) {
    for (int column = 0; column < 3; ++column)
      filter->cross_covariance[row][column] =
          cross[row][column] - seconds * filter->bias_covariance[row][column];
    filter->bias_covariance[row][row] += bias_walk * bias_walk * seconds;
  }
}

/* One axis of the accelerometer, as a scalar measurement of the errors found so far. */
static void correct(kalman_t *filter, const real_t row[3], real_t residual, real_t variance,
                    real_t angle_error[3], real_t bias_error[3]) {
  real_t angle[3], bias[3];
  real_t innovation = variance;
  for (int i = 0; i < 3; ++i) {
    angle[i] = bias[i] = R(0);
    for (int k = 0; k < 3; ++k) {
      angle[i] += filter->angle_covariance[i][k] * row[k];
      bias[i] += filter->cross_covariance[k][i] * row[k];
    }
    innovation += row[i] * angle[i];
    residual -= row[i] * angle_error[i];
  }
  const real_t inverse = R(1) / innovation;
  for (int i = 0; i < 3; ++i) {
    const real_t angle_gain = angle[i] * inverse, bias_gain = bias[i] * inverse;
    angle_error[i] += angle_gain * residual;
    bias_error[i] += bias_gain * residual;
    for (int k = 0; k < 3; ++k) {
      filter->angle_covariance[i][k] -= angle_gain * angle[k];
      filter->cross_covariance[i][k] -= angle_gain * bias[k];
      filter->bias_covariance[i][k] -= bias_gain * bias[k];
    }
  }
}

void kalman_step(kalman_t *filter, const real_t acceleration[3], const real_t rate[3],
                 real_t seconds) {
  if (!filter->started) start(filter, acceleration);
  real_t angle[3], half[3], square = R(0), magnitude = R(0);
  for (int i = 0; i < 3; ++i) {
    angle[i] = (rate[i] - filter->bias[i]) * seconds;
    square += angle[i] * angle[i];
    magnitude += acceleration[i] * acceleration[i];
  }
  const real_t sine = R(0.5) - square * R(1.0 / 48);
  for (int i = 0; i < 3; ++i) half[i] = angle[i] * sine;
  turn(filter->attitude, R(1) - square * R(0.125), half);
  propagate(filter, angle, seconds);

  real_t up[3];
  kalman_up(filter, up);
  const real_t rows[3][3] = {{R(0), -up[2], up[1]}, {up[2], R(0), -up[0]}, {-up[1], up[0], R(0)}};
  const real_t movement = magnitude - R(1);
  const real_t variance =
      acceleration_noise * acceleration_noise + movement_noise * movement * movement;
  real_t angle_error[3] = {R(0), R(0), R(0)}, bias_error[3] = {R(0), R(0), R(0)};
  for (int i = 0; i < 3; ++i)
    correct(filter, rows[i], acceleration[i] - up[i], variance, angle_error, bias_error);
  for (int i = 0; i < 3; ++i) {
    filter->bias[i] += bias_error[i];
    half[i] = R(0.5) * angle_error[i];
  }
  turn(filter->attitude, R(1), half);
}
