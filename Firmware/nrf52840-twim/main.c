// Eight reads of the IMU's registers between edges: hardware drives SIGNAL from STARTTX to STOPPED
// by PPI and GPIOTE, code drives POLLED around the same transfer.

#include "../nrf52840/nrf52840.h"

#ifndef FREQUENCY
#define FREQUENCY TWI_400K
#endif
#ifndef COUNT
#define COUNT 6
#endif
#define POLLED 3u
#define DATA 4u

static volatile uint8_t bytes[256];

int main(void) {
  power_sensors();
  twi_open(FREQUENCY);
  GPIO_CNF(POLLED) = OUTPUT;
  GPIOTE_CONFIG(0) = GPIOTE_TASK(SIGNAL);
  GPIOTE_CONFIG(1) = GPIOTE_TASK(DATA);
  connect(0, &TWIM0_TXSTARTED, &GPIOTE_SET(0));
  connect(1, &TWIM0_STOPPED, &GPIOTE_CLR(0));
  connect(2, &TWIM0_LASTTX, &GPIOTE_SET(1));
  connect(3, &TWIM0_LASTRX, &GPIOTE_CLR(1));
  for (int round = 0; round < 8; round++) {
    GPIO_HIGH(POLLED);
    twi_read(0x18 | 0x80, bytes, COUNT);
    GPIO_LOW(POLLED);
    spin(100 + 7 * (uint32_t)round);
  }
  return 0;
}
