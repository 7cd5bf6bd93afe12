// What the benchmark needs of an STM32: its flash interface and the core's caches as the build says.
// Reference: RM0432 3.7.1, RM0385 3.7.1 (FLASH_ACR), RM0456 8.7.1 (ICACHE_CR); Arm DDI 0489F 3.3 (ICIALLU),
// DDI 0403E B3.2.8 (CCR).

#include "console.h"

#define REG(address) (*(volatile uint32_t *)(address))

void console_open(void) {
#ifdef FLASH_ACR
  REG(FLASH_ACR) = ACR;
#endif
#ifdef ICACHE_CR
  REG(ICACHE_CR) = ICACHE;
#endif
  if (CACHES) {
    REG(0xE000EF50) = 0;
    REG(0xE000ED14) |= CACHES;
  }
}
