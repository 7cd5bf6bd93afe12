// An assertion that fails says so and exits with 1.

#include "console.h"
#include "startup.h"

static volatile uint32_t produced = 8, consumed = 9;

__attribute__((noinline, noreturn)) static void assertion_failed(const char *what) {
  print("assertion failed: ");
  print(what);
  print("\n");
  semihosting_exit(1);
}

static inline void check_order(void) {
  if (consumed > produced) assertion_failed("consumed <= produced");
}

__attribute__((noinline)) static uint32_t pending_samples(void) {
  check_order();
  return produced - consumed;
}

int main(void) {
  console_open();
  return (int)pending_samples() - 8;
}
