// The local exclusive monitor. Reference: ARMv7-M ARM A3.4, B1.5.8 (exception return clears it).

#include "check.h"
#include "checks.h"
#include "core.h"
#include "handlers.h"

static uint32_t word;

#define EXCLUSIVE(between)                                                          \
  ({                                                                                \
    uint32_t status, value;                                                         \
    __asm volatile("ldrex %1, [%2]\n adds %1, #1\n" between "\n strex %0, %1, [%2]" \
                   : "=&r"(status), "=&r"(value)                                    \
                   : "r"(&word)                                                     \
                   : "memory", "cc");                                               \
    status;                                                                         \
  })

void check_exclusive(void) {
  handlers[EXCEPTION_SVCALL] = ignore_exception;
  uint32_t status;
  __asm volatile("clrex\n strex %0, %1, [%1]" : "=&r"(status) : "r"(&word) : "memory");
  check("STREX: without LDREX fails", status, 1);
  check("STREX: without LDREX stores nothing", word, 0);
  check("LDREX, STREX: succeeds", EXCLUSIVE(""), 0);
  check("LDREX, STREX: stored", word, 1);
  check("LDREX, CLREX, STREX: fails", EXCLUSIVE("clrex"), 1);
  check("LDREX, SVC, STREX: fails", EXCLUSIVE("svc #0"), 1);
  check("LDREX, SVC, STREX: stored nothing", word, 1);
  check("LDREX, STREX: succeeds again", EXCLUSIVE(""), 0);
  uint8_t byte = 7;
  __asm volatile("ldrexb r3, [%1]\n adds r3, #1\n strexb %0, r3, [%1]"
                 : "=&r"(status)
                 : "r"(&byte)
                 : "r3", "memory", "cc");
  check("LDREXB, STREXB: succeeds", status << 8 | byte, 8);
  uint16_t half = 0x1FF;
  __asm volatile("ldrexh r3, [%1]\n adds r3, #1\n strexh %0, r3, [%1]"
                 : "=&r"(status)
                 : "r"(&half)
                 : "r3", "memory", "cc");
  check("LDREXH, STREXH: succeeds", status << 16 | half, 0x200);
}
