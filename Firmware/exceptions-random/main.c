// Random walks through pending, enabling, masking, grouping, calls and faults, in thread mode and in nested
// handlers: each prints a hash of what it saw of the registers at every step. Compile with -DTOLD=SEED to
// have one told.
// Reference: ARMv7-M ARM B1.5.4-B1.5.8, B3.2, B3.4; no step does what it leaves open.

#include "check.h"
#include "console.h"
#include "core.h"
#include "handlers.h"

enum { WALKS = 40, STEPS = 120, FIRST_LINE = 24, LINES = 8, DEEPEST = 6, NOWHERE = 0x70000000 };
enum { SHCSR_PENDED = 7 << 12, SHCSR_ENABLED = 7 << 16, CFSR_SYNCHRONOUS = 0x10200 };

static uint32_t state, hash, steps, depth, told, word;

static uint32_t draw(void) {
  state = state * 1664525 + 1013904223;
  return state >> 8;
}

static void see(const char *name, uint32_t value) {
  hash = (hash ^ value) * 0x01000193;
  hash ^= hash >> 15;
  if (told) print_masked(name, value);
}

static void see_registers(void) {
  // VECTPENDING is left out: QEMU does not let BASEPRI count.
  see("ICSR", ICSR & ~0x001FF000u);
  see("SHCSR", SHCSR);
  see("IABR", NVIC_IABR);
  see("ISPR", NVIC_ISPR);
  see("ISER", NVIC_ISER);
  see("BASEPRI", get_basepri());
  see("PRIMASK", get_primask());
  see("FAULTMASK", get_faultmask());
  see("CONTROL", get_control());
  see("HFSR", HFSR);
  see("CFSR", CFSR);
}

#define LEAF __attribute__((naked, noinline)) static void
LEAF call(void) { __asm volatile("svc #7\n bx lr"); }
LEAF undefined(void) { __asm volatile("udf #0x12\n bx lr"); }
LEAF load(uint32_t address) { __asm volatile("ldr r0, [r0]\n bx lr"); }

// A fault would lock the core up.
static int is_above_faults(void) {
  uint32_t number = get_ipsr();
  return number == EXCEPTION_NMI || number == EXCEPTION_HARDFAULT || get_faultmask();
}

// Whether an exception came between LDREX and STREX.
static uint32_t store_exclusively(void) {
  uint32_t failed, value;
  __asm volatile(
      "ldrex %1, [%2]\n str %3, [%4]\n dsb\n isb\n strex %0, %1, [%2]"
      : "=&r"(failed), "=&r"(value)
      : "r"(&word), "r"(1u << (FIRST_LINE + 2)), "r"(&NVIC_ISPR)
      : "memory");
  return failed;
}

#ifdef __ARM_FP
// What S7 holds in a handler, no manual says.
static void use_floating_point(uint32_t value) {
  uint32_t old;
  __asm volatile("vmov %0, s7\n vmov s7, %1" : "=&r"(old) : "r"(value) : "s7");
  if (!get_ipsr()) see("S7", old);
}

static void change_context(uint32_t value) {
  if (value % 3 == 0) FPCCR = (FPCCR & ~0x40000000u) | (value & 8 ? 0x40000000u : 0);
  if (value % 3 == 1) clear_fpca();
}
#endif

static void change_line(uint32_t kind, uint32_t value) {
  uint32_t line = FIRST_LINE + value % LINES;
  switch (kind) {
    case 0: NVIC_ICPR = 1u << line; break;
    case 1: NVIC_ISER = 0xFFu << FIRST_LINE & value; break;
    case 2:
      if (value % 3 == 0) NVIC_ICER = 1u << (FIRST_LINE + value / 3 % LINES);
      break;
    case 3: case 4: NVIC_IPR(line) = (uint8_t)(value >> 8); break;
    case 5: STIR = line; break;
    default: NVIC_ISPR = 1u << line;
  }
}

static void change_mask(uint32_t kind, uint32_t value) {
  switch (kind) {
    case 0: set_basepri(value % 3 ? 0 : value >> 8 & 0xFF); break;
    case 1: set_basepri_max(value & 0xFF); break;
    case 2: set_primask(value % 4 == 0); break;
    case 3:
      if (get_ipsr() != EXCEPTION_NMI && get_ipsr() != EXCEPTION_HARDFAULT)
        set_faultmask(value % 4 == 0);
      break;
    default:
      if (value % 4 == 0) AIRCR = AIRCR_VECTKEY | (value >> 4 & 7) << 8;
  }
}

