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

uint32_t fadd(uint32_t a, uint32_t b) { return single(add(SINGLE(a), SINGLE(b))); }
uint32_t fsub(uint32_t a, uint32_t b) { return single(add(SINGLE(a), minus(SINGLE(b)))); }
uint32_t fmul(uint32_t a, uint32_t b) { return single(multiply(SINGLE(a), SINGLE(b))); }
uint32_t fdiv(uint32_t a, uint32_t b) { return single(divide(SINGLE(a), SINGLE(b), single_format.digits)); }
uint32_t fsqrt(uint32_t a) { return single(root(SINGLE(a), single_format.digits)); }
int fcmp(uint32_t a, uint32_t b) { return compare(SINGLE(a), SINGLE(b)); }
uint32_t int2f(int32_t value) { return single(from_integer(magnitude(value), value < 0, 0)); }
uint32_t uint2f(uint32_t value) { return single(from_integer(value, 0, 0)); }
uint32_t fix2f(int32_t value, int point) {
  return single(from_integer(magnitude(value), value < 0, point));
}
uint32_t ufix2f(uint32_t value, int point) { return single(from_integer(value, 0, point)); }
uint32_t int642f(int64_t value) { return single(from_integer(magnitude(value), value < 0, 0)); }
uint32_t uint642f(uint64_t value) { return single(from_integer(value, 0, 0)); }
uint32_t fix642f(int64_t value, int point) {
  return single(from_integer(magnitude(value), value < 0, point));
}
uint32_t ufix642f(uint64_t value, int point) { return single(from_integer(value, 0, point)); }
uint32_t f2int(uint32_t a) { return (uint32_t)to_integer(SINGLE(a), 0, 32, 1); }
uint32_t f2uint(uint32_t a) { return (uint32_t)to_integer(SINGLE(a), 0, 32, 0); }
uint32_t f2fix(uint32_t a, int point) { return (uint32_t)to_integer(SINGLE(a), point, 32, 1); }
uint32_t f2ufix(uint32_t a, int point) { return (uint32_t)to_integer(SINGLE(a), point, 32, 0); }
uint64_t f2int64(uint32_t a) { return to_integer(SINGLE(a), 0, 64, 1); }
uint64_t f2uint64(uint32_t a) { return to_integer(SINGLE(a), 0, 64, 0); }
uint64_t f2fix64(uint32_t a, int point) { return to_integer(SINGLE(a), point, 64, 1); }
uint64_t f2ufix64(uint32_t a, int point) { return to_integer(SINGLE(a), point, 64, 0); }

uint64_t dadd(uint64_t a, uint64_t b) { return twice(add(DOUBLE(a), DOUBLE(b))); }
uint64_t dsub(uint64_t a, uint64_t b) { return twice(add(DOUBLE(a), minus(DOUBLE(b)))); }
uint64_t dmul(uint64_t a, uint64_t b) { return twice(multiply(DOUBLE(a), DOUBLE(b))); }
uint64_t ddiv(uint64_t a, uint64_t b) { return twice(divide(DOUBLE(a), DOUBLE(b), double_format.digits)); }
uint64_t dsqrt(uint64_t a) { return twice(root(DOUBLE(a), double_format.digits)); }
int dcmp(uint64_t a, uint64_t b) { return compare(DOUBLE(a), DOUBLE(b)); }
uint64_t int2d(int32_t value) { return twice(from_integer(magnitude(value), value < 0, 0)); }
uint64_t uint2d(uint32_t value) { return twice(from_integer(value, 0, 0)); }
uint64_t fix2d(int32_t value, int point) {
  return twice(from_integer(magnitude(value), value < 0, point));
}
uint64_t ufix2d(uint32_t value, int point) { return twice(from_integer(value, 0, point)); }
uint64_t int642d(int64_t value) { return twice(from_integer(magnitude(value), value < 0, 0)); }
uint64_t uint642d(uint64_t value) { return twice(from_integer(value, 0, 0)); }
uint64_t fix642d(int64_t value, int point) {
  return twice(from_integer(magnitude(value), value < 0, point));
}
uint64_t ufix642d(uint64_t value, int point) { return twice(from_integer(value, 0, point)); }
uint32_t d2int(uint64_t a) { return (uint32_t)to_integer(DOUBLE(a), 0, 32, 1); }
uint32_t d2uint(uint64_t a) { return (uint32_t)to_integer(DOUBLE(a), 0, 32, 0); }
uint32_t d2fix(uint64_t a, int point) { return (uint32_t)to_integer(DOUBLE(a), point, 32, 1); }
uint32_t d2ufix(uint64_t a, int point) { return (uint32_t)to_integer(DOUBLE(a), point, 32, 0); }
uint64_t d2int64(uint64_t a) { return to_integer(DOUBLE(a), 0, 64, 1); }
uint64_t d2uint64(uint64_t a) { return to_integer(DOUBLE(a), 0, 64, 0); }
uint64_t d2fix64(uint64_t a, int point) { return to_integer(DOUBLE(a), point, 64, 1); }
uint64_t d2ufix64(uint64_t a, int point) { return to_integer(DOUBLE(a), point, 64, 0); }

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
