// The console: the CMSDK APB UART0, polled.
// Reference: CMSDK TRM (DDI 0479C) 4.3.

#include "console.h"

#include "registers.h"

void console_open(void) {
  UART_BAUDDIV(UART0_BASE) = 16;
  UART_CTRL(UART0_BASE) = UART_TX_ENABLE;
}

static void print_character(char character) {
  while (UART_STATE(UART0_BASE) & UART_TX_FULL) {
  }
  UART_DATA(UART0_BASE) = (uint8_t)character;
}

void print(const char *text) {
  while (*text) print_character(*text++);
}

void print_decimal(uint32_t value) {
  char digits[11];
  char *first = digits + sizeof digits - 1;
  *first = 0;
  do {
    *--first = '0' + value % 10;
    value /= 10;
  } while (value);
  print(first);
}

void print_hex(uint32_t value) {
  print("0x");
  for (int shift = 28; shift >= 0; shift -= 4)
    print_character("0123456789abcdef"[value >> shift & 15]);
}

void print_masked(const char *name, uint32_t value) {
  print("# ");
  print(name);
  print(" ");
  print_hex(value);
  print("\n");
}