static void change_system(uint32_t kind, uint32_t value) {
  switch (kind) {
    case 0: ICSR = ICSR_PENDSVSET; break;
    case 1: ICSR = value & 1 ? ICSR_PENDSVCLR : ICSR_PENDSTCLR; break;
    case 2: ICSR = ICSR_PENDSTSET; break;
    case 3:
      if (value % 2) ICSR = ICSR_NMIPENDSET;
      break;
    case 4: SHCSR = (SHCSR & ~SHCSR_ENABLED) | (value & SHCSR_ENABLED); break;
    case 5:
      if (!is_above_faults()) SHCSR = SHCSR | (value & SHCSR_PENDED);
      break;
    case 6:
      SHPR(EXCEPTION_MEMMANAGE + value % 3) = (uint8_t)(value >> 8);
      SHPR(EXCEPTION_SVCALL) = (uint8_t)(value >> 16);
      break;
    default: SHPR(EXCEPTION_PENDSV + value % 2) = (uint8_t)(value >> 8);
  }
}

static void cause_fault(uint32_t kind) {
  if (is_above_faults()) return;
  if (kind < 2) call();
  if (kind == 2) undefined();
  if (kind == 3) load(NOWHERE);
}

static void step(void) {
  uint32_t kind = draw() % 30, value = draw();
  steps++;
  if (told) print_masked("step", kind);
  if (kind < 9) {
    change_line(kind, value);
  } else if (kind < 14) {
    change_mask(kind - 9, value);
  } else if (kind < 18) {
    cause_fault(kind - 14);
  } else if (kind < 26) {
    change_system(kind - 18, value);
  } else if (kind == 26) {
    see("STREX", store_exclusively());
#ifdef __ARM_FP
  } else if (kind == 27) {
    use_floating_point(value);
  } else if (kind == 28) {
    change_context(value);
#endif
  }
  barrier();
  see_registers();
}

static void walk_on(uint32_t *frame, uint32_t exc_return) {
  uint32_t number = get_ipsr();
  depth++;
  see("exception", number);
  see("EXC_RETURN", exc_return);
  see("stacked xPSR", frame[FRAME_XPSR] & 0x010003FF);
  if (number >= EXCEPTION_HARDFAULT && number <= EXCEPTION_USAGEFAULT) {
    uint32_t status = CFSR;
    see("CFSR", status);
    see("HFSR", HFSR);
    // Behind the instruction, where one faulted.
    if (status & CFSR_SYNCHRONOUS) frame[FRAME_PC] += 2;
    CFSR = status;
    HFSR = HFSR;
  }
  if (depth < DEEPEST) {
    for (uint32_t left = draw() % 5; left > 0 && steps < STEPS; left--) step();
  }
  depth--;
  see("left", number);
}

// All that was pending happens, and everything is as at first.
static void calm_down(void) {
  set_primask(0);
  set_faultmask(0);
  set_basepri(0);
  barrier();
  NVIC_ICER = NVIC_ICPR = 0xFFu << FIRST_LINE;
  SHCSR = 0;
  AIRCR = AIRCR_VECTKEY;
  ICSR = ICSR_PENDSVCLR;
  ICSR = ICSR_PENDSTCLR;
  for (int line = FIRST_LINE; line < FIRST_LINE + LINES; line++) NVIC_IPR(line) = 0;
  for (int number = EXCEPTION_MEMMANAGE; number <= EXCEPTION_SYSTICK; number++) {
    if (number <= EXCEPTION_USAGEFAULT || number >= EXCEPTION_SVCALL) SHPR(number) = 0;
  }
  clear_fpca();
}

int main(void) {
  console_open();
  for (int number = EXCEPTION_NMI; number < VECTORS; number++) handlers[number] = walk_on;
  for (uint32_t walk = 1; walk <= WALKS; walk++) {
#ifdef TOLD
    told = walk == TOLD;
#endif
    state = walk * 2654435761u;
    hash = steps = depth = 0;
    while (steps < STEPS) step();
    calm_down();
    print("walk ");
    print_decimal(walk);
    print(" ");
    print_hex(hash);
    print("\n");
  }
  return 0;
}
