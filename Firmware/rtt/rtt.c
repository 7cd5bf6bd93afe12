#include "rtt.h"

static char text[64], records[16], input[16];
struct rtt_block _SEGGER_RTT;

void rtt_open(void) {
  struct rtt_block *block = &_SEGGER_RTT;
  block->ups = 2;
  block->downs = 1;
  block->up[0] = (struct rtt_buffer){"Terminal", text, sizeof text, 0, 0, RTT_BLOCK};
  block->up[1] = (struct rtt_buffer){"Records", records, sizeof records, 0, 0, RTT_SKIP};
  block->down[0] = (struct rtt_buffer){"Terminal", input, sizeof input, 0, 0, RTT_SKIP};
  // Backwards and last, so that a host finds it nowhere else and never half done.
  static const char reversed[] = "TTR REGGES";
  __asm volatile("dmb" ::: "memory");
  for (int index = 9; index >= 0; index--)
    ((volatile char *)block->identifier)[index] = reversed[9 - index];
}

static uint32_t room(const struct rtt_buffer *ring) {
  return (ring->read + ring->size - ring->write - 1) % ring->size;
}

uint32_t rtt_write(uint32_t channel, const char *bytes) {
  struct rtt_buffer *ring = &_SEGGER_RTT.up[channel];
  uint32_t length = 0, written = 0;
  while (bytes[length]) length++;
  if (ring->flags == RTT_SKIP && room(ring) < length) return 0;
  while (written < length) {
    if (!room(ring)) {
      if (ring->flags == RTT_TRIM) break;
      continue;
    }
    uint32_t write = ring->write;
    ring->start[write] = bytes[written++];
    __asm volatile("dmb" ::: "memory");
    ring->write = (write + 1) % ring->size;
  }
  return written;
}

int rtt_read(void) {
  struct rtt_buffer *ring = &_SEGGER_RTT.down[0];
  uint32_t read = ring->read;
  if (read == ring->write) return -1;
  char byte = ring->start[read];
  ring->read = (read + 1) % ring->size;
  return (uint8_t)byte;
}
