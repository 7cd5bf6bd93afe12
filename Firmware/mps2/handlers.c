// One entry for all exceptions that finds the handler in a table in RAM.

#include "handlers.h"

#include "console.h"
#include "core.h"
#include "startup.h"

handler *volatile handlers[VECTORS];
volatile struct fault fault;

// Jumps to the handler with lr untouched, so that the handler's own return is the exception return.
__attribute__((naked, used)) void Default_Handler(void) {
  __asm volatile(
      "tst lr, #4\n"
      "ite eq\n"
      "mrseq r0, msp\n"
      "mrsne r0, psp\n"
      "mov r1, lr\n"
      "mrs r2, ipsr\n"
      "ldr r3, =handlers\n"
      "ldr pc, [r3, r2, lsl #2]\n"
      ".ltorg\n");
}

static void unexpected_exception(uint32_t *frame, uint32_t exc_return) {
  print("unexpected exception ");
  print_decimal(get_ipsr());
  print(" pc ");
  print_hex(frame[FRAME_PC]);
  print(" cfsr ");
  print_hex(CFSR);
  print(" exc_return ");
  print_hex(exc_return);
  print("\n");
  semihosting_exit(2);
}

void ignore_exception(uint32_t *frame, uint32_t exc_return) {}

void reset_handlers(void) {
  for (int number = 0; number < VECTORS; number++) handlers[number] = unexpected_exception;
}

void record_fault(uint32_t *frame, uint32_t exc_return) {
  fault.count++;
  fault.number = get_ipsr();
  fault.shcsr = SHCSR;
  fault.bfar = BFAR;
  fault.mmfar = MMFAR;
  fault.cfsr = CFSR;
  fault.hfsr = HFSR;
  fault.pc = frame[FRAME_PC];
  fault.xpsr = frame[FRAME_XPSR];
  fault.exc_return = exc_return;
  CFSR = fault.cfsr;
  HFSR = fault.hfsr;
  frame[FRAME_PC] = frame[FRAME_LR] & ~1u;
  frame[FRAME_XPSR] = (frame[FRAME_XPSR] & 0xF80F03FFu) | 1u << 24;
}

void record_faults(void) {
  fault = (struct fault){0};
  for (int number = EXCEPTION_HARDFAULT; number <= EXCEPTION_USAGEFAULT; number++) {
    handlers[number] = record_fault;
  }
}
