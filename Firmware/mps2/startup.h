// What the start-up code offers to every firmware of the board.
#pragma once

#include <stdint.h>

// The core as reset left it, in the order in which Reset_Handler stores it.
struct reset_state {
  uint32_t msp, lr, control, primask, basepri, faultmask, ipsr, cpacr;
};
extern struct reset_state reset_state;

int main(void);
void semihosting_exit(uint32_t status) __attribute__((noreturn));
