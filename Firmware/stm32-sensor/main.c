// An LSM6DSOX on I2C1 (PB8, PB9), its INT1 on PB5: at each data-ready edge the interrupt handler asks for
// the registers and DMA fetches twelve bytes; the core sleeps in between. Written as vendors' examples are.
#include "../stm32/pins.h"
#ifdef STM32U5
#include "../stm32/gpdma.h"
#endif

enum { ADDRESS = 0x6A, SAMPLES = 16, BYTES = 12, READY_PIN = 5 };

#define I2C1(offset) REG(0x40005400u + (offset))

static volatile uint32_t taken, failures, wakes;
static uint32_t times[SAMPLES];
static uint8_t buffer[BYTES];
static int16_t samples[SAMPLES][BYTES / 2];

#ifdef STM32F4
// The first I2C: each step has its flag in SR1; reading SR1 and SR2 clears ADDR.
// Reference: RM0090 27.3.3, 27.3.7.
static void bus_start(void) {
  RCC(0x40) |= 1u << 21;
  I2C1(0x04) = 42;           // PCLK1 in MHz
  I2C1(0x1C) = 1 << 15 | 35; // 42 MHz / 3 / 400 kHz
  I2C1(0x20) = 13;
  I2C1(0x00) = 1;
}

static void address(uint32_t byte) {
  I2C1(0x00) |= 1 << 8;
  wait_set(&I2C1(0x14), 1);
  I2C1(0x10) = byte;
  while (!(I2C1(0x14) & (1 << 1 | 1 << 10))) {
  }
  if (I2C1(0x14) & 1 << 10) {
    failures++;
    I2C1(0x14) = 0;
  }
  (void)I2C1(0x18);
}

static void send(uint32_t byte) {
  wait_set(&I2C1(0x14), 1 << 7);
  I2C1(0x10) = byte;
}

static void write_register(uint32_t number, uint32_t value) {
  address(ADDRESS << 1);
  send(number);
  send(value);
  wait_set(&I2C1(0x14), 1 << 2);
  I2C1(0x00) |= 1 << 9;
  while (I2C1(0x18) & 2) {
  }
}

static uint32_t read_register(uint32_t number) {
  address(ADDRESS << 1);
  send(number);
  wait_set(&I2C1(0x14), 1 << 2);
  I2C1(0x00) &= ~(1u << 10);
  address(ADDRESS << 1 | 1);
  I2C1(0x00) |= 1 << 9;
  wait_set(&I2C1(0x14), 1 << 6);
  uint32_t value = I2C1(0x10);
  while (I2C1(0x18) & 2) {
  }
  return value;
}

static void read_by_dma(uint32_t number) {
  I2C1(0x00) |= 1 << 10;
  address(ADDRESS << 1);
  send(number);
  wait_set(&I2C1(0x14), 1 << 2);
  I2C1(0x04) |= 1 << 11 | 1 << 12;  // DMAEN, LAST
  address(ADDRESS << 1 | 1);
}

static void reading_done(void) {
  I2C1(0x00) |= 1 << 9;
  I2C1(0x04) &= ~(3u << 11);
}
#else
// The second I2C: CR2 names address, direction and length. Reference: RM0432 45.4.8, 45.4.9.
#ifdef STM32L4
enum { TIMING = 5 << 28 | 1 << 20 | 18 << 8 | 29, ENABLE = 0x58, FUNCTION = 4 };
#elif defined STM32G0
enum { TIMING = 3 << 28 | 1 << 20 | 14 << 8 | 23, ENABLE = 0x3C, FUNCTION = 6 };
#elif defined STM32U5
enum { TIMING = 7 << 28 | 1 << 20 | 18 << 8 | 29, ENABLE = 0x9C, FUNCTION = 4 };
#elif defined STM32H7
enum { TIMING = 6 << 28 | 1 << 20 | 18 << 8 | 29, ENABLE = 0x148, FUNCTION = 4 };
#else
enum { TIMING = 2 << 28 | 1 << 20 | 16 << 8 | 26, ENABLE = 0x40, FUNCTION = 4 };
#endif

static void bus_start(void) {
  RCC(ENABLE) |= 1u << 21;
  I2C1(0x10) = TIMING;
  I2C1(0x00) = 1;
}

static void begin(uint32_t length, uint32_t flags) {
  I2C1(0x04) = ADDRESS << 1 | length << 16 | 1 << 13 | flags;
}

static void wait_for(uint32_t flag) {
  while (!(I2C1(0x18) & (flag | 1 << 4))) {
  }
  if (I2C1(0x18) & 1 << 4) {
    failures++;
    I2C1(0x1C) = 1 << 4;
  }
}

static void wait_stop(void) {
  wait_set(&I2C1(0x18), 1 << 5);
  I2C1(0x1C) = 1 << 5;
}

static void write_register(uint32_t number, uint32_t value) {
  begin(2, 1 << 25);
  wait_for(1 << 1);
  I2C1(0x28) = number;
  wait_for(1 << 1);
  I2C1(0x28) = value;
  wait_stop();
}

static void send_number(uint32_t number) {
  begin(1, 0);
  wait_for(1 << 1);
  I2C1(0x28) = number;
  wait_for(1 << 6);
}

