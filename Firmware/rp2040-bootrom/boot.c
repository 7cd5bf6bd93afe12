// From reset to the boot code in flash.
//
// Reference: RP2040 datasheet 2.7 (boot sequence), 2.8.1.
// Not modelled: USB boot; a rescue by the debugger; attempts with other clock polarities.
#include "rom.h"

#define BOOT_CODE 0x20041F00u
#define BOOT_BYTES 256
#define MAGIC 0xb007c0d3u

// CRC-32, most significant bit first, not inverted.
static uint32_t checksum(const uint8_t *bytes, size_t count) {
  uint32_t sum = 0xffffffffu;
  while (count--) {
    sum ^= (uint32_t)*bytes++ << 24;
    for (int bit = 0; bit < 8; bit++) sum = sum << 1 ^ (sum >> 31 ? 0x04c11db7u : 0);
  }
  return sum;
}

// Firmware that resets the chip may leave an address and a stack pointer to start with.
static void start_by_watchdog(void) {
  volatile uint32_t *scratch = &REG(WATCHDOG_SCRATCH4);
  uint32_t entry = scratch[3];
  if (scratch[0] != MAGIC || scratch[1] != (entry ^ -MAGIC)) return;
  scratch[0] = 0;
  __asm volatile("msr msp, %0\n blx %1" ::"r"(scratch[2]), "r"(entry) : "memory", "lr");
}

// The chip would offer itself as a disk: there is no USB here, and a breakpoint says so.
void reset_usb_boot(uint32_t pins, uint32_t disabled) {
  (void)pins;
  (void)disabled;
  __asm volatile("bkpt #0");
  for (;;) {
  }
}

void boot(void) {
  start_by_watchdog();
  connect_internal_flash();
  flash_exit_xip();
  uint8_t *code = (uint8_t *)BOOT_CODE;
  flash_read(0, code, BOOT_BYTES);
  if (checksum(code, BOOT_BYTES - 4) != *(uint32_t *)(code + BOOT_BYTES - 4)) {
    reset_usb_boot(0, 0);
  }
  flash_flush_cache();
  // Its return address is zero: then it goes on into flash.
  __asm volatile("movs r1, #0\n mov lr, r1\n bx %0" ::"r"(BOOT_CODE + 1) : "r1", "lr", "memory");
  __builtin_unreachable();
}
