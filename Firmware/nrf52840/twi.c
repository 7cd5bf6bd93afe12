// Registers of the IMU over TWIM0, by polling.

#include "nrf52840.h"

static uint8_t command[2];

void power_sensors(void) {
#ifdef IMU_POWER
  GPIO_HIGH(IMU_POWER);
  GPIO_CNF(IMU_POWER) = OUTPUT;
  GPIO_HIGH(IMU_PULL_UP);
  GPIO_CNF(IMU_PULL_UP) = OUTPUT;
#endif
}

void twi_open(uint32_t frequency) {
  TWIM0_PSEL_SCL = IMU_SCL;
  TWIM0_PSEL_SDA = IMU_SDA;
  TWIM0_FREQUENCY = frequency;
  TWIM0_ADDRESS = IMU_ADDRESS;
  TWIM0_ENABLE = 6;
}

static void transfer(uint32_t count) {
  TWIM0_TXD_PTR = ADDRESS_OF(command);
  TWIM0_TXD_MAXCNT = count;
  TWIM0_STOPPED = 0;
  TWIM0_STARTTX = 1;
  while (!TWIM0_STOPPED)
    if (TWIM0_ERROR) exit_with(9);
  CLEAR(TWIM0_STOPPED);
}

void twi_write(uint8_t sub_address, uint8_t value) {
  command[0] = sub_address;
  command[1] = value;
  TWIM0_SHORTS = LASTTX_STOP;
  transfer(2);
}

void twi_read(uint8_t sub_address, volatile void *to, uint32_t count) {
  command[0] = sub_address;
  TWIM0_RXD_PTR = ADDRESS_OF(to);
  TWIM0_RXD_MAXCNT = count;
  TWIM0_SHORTS = LASTTX_STARTRX | LASTRX_STOP;
  transfer(1);
}
