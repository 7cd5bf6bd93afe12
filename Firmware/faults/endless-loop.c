// A wait for a flag that nobody sets.

#include "console.h"
#include "startup.h"

static volatile uint32_t data_ready;

__attribute__((noinline)) static void wait_for_data(void) {
  while (!data_ready) {
  }
}

int main(void) {
  console_open();
  print("waiting\n");
  wait_for_data();
  return 0;
}
