// A voltage at PA0, converted a thousand times a second: a timer's update triggers the converter, DMA takes
// its results. The recording climbs by 20 mV a millisecond.
#include "../stm32/pins.h"
#ifdef STM32U5
#include "../stm32/gpdma.h"
#endif

enum { SAMPLES = 32 };

static uint16_t results[SAMPLES];

#if !defined STM32U5 && !defined STM32H7
static void spin(uint32_t microseconds) {
  uint32_t start = TIM2(0x24);
  while (TIM2(0x24) - start < microseconds) {
  }
}
#endif

#if defined STM32F4
// TIM3 on PCLK1's timer clock: no TRGO of TIM6 reaches this converter.
#define TRIGGER(offset) REG(0x40000400u + (offset))
enum { TIMER_ENABLE = 0x40, TIMER_BIT = 1, SELECTION = 8 };
#elif defined STM32F7
enum { TIMER_ENABLE = 0x40, TIMER_BIT = 4, SELECTION = 13 };
#elif defined STM32L4
enum { TIMER_ENABLE = 0x58, TIMER_BIT = 4, SELECTION = 13 };
#elif defined STM32U5
enum { TIMER_ENABLE = 0x9C, TIMER_BIT = 4, SELECTION = 13 };
#elif defined STM32H7
enum { TIMER_ENABLE = 0x148, TIMER_BIT = 4, SELECTION = 13 };
#else
enum { TIMER_ENABLE = 0x3C, TIMER_BIT = 4, SELECTION = 5 };
#endif
#ifndef STM32F4
#define TRIGGER(offset) REG(0x40001000u + (offset))  // TIM6
#endif

static void trigger_start(void) {
  RCC(TIMER_ENABLE) |= 1u << TIMER_BIT;
  TRIGGER(0x28) = TIM2_HZ / 1000000 - 1;
  TRIGGER(0x2C) = 999;
  TRIGGER(0x04) = 2 << 4;  // TRGO: update
  TRIGGER(0x14) = 1;
  TRIGGER(0x00) = 1;
}

#if defined STM32L4 || defined STM32G0
#ifdef STM32L4
#define ADC(offset) REG(0x50040000u + (offset))
#else
#define ADC(offset) REG(0x40012400u + (offset))
#endif

// Reference: RM0432 21.4, RM0444 15.3.
static void converter_start(void) {
#ifdef STM32L4
  RCC(0x48) |= 1 | 1 << 2;
  RCC(0x4C) |= 1u << 13;
  ADC(0x308) = 3 << 16;  // HCLK / 4
  ADC(0x08) = 0;         // out of deep power-down
#else
  RCC(0x38) |= 1;
  RCC(0x40) |= 1u << 20;
  ADC(0x10) = 2u << 30;  // PCLK / 4
#endif
  ADC(0x08) |= 1u << 28;
  spin(20);
  ADC(0x08) |= 1u << 31;
  while (ADC(0x08) >> 31) {
  }
  ADC(0x08) |= 1;
  wait_set(&ADC(0x00), 1);
  DMAMUX(0x00) = 5;
  DMA1(0x0C) = SAMPLES;
  DMA1(0x10) = (uint32_t)&ADC(0x40);
  DMA1(0x14) = (uint32_t)results;
  DMA1(0x08) = 1 | 1 << 1 | 1 << 7 | 1 << 8 | 1 << 10;
#ifdef STM32L4
  ADC(0x30) = 5 << 6;
  ADC(0x14) = 3 << 15;
#else
  ADC(0x28) = 1;
  wait_set(&ADC(0x00), 1 << 13);
  ADC(0x14) = 3;
#endif
  ADC(0x0C) = 1 | SELECTION << 6 | 1 << 10;
  ADC(0x08) |= 1 << 2;
}

static int is_done(void) { return DMA1(0x00) >> 1 & 1; }
#elif defined STM32U5 || defined STM32H7
// Reference: RM0456 33.4, RM0455 27.4.
#ifdef STM32U5
#define ADC(offset) REG(0x42028000u + (offset))
enum { CHANNEL = 5 };

static void clocks_start(void) {
  RCC(0x88) |= 1;
  RCC(0x8C) |= 1u << 10;
  PWR(0x10) |= 1u << 30;  // ASV: VDDA is there
}

static void dma_start(void) { gpdma_start(0, 0, (uint32_t)&ADC(0x40), results, 2 * SAMPLES, 1, 0); }

static int is_done(void) { return GPDMA(0, 0x10) >> 8 & 1; }
#else
#define ADC(offset) REG(0x40022000u + (offset))
enum { CHANNEL = 16 };

static void clocks_start(void) {
  RCC(0x138) |= 1 | 1 << 5;
  RCC(0x58) |= 2 << 16;  // the peripheral clock: HSI
}

static void dma_start(void) {
  DMAMUX(0x00) = 9;
  DMA1(0x14) = SAMPLES;
  DMA1(0x18) = (uint32_t)&ADC(0x40);
  DMA1(0x1C) = (uint32_t)results;
  DMA1(0x10) = 1 << 13 | 1 << 11 | 1 << 10 | 1;
}

static int is_done(void) { return DMA1(0x00) >> 5 & 1; }
#endif

static void converter_start(void) {
  clocks_start();
  ADC(0x308) = 2 << 18;  // its clock / 4
  ADC(0x08) = 0;         // out of deep power-down
  ADC(0x08) |= 1u << 28;
  wait_set(&ADC(0x00), 1 << 12);  // LDORDY
  ADC(0x08) |= 1u << 31;
  while (ADC(0x08) >> 31) {
  }
  ADC(0x08) |= 1;
  wait_set(&ADC(0x00), 1);
  dma_start();
  ADC(0x1C) = 1u << CHANNEL;
  ADC(0x30) = CHANNEL << 6;
  ADC(CHANNEL < 10 ? 0x14 : 0x18) = 3 << CHANNEL % 10 * 3;
  ADC(0x0C) = 1 | SELECTION << 5 | 1 << 10;
  ADC(0x08) |= 1 << 2;
}
#else
#define ADC(offset) REG(0x40012000u + (offset))
#define DMA2(offset) REG(0x40026400u + (offset))

// Reference: RM0090 13.3.
static void converter_start(void) {
  RCC(0x30) |= 1u << 22;
  RCC(0x44) |= 1u << 8;
  ADC(0x304) = 1 << 16;  // PCLK2 / 4
  DMA2(0x14) = SAMPLES;
  DMA2(0x18) = (uint32_t)&ADC(0x4C);
  DMA2(0x1C) = (uint32_t)results;
  DMA2(0x10) = 1 << 13 | 1 << 11 | 1 << 10 | 1;
  ADC(0x34) = 0;
  ADC(0x10) = 3;
  ADC(0x08) = 1;
  spin(3);
  ADC(0x08) = 1 | 1 << 8 | SELECTION << 24 | 1 << 28;
}

static int is_done(void) { return DMA2(0x00) >> 5 & 1; }
#endif

int main(void) {
  clock_start();
  timer_start();
  uart_start();
  port_start(PORT_A);
  REG(GPIO_BASE) |= 3;  // PA0: analogue
  converter_start();
  uint32_t start = TIM2(0x24);
  trigger_start();
  while (!is_done()) {
  }
  uint32_t span = TIM2(0x24) - start;
  for (int index = 0; index < SAMPLES; index++) {
    print_decimal(results[index]);
    print(index % 8 == 7 ? "\r\n" : " ");
  }
  // The first update comes with UG or a period later.
  print(span >= 30999 && span <= 32010 ? "a result each millisecond\r\n" : "another pace\r\n");
  return 0;
}
