// The memory protection unit. Reference: ARMv7-M ARM B3.5, B3.2.15 (MMFSR), B3.2.18 (MMFAR).

#include "check.h"
#include "core.h"
#include "faulting.h"
#include "handlers.h"
#include "thread.h"

enum {
  SIZE_32 = 4 << 1 | 1,
  SIZE_256 = 7 << 1 | 1,
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
  CFSR_MUNSTKERR = 1 << 3,
  CFSR_MSTKERR = 1 << 4,
};

static uint8_t guarded[1024] __attribute__((aligned(1024)));
static uint32_t stack[256] __attribute__((aligned(1024)));

static void region(uint32_t number, uint32_t address, uint32_t attributes) {
  MPU_RBAR = address | 1 << 4 | number;
  MPU_RASR = attributes;
  barrier();
}

// Its base stays: at 0 it would cover this code for a moment.
static void no_region(uint32_t number) {
  REGISTER(0xE000ED98) = number;
  MPU_RASR = 0;
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
  run_thread(read_guarded, &stack[256], CONTROL_SPSEL | CONTROL_NPRIV);
  check_violation("MPU: unprivileged load from a privileged region", data);
  region(3, address, FULL_ACCESS | EXECUTE_NEVER | SIZE_1K);
  run_thread(read_guarded, &stack[256], CONTROL_SPSEL | CONTROL_NPRIV);
  check("MPU: the highest region wins", fault.count, 0);
  region(3, address, NO_ACCESS | 1 << 8 | EXECUTE_NEVER | SIZE_1K);
  run_thread(read_guarded, &stack[256], CONTROL_SPSEL | CONTROL_NPRIV);
  check_violation("MPU: a disabled subregion uncovers the next region", data);
}

// A store and a division in one straight line, whose divisor is made there.
static uint32_t store_and_divide(uint32_t *word, uint32_t value) {
  uint32_t quotient;
  __asm volatile("movs r3, #7\n str %1, [%2]\n udiv %0, %1, r3"
                 : "=&r"(quotient) : "r"(value), "r"(word) : "r3", "memory");
  return quotient;
}

static void nothing(void) {}

__attribute__((naked)) static void end_thread(void) {
  __asm volatile("svc #0xFF\n movs r0, #0\n msr control, r0\n isb\n pop {r4, pc}");
}

// Borders inside a page of whatever size a simulator has.
static void check_fine_regions(void) {
  uint32_t address = (uint32_t)guarded, data = CFSR_DACCVIOL | CFSR_MMARVALID, sum = 0;
  uint32_t *words = (uint32_t *)guarded;
  for (uint32_t index = 0; index < 256; index++) words[index] = index;
  region(0, address + 64, READ_ONLY | EXECUTE_NEVER | SIZE_32);
  for (uint32_t index = 0; index < 256; index++) sum += words[index];
  check("MPU: 32 bytes: loads all around", sum, 255 * 256 / 2);
  store_word(address + 60, 15);
  store_word(address + 96, 24);
  check("MPU: 32 bytes: stores beside them", fault.count, 0);
  store_word(address + 64, 1);
  check_violation("MPU: 32 bytes: store to the first word", data);
  check("MPU: 32 bytes: MMFAR", fault.mmfar, address + 64);
  store_word(address + 92, 1);
  check_violation("MPU: 32 bytes: store to the last word", data);
  store_word(address + 60, 1);
  check("MPU: 32 bytes: the store below is done", words[15], 1);
  // The second of eight parts of 32 bytes is not covered.
  region(0, address, NO_ACCESS | 2 << 8 | EXECUTE_NEVER | SIZE_256);
  load_word(address + 64);
  check_violation("MPU: behind a part of 32 bytes left out", data);
  // QEMU takes the answer here for the whole page.
  load_word(address + 32);
  check("MPU: a part of 32 bytes left out", fault.count, 0);
  REGISTER(0xE000ED14) |= 1 << 4;  // CCR.DIV_0_TRP
  uint32_t quotient = store_and_divide(words + 80, 100);
  REGISTER(0xE000ED14) &= ~(1u << 4);
  check("MPU: a store beside it, then a division", quotient << 16 | words[80], 14 << 16 | 100);
  no_region(0);
}

