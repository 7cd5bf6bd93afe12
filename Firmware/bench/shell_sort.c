// Shell sort of pseudo-random numbers with Ciura's gaps.

#include "bench.h"

enum { COUNT = 2000 };

static int32_t numbers[COUNT];

uint32_t shell_sort(uint32_t round) {
  static const int gaps[] = {1750, 701, 301, 132, 57, 23, 10, 4, 1};
  uint32_t state = round + 3, checksum = 0;
  for (int index = 0; index < COUNT; index++) numbers[index] = (int32_t)next_random(&state);
  for (unsigned which = 0; which < sizeof gaps / sizeof *gaps; which++) {
    int gap = gaps[which];
    for (int index = gap; index < COUNT; index++) {
      int32_t number = numbers[index];
      int at = index;
      for (; at >= gap && numbers[at - gap] > number; at -= gap) numbers[at] = numbers[at - gap];
      numbers[at] = number;
    }
  }
  for (int index = 0; index < COUNT; index++) checksum = checksum * 3 + (uint32_t)numbers[index];
  return checksum;
}
