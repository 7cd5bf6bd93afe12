/* Clocks, power and pins of the chip. */
#include "board.h"

#include "config.h"
#include "nrf52840.h"

/* From the supply to the sensors' first answer on the bus. */
#define SENSOR_START_MICROSECONDS 20000u

void set_output(int pin, int high) {
  if (pin < 0) return;
  if (high)
    GPIO_OUTSET(pin) = GPIO_BIT(pin);
  else
    GPIO_OUTCLR(pin) = GPIO_BIT(pin);
  GPIO_PIN_CNF(pin) = pin == IMU_POWER_PIN ? PIN_CNF_OUTPUT_STRONG : PIN_CNF_OUTPUT;
}

void enable_interrupt(uint32_t number, uint32_t priority_level) {
  NVIC_PRIORITY(number) = PRIORITY(priority_level);
  NVIC_ISER0 = 1u << number;
}

/* A pending interrupt ends WFI although PRIMASK keeps its handler from running. */
void wait_microseconds(uint32_t microseconds) {
  __asm volatile("cpsid i" ::: "memory");
  TIMER_BITMODE(TIMER1_BASE) = TIMER_BITMODE_32;
  TIMER_PRESCALER(TIMER1_BASE) = TIMER_PRESCALER_1MHZ;
  TIMER_CC0(TIMER1_BASE) = microseconds;
  TIMER_SHORTS(TIMER1_BASE) = TIMER_SHORTS_COMPARE0_STOP;
  TIMER_EVENTS_COMPARE0(TIMER1_BASE) = 0;
  TIMER_INTENSET(TIMER1_BASE) = TIMER_INT_COMPARE0;
  NVIC_ISER0 = 1u << TIMER1_IRQ;
  TIMER_TASKS_CLEAR(TIMER1_BASE) = 1;
  TIMER_TASKS_START(TIMER1_BASE) = 1;
  while (!TIMER_EVENTS_COMPARE0(TIMER1_BASE)) __asm volatile("dsb\n\twfi" ::: "memory");
  TIMER_INTENCLR(TIMER1_BASE) = TIMER_INT_COMPARE0;
  TIMER_EVENTS_COMPARE0(TIMER1_BASE) = 0;
  (void)TIMER_EVENTS_COMPARE0(TIMER1_BASE);
  NVIC_ICER0 = 1u << TIMER1_IRQ;
  NVIC_ICPR0 = 1u << TIMER1_IRQ;
  __asm volatile("cpsie i" ::: "memory");
}

void init_hardware(void) {
  NVMC_ICACHECNF = 1;
  POWER_DCDCEN = 1;
  CLOCK_EVENTS_HFCLKSTARTED = 0;
  CLOCK_TASKS_HFCLKSTART = 1;
  while (!CLOCK_EVENTS_HFCLKSTARTED) {
  }
  set_output(LED_PIN, LED_ACTIVE_LOW);
  set_output(IMU_POWER_PIN, 1);
  set_output(IMU_PULL_UP_PIN, 1);
  wait_microseconds(SENSOR_START_MICROSECONDS);
}
