// Calls through a pointer that lost its Thumb bit on the way: the core has no Arm state.

#include "console.h"
#include "startup.h"

typedef void callback(void);

static void sample_ready(void) { print("not reached\n"); }

static volatile uintptr_t handler;

__attribute__((noinline)) static void deliver_sample(void) {
  ((callback *)handler)();
  print("not reached either\n");
}

int main(void) {
  console_open();
  handler = (uintptr_t)sample_ready & ~(uintptr_t)1;
  print("calling an even address\n");
  deliver_sample();
  return 0;
}
