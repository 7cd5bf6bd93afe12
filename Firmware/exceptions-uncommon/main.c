// Checks of what few firmwares use: traps of CCR, stack alignment, FPDSCR, ASPEN, bit-banding.

#include "check.h"
#include "checks.h"

int main(void) {
  checks_begin();
  check_traps();
  check_stacking();
  check_memory();
  return checks_end();
}
