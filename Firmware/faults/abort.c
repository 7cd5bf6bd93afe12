// The C library's abort(), without debug information of the library.

#include <stdlib.h>

__attribute__((noinline)) static void process(int samples) {
  if (samples < 0) abort();
}

int main(void) {
  process(-1);
  return 0;
}
