// A store through a stale pointer, behind other accesses of the same basic block: the dump must name
// the one that failed.

#include "console.h"
#include "startup.h"

struct channel {
  uint32_t gain, offset;
  volatile uint32_t *output;
};

static volatile struct channel channels[2] = {{1, 2, 0}, {3, 4, (uint32_t *)0x50001000}};

__attribute__((noinline)) static void apply(volatile struct channel *channel) {
  uint32_t value = channel->gain * 8 + channel->offset;
  channel->gain = value;
  channel->output[3] = value;
  channel->offset = 0;
}

int main(void) {
  console_open();
  print("writing to 0x5000100c\n");
  apply((volatile struct channel *)&channels[1]);
  return 0;
}
