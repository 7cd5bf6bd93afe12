// A fault while FAULTMASK gives the code HardFault's own priority: the core locks up.
// Reference: ARMv7-M ARM (DDI 0403E) B1.5.4, B1.5.15.

#include "console.h"
#include "core.h"
#include "startup.h"

void Default_Handler(void) { print("not reached\n"); }

int main(void) {
  console_open();
  print("FAULTMASK set\n");
  set_faultmask(1);
  REGISTER(0x60000000);
  return 0;
}
