// Reads constants from flash under several settings of FLASH_ACR and keeps what each took, in core clocks.
#include "../stm32/stm32.h"

void read_words(const void *weights);

static const uint32_t weights[4096] __attribute__((aligned(32))) = {1};
volatile uint32_t cycles[4];

static uint32_t timed(void) {
  uint32_t start = SYST_CVR;
  read_words(weights);
  return (start - SYST_CVR) & 0xffffff;
}

int main(void) {
  // Wait states, then prefetch (bit 8), instruction cache (9) and data cache (10).
#ifdef STM32L4
  static const uint32_t settings[4] = {0, 5 | 1 << 9 | 1 << 10, 5 | 1 << 9, 5};
#else
  static const uint32_t settings[4] = {0, 2 | 1 << 8 | 1 << 9, 1 | 1 << 9, 2};
#endif
  SYST_RVR = 0xffffff;
  SYST_CVR = 0;
  SYST_CSR = 5;
  for (int i = 0; i < 4; i++) {
    FLASH_ACR = settings[i];
    timed();
    cycles[i] = timed();
  }
  return 0;
}
