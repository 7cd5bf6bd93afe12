// Writes a function and a table into the external flash, then runs the one and reads the other in place.
// -DREAD=0 ... 4 is READOC, -DOFFSET is XIPOFFSET.

#include "../nrf52840/nrf52840.h"

#ifndef READ
#define READ 4
#endif
#ifndef OFFSET
#define OFFSET 0
#endif

// QSPI, 6.19.
#define QSPI_ACTIVATE REGISTER(0x40029000)
#define QSPI_WRITESTART REGISTER(0x40029008)
#define QSPI_ERASESTART REGISTER(0x4002900C)
#define QSPI_READY REGISTER(0x40029100)
#define QSPI_ENABLE REGISTER(0x40029500)
#define QSPI_WRITE_DST REGISTER(0x40029510)
#define QSPI_WRITE_SRC REGISTER(0x40029514)
#define QSPI_WRITE_CNT REGISTER(0x40029518)
#define QSPI_ERASE_PTR REGISTER(0x4002951C)
#define QSPI_ERASE_LEN REGISTER(0x40029520)
#define QSPI_XIPOFFSET REGISTER(0x40029540)
#define QSPI_IFCONFIG0 REGISTER(0x40029544)
#define WINDOW 0x12000000u
#define PLACE 0x2000u

volatile uint32_t result, before, words[2], cycles[2];

// lsls r0, r0, #1; adds r0, #7; bx lr; nop; then two words.
static const uint16_t program[] __attribute__((aligned(4))) = {
    0x0040, 0x3007, 0x4770, 0xBF00, 0x5678, 0x1234, 0xDEF0, 0x9ABC};
static uint32_t copy[sizeof program / 4];

static void finish(volatile uint32_t *task) {
  QSPI_READY = 0;
  *task = 1;
  while (!QSPI_READY) {
  }
}

__attribute__((noinline)) static void read_words(const volatile uint32_t *place) {
  words[0] = place[0];
  words[1] = place[1];
}

int main(void) {
  DEMCR |= 1u << 24;
  DWT_CTRL |= 1;
  for (unsigned i = 0; i < sizeof copy / 4; i++) copy[i] = ((const uint32_t *)program)[i];
  QSPI_IFCONFIG0 = READ;
  QSPI_XIPOFFSET = OFFSET;
  QSPI_ENABLE = 1;
  finish(&QSPI_ACTIVATE);
  QSPI_ERASE_PTR = PLACE;
  QSPI_ERASE_LEN = 0;
  finish(&QSPI_ERASESTART);
  const volatile uint32_t *window = (const volatile uint32_t *)(WINDOW + PLACE - OFFSET);
  before = window[2];
  QSPI_WRITE_DST = PLACE;
  QSPI_WRITE_SRC = ADDRESS_OF(copy);
  QSPI_WRITE_CNT = sizeof copy;
  finish(&QSPI_WRITESTART);
  uint32_t start = DWT_CYCCNT;
  read_words(window + 2);
  cycles[0] = DWT_CYCCNT - start;
  start = DWT_CYCCNT;
  result = ((uint32_t(*)(uint32_t))(ADDRESS_OF(window) | 1))(1000);
  cycles[1] = DWT_CYCCNT - start;
  return 0;
}
