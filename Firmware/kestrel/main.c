// Starts the oscillator of the invented chip Kestrel K1, opens its serial port, and asks the sensor on
// its bus who it is. Reference: kestrel.svd beside this file.

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))
#define CRM_CTRL REGISTER(0x40001000)
#define CRM_STATUS REGISTER(0x40001004)
#define OSCEN (1u << 0)
#define OSCRDY (1u << 4)

#define UART0_DATA REGISTER(0x40004000)
#define UART0_STATE REGISTER(0x40004004)
#define UART0_CTRL REGISTER(0x40004008)
#define UART0_BAUDDIV REGISTER(0x40004010)
#define TXFULL (1u << 0)

#define TWI0_STARTRX REGISTER(0x40003000)
#define TWI0_STARTTX REGISTER(0x40003008)
#define TWI0_STOPPED REGISTER(0x40003104)
#define TWI0_SHORTS REGISTER(0x40003200)
#define TWI0_ERRORSRC REGISTER(0x400034C4)
#define TWI0_ENABLE REGISTER(0x40003500)
#define TWI0_PSEL_SCL REGISTER(0x40003508)
#define TWI0_PSEL_SDA REGISTER(0x4000350C)
#define TWI0_FREQUENCY REGISTER(0x40003524)
#define TWI0_RXD_PTR REGISTER(0x40003534)
#define TWI0_RXD_MAXCNT REGISTER(0x40003538)
#define TWI0_TXD_PTR REGISTER(0x40003544)
#define TWI0_TXD_MAXCNT REGISTER(0x40003548)
#define TWI0_ADDRESS REGISTER(0x40003588)

__attribute__((noinline)) static void wait_for_oscillator(void) {
  CRM_CTRL = OSCEN;
  while (!(CRM_STATUS & OSCRDY)) {
  }
}

static void print(const char *text) {
  for (; *text; text++) {
    while (UART0_STATE & TXFULL) {
    }
    UART0_DATA = (uint8_t)*text;
  }
}

static void print_byte(uint8_t value) {
  const char *digits = "0123456789abcdef";
  const char text[] = {'0', 'x', digits[value >> 4], digits[value & 15], '\n', 0};
  print(text);
}

// Writes the sub-address, reads one byte; false when nobody answers.
__attribute__((noinline)) static int read_sensor(uint8_t address, uint8_t place, uint8_t *to) {
  static uint8_t command;
  command = place;
  TWI0_PSEL_SCL = 15;
  TWI0_PSEL_SDA = 14;
  TWI0_FREQUENCY = 0x06400000;
  TWI0_ADDRESS = address;
  TWI0_ENABLE = 6;
  TWI0_TXD_PTR = (uint32_t)(uintptr_t)&command;
  TWI0_TXD_MAXCNT = 1;
  TWI0_RXD_PTR = (uint32_t)(uintptr_t)to;
  TWI0_RXD_MAXCNT = 1;
  TWI0_SHORTS = 1u << 7 | 1u << 12;  // the last byte out starts reading, the last byte in stops
  TWI0_STARTTX = 1;
  while (!TWI0_STOPPED) {
    if (TWI0_ERRORSRC) return 0;
  }
  return 1;
}

int main(void) {
  static uint8_t name;
  wait_for_oscillator();
  UART0_BAUDDIV = 139;
  UART0_CTRL = 1;
  print("kestrel is up\n");
  if (read_sensor(0x6B, 0x0F, &name)) {
    print("sensor ");
    print_byte(name);
  } else {
    print("no sensor\n");
  }
  return 0;
}
