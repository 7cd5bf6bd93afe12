// Text by semihosting.
// Reference: Arm Semihosting specification, 5.2.19 (SYS_WRITE0).

#include <stddef.h>

#include "nrf52840.h"

void print(const char *text) {
  register uint32_t operation __asm("r0") = 0x04;
  register const char *argument __asm("r1") = text;
  __asm volatile("bkpt 0xAB" : "+r"(operation) : "r"(argument) : "memory");
}

void print_decimal(uint32_t value) {
  char digits[11];
  char *first = digits + sizeof digits - 1;
  *first = 0;
  do {
    *--first = '0' + value % 10;
    value /= 10;
  } while (value);
  print(first);
}

__attribute__((weak)) void *memset(void *to, int value, size_t count) {
  for (volatile char *byte = to; count--;) *byte++ = (char)value;
  return to;
}

__attribute__((weak)) void *memcpy(void *to, const void *from, size_t count) {
  const char *source = from;
  for (volatile char *byte = to; count--;) *byte++ = *source++;
  return to;
}
