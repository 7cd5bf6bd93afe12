// Recursion without an end: the stack is 16 KiB at the start of RAM, and below it lies nothing.

#include "console.h"
#include "startup.h"

static volatile uint32_t leaf = 0;

__attribute__((noinline)) static uint32_t depth_first(uint32_t node) {
  volatile uint32_t visited[64];
  visited[node % 64] = node;
  if (node == leaf) return 0;
  return depth_first(2 * node + 1) + visited[node % 64];
}

int main(void) {
  console_open();
  print("recursing\n");
  return (int)depth_first(1);
}
