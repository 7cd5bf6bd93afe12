// Text on UART0, without a C library.
#pragma once

#include <stdint.h>

void console_open(void);
void print(const char *text);
void print_decimal(uint32_t value);
void print_hex(uint32_t value);

// A line that another simulator may print differently: tests ignore lines that begin with "# ".
void print_masked(const char *name, uint32_t value);
