/* What every driver needs of the chip: clocks, pins and a wait. */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

/* Crystal oscillator, DC/DC regulator, flash cache; sensors powered and settled. */
void init_hardware(void);

/* Sleeps; no interrupt handler runs meanwhile. */
void wait_microseconds(uint32_t microseconds);

void enable_interrupt(uint32_t number, uint32_t priority_level);
void set_output(int pin, int high);

#endif
