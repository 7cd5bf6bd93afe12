// A fault whose HardFault handler faults itself: the core locks up.
// Reference: ARMv7-M ARM (DDI 0403E) B1.5.15.

#include "console.h"
#include "registers.h"
#include "startup.h"

void Default_Handler(void) {
  print("in HardFault\n");
  REGISTER(0x60000000);
  print("not reached\n");
}

int main(void) {
  console_open();
  print("reading 0x60000004\n");
  REGISTER(0x60000004);
  return 0;
}
