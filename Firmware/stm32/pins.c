// Ports, pins and their interrupts, and a timer that counts microseconds.
#include "pins.h"

void timer_start(void) {
  timer_clock();
  TIM2(0x28) = TIM2_HZ / 1000000 - 1;
  TIM2(0x2C) = 0xffffffff;
  TIM2(0x14) = 1;
  TIM2(0x00) = 1;
}

void port_start(int port) {
#ifdef STM32L4
  RCC(0x4C) |= 1u << port;
  if (port == PORT_G) PWR(0x04) |= 1u << 9;  // IOSV: port G has a supply of its own
#elif defined STM32G0
  RCC(0x34) |= 1u << port;
#elif defined STM32U5
  RCC(0x8C) |= 1u << port;
#elif defined STM32H7
  RCC(0x140) |= 1u << port;
#else
  RCC(0x30) |= 1u << port;
#endif
}

static volatile uint32_t *port_registers(int port) { return &REG(GPIO_BASE + 0x400 * port); }

void pin_function(int port, int pin, uint32_t function) {
  port_start(port);
  alternate(GPIO_BASE + 0x400 * port, pin, function);
}

void pin_output(int port, int pin) {
  port_start(port);
  volatile uint32_t *gpio = port_registers(port);
  gpio[0] = (gpio[0] & ~(3u << 2 * pin)) | 1u << 2 * pin;
}

void pin_write(int port, int pin, int level) {
  port_registers(port)[6] = 1u << (level ? pin : pin + 16);
}

#if defined STM32G0 || defined STM32U5
// Reference: RM0444 13.5, RM0456 22.6.
#ifdef STM32G0
enum { EXTI_BASE = 0x40021800 };
#else
enum { EXTI_BASE = 0x46022000 };
#endif
void pin_interrupt(int port, int pin) {
  port_start(port);
  volatile uint32_t *gpio = port_registers(port);
  gpio[0] &= ~(3u << 2 * pin);
  REG(EXTI_BASE + 0x60 + (pin & ~3)) |= (uint32_t)port << pin % 4 * 8;
  REG(EXTI_BASE) |= 1u << pin;
  REG(EXTI_BASE + 0x80) |= 1u << pin;
}

void pin_interrupt_clear(int pin) { REG(EXTI_BASE + 0x0C) = 1u << pin; }
#else
// Reference: RM0432 14.5, 9.2; RM0090 12.3, 9.2; RM0455 19.5, 12.4.
#ifdef STM32L4
enum { SYSCFG_BASE = 0x40010000, EXTI_BASE = 0x40010400, SYSCFG_ENABLE = 0x60, SYSCFG_BIT = 0 };
enum { RISING = 0x08, MASK = 0x00, PENDING = 0x14 };
#elif defined STM32H7
enum { SYSCFG_BASE = 0x58000400, EXTI_BASE = 0x58000000, SYSCFG_ENABLE = 0x154, SYSCFG_BIT = 1 };
enum { RISING = 0x00, MASK = 0x80, PENDING = 0x88 };
#else
enum { SYSCFG_BASE = 0x40013800, EXTI_BASE = 0x40013C00, SYSCFG_ENABLE = 0x44, SYSCFG_BIT = 14 };
enum { RISING = 0x08, MASK = 0x00, PENDING = 0x14 };
#endif
void pin_interrupt(int port, int pin) {
  port_start(port);
  volatile uint32_t *gpio = port_registers(port);
  gpio[0] &= ~(3u << 2 * pin);
  RCC(SYSCFG_ENABLE) |= 1u << SYSCFG_BIT;
  REG(SYSCFG_BASE + 8 + (pin & ~3)) |= (uint32_t)port << pin % 4 * 4;
  REG(EXTI_BASE + RISING) |= 1u << pin;
  REG(EXTI_BASE + MASK) |= 1u << pin;
}

void pin_interrupt_clear(int pin) { REG(EXTI_BASE + PENDING) = 1u << pin; }
#endif
