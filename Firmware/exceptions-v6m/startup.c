// Vector table, reset code and exception handlers for Armv6-M; text by semihosting, which needs no
// device. Reference: ARMv6-M ARM (DDI 0419E) B1.5.3, B1.5.5; Arm Semihosting specification 5.2.

#include "startup.h"

#include "console.h"
#include "core.h"
#include "handlers.h"

extern uint32_t __stack_top[], __data_start[], __data_end[], __data_load[], __bss_start[],
    __bss_end[];

handler *volatile handlers[48];
volatile struct fault fault;

void Reset_Handler(void);

// Jumps to the handler with lr untouched, so that the handler's own return is the exception return.
__attribute__((naked, used)) static void Default_Handler(void) {
  __asm volatile(
      "movs r0, #4\n mov r1, lr\n tst r0, r1\n bne 1f\n"
      "mrs r0, msp\n b 2f\n 1: mrs r0, psp\n 2:"
      "mrs r2, ipsr\n lsls r2, r2, #2\n ldr r3, =handlers\n ldr r3, [r3, r2]\n bx r3\n .ltorg\n");
}

__attribute__((section(".isr_vector"), used)) static void *const vectors[48] = {
    __stack_top,          Reset_Handler,        [2 ... 3] = Default_Handler,
    [11] = Default_Handler, [14 ... 47] = Default_Handler,
};

__attribute__((used)) void Reset_Handler(void) {
  volatile uint32_t *to = __data_start;
  for (const uint32_t *from = __data_load; to < __data_end;) *to++ = *from++;
  for (to = __bss_start; to < __bss_end;) *to++ = 0;
  semihosting_exit(main());
}

static uint32_t semihosting(uint32_t call, const void *block) {
  register uint32_t operation __asm("r0") = call;
  register const void *argument __asm("r1") = block;
  __asm volatile("bkpt 0xAB" : "+r"(operation) : "r"(argument) : "memory");
  return operation;
}

void semihosting_exit(uint32_t status) {
  uint32_t block[2] = {0x20026, status};
  semihosting(0x20, block);
  for (;;) {
  }
}

void console_open(void) {}

void print(const char *text) { semihosting(0x04, text); }

void print_decimal(uint32_t value) {
  char digits[11];
  char *first = digits + sizeof digits - 1;
  *first = 0;
  do {
    *--first = '0' + value % 10;
    value /= 10;
  } while (value);
  print(first);
}

void print_hex(uint32_t value) {
  char text[11] = "0x";
  for (int digit = 0; digit < 8; digit++) {
    text[2 + digit] = "0123456789abcdef"[value >> (28 - 4 * digit) & 15];
  }
  print(text);
}

static void unexpected_exception(uint32_t *frame, uint32_t exc_return) {
  print("unexpected exception ");
  print_decimal(get_ipsr());
  print(" pc ");
  print_hex(frame[FRAME_PC]);
  print("\n");
  semihosting_exit(2);
}

void ignore_exception(uint32_t *frame, uint32_t exc_return) {}

void reset_handlers(void) {
  for (int number = 0; number < 48; number++) handlers[number] = unexpected_exception;
}

// The faulting leaf function returns to its caller.
void record_fault(uint32_t *frame, uint32_t exc_return) {
  fault.count++;
  fault.number = get_ipsr();
  fault.pc = frame[FRAME_PC];
  fault.xpsr = frame[FRAME_XPSR];
  fault.exc_return = exc_return;
  frame[FRAME_PC] = frame[FRAME_LR] & ~1u;
  frame[FRAME_XPSR] |= 1u << 24;
}

void record_faults(void) { handlers[EXCEPTION_HARDFAULT] = record_fault; }
