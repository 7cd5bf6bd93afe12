// What the STM32 boards share: waits for ready bits, pins, the console, interrupts.
#include "stm32.h"

void wait_set(volatile uint32_t *reg, uint32_t bits) {
  while ((*reg & bits) != bits) {
  }
}

void wait_clear(volatile uint32_t *reg, uint32_t bits) {
  while (*reg & bits) {
  }
}

void alternate(uint32_t port, uint32_t pin, uint32_t function) {
  volatile uint32_t *high = &REG(port + 0x20 + pin / 8 * 4);
  *high = (*high & ~(15u << pin % 8 * 4)) | function << pin % 8 * 4;
  REG(port) = (REG(port) & ~(3u << 2 * pin)) | 2u << 2 * pin;
}

void uart_start(void) {
  uart_pins();
  UART_CR1 = UART_ENABLE | 1 << 2 | 1 << 3;
#ifndef UART_IS_FIRST
  wait_set(&UART_ISR, 3u << 21);  // TEACK, REACK
#endif
}

void print(const char *text) {
  for (; *text; text++) {
    wait_set(&UART_ISR, 1 << 7);
    UART_TDR = (uint8_t)*text;
  }
  wait_set(&UART_ISR, 1 << 6);
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

void print_signed(int32_t value) {
  if (value < 0) print("-");
  print_decimal(value < 0 ? 0u - (uint32_t)value : (uint32_t)value);
}

void irq_enable(int number) { NVIC_ISER(number / 32) = 1u << number % 32; }
