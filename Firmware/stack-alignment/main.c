// The two low bits of both stack pointers are zero, whatever MSR writes to them.
// Reference: ARMv7-M ARM (DDI 0403E) B1.4.1.

#include "check.h"

// MSP as MSR leaves it, written `offset` bytes below where it is; pushes and pops there.
__attribute__((naked, noinline)) static uint32_t main_after(uint32_t offset) {
  __asm volatile(
      "mrs r1, msp\n"
      "sub r2, r1, r0\n"
      "msr msp, r2\n"
      "mov r0, sp\n"
      "push {r1, r2}\n"
      "pop {r2, r3}\n"
      "subs r0, r2, r0\n"
      "msr msp, r1\n"
      "bx lr\n");
}

static uint32_t process_after(uint32_t value) {
  uint32_t pointer;
  __asm volatile("msr psp, %1\n mrs %0, psp" : "=r"(pointer) : "r"(value));
  return pointer;
}

int main(void) {
  checks_begin();
  check("MSP, 64 bytes lower", main_after(64), 64);
  check("MSP, 61 bytes lower: 3 over a word", main_after(61), 64);
  check("MSP, 62 bytes lower: 2 over a word", main_after(62), 64);
  check("MSP, 63 bytes lower: 1 over a word", main_after(63), 64);
  check("PSP at a word", process_after(0x20001004), 0x20001004);
  check("PSP, 3 over a word", process_after(0x20001007), 0x20001004);
  return checks_end();
}
