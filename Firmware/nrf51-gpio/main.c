// GPIO: output, direction, configuration, pulls and open drain, on pins that nothing is wired to.
// Reference: nRF51 Series Reference Manual v3.0, chapter 14 GPIO.

#include "check.h"
#include "handlers.h"
#include "nrf51.h"

#define OUT REGISTER(GPIO + 0x504)
#define OUTSET REGISTER(GPIO + 0x508)
#define OUTCLR REGISTER(GPIO + 0x50C)
#define IN REGISTER(GPIO + 0x510)
#define DIR REGISTER(GPIO + 0x514)
#define DIRSET REGISTER(GPIO + 0x518)
#define DIRCLR REGISTER(GPIO + 0x51C)
#define PIN_CNF(n) REGISTER(GPIO + 0x700 + 4 * (n))

enum {
  DIR_OUTPUT = 1,
  INPUT_DISCONNECT = 2,
  PULL_DOWN = 1 << 2,
  PULL_UP = 3 << 2,
  DRIVE_D0S1 = 4 << 8,
  DRIVE_S0D1 = 6 << 8,
};

static const uint8_t pins[] = {1, 2, 3, 16, 18, 20, 23, 28};
#define EACH_PIN(pin) \
  for (uint32_t i = 0, pin = pins[0]; i < sizeof pins; i++, pin = pins[i < sizeof pins ? i : 0])

static uint32_t level(uint32_t pin) { return IN >> pin & 1; }

static void check_registers(void) {
  uint32_t wrong = 0;
  for (int pin = 0; pin < 32; pin++) wrong += PIN_CNF(pin) != INPUT_DISCONNECT;
  check("PIN_CNF at reset: input disconnected", wrong, 0);
  check("OUT and DIR at reset", OUT | DIR, 0);
  OUT = 0x0F0F0F0F;
  OUTSET = 0x10000000;
  OUTCLR = 0x00000001;
  check("OUT", OUT, 0x1F0F0F0E);
  check("OUTSET reads OUT", OUTSET, 0x1F0F0F0E);
  check("OUTCLR reads OUT", OUTCLR, 0x1F0F0F0E);
  OUT = 0;
  DIR = 0x00010006;
  DIRSET = 0x00040000;
  DIRCLR = 0x00000002;
  check("DIR", DIR, 0x00050004);
  check("DIRSET reads DIR", DIRSET, 0x00050004);
  check("DIRCLR reads DIR", DIRCLR, 0x00050004);
  check("DIR stands in PIN_CNF", PIN_CNF(18) & 1, 1);
  check("DIR: PIN_CNF of another pin", PIN_CNF(1) & 1, 0);
  DIR = 0;
  PIN_CNF(20) = DIR_OUTPUT;
  check("PIN_CNF stands in DIR", DIR, 1 << 20);
  PIN_CNF(20) = INPUT_DISCONNECT;
}

static void check_levels(void) {
  uint32_t wrong = 0;
  EACH_PIN(pin) {
    PIN_CNF(pin) = DIR_OUTPUT;
    OUTSET = 1u << pin;
    wrong += level(pin) != 1;
    OUTCLR = 1u << pin;
    wrong += level(pin) != 0;
    PIN_CNF(pin) = INPUT_DISCONNECT;
  }
  check("an output reads its own level", wrong, 0);
  wrong = 0;
  EACH_PIN(pin) {
    PIN_CNF(pin) = PULL_UP;
    wrong += level(pin) != 1;
    PIN_CNF(pin) = PULL_DOWN;
    wrong += level(pin) != 0;
    PIN_CNF(pin) = INPUT_DISCONNECT;
  }
  check("an open input follows its pull resistor", wrong, 0);
  wrong = 0;
  EACH_PIN(pin) {
    OUTCLR = 1u << pin;
    PIN_CNF(pin) = DIR_OUTPUT | PULL_UP | DRIVE_S0D1;
    wrong += level(pin) != 0;
    OUTSET = 1u << pin;
    wrong += level(pin) != 1;
    OUTCLR = 1u << pin;
    wrong += level(pin) != 0;
    PIN_CNF(pin) = INPUT_DISCONNECT;
  }
  check("S0D1: the pull-up makes the high level", wrong, 0);
  wrong = 0;
  EACH_PIN(pin) {
    OUTSET = 1u << pin;
    PIN_CNF(pin) = DIR_OUTPUT | PULL_DOWN | DRIVE_D0S1;
    wrong += level(pin) != 1;
    OUTCLR = 1u << pin;
    wrong += level(pin) != 0;
    PIN_CNF(pin) = INPUT_DISCONNECT;
  }
  check("D0S1: the pull-down makes the low level", wrong, 0);
}

int main(void) {
  checks_begin();
  check_registers();
  check_levels();
  return checks_end();
}
