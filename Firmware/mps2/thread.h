// Code in thread mode on the process stack, privileged or not.
#pragma once

#include <stdint.h>

// Calls `body` with PSP at `stack_top` and CONTROL as given; returns on MSP, privileged.
// Needs `drop_unprivileged` as the SVC handler at its end.
void run_thread(void (*body)(void), uint32_t *stack_top, uint32_t control);
void drop_unprivileged(uint32_t *frame, uint32_t exc_return);
