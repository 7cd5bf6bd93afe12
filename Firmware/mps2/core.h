// Special registers and barriers of the core as inline functions.
#pragma once

#include "registers.h"

static inline void barrier(void) { __asm volatile("dsb\n isb" ::: "memory"); }

#define SPECIAL_REGISTER(name, mnemonic)                                         \
  static inline uint32_t get_##name(void) {                                      \
    uint32_t value;                                                              \
    __asm volatile("mrs %0, " #mnemonic : "=r"(value)::"memory");                \
    return value;                                                                \
  }                                                                              \
  static inline void set_##name(uint32_t value) {                                \
    __asm volatile("msr " #mnemonic ", %0\n isb" ::"r"(value) : "memory", "cc"); \
  }

SPECIAL_REGISTER(primask, primask)
SPECIAL_REGISTER(basepri, basepri)
SPECIAL_REGISTER(basepri_max, basepri_max)
SPECIAL_REGISTER(faultmask, faultmask)
SPECIAL_REGISTER(control, control)
SPECIAL_REGISTER(msp, msp)
SPECIAL_REGISTER(psp, psp)

// The application flags: without the DSP extension there is no GE.
#ifdef __ARM_FEATURE_DSP
#define APSR_ALL "apsr_nzcvqg"
enum { APSR_GE = 0xF0000 };
#else
#define APSR_ALL "apsr_nzcvq"
enum { APSR_GE = 0 };
#endif

static inline uint32_t get_ipsr(void) {
  uint32_t value;
  __asm volatile("mrs %0, ipsr" : "=r"(value)::"memory");
  return value;
}

static inline void mask_interrupts(void) { __asm volatile("cpsid i\n isb" ::: "memory"); }
static inline void unmask_interrupts(void) { __asm volatile("cpsie i\n isb" ::: "memory"); }

// Forgets the floating-point context, so that the next exception stacks a basic frame.
static inline void clear_fpca(void) { set_control(get_control() & ~CONTROL_FPCA); }

static inline void pend(uint32_t irq) {
  NVIC_ISPR = 1u << irq;
  barrier();
}
