// An interrupt without a handler of its own ends in the default handler, which loops.

#include "console.h"
#include "core.h"
#include "startup.h"

int main(void) {
  console_open();
  print("pending interrupt 24\n");
  NVIC_ISER = 1 << IRQ_A;
  pend(IRQ_A);
  print("not reached\n");
  return 0;
}
