// Checks of what ARMv8-M does otherwise than ARMv7-M, in the secure state, which the core never leaves.
// Reference: ARMv8-M ARM (DDI 0553B) B3, B8-B11, D1.2.

#include "check.h"
#include "checks.h"

int main(void) {
  checks_begin();
  check_registers();
  check_stack_limits();
  check_returns();
  check_floating_point();
  check_instructions();
  return checks_end();
}
