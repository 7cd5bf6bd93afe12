// The memory protection unit of ARMv8-M: regions from base to limit, in steps of 32 bytes. Reference:
// ARMv8-M ARM B11, D1.2.131-D1.2.138.

#include "check.h"
#include "core.h"
#include "faulting.h"
#include "handlers.h"
#include "thread.h"

#define MPU_RNR REGISTER(0xE000ED98)
#define MPU_RLAR REGISTER(0xE000EDA0)
#define MPU_RBAR_A1 REGISTER(0xE000EDA4)
#define MPU_RLAR_A1 REGISTER(0xE000EDA8)
#define MPU_MAIR0 REGISTER(0xE000EDC0)

enum {
  READ_WRITE_PRIVILEGED = 0 << 1,
  READ_WRITE = 1 << 1,
  READ_ONLY_PRIVILEGED = 2 << 1,
  READ_ONLY = 3 << 1,
  EXECUTE_NEVER = 1,
  MPU_ENABLE = 1,
  MPU_HFNMIENA = 2,
  MPU_PRIVDEFENA = 4,
};

static uint8_t guarded[2048] __attribute__((aligned(1024)));
static uint32_t stack[128] __attribute__((aligned(8)));

static void region(uint32_t number, uint32_t first, uint32_t last, uint32_t access) {
  MPU_RNR = number;
  MPU_RBAR = first | access;
  MPU_RLAR = (last & ~31u) | 1;
  barrier();
}

static void no_region(uint32_t number) {
  MPU_RNR = number;
  MPU_RLAR = 0;
  barrier();
}

static void check_violation(const char *name, uint32_t status) {
  check(name, fault.count << 16 | fault.number, 1 << 16 | EXCEPTION_MEMMANAGE);
  check_part(name, "CFSR", fault.cfsr, status);
  fault.count = 0;
}

static void read_guarded(void) { load_word((uint32_t)guarded); }
static void write_guarded(void) { store_word((uint32_t)guarded, 1); }

static void unprivileged(void (*body)(void)) {
  run_thread(body, &stack[128], CONTROL_SPSEL | CONTROL_NPRIV);
}

static void check_pages(void) {
  uint32_t address = (uint32_t)guarded, data = CFSR_DACCVIOL | CFSR_MMARVALID;
  region(0, address, address + 1023, READ_ONLY_PRIVILEGED | EXECUTE_NEVER);
  load_word(address);
  check("MPU: privileged load from a read-only region", fault.count, 0);
  store_word(address + 8, 1);
  check_violation("MPU: privileged store to a read-only region", data);
  check("MPU: MMFAR", fault.mmfar, address + 8);
  check("MPU: stacked PC", fault.pc, (uint32_t)store_word & ~1u);
  jump_to(address + 1);
  check_violation("MPU: fetch from an execute-never region", CFSR_IACCVIOL);
  region(1, 0x10000000, 0x103FFFFF, READ_ONLY);
  region(2, (uint32_t)stack & ~31u, (uint32_t)&stack[128] + 31, READ_WRITE | EXECUTE_NEVER);
  region(3, (uint32_t)&fault & ~31u, (uint32_t)(&fault + 1) + 31, READ_WRITE | EXECUTE_NEVER);
  unprivileged(read_guarded);
  check_violation("MPU: unprivileged load from a privileged region", data);
  region(0, address, address + 1023, READ_ONLY | EXECUTE_NEVER);
  unprivileged(read_guarded);
  check("MPU: unprivileged load from a read-only region", fault.count, 0);
  unprivileged(write_guarded);
  check_violation("MPU: unprivileged store to a read-only region", data);
  region(0, address, address + 1023, READ_WRITE | EXECUTE_NEVER);
  unprivileged(write_guarded);
  check("MPU: unprivileged store to a writable region", fault.count, 0);
  region(4, address + 512, address + 1535, READ_WRITE | EXECUTE_NEVER);
  store_word(address + 256, 1);
  check("MPU: next to an overlap nothing happens", fault.count, 0);
  load_word(address + 512);
  check_violation("MPU: where regions overlap nothing is allowed", data);
  for (uint32_t number = 0; number < 5; number++) no_region(number);
}

static uint32_t sum_words(const uint32_t *words, uint32_t count) {
  uint32_t sum = 0;
  for (uint32_t index = 0; index < count; index++) sum += words[index];
  return sum;
}

static void check_fine_regions(void) {
  uint32_t address = (uint32_t)guarded, data = CFSR_DACCVIOL | CFSR_MMARVALID;
  uint32_t *words = (uint32_t *)guarded;
  for (uint32_t index = 0; index < 512; index++) words[index] = index;
  region(0, address + 64, address + 95, READ_ONLY_PRIVILEGED | EXECUTE_NEVER);
  check("MPU: a region of 32 bytes: loads all around", sum_words(words, 256), 255 * 256 / 2);
  store_word(address + 60, 15);
  store_word(address + 96, 24);
  check("MPU: a region of 32 bytes: stores beside it", fault.count, 0);
  store_word(address + 64, 1);
  check_violation("MPU: a region of 32 bytes: store to its first word", data);
  check("MPU: a region of 32 bytes: MMFAR", fault.mmfar, address + 64);
  store_word(address + 92, 1);
  check_violation("MPU: a region of 32 bytes: store to its last word", data);
  check("MPU: a region of 32 bytes: nothing changed", sum_words(words, 256), 255 * 256 / 2);
  no_region(0);
  store_word(address + 64, 16);
  check("MPU: a region of 32 bytes: gone", fault.count, 0);
}

static void check_aliases(void) {
  MPU_RNR = 4;
  MPU_RBAR_A1 = 0x38000000 | READ_WRITE;
  MPU_RLAR_A1 = 0x38000FE0;
  MPU_RNR = 5;
  check("MPU: RBAR_A1 is the next of four regions", MPU_RBAR, 0x38000000 | READ_WRITE);
  check("MPU: RLAR_A1", MPU_RLAR, 0x38000FE0);
  MPU_MAIR0 = 0x44FF0400;
  check("MPU: MAIR0 reads back", MPU_MAIR0, 0x44FF0400);
}

int main(void) {
  checks_begin();
  handlers[EXCEPTION_SVCALL] = drop_unprivileged;
  record_faults();
  SHCSR = SHCSR_MEMFAULTENA;
  check("MPU: regions", MPU_TYPE, 0x1000);
  check_aliases();
  MPU_CTRL = MPU_PRIVDEFENA | MPU_ENABLE;
  barrier();
  check_pages();
  check_fine_regions();
  MPU_CTRL = 0;
  barrier();
  return checks_end();
}
