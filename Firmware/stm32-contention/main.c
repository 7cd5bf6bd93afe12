// DMA copies words within a memory and between two while the core loads from and stores to one of them:
// which of its accesses wait for the other?
#include "../stm32/pins.h"

enum { WORDS = 512, TURNS = 600 };

static uint32_t from[WORDS], to[WORDS];
volatile uint32_t dozed;

typedef void Kernel(volatile uint32_t *place, uint32_t turns);
Kernel loads_here, loads_apart, loads_half, stores, stores_and_loads, pointers, loads_from_ram;

static void begin(const void *source, void *target, uint32_t interrupt) {
  DMA1(0x0C) = WORDS;
  DMA1(0x10) = (uint32_t)source;
  DMA1(0x14) = (uint32_t)target;
  // Memory to memory, words, both addresses grow.
  DMA1(0x08) = 1 << 14 | 2 << 10 | 2 << 8 | 1 << 7 | 1 << 6 | interrupt << 1 | 1;
}

static void end(void) {
  wait_set(&DMA1(0x00), 2);
  DMA1(0x04) = 1;
  DMA1(0x08) = 0;
}

static void during(Kernel *kernel, uint32_t *place, const void *source, void *target) {
  begin(source, target, 0);
  kernel(place, TURNS);
  end();
}

void DMA_Handler(void) {
  end();
  dozed++;
}

// Asleep, nobody waits.
__attribute__((noinline)) static void doze(void) {
  irq_enable(DMA_IRQ);
  begin(from, to, 1);
  while (!dozed) __asm volatile("wfi");
}

int main(void) {
#ifdef STM32L4
  RCC(0x48) |= 1 | 1 << 2;
  uint32_t *apart = (uint32_t *)0x20040000;  // SRAM3
  during(loads_here, from, from, to);
  during(loads_apart, apart, from, to);
  during(loads_half, from, from, apart);
  during(pointers, apart, apart, apart + WORDS);
  during(loads_from_ram, apart, from, to);
#else
  RCC(0x38) |= 1;
  during(loads_here, from, from, to);
  during(loads_from_ram, from, from, to);
#endif
  during(stores, from, from, to);
  during(stores_and_loads, from, from, to);
  doze();
  return 0;
}
