// Ports, pins and their interrupts, and a timer that counts microseconds. A board's header has GPIO_BASE,
// EXTI_IRQ (line 5 alone or with others) and DMA_IRQ.
#pragma once

#include "stm32.h"

void timer_start(void);  // TIM2

// Switches a port's clock on and gives a pin its alternate function.
enum { PORT_A, PORT_B, PORT_C, PORT_D, PORT_E, PORT_F, PORT_G };
void port_start(int port);
void pin_function(int port, int pin, uint32_t function);
void pin_output(int port, int pin);
void pin_write(int port, int pin, int level);
// An interrupt at each rising edge of a pin.
void pin_interrupt(int port, int pin);
void pin_interrupt_clear(int pin);
