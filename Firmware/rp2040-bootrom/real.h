// A floating-point number taken apart: `mantissa` times two to `exponent` - 62, its top bit at 62. Zero has
// no mantissa; what is too large, and what is no number, has the exponent INFINITE. Nothing is denormal.
#include "rom.h"

#define INFINITE 0x4000

typedef struct {
  int32_t negative;
  int32_t exponent;
  uint64_t mantissa;
} Real;

// How numbers lie in a word or two.
typedef struct {
  int fraction;  // bits
  int bias;
  int digits;  // that division and root work out: the fraction, the bit before it and those to round by
} Format;

extern const Format single_format, double_format;

Real open(uint64_t bits, const Format *format);
uint64_t close(Real real, const Format *format);
Real add(Real a, Real b);
Real multiply(Real a, Real b);
Real divide(Real a, Real b, int digits);
Real root(Real a, int digits);
Real from_integer(uint64_t magnitude, int negative, int point);
// Rounded down, and held within so many bits.
uint64_t to_integer(Real a, int point, int bits, int is_signed);
int compare(Real a, Real b);
