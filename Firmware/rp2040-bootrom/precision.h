// The functions of one precision: BITS holds a number, OPEN takes it apart, CLOSE puts it together, and
// NAME gives a function's name in front of or behind what it does.

BITS NAME(, add)(BITS a, BITS b) { return CLOSE(add(OPEN(a), OPEN(b))); }
BITS NAME(, sub)(BITS a, BITS b) { return CLOSE(add(OPEN(a), minus(OPEN(b)))); }
BITS NAME(, mul)(BITS a, BITS b) { return CLOSE(multiply(OPEN(a), OPEN(b))); }
BITS NAME(, div)(BITS a, BITS b) { return CLOSE(divide(OPEN(a), OPEN(b), DIGITS)); }
BITS NAME(, sqrt)(BITS a) { return CLOSE(root(OPEN(a), DIGITS)); }
int NAME(, cmp)(BITS a, BITS b) { return compare(OPEN(a), OPEN(b)); }
BITS NAME(int2, )(int32_t value) { return CLOSE(from_integer(magnitude(value), value < 0, 0)); }
BITS NAME(uint2, )(uint32_t value) { return CLOSE(from_integer(value, 0, 0)); }
BITS NAME(fix2, )(int32_t value, int point) {
  return CLOSE(from_integer(magnitude(value), value < 0, point));
}
BITS NAME(ufix2, )(uint32_t value, int point) { return CLOSE(from_integer(value, 0, point)); }
BITS NAME(int642, )(int64_t value) { return CLOSE(from_integer(magnitude(value), value < 0, 0)); }
BITS NAME(uint642, )(uint64_t value) { return CLOSE(from_integer(value, 0, 0)); }
BITS NAME(fix642, )(int64_t value, int point) {
  return CLOSE(from_integer(magnitude(value), value < 0, point));
}
BITS NAME(ufix642, )(uint64_t value, int point) { return CLOSE(from_integer(value, 0, point)); }
uint32_t NAME(, 2int)(BITS a) { return (uint32_t)to_integer(OPEN(a), 0, 32, 1); }
uint32_t NAME(, 2uint)(BITS a) { return (uint32_t)to_integer(OPEN(a), 0, 32, 0); }
uint32_t NAME(, 2fix)(BITS a, int point) { return (uint32_t)to_integer(OPEN(a), point, 32, 1); }
uint32_t NAME(, 2ufix)(BITS a, int point) { return (uint32_t)to_integer(OPEN(a), point, 32, 0); }
uint64_t NAME(, 2int64)(BITS a) { return to_integer(OPEN(a), 0, 64, 1); }
uint64_t NAME(, 2uint64)(BITS a) { return to_integer(OPEN(a), 0, 64, 0); }
uint64_t NAME(, 2fix64)(BITS a, int point) { return to_integer(OPEN(a), point, 64, 1); }
uint64_t NAME(, 2ufix64)(BITS a, int point) { return to_integer(OPEN(a), point, 64, 0); }

#undef BITS
#undef OPEN
#undef CLOSE
#undef DIGITS
#undef NAME
