// Clock set-up and console of the STM32 boards, as a vendor's start-up code does them: every wait is
// for a ready bit.
#include "stm32.h"

static void wait_set(volatile uint32_t *reg, uint32_t bits) {
  while ((*reg & bits) != bits) {
  }
}

#ifdef STM32L4
// Range 1 boost, HSI16 / 2 * 30 / 2 = 120 MHz, five wait states, by way of 60 MHz.
// Reference: RM0432 5.1.7, 6.2.9, 3.3.3.
void clock_start(void) {
  RCC(0x58) |= 1u << 28;  // PWREN
  (void)RCC(0x58);
  while (PWR(0x14) & 1u << 10) {  // VOSF
  }
  PWR(0x80) &= ~(1u << 8);  // R1MODE: boost
  RCC(0x00) |= 1u << 8;
  wait_set(&RCC(0x00), 1u << 10);
  RCC(0x0C) = 2 | 1 << 4 | 30 << 8 | 1 << 24;
  RCC(0x00) |= 1u << 24;
  wait_set(&RCC(0x00), 1u << 25);
  FLASH_ACR = 5 | 1 << 8 | 1 << 9 | 1 << 10;
  while ((FLASH_ACR & 15) != 5) {
  }
  RCC(0x08) = 8 << 4 | 3;  // HPRE / 2 for the step
  while ((RCC(0x08) >> 2 & 3) != 3) {
  }
  for (volatile int wait = 0; wait < 20; wait++) {
  }
  RCC(0x08) = 3;
}
#else
// HSI16 * 8 / 2 = 64 MHz, two wait states. Reference: RM0444 5.2.5, 3.3.4.
void clock_start(void) {
  RCC(0x3C) |= 1u << 28;  // PWREN
  (void)RCC(0x3C);
  RCC(0x0C) = 2 | 8 << 8 | 1 << 28 | 1 << 29;
  RCC(0x00) |= 1u << 24;
  wait_set(&RCC(0x00), 1u << 25);
  FLASH_ACR = 2 | 1 << 8 | 1 << 9;
  while ((FLASH_ACR & 7) != 2) {
  }
  RCC(0x08) = 2;
  while ((RCC(0x08) >> 3 & 7) != 2) {
  }
}
#endif

void uart_start(uint32_t baud) {
#ifdef STM32L4
  RCC(0x5C) |= 1;        // LPUART1EN
  RCC(0x4C) |= 1u << 6;  // GPIOGEN
  PWR(0x04) |= 1u << 9;  // IOSV: port G has a supply of its own
  // PG7 and PG8: alternate function 8.
  REG(0x48001800u) = (REG(0x48001800u) & ~(15u << 14)) | 10u << 14;
  REG(0x48001820u) |= 8u << 28;
  REG(0x48001824u) |= 8;
  UART_BRR = (uint32_t)(((uint64_t)CLOCK_HZ * 256 + baud / 2) / baud);
#else
  RCC(0x3C) |= 1u << 17;  // USART2EN
  RCC(0x34) |= 1;         // GPIOAEN
  // PA2 and PA3: alternate function 1.
  REG(0x50000000u) = (REG(0x50000000u) & ~(15u << 4)) | 10u << 4;
  REG(0x50000020u) |= 0x1100;
  UART_BRR = (CLOCK_HZ + baud / 2) / baud;
#endif
  UART_CR1 = 1 | 1 << 2 | 1 << 3;
  wait_set(&UART_ISR, 3u << 21);  // TEACK, REACK
}

void print(const char *text) {
  for (; *text; text++) {
    while (!(UART_ISR & 1 << 7)) {
    }
    UART_TDR = (uint8_t)*text;
  }
  while (!(UART_ISR & 1 << 6)) {
  }
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

void irq_enable(int number) { NVIC_ISER(number / 32) = 1u << number % 32; }