static volatile uint32_t loaded, seen_psp;

static void load_inside(uint32_t *frame, uint32_t exc_return) {
  loaded = load_word((uint32_t)guarded);
}

// Without HFNMIENA the MPU is off where the priority is negative.
static void check_negative_priority(void) {
  uint32_t address = (uint32_t)guarded;
  *(uint32_t *)guarded = 0x1234;
  region(0, address, NO_ACCESS | EXECUTE_NEVER | SIZE_1K);
  handlers[EXCEPTION_NMI] = load_inside;
  ICSR = ICSR_NMIPENDSET;
  barrier();
  check("MPU: off in NMI without HFNMIENA", fault.count << 16 | loaded, 0x1234);
  load_word(address);
  check("MPU: on again behind it", fault.count, 1);
  fault.count = 0;
  set_faultmask(1);
  loaded = load_word(address + 4);
  set_faultmask(0);
  check("MPU: off under FAULTMASK without HFNMIENA", fault.count, 0);
  load_word(address + 4);
  check("MPU: on again without FAULTMASK", fault.count, 1);
  fault.count = 0;
  no_region(0);
}

// Takes the place of a frame that was not written or read.
static void lost_frame(uint32_t *frame, uint32_t exc_return) {
  fault.count++;
  fault.number = get_ipsr();
  fault.cfsr = CFSR;
  CFSR = fault.cfsr;
  seen_psp = get_psp();
  MPU_CTRL = 0;
  barrier();
  for (int word = 0; word < 8; word++) stack[word] = 0;
  stack[FRAME_PC] = (uint32_t)end_thread & ~1u;
  stack[FRAME_XPSR] = 1 << 24;
  set_psp((uint32_t)stack);
}

static void switch_stack(void) {
  __asm volatile("mov sp, %0\n svc #1\n b ." ::"r"((uint32_t)guarded + 512));
}

static void guard(uint32_t *frame, uint32_t exc_return) {
  region(0, (uint32_t)stack & ~1023u, NO_ACCESS | EXECUTE_NEVER | SIZE_1K);
}

static void check_stacking(void) {
  region(0, (uint32_t)guarded, NO_ACCESS | EXECUTE_NEVER | SIZE_1K);
  handlers[EXCEPTION_SVCALL] = ignore_exception;
  handlers[EXCEPTION_MEMMANAGE] = lost_frame;
  clear_fpca();
  run_thread(switch_stack, &stack[256], CONTROL_SPSEL);
  check("MPU: stacking without access", fault.count << 16 | fault.number,
        1 << 16 | EXCEPTION_MEMMANAGE);
  check("MPU: stacking without access, CFSR", fault.cfsr, CFSR_MSTKERR);
  check("MPU: stacking without access, PSP", seen_psp, (uint32_t)guarded + 512 - 32);
  fault.count = 0;
  MPU_CTRL = MPU_PRIVDEFENA | MPU_ENABLE;
  barrier();
  handlers[EXCEPTION_SVCALL] = guard;
  run_thread(nothing, &stack[256], CONTROL_SPSEL);
  check("MPU: unstacking without access", fault.count << 16 | fault.number,
        1 << 16 | EXCEPTION_MEMMANAGE);
  check("MPU: unstacking without access, CFSR", fault.cfsr, CFSR_MUNSTKERR);
  fault.count = 0;
}

int main(void) {
  checks_begin();
  handlers[EXCEPTION_SVCALL] = drop_unprivileged;
  record_faults();
  SHCSR = SHCSR_MEMFAULTENA;
  check("MPU: eight regions", MPU_TYPE, 0x800);
  check("MPU: off at reset", MPU_CTRL, 0);
  MPU_CTRL = MPU_PRIVDEFENA | MPU_ENABLE;
  barrier();
  check_regions();
  for (uint32_t number = 0; number < 4; number++) no_region(number);
  check_fine_regions();
  check_negative_priority();
  check_stacking();
  MPU_CTRL = 0;
  barrier();
  return checks_end();
}
