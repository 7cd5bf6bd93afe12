// A mean over no samples, while CCR asks for the trap and UsageFault has a handler of its own.

#include "console.h"
#include "core.h"
#include "startup.h"

static volatile uint32_t sum = 1000, count;

static inline uint32_t quotient(uint32_t a, uint32_t b) { return a / b; }

__attribute__((noinline)) static uint32_t mean(void) { return quotient(sum, count); }

int main(void) {
  console_open();
  CCR |= CCR_DIV_0_TRP;
  SHCSR |= SHCSR_USGFAULTENA;
  barrier();
  print("dividing by zero\n");
  return (int)mean();
}
