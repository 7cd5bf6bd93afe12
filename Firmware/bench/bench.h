// The parts of the benchmark; each returns a checksum of what it computed.
#pragma once

#include <stdint.h>

uint32_t dot_products(uint32_t round);
uint32_t kalman_filter(uint32_t round);
uint32_t linked_list(uint32_t round);
uint32_t shell_sort(uint32_t round);

// The next of a fixed sequence of pseudo-random numbers.
static inline uint32_t next_random(uint32_t *state) {
  return *state = *state * 1664525 + 1013904223;
}
