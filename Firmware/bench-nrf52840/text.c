// Text by semihosting, for the benchmark on chips of vendors.
// Reference: Arm Semihosting specification, 5.2.19 (SYS_WRITE0).

#include "console.h"

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

void print_hex(uint32_t value) {
  char text[11] = "0x";
  for (int digit = 0; digit < 8; digit++)
    text[2 + digit] = "0123456789abcdef"[value >> (28 - 4 * digit) & 15];
  text[10] = 0;
  print(text);
}
