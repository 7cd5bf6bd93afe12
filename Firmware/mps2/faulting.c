// Leaf functions that fault on their first instruction (store_word, jump_to: see there).

#include "faulting.h"

#define LEAF __attribute__((naked, noinline))

LEAF void undefined_instruction(void) { __asm volatile("udf #0x12\n bx lr"); }
LEAF void undefined_wide_instruction(void) { __asm volatile("udf.w #0x345\n bx lr"); }
LEAF uint32_t load_word(uint32_t address) { __asm volatile("ldr r0, [r0]\n bx lr"); }
LEAF uint32_t load_half_word(uint32_t address) { __asm volatile("ldrh r0, [r0]\n bx lr"); }
LEAF uint32_t load_byte(uint32_t address) { __asm volatile("ldrb r0, [r0]\n bx lr"); }

// The barrier makes a buffered store fault inside this function, too.
LEAF void store_word(uint32_t address, uint32_t value) {
  __asm volatile("str r1, [r0]\n dsb\n nop\n nop\n bx lr");
}
LEAF uint32_t load_exclusive(uint32_t address) { __asm volatile("ldrex r0, [r0]\n clrex\n bx lr"); }

// Leaves lr alone, so that a fault at the target returns to the caller.
LEAF void jump_to(uint32_t address) { __asm volatile("bx r0"); }
#ifdef __ARM_FP
LEAF uint32_t move_from_fpu(void) { __asm volatile("vmov r0, s0\n bx lr"); }
#endif
LEAF void supervisor_call(void) { __asm volatile("svc #0\n bx lr"); }
