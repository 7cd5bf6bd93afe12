// An undefined instruction whose HardFault handler holds another: the core locks up.
// Reference: ARMv7-M ARM (DDI 0403E) B1.5.15.

#include "console.h"
#include "startup.h"

void Default_Handler(void) {
  print("in HardFault\n");
  __asm volatile("udf #1");
}

int main(void) {
  console_open();
  print("executing UDF\n");
  __asm volatile("udf #0");
  return 0;
}
