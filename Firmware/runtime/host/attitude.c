/* Reads samples (acceleration in g, rate in dps, six numbers a line) and prints for each the up
 * direction and the gyroscope's bias in dps that the filter has found. */
#include <stdio.h>

#include "kalman.h"

int main(void) {
  const double radian = 57.29577951308232;
  kalman_t filter;
  double value[6];
  kalman_reset(&filter);
  while (scanf("%lf,%lf,%lf,%lf,%lf,%lf", &value[0], &value[1], &value[2], &value[3], &value[4],
               &value[5]) == 6) {
    real_t acceleration[3], rate[3], up[3];
    for (int i = 0; i < 3; ++i) {
      acceleration[i] = (real_t)value[i];
      rate[i] = (real_t)(value[3 + i] / radian);
    }
    kalman_step(&filter, acceleration, rate, (real_t)(1.0 / 119.0));
    kalman_up(&filter, up);
    printf("%.9f %.9f %.9f %.9f %.9f %.9f\n", (double)up[0], (double)up[1], (double)up[2],
           filter.bias[0] * radian, filter.bias[1] * radian, filter.bias[2] * radian);
  }
  return 0;
}
