// Runs a generated network on rows of inputs that are linked in, and keeps all scores.

#include "../nrf52840/nrf52840.h"

#include <deepcraft.c>

#ifndef ROWS
#define ROWS 100
#endif

__asm(
    ".section .rodata.inputs\n"
    ".global inputs\n"
    "inputs: .incbin \"inputs.bin\"\n"
    ".previous\n");
extern const int8_t inputs[ROWS][DEEPCRAFT_INPUT_COUNT];

int8_t scores[ROWS][DEEPCRAFT_OUTPUT_COUNT];
uint8_t classes[ROWS];

int main(void) {
  NVMC_ICACHECNF = ICACHE_ON;
  for (int row = 0; row < ROWS; row++) {
    classes[row] = (uint8_t)deepcraft_infer(inputs[row]);
    for (int i = 0; i < DEEPCRAFT_OUTPUT_COUNT; i++) scores[row][i] = deepcraft_scores[i];
  }
  return 0;
}
