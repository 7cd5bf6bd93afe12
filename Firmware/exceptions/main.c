// Checks of exception entry, return, priorities, masks, sleep and faults on an Armv7-M core.
// Reference: ARMv7-M ARM (DDI 0403E) B1.4-B1.5 and B3.2-B3.4.

#include "check.h"
#include "checks.h"
#include "console.h"
#include "core.h"
#include "startup.h"

int main(void) {
  checks_begin();
  check_reset_state();
  check_supervisor_call();
  check_masking();
  check_priority();
  check_pending();
  check_system_exceptions();
  check_timers();
  check_waiting();
#ifdef __ARM_FP
  check_floating_point();
  check_context_switch();
#endif
  check_unprivileged();
  check_faults();
  check_escalation();
  check_exclusive();
  DEMCR = 1 << 24;
  DWT_CTRL |= 1;
  print_masked("DWT_CYCCNT", DWT_CYCCNT);
  return checks_end();
}
