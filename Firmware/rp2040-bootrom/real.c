// Arithmetic on numbers that are taken apart, rounded to the nearest and to even.
//
// Reference: IEEE 754-2019, 5.4; the exceptions that the RP2040 datasheet, 2.8.3.2, makes: denormal
// numbers are zeroes, and what is no number is infinite.
#include "real.h"

const Format single_format = {23, 127, 27};
const Format double_format = {52, 1023, 56};

static const uint64_t TOP = 1ull << 62;

static uint64_t shifted_down(uint64_t value, int count) {
  if (count > 62) return value != 0;
  return value >> count | ((value & ((1ull << count) - 1)) != 0);
}

Real open(uint64_t bits, const Format *format) {
  int exponents = format->bias * 2 + 1;
  int exponent = (int)(bits >> format->fraction) & exponents;
  int width = format->fraction == 52 ? 63 : 31;
  Real real = {(int32_t)(bits >> width & 1), exponent - format->bias, 0};
  if (exponent == 0) return real;
  uint64_t fraction = bits & ((1ull << format->fraction) - 1);
  real.mantissa = TOP | fraction << (62 - format->fraction);
  if (exponent == exponents) real.exponent = INFINITE, real.mantissa = TOP;
  return real;
}

uint64_t close(Real real, const Format *format) {
  uint64_t sign = (uint64_t)real.negative << (format->fraction == 52 ? 63 : 31);
  int largest = format->bias * 2 + 1;
  if (real.mantissa == 0) return sign;
  int spare = 62 - format->fraction;
  uint64_t half = 1ull << (spare - 1);
  uint64_t rest = real.mantissa & (2 * half - 1);
  uint64_t mantissa = real.mantissa >> spare;
  if (rest > half || (rest == half && mantissa & 1)) mantissa++;
  int exponent = real.exponent + format->bias;
  if (mantissa >> (format->fraction + 1)) mantissa >>= 1, exponent++;
  if (exponent <= 0) return sign;
  if (exponent >= largest) return sign | (uint64_t)largest << format->fraction;
  mantissa &= (1ull << format->fraction) - 1;
  return sign | (uint64_t)exponent << format->fraction | mantissa;
}

Real add(Real a, Real b) {
  if (b.mantissa == 0 || a.exponent == INFINITE) {
    if (a.mantissa == 0) a.negative &= b.negative;
    return a;
  }
  if (a.mantissa == 0 || b.exponent == INFINITE) return b;
  if (a.exponent < b.exponent || (a.exponent == b.exponent && a.mantissa < b.mantissa)) {
    Real larger = b;
    b = a;
    a = larger;
  }
  uint64_t smaller = shifted_down(b.mantissa, a.exponent - b.exponent);
  if (a.negative == b.negative) {
    a.mantissa += smaller;
    if (a.mantissa >> 63) a.mantissa = shifted_down(a.mantissa, 1), a.exponent++;
    return a;
  }
  a.mantissa -= smaller;
  if (a.mantissa == 0) return (Real){0, 0, 0};
  while (a.mantissa < TOP) a.mantissa <<= 1, a.exponent--;
  return a;
}

Real multiply(Real a, Real b) {
  Real product = {a.negative ^ b.negative, a.exponent + b.exponent, 0};
  if (a.exponent == INFINITE || b.exponent == INFINITE) {
    product.exponent = INFINITE, product.mantissa = TOP;
    return product;
  }
  if (a.mantissa == 0 || b.mantissa == 0) return product;
  // Halves of 31 bits and 32: their products fit.
  uint64_t ah = a.mantissa >> 32, al = (uint32_t)a.mantissa;
  uint64_t bh = b.mantissa >> 32, bl = (uint32_t)b.mantissa;
  uint64_t low = al * bl, one = ah * bl, two = al * bh;
  uint64_t middle = (low >> 32) + (uint32_t)one + (uint32_t)two;
  uint64_t high = ah * bh + (one >> 32) + (two >> 32) + (middle >> 32);
  uint64_t rest = middle << 32 | (uint32_t)low;
  product.mantissa = high << 2 | rest >> 62 | ((rest << 2) != 0);
  if (product.mantissa >> 63) product.mantissa = shifted_down(product.mantissa, 1), product.exponent++;
  return product;
}

