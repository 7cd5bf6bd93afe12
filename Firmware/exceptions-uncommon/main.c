// Checks of what few firmwares use: traps of CCR, the MPU, stacking faults, FPDSCR, bit-banding.

#include "check.h"
#include "checks.h"

int main(void) {
  checks_begin();
  check_traps();
  check_protection();
  check_stacking();
  check_memory();
  return checks_end();
}