static uint32_t read_register(uint32_t number) {
  send_number(number);
  begin(1, 1 << 10 | 1 << 25);
  wait_for(1 << 2);
  uint32_t value = I2C1(0x24);
  wait_stop();
  return value;
}

static void read_by_dma(uint32_t number) {
  send_number(number);
  I2C1(0x00) |= 1 << 15;  // RXDMAEN
  begin(BYTES, 1 << 10 | 1 << 25);
}

static void reading_done(void) {
  wait_stop();
  I2C1(0x00) &= ~(1u << 15);
}
#endif

#if defined STM32L4 || defined STM32G0
// DMA1 channel 1 by the request multiplexer. Reference: RM0432 11.4, 12.4.
static void dma_start(void) {
#ifdef STM32L4
  RCC(0x48) |= 1 | 1 << 2;
  DMAMUX(0x00) = 16;
#else
  RCC(0x38) |= 1;
  DMAMUX(0x00) = 10;
#endif
  DMA1(0x10) = (uint32_t)&I2C1(0x24);
  DMA1(0x14) = (uint32_t)buffer;
}

static void dma_arm(void) {
  DMA1(0x08) = 0;
  DMA1(0x0C) = BYTES;
  DMA1(0x08) = 1 | 1 << 1 | 1 << 7;
}

static void dma_clear(void) { DMA1(0x04) = 15; }
#elif defined STM32U5
static void dma_start(void) { RCC(0x88) |= 1; }

static void dma_arm(void) {
  gpdma_start(0, 12, (uint32_t)&I2C1(0x24), buffer, BYTES, 0, GPDMA_INTERRUPT);
}

static void dma_clear(void) { GPDMA(0, 0x0C) = 0x7F00; }
#else
// DMA1 stream 0, channel 1 where no multiplexer chooses. Reference: RM0090 10.3.17, 10.5; RM0455 17.3.
static void dma_start(void) {
#ifdef STM32H7
  RCC(0x138) |= 1;
  DMAMUX(0x00) = 33;
#else
  RCC(0x30) |= 1u << 21;
#endif
#ifdef STM32F4
  DMA1(0x18) = (uint32_t)&I2C1(0x10);
#else
  DMA1(0x18) = (uint32_t)&I2C1(0x24);
#endif
  DMA1(0x1C) = (uint32_t)buffer;
}

static void dma_arm(void) {
  DMA1(0x14) = BYTES;
  DMA1(0x10) = 1u << 25 | 1 << 10 | 1 << 4 | 1;
}

static void dma_clear(void) { DMA1(0x08) = 0x3d; }
#endif

void EXTI_Handler(void) {
  pin_interrupt_clear(READY_PIN);
  if (taken < SAMPLES) {
    times[taken] = TIM2(0x24);
    dma_arm();
    read_by_dma(0x22);  // OUTX_L_G
  }
}

void DMA_Handler(void) {
  dma_clear();
  reading_done();
  if (taken >= SAMPLES) return;
  for (int word = 0; word < BYTES / 2; word++) {
    samples[taken][word] = (int16_t)(buffer[2 * word] | buffer[2 * word + 1] << 8);
  }
  taken++;
}

static void report(void) {
  for (int sample = 0; sample < SAMPLES; sample++) {
    for (int word = 0; word < BYTES / 2; word++) {
      print(word ? " " : "");
      print_signed(samples[sample][word]);
    }
    print("\r\n");
  }
  // 104 Hz: 9615.4 us; what the interrupt takes to be entered varies with what it interrupts.
  uint32_t span = times[SAMPLES - 1] - times[0];
  int agrees = span >= 144229 && span <= 144233;
  print(agrees ? "15 periods at 104 Hz\r\n" : "the periods differ from 104 Hz\r\n");
  print(wakes >= SAMPLES ? "slept between samples\r\n" : "did not sleep\r\n");
  print("failures ");
  print_decimal(failures);
  print("\r\n");
}

int main(void) {
  clock_start();
  timer_start();
  uart_start();
  print(UART_NAME " at ");
  print_decimal(CLOCK_HZ / 1000000);
  print(" MHz\r\n");
#ifdef STM32F4
  enum { FUNCTION = 4 };
#endif
  pin_function(PORT_B, 8, FUNCTION);
  pin_function(PORT_B, 9, FUNCTION);
  bus_start();
  print("WHO_AM_I ");
  print_decimal(read_register(0x0F));
  print("\r\n");
  write_register(0x12, 0x44);  // BDU, IF_INC
  dma_start();
  irq_enable(DMA_IRQ);
  pin_interrupt(PORT_B, READY_PIN);
  irq_enable(EXTI_IRQ);
  write_register(0x0D, 0x01);  // INT1: accelerometer's data-ready
  write_register(0x11, 0x44);  // 104 Hz, 500 dps
  write_register(0x10, 0x48);  // 104 Hz, 4 g
  while (taken < SAMPLES) {
    __asm volatile("wfi");
    wakes++;
  }
  write_register(0x10, 0);
  write_register(0x11, 0);
  report();
  return failures != 0;
}
