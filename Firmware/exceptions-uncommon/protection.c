// The memory protection unit. Reference: ARMv7-M ARM B3.5, B3.2.15 (MMFSR), B3.2.18 (MMFAR).

#include "check.h"
#include "checks.h"
#include "core.h"
#include "faulting.h"
#include "handlers.h"
#include "thread.h"

enum {
  SIZE_1K = 9 << 1 | 1,  // log2(bytes) - 1, and the enable bit
  SIZE_4G = 31 << 1 | 1,
  NO_ACCESS = 0 << 24,
  PRIVILEGED_ONLY = 1 << 24,
  READ_ONLY = 6 << 24,
  FULL_ACCESS = 3 << 24,
  EXECUTE_NEVER = 1 << 28,
  MPU_ENABLE = 1,
  MPU_HFNMIENA = 2,
  MPU_PRIVDEFENA = 4,
};

static uint8_t guarded[1024] __attribute__((aligned(1024)));
static uint32_t stack[128] __attribute__((aligned(8)));

static void region(uint32_t number, uint32_t address, uint32_t attributes) {
  MPU_RBAR = address | 1 << 4 | number;
  MPU_RASR = attributes;
  barrier();
}

static void check_violation(const char *name, uint32_t status) {
  check(name, fault.count << 16 | fault.number, 1 << 16 | EXCEPTION_MEMMANAGE);
  check_part(name, "CFSR", fault.cfsr, status);
  fault.count = 0;
}

static void read_guarded(void) { load_word((uint32_t)guarded); }

static void check_regions(void) {
  uint32_t address = (uint32_t)guarded, data = CFSR_DACCVIOL | CFSR_MMARVALID;
  region(0, address, NO_ACCESS | EXECUTE_NEVER | SIZE_1K);
  load_word(address + 8);
  check_violation("MPU: load without access", data);
  check("MPU: MMFAR", fault.mmfar, address + 8);
  check("MPU: stacked PC", fault.pc, (uint32_t)load_word & ~1u);
  store_word(address + 1020, 1);
  check_violation("MPU: store without access", data);
  region(0, address, READ_ONLY | EXECUTE_NEVER | SIZE_1K);
  load_word(address);
  check("MPU: load from a read-only region", fault.count, 0);
  store_word(address, 1);
  check_violation("MPU: store to a read-only region", data);
  jump_to(address + 1);
  check_violation("MPU: fetch from an execute-never region", CFSR_IACCVIOL);
  region(0, address, PRIVILEGED_ONLY | EXECUTE_NEVER | SIZE_1K);
  load_word(address);
  check("MPU: privileged load from a privileged region", fault.count, 0);
  region(1, 0, FULL_ACCESS | SIZE_4G);
  region(2, address, PRIVILEGED_ONLY | EXECUTE_NEVER | SIZE_1K);
  run_thread(read_guarded, &stack[128], CONTROL_SPSEL | CONTROL_NPRIV);
  check_violation("MPU: unprivileged load from a privileged region", data);
  region(3, address, FULL_ACCESS | EXECUTE_NEVER | SIZE_1K);
  run_thread(read_guarded, &stack[128], CONTROL_SPSEL | CONTROL_NPRIV);
  check("MPU: the highest region wins", fault.count, 0);
  region(3, address, NO_ACCESS | 1 << 8 | EXECUTE_NEVER | SIZE_1K);
  run_thread(read_guarded, &stack[128], CONTROL_SPSEL | CONTROL_NPRIV);
  check_violation("MPU: a disabled subregion uncovers the next region", data);
}

void check_protection(void) {
  handlers[EXCEPTION_SVCALL] = drop_unprivileged;
  record_faults();
  SHCSR = SHCSR_MEMFAULTENA;
  check("MPU: eight regions", MPU_TYPE, 0x800);
  check("MPU: off at reset", MPU_CTRL, 0);
  MPU_CTRL = MPU_PRIVDEFENA | MPU_ENABLE;
  barrier();
  check_regions();
  MPU_CTRL = 0;
  barrier();
  SHCSR = 0;
}
