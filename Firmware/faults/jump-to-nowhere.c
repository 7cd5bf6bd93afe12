// Calls through a pointer that was never set up: nothing answers at its target.

#include "console.h"
#include "startup.h"

typedef void callback(void);

static callback *volatile on_sample = (callback *)0x60000001;

__attribute__((noinline)) static void deliver_sample(void) {
  on_sample();
  print("not reached\n");
}

int main(void) {
  console_open();
  print("calling 0x60000000\n");
  deliver_sample();
  return 0;
}
