// The core as reset leaves it. Reference: ARMv7-M ARM B1.5.5 and the reset values of B3.2;
// Cortex-M4 TRM 4.1.

#include "check.h"
#include "checks.h"
#include "console.h"
#include "core.h"
#include "startup.h"

void check_reset_state(void) {
  check("reset: MSP from the vector table", reset_state.msp, REGISTER(VECTOR_TABLE));
  check("reset: LR", reset_state.lr, 0xFFFFFFFF);
  check("reset: CONTROL", reset_state.control, 0);
  check("reset: PRIMASK", reset_state.primask, 0);
  check("reset: BASEPRI", reset_state.basepri, 0);
  check("reset: FAULTMASK", reset_state.faultmask, 0);
  check("reset: IPSR", reset_state.ipsr, 0);
  check("reset: CPACR", reset_state.cpacr, 0);
  check("reset: VTOR", VTOR, VECTOR_TABLE);
  // RETTOBASE is unknown in thread mode.
  check("reset: ICSR", ICSR & ~ICSR_RETTOBASE, 0);
  check("reset: AIRCR reads its key inverted", AIRCR, 0xFA050000);
  check("reset: SCR", SCR, 0);
  check("reset: CCR has STKALIGN", CCR, CCR_RESET);
  check("reset: SHCSR", SHCSR, 0);
  check("reset: CFSR", CFSR, 0);
  check("reset: HFSR", HFSR, 0);
#ifdef __ARM_FP
  check("reset: FPCCR has ASPEN and LSPEN", FPCCR & 0xC0000000, 0xC0000000);
#endif
  check("reset: no interrupt enabled", NVIC_ISER, 0);
  check("reset: no interrupt pending", NVIC_ISPR, 0);
  check("reset: SysTick off", SYST_CSR & (SYST_ENABLE | SYST_TICKINT | SYST_COUNTFLAG), 0);
  check("CPUID is the core's, of Arm", CPUID & 0xFF0FFFF0, CORTEX_M == 33 ? 0x410FD210 : 0x410FC200 | CORTEX_M << 4);
#ifdef __ARM_FP
  check("MVFR0 is the unit's", MVFR0, CORTEX_M == 7 ? 0x10110221 : 0x10110021);
  check("MVFR1 is the unit's", MVFR1, CORTEX_M == 7 ? 0x12000011 : 0x11000011);
#endif
  print_masked("CPUID", CPUID);
  print_masked("SYST_CALIB", SYST_CALIB);
}
