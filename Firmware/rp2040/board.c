// Clocks and console of a Raspberry Pi Pico, set up in the order of the datasheet's chapters.
#include "../rp2040/rp2040.h"

void release(uint32_t blocks) {
  CLEAR(RESETS) = blocks;
  while ((REG(RESETS + 8) & blocks) != blocks) {
  }
}

// The crystal, then 12 MHz * 125 / 6 / 2 = 125 MHz. Reference: RP2040 datasheet 2.15, 2.16, 2.18.
void clock_start(void) {
  REG(XOSC + 0x0C) = 47;
  REG(XOSC) = 0xaa0;
  SET(XOSC) = 0xfab << 12;
  while (!(REG(XOSC + 0x04) >> 31)) {
  }
  REG(CLOCKS + 0x30) = 2;
  while (!(REG(CLOCKS + 0x38) & 4)) {
  }
  release(1u << 12);
  REG(PLL_SYS + 0x00) = 1;
  REG(PLL_SYS + 0x08) = 125;
  CLEAR(PLL_SYS + 0x04) = 0x21;
  while (!(REG(PLL_SYS) >> 31)) {
  }
  REG(PLL_SYS + 0x0C) = 6u << 16 | 2u << 12;
  CLEAR(PLL_SYS + 0x04) = 0x08;
  REG(CLOCKS + 0x3C) = 1;
  while (!(REG(CLOCKS + 0x44) & 2)) {
  }
  REG(CLOCKS + 0x48) = 1u << 11;  // clk_peri is clk_sys
  REG(WATCHDOG + 0x2C) = 12 | 1u << 9;
}

// 115,200 baud: 125 MHz / 16 / 67.8125. Reference: RP2040 datasheet 4.2.7.1.
void uart_start(void) {
  release(1u << 22 | 1u << 5 | 1u << 8);
  REG(IO_BANK0 + 0x04) = 2;
  REG(IO_BANK0 + 0x0C) = 2;
  REG(UART0 + 0x24) = 67;
  REG(UART0 + 0x28) = 52;
  REG(UART0 + 0x2C) = 3u << 5 | 1u << 4;
  REG(UART0 + 0x30) = 0x301;
}

void print(const char *text) {
  for (; *text; text++) {
    while (REG(UART0 + 0x18) & 1u << 5) {
    }
    REG(UART0) = (uint8_t)*text;
  }
  while (REG(UART0 + 0x18) & 1u << 3) {
  }
}

void print_number(uint32_t number) {
  char text[11];
  char *start = text + sizeof text - 1;
  *start = 0;
  do {
    *--start = (char)('0' + number % 10);
    number /= 10;
  } while (number);
  print(start);
}
