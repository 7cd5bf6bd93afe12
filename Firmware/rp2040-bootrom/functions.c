// Elementary functions, worked out in double precision.
//
// Not modelled: the last bits of the vendor's results; its ROM works them out otherwise, and faster.
#include "real.h"

static double pack(Real real) {
  union { uint64_t bits; double number; } value = {close(real, &double_format)};
  return value.number;
}

static Real unpack(double number) {
  union { double number; uint64_t bits; } value = {number};
  return open(value.bits, &double_format);
}

static double plus(double a, double b) { return pack(add(unpack(a), unpack(b))); }
static double times(double a, double b) { return pack(multiply(unpack(a), unpack(b))); }
static double over(double a, double b) { return pack(divide(unpack(a), unpack(b), double_format.digits)); }
static double negated(double a) {
  Real real = unpack(a);
  real.negative ^= 1;
  return pack(real);
}

static int32_t nearest(double a) { return (int32_t)to_integer(unpack(plus(a, 0.5)), 0, 32, 1); }
static double whole(int32_t n) { return pack(from_integer(n < 0 ? -(uint32_t)n : (uint32_t)n, n < 0, 0)); }

// Coefficients from the highest power down.
static double polynomial(const double *coefficients, int count, double x) {
  double sum = coefficients[0];
  for (int index = 1; index < count; index++) sum = plus(times(sum, x), coefficients[index]);
  return sum;
}

// Taylor's series on a quarter turn around zero. Reference: DLMF 4.19.
static const double sine[] = {
    -1.0 / 1307674368000.0, 1.0 / 6227020800.0, -1.0 / 39916800.0, 1.0 / 362880.0,
    -1.0 / 5040.0,          1.0 / 120.0,        -1.0 / 6.0,        1.0};
static const double cosine[] = {
    1.0 / 20922789888000.0, -1.0 / 87178291200.0, 1.0 / 479001600.0, -1.0 / 3628800.0,
    1.0 / 40320.0,          -1.0 / 720.0,         1.0 / 24.0,        -0.5, 1.0};

double sine_and_cosine(double x, double *other) {
  // Half pi in two parts.
  int32_t quarter = nearest(times(x, 0.63661977236758134308));
  double rest = plus(x, negated(times(whole(quarter), 1.57079632673412561417)));
  rest = plus(rest, negated(times(whole(quarter), 6.07710050650619224932e-11)));
  double square = times(rest, rest);
  double s = times(rest, polynomial(sine, 8, square));
  double c = polynomial(cosine, 9, square);
  if (quarter & 1) {
    double first = s;
    s = c, c = negated(first);
  }
  if (quarter & 2) s = negated(s), c = negated(c);
  *other = c;
  return s;
}

double tangent(double x) {
  double c;
  double s = sine_and_cosine(x, &c);
  return over(s, c);
}

// x = n ln 2 + r; the series of r. Reference: DLMF 4.2.19.
double exponential(double x) {
  Real big = unpack(x);
  if (big.mantissa && big.exponent > 10) return big.negative ? 0.0 : pack((Real){0, INFINITE, 1ull << 62});
  int32_t n = nearest(times(x, 1.44269504088896340736));
  double r = plus(x, negated(times(whole(n), 6.93147180369123816490e-01)));
  r = plus(r, negated(times(whole(n), 1.90821492927058770002e-10)));
  double sum = 1.0;
  for (int32_t k = 14; k > 0; k--) sum = plus(1.0, over(times(r, sum), whole(k)));
  Real real = unpack(sum);
  real.exponent += n;
  return pack(real);
}

// ln m = 2 artanh((m - 1) / (m + 1)) for m around 1. Reference: DLMF 4.6.4.
double logarithm(double x) {
  Real real = unpack(x);
  if (real.mantissa == 0 || real.negative) return pack((Real){1, INFINITE, 1ull << 62});
  if (real.exponent == INFINITE) return x;
  int32_t n = real.exponent;
  real.exponent = 0;
  if (real.mantissa > 6521908912666391106ull) n++, real.exponent = -1;  // the root of two
  double m = pack(real);
  double z = over(plus(m, -1.0), plus(m, 1.0));
  double square = times(z, z);
  double sum = 0.0;
  for (int32_t k = 23; k > 0; k -= 2) sum = plus(times(sum, square), over(2.0, whole(k)));
  double high = times(whole(n), 6.93147180369123816490e-01);
  return plus(high, plus(times(whole(n), 1.90821492927058770002e-10), times(z, sum)));
}

// artan by halving twice, then its series. Reference: DLMF 4.24.3 and 4.24.15.
static double arc(double t) {
  for (int turn = 0; turn < 2; turn++) {
    double under = plus(1.0, pack(root(add(unpack(1.0), multiply(unpack(t), unpack(t))), double_format.digits)));
    t = over(t, under);
  }
  double square = negated(times(t, t));
  double sum = 0.0;
  for (int32_t k = 29; k > 0; k -= 2) sum = plus(times(sum, square), over(1.0, whole(k)));
  return times(4.0, times(t, sum));
}

double arc_tangent(double y, double x) {
  Real a = unpack(y), b = unpack(x);
  int up = a.negative, left = b.negative;
  a.negative = 0, b.negative = 0;
  double angle;
  if (a.mantissa == 0) {
    angle = 0.0;
  } else if (compare(a, b) <= 0) {
    angle = arc(over(pack(a), pack(b)));
  } else {
    angle = plus(1.57079632679489661923, negated(arc(over(pack(b), pack(a)))));
  }
  if (left) angle = plus(3.14159265358979323846, negated(angle));
  return up ? negated(angle) : angle;
}
