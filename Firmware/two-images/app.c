// Lies behind boot.c.

#include "console.h"
#include "startup.h"

__attribute__((noinline)) static int answer(int a, int b) { return a * b; }

int main(void) {
  console_open();
  print("application\n");
  volatile int six = 6;
  return answer(six, 7) == 42 ? 0 : 1;
}
