// A vector table at the end of memory, too short for its interrupts: HardFault, VECTTBL.
// Reference: ARMv7-M ARM (DDI 0403E) B1.5.14.

#include "console.h"
#include "core.h"
#include "startup.h"

// The mirror of the data RAM ends at 0x20800000.
#define TABLE ((volatile uint32_t *)0x207FFF80)

int main(void) {
  console_open();
  for (int index = 0; index < 32; index++) TABLE[index] = REGISTER(4 * index);
  VTOR = (uint32_t)TABLE;
  NVIC_ISER = 1 << IRQ_A;
  print("pending an interrupt without a vector\n");
  pend(IRQ_A);
  print("not reached\n");
  return 0;
}
