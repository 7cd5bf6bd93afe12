// A double word read through a pointer into a byte buffer: no CCR bit allows that.

#include "console.h"
#include "startup.h"

static uint8_t packet[16];

__attribute__((noipa)) static uint64_t timestamp(const uint8_t *header) {
  uint32_t low, high;
  __asm volatile("ldrd %0, %1, [%2]" : "=r"(low), "=r"(high) : "r"(header) : "memory");
  return (uint64_t)high << 32 | low;
}

int main(void) {
  console_open();
  print("reading at an odd address\n");
  return (int)timestamp(packet + 1);
}
