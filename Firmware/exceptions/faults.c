// UsageFault, BusFault and MemManage with their own handlers enabled. Reference: ARMv7-M ARM
// B1.5.14, B3.2.15-B3.2.18.

#include "check.h"
#include "checks.h"
#include "core.h"
#include "faulting.h"
#include "handlers.h"

// No device and no memory of the boards answers here; it lies in the external RAM region, where code may
// run.
enum { NOWHERE = 0x70000000 };

static volatile uint32_t pended;

static uint32_t address_of(void (*function)(void)) { return (uint32_t)function & ~1u; }

static void check_fault(const char *name, uint32_t number, uint32_t status, uint32_t pc) {
  check(name, fault.number << 16 | fault.count, number << 16 | 1);
  check_part(name, "CFSR", fault.cfsr, status);
  check_part(name, "stacked PC", fault.pc, pc);
  fault.count = 0;
}

static void note_pended(uint32_t *frame, uint32_t exc_return) { pended++; }

static void skip_instruction(uint32_t *frame, uint32_t exc_return) { frame[FRAME_PC] += 2; }

__attribute__((naked, noinline)) static uint32_t go_on_after_fault(void) {
  __asm volatile("movs r0, #1\n udf #0\n adds r0, #2\n bx lr");
}

static void check_usage_faults(void) {
  undefined_instruction();
  check_fault("UsageFault: UDF", EXCEPTION_USAGEFAULT, CFSR_UNDEFINSTR,
              address_of(undefined_instruction));
  check("UsageFault: active in SHCSR", fault.shcsr & 0xFFF, SHCSR_USGFAULTACT);
  check("UsageFault: HFSR untouched", fault.hfsr, 0);
  check("UsageFault: not active afterwards", SHCSR & 0xFFF, 0);
  undefined_wide_instruction();
  check_fault("UsageFault: UDF.W", EXCEPTION_USAGEFAULT, CFSR_UNDEFINSTR,
              address_of(undefined_wide_instruction));
  jump_to((uint32_t)undefined_instruction & ~1u);
  check_fault("UsageFault: BX to an even address", EXCEPTION_USAGEFAULT, CFSR_INVSTATE,
              address_of(undefined_instruction));
  check("UsageFault: BX to an even address, stacked T bit", fault.xpsr & 1 << 24, 0);
  static uint32_t words[2] = {0x11223344, 0x55667788};
  load_exclusive((uint32_t)words + 2);
  check_fault("UsageFault: unaligned LDREX", EXCEPTION_USAGEFAULT, CFSR_UNALIGNED,
              (uint32_t)load_exclusive & ~1u);
  check("unaligned LDR works", load_word((uint32_t)words + 2), 0x77881122);
  check("unaligned LDRH works", load_half_word((uint32_t)words + 3), 0x8811);
  check("unaligned accesses do not fault", fault.count, 0);
#ifdef __ARM_FP
  clear_fpca();
  CPACR = 0;
  barrier();
  move_from_fpu();
  CPACR = 0xF00000;
  barrier();
  check_fault("UsageFault: FPU off", EXCEPTION_USAGEFAULT, CFSR_NOCP,
              (uint32_t)move_from_fpu & ~1u);
#endif
  handlers[EXCEPTION_USAGEFAULT] = skip_instruction;
  check("UsageFault: a handler skips the instruction", go_on_after_fault(), 3);
  check("UsageFault: status stays after the return", CFSR, CFSR_UNDEFINSTR);
  CFSR = CFSR_UNDEFINSTR;
  handlers[EXCEPTION_USAGEFAULT] = note_pended;
  SHCSR |= SHCSR_USGFAULTPENDED;
  barrier();
  check("UsageFault: pended through SHCSR", pended, 1);
  check("UsageFault: no longer pending", SHCSR & SHCSR_USGFAULTPENDED, 0);
  handlers[EXCEPTION_USAGEFAULT] = record_fault;
}

static void check_bus_faults(void) {
  load_word(NOWHERE + 4);
  check_fault("BusFault: load from nowhere", EXCEPTION_BUSFAULT, CFSR_PRECISERR | CFSR_BFARVALID,
              (uint32_t)load_word & ~1u);
  check("BusFault: BFAR", fault.bfar, NOWHERE + 4);
  check("BusFault: active in SHCSR", fault.shcsr & 0xFFF, SHCSR_BUSFAULTACT);
  load_half_word(NOWHERE + 0x102);
  check_fault("BusFault: half-word load", EXCEPTION_BUSFAULT, CFSR_PRECISERR | CFSR_BFARVALID,
              (uint32_t)load_half_word & ~1u);
  check("BusFault: BFAR of the half-word", fault.bfar, NOWHERE + 0x102);
  load_byte(NOWHERE + 0x203);
  check("BusFault: BFAR of a byte", fault.bfar, NOWHERE + 0x203);
  fault.count = 0;
  store_word(NOWHERE, 1);
  check("BusFault: store to nowhere", fault.number << 16 | fault.count,
        EXCEPTION_BUSFAULT << 16 | 1);
  fault.count = 0;
  jump_to(NOWHERE + 1);
  check_fault("BusFault: fetch from nowhere", EXCEPTION_BUSFAULT, CFSR_IBUSERR, NOWHERE);
}

static void check_memory_management(void) {
  jump_to(0xE0000101);
  check_fault("MemManage: fetch from the private peripheral bus", EXCEPTION_MEMMANAGE,
              CFSR_IACCVIOL, 0xE0000100);
  check("MemManage: active in SHCSR", fault.shcsr & 0xFFF, SHCSR_MEMFAULTACT);
  jump_to(0x40001001);
  check_fault("MemManage: fetch from the peripheral region", EXCEPTION_MEMMANAGE, CFSR_IACCVIOL,
              0x40001000);
}

static void check_sticky_status(void) {
  handlers[EXCEPTION_USAGEFAULT] = record_fault;
  fault.count = 0;
  undefined_instruction();
  check("CFSR: cleared by writing ones", CFSR, 0);
}

static void keep_status(uint32_t *frame, uint32_t exc_return) {
  frame[FRAME_PC] = frame[FRAME_LR] & ~1u;
}

static void check_write_one_to_clear(void) {
  check_sticky_status();
  handlers[EXCEPTION_USAGEFAULT] = handlers[EXCEPTION_BUSFAULT] = keep_status;
  undefined_instruction();
  load_word(NOWHERE);
  uint32_t both = CFSR_UNDEFINSTR | CFSR_PRECISERR | CFSR_BFARVALID;
  check("CFSR: sticky over two faults", CFSR, both);
  CFSR = 0;
  check("CFSR: zeros change nothing", CFSR, both);
  CFSR = CFSR_UNDEFINSTR;
  check("CFSR: a one clears its bit only", CFSR, CFSR_PRECISERR | CFSR_BFARVALID);
  check("CFSR: BFSR as a byte", REGISTER8(0xE000ED29), 0x82);
  REGISTER8(0xE000ED29) = 0x82;
  check("CFSR: a byte write clears BFSR", CFSR, 0);
}

void check_faults(void) {
  record_faults();
  clear_fpca();
  SHCSR = SHCSR_USGFAULTENA | SHCSR_BUSFAULTENA | SHCSR_MEMFAULTENA;
  check_usage_faults();
  check_bus_faults();
  check_memory_management();
  check_write_one_to_clear();
  SHCSR = 0;
}
