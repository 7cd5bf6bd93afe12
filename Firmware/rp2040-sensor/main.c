// Reads an LSM6DSOX on I2C0 by its data-ready edge at GPIO6, a LIS2DW12 on SPI0 with its chip select at
// GPIO17, and a voltage at GPIO26; prints what it read.
#include "../rp2040/rp2040.h"

#define I2C0 0x40044000u
#define SPI0 0x4003C000u
#define ADC 0x4004C000u
#define PADS_BANK0 0x4001C000u
#define IMU 0x6A

static volatile uint32_t edges;

void IO_BANK0_Handler(void) {
  REG(IO_BANK0 + 0xF0) = 8u << 24;  // a rising edge at pin 6
  edges++;
}

static void i2c_start(void) {
  release(1u << 3);
  REG(IO_BANK0 + 8 * 4 + 4) = 3;
  REG(IO_BANK0 + 8 * 5 + 4) = 3;
  REG(I2C0 + 0x6C) = 0;
  REG(I2C0 + 0x00) = 1 | 2u << 1 | 1u << 5 | 1u << 6 | 1u << 8;
  REG(I2C0 + 0x04) = IMU;
  REG(I2C0 + 0x1C) = 117;  // 125 MHz / 400 kHz is 312 cycles
  REG(I2C0 + 0x20) = 186;
  REG(I2C0 + 0xA0) = 2;
  REG(I2C0 + 0x6C) = 1;
}

static void i2c_write(uint8_t address, uint8_t value) {
  REG(I2C0 + 0x10) = address;
  REG(I2C0 + 0x10) = value | 1u << 9;
  while (!(REG(I2C0 + 0x34) & 1u << 9)) {
  }
  (void)REG(I2C0 + 0x60);
}

static void i2c_read(uint8_t address, uint8_t *into, int count) {
  REG(I2C0 + 0x10) = address;
  for (int index = 0; index < count; index++) {
    REG(I2C0 + 0x10) = 1u << 8 | (index == 0 ? 1u << 10 : 0) | (index == count - 1 ? 1u << 9 : 0);
  }
  for (int index = 0; index < count; index++) {
    while (REG(I2C0 + 0x78) == 0) {
    }
    into[index] = (uint8_t)REG(I2C0 + 0x10);
  }
  while (!(REG(I2C0 + 0x34) & 1u << 9)) {
  }
  (void)REG(I2C0 + 0x60);
}

static uint8_t spi(uint8_t byte) {
  REG(SPI0 + 0x08) = byte;
  while (!(REG(SPI0 + 0x0C) & 4)) {
  }
  return (uint8_t)REG(SPI0 + 0x08);
}

static uint8_t spi_identity(void) {
  release(1u << 16);
  REG(IO_BANK0 + 8 * 17 + 4) = 5;
  REG(SIO + 0x14) = 1u << 17;
  REG(SIO + 0x24) = 1u << 17;
  REG(SPI0 + 0x10) = 26;
  REG(SPI0 + 0x00) = 7 | 3u << 6;
  REG(SPI0 + 0x04) = 2;
  REG(SIO + 0x18) = 1u << 17;
  spi(0x8F);
  uint8_t identity = spi(0);
  REG(SIO + 0x14) = 1u << 17;
  return identity;
}

static uint32_t convert(void) {
  release(1);
  REG(CLOCKS + 0x60) = 1u << 11 | 3u << 5;  // clk_adc from the crystal
  REG(ADC) = 1;
  while (!(REG(ADC) & 1u << 8)) {
  }
  REG(ADC) = 1 | 4;
  while (!(REG(ADC) & 1u << 8)) {
  }
  return REG(ADC + 0x04);
}

static void say(const char *name, int32_t value) {
  print(name);
  print(value < 0 ? " -" : " ");
  print_number((uint32_t)(value < 0 ? -value : value));
  print("\n");
}

int main(void) {
  clock_start();
  uart_start();
  i2c_start();
  uint8_t bytes[6];
  i2c_read(0x0F, bytes, 1);
  say("imu", bytes[0]);
  say("accelerometer", spi_identity());
  say("voltage", (int32_t)convert());
  // Every sample at 104 Hz with 2 g on INT1, pulsed.
  REG(IO_BANK0 + 0x100) = 8u << 24;
  NVIC_ISER = 1u << 13;
  i2c_write(0x0B, 0x80);
  i2c_write(0x0D, 0x01);
  i2c_write(0x10, 0x40);
  for (int sample = 0; sample < 4; sample++) {
    uint32_t seen = edges;
    while (edges == seen) __asm volatile("wfi");
    i2c_read(0x28, bytes, 6);
    say("z", (int16_t)(bytes[4] | bytes[5] << 8));
  }
  return 0;
}
