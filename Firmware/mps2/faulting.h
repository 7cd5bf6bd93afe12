// Leaf functions that fault on a known instruction; `record_fault` makes them return to their
// caller.
#pragma once

#include <stdint.h>

void undefined_instruction(void);
void undefined_wide_instruction(void);
uint32_t load_word(uint32_t address);
uint32_t load_half_word(uint32_t address);
uint32_t load_byte(uint32_t address);
void store_word(uint32_t address, uint32_t value);
uint32_t load_exclusive(uint32_t address);
void jump_to(uint32_t address);
uint32_t move_from_fpu(void);
void supervisor_call(void);
