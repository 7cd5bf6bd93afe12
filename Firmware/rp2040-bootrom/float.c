// The functions of the boot ROM's two tables of floating point, in single and in double precision.
//
// Reference: RP2040 datasheet 2.8.3.2 (fast floating point library): which there are, in which order, that
// conversions to integers round down and stay within their range, and that a comparison gives -1, 0 or 1.
#include "real.h"

double sine_and_cosine(double x, double *other);
double tangent(double x);
double exponential(double x);
double logarithm(double x);
double arc_tangent(double y, double x);

#define SINGLE(bits) open(bits, &single_format)
#define DOUBLE(bits) open(bits, &double_format)

static uint32_t single(Real real) { return (uint32_t)close(real, &single_format); }
static uint64_t twice(Real real) { return close(real, &double_format); }
static Real minus(Real real) {
  real.negative ^= 1;
  return real;
}
static uint64_t magnitude(int64_t value) { return value < 0 ? 0 - (uint64_t)value : (uint64_t)value; }

static double as_double(uint64_t bits) {
  union { uint64_t bits; double number; } value = {bits};
  return value.number;
}
static uint64_t bits_of(double number) {
  union { double number; uint64_t bits; } value = {number};
  return value.bits;
}
static double widened(uint32_t bits) { return as_double(twice(SINGLE(bits))); }
static uint32_t narrowed(double number) { return single(DOUBLE(bits_of(number))); }

#define BITS uint32_t
#define OPEN SINGLE
#define CLOSE single
#define DIGITS single_format.digits
#define NAME(before, behind) before##f##behind
#include "precision.h"

#define BITS uint64_t
#define OPEN DOUBLE
#define CLOSE twice
#define DIGITS double_format.digits
#define NAME(before, behind) before##d##behind
#include "precision.h"

uint64_t f2d(uint32_t a) { return twice(SINGLE(a)); }
uint32_t d2f(uint64_t a) { return single(DOUBLE(a)); }

// Sine in the first register, cosine in the second.
uint64_t fsin(uint32_t a) {
  double other;
  double sine = sine_and_cosine(widened(a), &other);
  return narrowed(sine) | (uint64_t)narrowed(other) << 32;
}
uint32_t fcos(uint32_t a) { return (uint32_t)(fsin(a) >> 32); }
uint32_t ftan(uint32_t a) { return narrowed(tangent(widened(a))); }
uint32_t fexp(uint32_t a) { return narrowed(exponential(widened(a))); }
uint32_t fln(uint32_t a) { return narrowed(logarithm(widened(a))); }
uint32_t fatan2(uint32_t y, uint32_t x) { return narrowed(arc_tangent(widened(y), widened(x))); }

uint64_t sine_of_double(uint64_t a, double *other) {
  return bits_of(sine_and_cosine(as_double(a), other));
}
uint64_t dsin(uint64_t a) {
  double other;
  return sine_of_double(a, &other);
}
uint64_t dcos(uint64_t a) {
  double other;
  sine_of_double(a, &other);
  return bits_of(other);
}
uint64_t dtan(uint64_t a) { return bits_of(tangent(as_double(a))); }
uint64_t dexp(uint64_t a) { return bits_of(exponential(as_double(a))); }
uint64_t dln(uint64_t a) { return bits_of(logarithm(as_double(a))); }
uint64_t datan2(uint64_t y, uint64_t x) { return bits_of(arc_tangent(as_double(y), as_double(x))); }
