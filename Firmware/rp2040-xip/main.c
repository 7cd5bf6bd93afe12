// What reading flash in place costs, by SysTick and by the counters of XIP_CTRL, from code in RAM. Each
// array is filled with a figure of each set-up: BAUDR 2, BAUDR 4, and reads by command on one wire.
#include "../rp2040/rp2040.h"

#define WORDS 64
#define UNCACHED 0x03000000u

static const uint32_t weights[8192] __attribute__((aligned(8))) = {1, 2, 3};

volatile uint32_t cold[3], warm[3], uncached[3];  // cycles of WORDS reads, one in each line
volatile uint32_t counts[6];                      // misses: cold, the other halves, warm; words read: as many
volatile uint32_t conflicts[3];                   // misses of 16 rounds through 2 and 3 lines of one set, 3 of two
volatile uint32_t writes[3];                      // hits before, after a write to the line, and after that
volatile uint32_t inside[8];                      // hits and accesses, read in the block that reads and writes
volatile uint32_t code[4];                        // a function in flash: cycles cold and warm, misses, words
volatile uint32_t off[2];                         // cycles with the cache off, and the words in it
uint32_t read_lines(const volatile uint32_t *from, uint32_t count);
uint32_t straight_line(void);

IN_RAM static uint32_t timed(const volatile uint32_t *from) {
  SYST_CVR = 0;
  uint32_t start = SYST_CVR;
  read_lines(from, WORDS);
  return (start - SYST_CVR) & 0xffffff;
}

IN_RAM static void flush(void) {
  REG(XIP_CTRL + 0x04) = 1;
  (void)REG(XIP_CTRL + 0x04);
}

IN_RAM static void clear_counters(void) {
  REG(XIP_CTRL + 0x0C) = 1;
  REG(XIP_CTRL + 0x10) = 1;
}

IN_RAM static uint32_t misses(void) { return REG(XIP_CTRL + 0x10) - REG(XIP_CTRL + 0x0C); }

// Another division of the clock, or the plain command on one wire.
IN_RAM static void set_up(int kind) {
  REG(SSI + 0x08) = 0;
  REG(SSI + 0x14) = kind == 0 ? 2 : 4;
  if (kind == 2) {
    REG(SSI + 0x00) = 31u << 16 | 3u << 8;
    REG(SSI + 0xF4) = 0x03u << 24 | 2u << 8 | 6u << 2;
  }
  REG(SSI + 0x08) = 1;
}

IN_RAM static void measure(int kind) {
  set_up(kind);
  flush();
  cold[kind] = timed(weights);
  warm[kind] = timed(weights);
  uncached[kind] = timed((const volatile uint32_t *)((uintptr_t)weights + UNCACHED));
}

IN_RAM static void count(void) {
  flush();
  for (int turn = 0; turn < 3; turn++) {
    clear_counters();
    read_lines(weights + (turn == 1), WORDS);
    counts[turn] = misses();
    counts[3 + turn] = REG(XIP_CTRL + 0x10);
  }
}

// Lines 8 KiB apart fall into one set of two ways.
IN_RAM static void conflict(void) {
  for (uint32_t kind = 0; kind < 3; kind++) {
    flush();
    clear_counters();
    for (int round = 0; round < 16; round++) {
      for (uint32_t line = 0; line < (kind == 0 ? 2 : 3); line++) {
        (void)*(const volatile uint32_t *)(weights + line * 2048 + (kind == 2 ? line * 2 : 0));
      }
    }
    conflicts[kind] = misses();
  }
}

IN_RAM static uint32_t hits_of_a_read(void) {
  clear_counters();
  (void)*(const volatile uint32_t *)weights;
  return REG(XIP_CTRL + 0x0C);
}

IN_RAM static void write(void) {
  (void)*(const volatile uint32_t *)weights;
  writes[0] = hits_of_a_read();
  *(volatile uint32_t *)weights = 0;
  writes[1] = hits_of_a_read();
  writes[2] = hits_of_a_read();
}

IN_RAM static void count_inside(void) {
  flush();
  clear_counters();
  volatile uint32_t *word = (volatile uint32_t *)weights;
  (void)*word;
  inside[0] = REG(XIP_CTRL + 0x0C), inside[1] = REG(XIP_CTRL + 0x10);
  (void)*word;
  inside[2] = REG(XIP_CTRL + 0x0C), inside[3] = REG(XIP_CTRL + 0x10);
  *word = 0;
  (void)*word;
  inside[4] = REG(XIP_CTRL + 0x0C), inside[5] = REG(XIP_CTRL + 0x10);
  (void)*word;
  inside[6] = REG(XIP_CTRL + 0x0C), inside[7] = REG(XIP_CTRL + 0x10);
}

IN_RAM static uint32_t timed_code(void) {
  SYST_CVR = 0;
  uint32_t start = SYST_CVR;
  straight_line();
  return (start - SYST_CVR) & 0xffffff;
}

IN_RAM static void run_code(void) {
  flush();
  clear_counters();
  code[0] = timed_code();
  code[2] = misses();
  code[3] = REG(XIP_CTRL + 0x10);
  code[1] = timed_code();
}

IN_RAM static void switch_off(void) {
  REG(XIP_CTRL) = 0;
  off[0] = timed(weights);
  REG(0x15003FFC) = 0x600DCAFE;
  off[1] = REG(0x15003FFC);
  REG(XIP_CTRL) = 3;
}

int main(void) {
  clock_start();
  SYST_RVR = 0xffffff;
  SYST_CSR = 5;
  count();
  conflict();
  write();
  count_inside();
  run_code();
  for (int kind = 0; kind < 3; kind++) measure(kind);
  switch_off();
  return 0;
}
