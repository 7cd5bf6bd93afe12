// What goes wrong on a chip with flash at address 0: CASE chooses.

#include "../nrf52840/nrf52840.h"

struct driver {
  uint32_t state, count;
};

static struct driver *volatile driver;
static volatile uint32_t seconds;

// 1: a store through a pointer that was never set: flash lies there.
__attribute__((noinline)) static void start_driver(struct driver *which) {
  which->count = which->count + 1;
}

// 2: LFCLKSTARTED without LFCLKSTART.
__attribute__((noinline)) static void wait_for_crystal(void) {
  while (CLOCK_LFCLKSTARTED == 0) {
  }
}

// 3: sleeps until an interrupt that nothing causes.
void RTC0_IRQHandler(void) { seconds = seconds + 1; }

__attribute__((noinline)) static void wait_for_second(void) {
  while (seconds == 0) __asm volatile("wfi");
}

int main(void) {
  switch (CASE) {
    case 1:
      start_driver(driver);
      break;
    case 2:
      wait_for_crystal();
      break;
    default:
      wait_for_second();
  }
  return 0;
}