Real divide(Real a, Real b, int digits) {
  Real quotient = {a.negative ^ b.negative, a.exponent - b.exponent, 0};
  if (a.mantissa == 0 || b.exponent == INFINITE) {
    if (b.mantissa != 0) return quotient;
  }
  if (b.mantissa == 0 || a.exponent == INFINITE) {
    quotient.exponent = INFINITE, quotient.mantissa = TOP;
    return quotient;
  }
  uint64_t rest = a.mantissa;
  if (rest < b.mantissa) rest <<= 1, quotient.exponent--;
  for (int digit = 0; digit < digits; digit++) {
    quotient.mantissa <<= 1;
    if (rest >= b.mantissa) rest -= b.mantissa, quotient.mantissa |= 1;
    rest <<= 1;
  }
  quotient.mantissa = quotient.mantissa << (63 - digits) | (rest != 0);
  return quotient;
}

// Of what is negative it is infinite, with that sign.
Real root(Real a, int digits) {
  if (a.mantissa == 0 || a.exponent == INFINITE) return a;
  if (a.negative) return (Real){1, INFINITE, TOP};
  uint64_t bits = a.exponent & 1 ? a.mantissa << 1 : a.mantissa;
  uint64_t found = 0, rest = 0;
  for (int digit = 0; digit < digits; digit++) {
    rest = rest << 2 | bits >> 62;
    bits <<= 2;
    uint64_t step = found << 2 | 1;
    found <<= 1;
    if (rest >= step) rest -= step, found |= 1;
  }
  return (Real){0, a.exponent >> 1, found << (63 - digits) | (rest != 0 || bits != 0)};
}

Real from_integer(uint64_t magnitude, int negative, int point) {
  if (magnitude == 0) return (Real){0, 0, 0};
  Real real = {negative, 62 - point, magnitude};
  if (magnitude >> 63) real.mantissa = shifted_down(magnitude, 1), real.exponent++;
  while (real.mantissa < TOP) real.mantissa <<= 1, real.exponent--;
  return real;
}

uint64_t to_integer(Real a, int point, int bits, int is_signed) {
  uint64_t most = is_signed ? (1ull << (bits - 1)) - 1 : bits == 64 ? ~0ull : (1ull << bits) - 1;
  uint64_t least = is_signed ? ~most : 0;
  if (a.mantissa == 0) return 0;
  int exponent = a.exponent + point;
  uint64_t whole, beyond;
  if (a.exponent == INFINITE || exponent > 63) {
    return a.negative ? least : most;
  } else if (exponent == 63) {
    whole = a.mantissa << 1, beyond = 0;
  } else if (exponent < 0) {
    whole = 0, beyond = 1;
  } else {
    whole = a.mantissa >> (62 - exponent);
    beyond = a.mantissa & ((1ull << (62 - exponent)) - 1);
  }
  if (!a.negative) return whole > most ? most : whole;
  if (!is_signed) return 0;
  if (beyond) whole++;
  return whole > most ? least : 0 - whole;
}

static int ordered(int32_t a, int32_t b) { return a < b ? -1 : a > b; }

int compare(Real a, Real b) {
  if (a.mantissa == 0 && b.mantissa == 0) return 0;
  if (a.mantissa == 0) return b.negative ? 1 : -1;
  if (b.mantissa == 0) return a.negative ? -1 : 1;
  if (a.negative != b.negative) return a.negative ? -1 : 1;
  int larger = ordered(a.exponent, b.exponent);
  if (larger == 0) larger = a.mantissa < b.mantissa ? -1 : a.mantissa > b.mantissa;
  return a.negative ? -larger : larger;
}
