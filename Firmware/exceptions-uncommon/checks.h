// The groups of checks, in the order in which main runs them.
#pragma once

void check_traps(void);
void check_stacking(void);
void check_memory(void);
