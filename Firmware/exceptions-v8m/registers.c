// Registers of the System Control Space that ARMv8-M adds or changes. Reference: ARMv8-M ARM D1.2.

#include "check.h"
#include "checks.h"
#include "handlers.h"

static void check_security_registers(void) {
  check("SAU: eight regions", SAU_TYPE & 0xFF, 8);
  check("SAU: off", SAU_CTRL, 0);
  SAU_RNR = 3;
  SAU_RBAR = 0x2000001F;
  SAU_RLAR = 0x2000FFFF;
  check("SAU: base, without its low bits", SAU_RBAR, 0x20000000);
  check("SAU: limit, NSC and enable", SAU_RLAR, 0x2000FFE3);
  SAU_RNR = 4;
  check("SAU: another region", SAU_RBAR | SAU_RLAR, 0);
  SAU_RNR = 3;
  SAU_RLAR = 0;
  SAU_RBAR = 0;
  SAU_RNR = 0;
  check("SFSR: 0", SFSR, 0);
  check("NVIC_ITNS: interrupts are secure", NVIC_ITNS, 0);
}

void check_registers(void) {
  check("CPUID: Cortex-M33", CPUID & 0xFF0FFFF0, 0x410FD210);
  check("ID_PFR1: security extension", ID_PFR1 & 0xF0, 0x10);
  check_security_registers();
  CCR = 0;
  check("CCR: STKALIGN and NONBASETHRDENA are fixed", CCR, 0x201);
  check("AIRCR", AIRCR, 0xFA050000);
  SHCSR = SHCSR_SECUREFAULTENA;
  check("SHCSR: SECUREFAULTENA", SHCSR, SHCSR_SECUREFAULTENA);
  SHCSR = 0;
  SHPR(7) = 0x60;
  check("SHPR1: SecureFault has a priority", SHPR(7), 0x60);
  SHPR(7) = 0;
  check("FPCCR: ASPEN, LSPEN, S", FPCCR & ~1u, 0xC0000000 | FPCCR_S);
}
