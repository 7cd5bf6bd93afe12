// The groups of checks, in the order in which main runs them, and what only ARMv8-M has.
#pragma once

#include "core.h"

void check_registers(void);
void check_stack_limits(void);
void check_returns(void);
void check_floating_point(void);
void check_instructions(void);

#define SAU_TYPE REGISTER(0xE000EDD4)
#define SAU_RNR REGISTER(0xE000EDD8)
#define SAU_RBAR REGISTER(0xE000EDDC)
#define SAU_RLAR REGISTER(0xE000EDE0)
#define SAU_CTRL REGISTER(0xE000EDD0)
#define SFSR REGISTER(0xE000EDE4)
#define NVIC_ITNS REGISTER(0xE000E380)
#define ID_PFR1 REGISTER(0xE000ED44)

enum {
  CFSR_STKOF = 1 << 20,
  SHCSR_SECUREFAULTENA = 1 << 19,
  FPCCR_S = 1 << 2,
  FPCCR_TS = 1 << 26,
  FPCCR_CLRONRET = 1 << 28,
  XPSR_SFPA = 1 << 20,
};

SPECIAL_REGISTER(msplim, msplim)
SPECIAL_REGISTER(psplim, psplim)
