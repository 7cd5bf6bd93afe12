// A fault whose handler may not run because NMI is being handled: the core locks up.
// Reference: ARMv7-M ARM (DDI 0403E) B1.5.15.

#include "console.h"
#include "core.h"
#include "startup.h"

void Default_Handler(void) {
  if (get_ipsr() != EXCEPTION_NMI) print("not reached\n");
  print("in NMI\n");
  __asm volatile("udf #0");
}

int main(void) {
  console_open();
  print("pending NMI\n");
  ICSR = ICSR_NMIPENDSET;
  barrier();
  return 0;
}
