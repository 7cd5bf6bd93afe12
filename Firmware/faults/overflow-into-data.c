// The stack lies above the data and grows into it; the pointer that it overwrites is used much later.

#include "console.h"
#include "startup.h"

typedef void callback(void);

static void done(void) { print("done\n"); }

// Lies right below the stack.
static callback *volatile on_done __attribute__((section(".bss.~last")));
static volatile uint32_t total, samples[64];

__attribute__((noinline)) static uint32_t smooth(uint32_t depth) {
  volatile uint32_t window[24];
  for (uint32_t index = 0; index < 24; index++) window[index] = 0x60606060 + depth;
  uint32_t below = depth ? smooth(depth - 1) : 0;
  return below + window[depth];
}

__attribute__((noinline)) static void train(uint32_t levels) { total = smooth(levels) + samples[levels]; }

int main(void) {
  console_open();
  on_done = done;
  print("smoothing\n");
  train(9);
  for (volatile uint32_t rest = 1000; rest; rest--) {
  }
  print("much later\n");
  on_done();
  return 0;
}
