// DMA copies a word a cycle within the four banks of words while a loop in them loads from there, and while it
// loads from a bank by itself.
#include "../rp2040/rp2040.h"

#define DMA 0x50000000u
#define ALONE ((volatile uint32_t *)0x20040000u)  // SRAM4

enum { WORDS = 4096, TURNS = 1000 };

typedef void Kernel(volatile uint32_t *place, uint32_t turns);
Kernel striped, beside;

static uint32_t from[WORDS], to[WORDS];

static void during(Kernel *kernel, volatile uint32_t *place) {
  REG(DMA + 0x00) = (uint32_t)from;
  REG(DMA + 0x04) = (uint32_t)to;
  REG(DMA + 0x08) = WORDS;
  // Words, both addresses grow, no pace.
  REG(DMA + 0x0C) = 1 | 2 << 2 | 1 << 4 | 1 << 5 | 63 << 15;
  kernel(place, TURNS);
  while (REG(DMA + 0x0C) & 1u << 24) {
  }
}

int main(void) {
  release(1 << 2);
  during(striped, from);
  during(beside, ALONE);
  return 0;
}
