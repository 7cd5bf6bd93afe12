// Instructions that ARMv8-M adds. Reference: ARMv8-M ARM C2.4: LDA, STL, LDAEX, STLEX, SG, BXNS, TT.

#include "check.h"
#include "checks.h"
#include "handlers.h"

static uint32_t word;

// The destination's lowest bit is set: the secure state stays.
__attribute__((naked, noinline)) static uint32_t return_by_bxns(void) {
  __asm volatile("movs r0, #7\n .hword 0x4774\n");
}

__attribute__((naked, noinline)) static uint32_t pass_gate(uint32_t value) {
  __asm volatile(".word 0xe97fe97f\n adds r0, #1\n bx lr");
}

static uint32_t test_target(const void *address) {
  uint32_t result;
  __asm volatile("tt %0, %1" : "=r"(result) : "r"(address));
  return result;
}

void check_instructions(void) {
  uint32_t value, status;
  word = 41;
  __asm volatile("lda %0, [%1]" : "=r"(value) : "r"(&word) : "memory");
  check("LDA", value, 41);
  __asm volatile("stl %0, [%1]" ::"r"(42), "r"(&word) : "memory");
  check("STL", word, 42);
  __asm volatile("ldaex %0, [%2]\n adds %0, #1\n stlex %1, %0, [%2]"
                 : "=&r"(value), "=&r"(status)
                 : "r"(&word)
                 : "memory", "cc");
  check("LDAEX, STLEX", word << 8 | status, 43 << 8);
  __asm volatile("clrex\n stlex %0, %1, [%1]" : "=&r"(status) : "r"(&word) : "memory");
  check("STLEX: without LDAEX fails", status, 1);
  check("BXNS: to an odd address stays secure", return_by_bxns(), 7);
  check("SG: does nothing in the secure state", pass_gate(5), 6);
  // Bits 23 and up hold the region of the implementation's own attribution unit.
  check("TT: secure, read and written by privileged code", test_target(&word) & 0x7FFFFF, 0x4C0000);
  __asm volatile("udiv %0, %1, %2" : "=r"(value) : "r"(100), "r"(7));
  check("UDIV", value, 14);
}
