// Uses known amounts of stack and heap: main calls down to DEPTH bytes while an interrupt, and one of
// higher priority on top of it, put their frames below.

#include <errno.h>
#include <stdlib.h>

#include "../nrf52840/nrf52840.h"

#ifndef DEPTH
#define DEPTH 1024
#endif
#ifndef NESTING
#define NESTING 2
#endif
#ifndef HEAP
#define HEAP 5000
#endif

extern char end[];
volatile uint32_t deepest, entry_stack, heap_top;
static char *top = end;

void *_sbrk(ptrdiff_t increment) {
  char *const before = top;
  if (top + increment > (char *)0x20040000) {
    errno = ENOMEM;
    return (void *)-1;
  }
  top += increment;
  heap_top = (uint32_t)(uintptr_t)(top - end);
  return before;
}

// Naked: their frames are what hardware stacks and nothing else.
__attribute__((naked)) void TIMER1_IRQHandler(void) {
  __asm volatile(
      "ldr r0, =deepest\n mov r1, sp\n str r1, [r0]\n"
      "bx lr\n .ltorg\n");
}

__attribute__((naked)) void TIMER0_IRQHandler(void) {
#if NESTING > 1
  // NVIC_ISPR: TIMER1.
  __asm volatile("ldr r0, =0xE000E200\n mov r1, #0x200\n str r1, [r0]\n dsb\n isb\n");
#else
  __asm volatile("ldr r0, =deepest\n mov r1, sp\n str r1, [r0]\n");
#endif
  __asm volatile("bx lr\n .ltorg\n");
}

// Keeps DEPTH bytes on the stack and interrupts itself there.
__attribute__((naked, noinline)) static void descend(uint32_t pend) {
  __asm volatile(
      "sub.w sp, sp, %0\n"
      "ldr r1, =0xE000E200\n"
      "cbz r0, 1f\n"
      "str r0, [r1]\n dsb\n isb\n"
      "1: add.w sp, sp, %0\n"
      "bx lr\n .ltorg\n" ::"i"(DEPTH));
}

int main(void) {
  __asm volatile("mov %0, sp" : "=r"(entry_stack));
  enable_interrupt(TIMER0_IRQ, 4);
  enable_interrupt(TIMER1_IRQ, 2);
#if HEAP
  volatile char *block = malloc(HEAP);
  block[0] = 1;
  free((void *)block);
#endif
#ifdef FLOATING_POINT
  __asm volatile("vmov s0, %0" ::"r"(1) : "s0");
#endif
  descend(NESTING ? 1u << TIMER0_IRQ : 0);
  return 0;
}
