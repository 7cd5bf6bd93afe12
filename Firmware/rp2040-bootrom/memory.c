// The functions of the boot ROM that copy, fill and count bits.
// Reference: RP2040 datasheet 2.8.3.1.1 and 2.8.3.1.2.
#include "rom.h"

uint8_t *rom_memset(uint8_t *target, uint8_t value, uint32_t count) {
  uint8_t *next = target;
  while (count && (uintptr_t)next & 3) *next++ = value, count--;
  uint32_t word = value * 0x01010101u;
  for (; count >= 4; count -= 4, next += 4) *(uint32_t *)next = word;
  while (count--) *next++ = value;
  return target;
}

uint32_t *rom_memset4(uint32_t *target, uint8_t value, uint32_t count) {
  rom_memset((uint8_t *)target, value, count);
  return target;
}

// The compiler calls it, too.
void *memcpy(void *target, const void *from, size_t count) {
  uint8_t *next = target;
  const uint8_t *source = from;
  if ((((uintptr_t)next ^ (uintptr_t)source) & 3) == 0) {
    while (count && (uintptr_t)next & 3) *next++ = *source++, count--;
    for (; count >= 4; count -= 4, next += 4, source += 4) {
      *(uint32_t *)next = *(const uint32_t *)source;
    }
  }
  while (count--) *next++ = *source++;
  return target;
}

uint32_t *rom_memcpy44(uint32_t *target, const uint32_t *source, uint32_t count) {
  memcpy(target, source, count);
  return target;
}

uint32_t popcount32(uint32_t value) {
  value -= value >> 1 & 0x55555555u;
  value = (value & 0x33333333u) + (value >> 2 & 0x33333333u);
  return ((value + (value >> 4)) & 0x0f0f0f0fu) * 0x01010101u >> 24;
}

uint32_t reverse32(uint32_t value) {
  value = (value >> 1 & 0x55555555u) | (value & 0x55555555u) << 1;
  value = (value >> 2 & 0x33333333u) | (value & 0x33333333u) << 2;
  value = (value >> 4 & 0x0f0f0f0fu) | (value & 0x0f0f0f0fu) << 4;
  return __builtin_bswap32(value);
}

uint32_t clz32(uint32_t value) {
  if (value == 0) return 32;
  uint32_t count = 0;
  for (uint32_t step = 16; step; step >>= 1) {
    if (value >> (32 - step) == 0) value <<= step, count += step;
  }
  return count;
}

uint32_t ctz32(uint32_t value) { return value ? 31 - clz32(value & -value) : 32; }
