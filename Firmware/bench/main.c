// Processor-bound work of the kind that runs beside a small network: prints a checksum of all of
// it.

#include "bench.h"
#include "console.h"
#include "startup.h"

int main(void) {
  uint32_t checksum = 0;
  console_open();
  for (uint32_t round = 0; round < ROUNDS; round++) {
    checksum = checksum * 31 + dot_products(round);
    checksum = checksum * 31 + kalman_filter(round);
    checksum = checksum * 31 + linked_list(round);
    checksum = checksum * 31 + shell_sort(round);
  }
  print_decimal(ROUNDS);
  print(" rounds, checksum ");
  print_hex(checksum);
  print("\n");
  return 0;
}
