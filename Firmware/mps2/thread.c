// Code in thread mode on the process stack.

#include "thread.h"

#include "core.h"

__attribute__((naked, noinline)) void run_thread(void (*body)(void), uint32_t *stack_top,
                                                 uint32_t control) {
  __asm volatile(
      "push {r4, lr}\n"
      "msr psp, r1\n"
      "msr control, r2\n"
      "isb\n"
      "blx r0\n"
      "svc #0xFF\n"
      "movs r0, #0\n"
      "msr control, r0\n"
      "isb\n"
      "pop {r4, pc}\n");
}

void drop_unprivileged(uint32_t *frame, uint32_t exc_return) {
  set_control(get_control() & ~CONTROL_NPRIV);
}
