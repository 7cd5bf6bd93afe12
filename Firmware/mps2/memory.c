// What the compiler calls behind the program's back when there is no C library.

#include <stddef.h>

void *memset(void *to, int value, size_t count) {
  for (volatile char *byte = to; count--;) *byte++ = (char)value;
  return to;
}

void *memcpy(void *to, const void *from, size_t count) {
  const char *source = from;
  for (volatile char *byte = to; count--;) *byte++ = *source++;
  return to;
}
