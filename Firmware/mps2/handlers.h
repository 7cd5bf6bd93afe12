// Exception handlers that a check can change while it runs.
#pragma once

#include <stdint.h>

// `frame` is the stacked r0, r1, r2, r3, r12, lr, pc, xPSR; `exc_return` the EXC_RETURN value in
// lr.
typedef void handler(uint32_t *frame, uint32_t exc_return);
enum {
  FRAME_R0,
  FRAME_R1,
  FRAME_R2,
  FRAME_R3,
  FRAME_R12,
  FRAME_LR,
  FRAME_PC,
  FRAME_XPSR,
  FRAME_S0
};

extern handler *volatile handlers[];
void reset_handlers(void);
void ignore_exception(uint32_t *frame, uint32_t exc_return);

// What `record_fault` saw of the last fault.
struct fault {
  uint32_t count, number, cfsr, hfsr, bfar, mmfar, pc, xpsr, exc_return, shcsr;
};
extern volatile struct fault fault;

// Notes a fault, clears its status and returns to the stacked lr: a faulting leaf function just
// returns.
void record_fault(uint32_t *frame, uint32_t exc_return);
void record_faults(void);
