// A LIS2DW12 on SPI1 (PA5, PA6, PA7, chip-select PA4), its INT1 on PB5: the FIFO's threshold wakes the core,
// which fetches sixteen samples in one burst by DMA in both directions.
#include "../stm32/pins.h"
#ifdef STM32U5
#include "../stm32/gpdma.h"
#endif

enum { SELECT = 4, READY_PIN = 5, BATCH = 16, BATCHES = 2, BYTES = 1 + 6 * BATCH };

#define SPI1(offset) REG(0x40013000u + (offset))

static volatile uint32_t ready;
static uint8_t sent[BYTES], received[BYTES];

#if defined STM32L4
enum { ENABLE = 0x60, DIVIDER = 3, FUNCTION = 5, WIDE = 7 << 8 | 1 << 12 };
#elif defined STM32G0
enum { ENABLE = 0x40, DIVIDER = 2, FUNCTION = 0, WIDE = 7 << 8 | 1 << 12 };
#elif defined STM32U5
enum { ENABLE = 0xA4, DIVIDER = 3, FUNCTION = 5 };
#elif defined STM32H7
enum { ENABLE = 0x150, DIVIDER = 4, FUNCTION = 5 };
#elif defined STM32F4
enum { ENABLE = 0x44, DIVIDER = 3, FUNCTION = 5, WIDE = 0 };
#else
enum { ENABLE = 0x44, DIVIDER = 3, FUNCTION = 5, WIDE = 7 << 8 | 1 << 12 };
#endif

#if defined STM32L4 || defined STM32G0
// DMA1: channel 2 receives, channel 3 sends. Reference: RM0432 11.4, 12.4.
static void dma_start(void) {
#ifdef STM32L4
  RCC(0x48) |= 1 | 1 << 2;
  enum { REQUEST = 10 };
#else
  RCC(0x38) |= 1;
  enum { REQUEST = 16 };
#endif
  DMAMUX(0x04) = REQUEST;
  DMAMUX(0x08) = REQUEST + 1;
  DMA1(0x24) = DMA1(0x38) = (uint32_t)&SPI1(0x0C);
  DMA1(0x28) = (uint32_t)received;
  DMA1(0x3C) = (uint32_t)sent;
}

static void dma_transfer(void) {
  DMA1(0x1C) = DMA1(0x30) = 0;
  DMA1(0x20) = DMA1(0x34) = BYTES;
  DMA1(0x04) = 0xff0;
  DMA1(0x1C) = 1 | 1 << 7;
  DMA1(0x30) = 1 | 1 << 7 | 1 << 4;
  wait_set(&DMA1(0x00), 1 << 5);
}
#elif defined STM32U5
static void dma_start(void) { RCC(0x88) |= 1; }

static void dma_arm(void) {
  gpdma_start(0, 6, (uint32_t)&SPI1(0x30), received, BYTES, 0, 0);
  gpdma_start(1, 7, (uint32_t)&SPI1(0x20), sent, BYTES, 0, GPDMA_TO_DEVICE);
}

static void dma_wait(void) { wait_set(&GPDMA(0, 0x10), 1 << 8); }
#elif defined STM32H7
// DMA1: stream 0 receives, stream 1 sends. Reference: RM0455 17.3, 18.3.
static void dma_start(void) {
  RCC(0x138) |= 1;
  DMAMUX(0x00) = 37;
  DMAMUX(0x04) = 38;
  DMA1(0x18) = (uint32_t)&SPI1(0x30);
  DMA1(0x30) = (uint32_t)&SPI1(0x20);
  DMA1(0x1C) = (uint32_t)received;
  DMA1(0x34) = (uint32_t)sent;
}

static void dma_arm(void) {
  DMA1(0x08) = 0x3d | 0x3d << 6;
  DMA1(0x14) = DMA1(0x2C) = BYTES;
  DMA1(0x10) = 1 << 10 | 1;
  DMA1(0x28) = 1 << 10 | 1 << 6 | 1;
}

static void dma_wait(void) { wait_set(&DMA1(0x00), 1 << 5); }
#else
// DMA2, channel 3: stream 0 receives, stream 3 sends. Reference: RM0090 10.3.
#define DMA2(offset) REG(0x40026400u + (offset))
static void dma_start(void) {
  RCC(0x30) |= 1u << 22;
  DMA2(0x18) = DMA2(0x60) = (uint32_t)&SPI1(0x0C);
  DMA2(0x1C) = (uint32_t)received;
  DMA2(0x64) = (uint32_t)sent;
}

static void dma_transfer(void) {
  DMA2(0x08) = 0x3d | 0x3d << 22;
  DMA2(0x14) = DMA2(0x5C) = BYTES;
  DMA2(0x10) = 3u << 25 | 1 << 10 | 1;
  DMA2(0x58) = 3u << 25 | 1 << 10 | 1 << 6 | 1;
  wait_set(&DMA2(0x00), 1 << 5);
}
#endif

static void pins_start(void) {
  RCC(ENABLE) |= 1 << 12;
  for (int pin = 5; pin <= 7; pin++) pin_function(PORT_A, pin, FUNCTION);
  pin_write(PORT_A, SELECT, 1);
  pin_output(PORT_A, SELECT);
}

#if defined STM32U5 || defined STM32H7
// The third SPI: a transfer has a size, and CSTART begins it. Reference: RM0455 and RM0456, SPI.
static void bus_start(void) {
  pins_start();
  SPI1(0x08) = 7 | (uint32_t)DIVIDER << 28;
  SPI1(0x00) = 1 << 12;
  SPI1(0x0C) = 1 << 22 | 3 << 24 | 1 << 26;
}

static void begin(uint32_t size) {
  SPI1(0x04) = size;
  SPI1(0x00) = 1 << 12 | 1;
  SPI1(0x00) = 1 << 12 | 1 | 1 << 9;
}

static void end(void) {
  wait_set(&SPI1(0x14), 1 << 3);
  SPI1(0x18) = 3 << 3;
  SPI1(0x00) = 1 << 12;
}

static uint8_t transfer(uint8_t address, uint8_t value) {
  pin_write(PORT_A, SELECT, 0);
  begin(2);
  *(volatile uint16_t *)&SPI1(0x20) = address | value << 8;
  wait_set(&SPI1(0x14), 1 << 3);
  uint16_t answer = *(volatile uint16_t *)&SPI1(0x30);
  end();
  pin_write(PORT_A, SELECT, 1);
  return answer >> 8;
}

static void fetch(void) {
  sent[0] = 0x80 | 0x28;
  pin_write(PORT_A, SELECT, 0);
  SPI1(0x08) |= 3 << 14;
  dma_arm();
  begin(BYTES);
  dma_wait();
  end();
  SPI1(0x08) &= ~(3u << 14);
  pin_write(PORT_A, SELECT, 1);
}
#else
static void bus_start(void) {
  pins_start();
  SPI1(0x04) = WIDE;
  SPI1(0x00) = 3 | 1 << 2 | DIVIDER << 3 | 3 << 8;
  SPI1(0x00) |= 1 << 6;
}

static uint8_t exchange(uint8_t byte) {
  wait_set(&SPI1(0x08), 1 << 1);
  *(volatile uint8_t *)&SPI1(0x0C) = byte;
  wait_set(&SPI1(0x08), 1 << 0);
  return *(volatile uint8_t *)&SPI1(0x0C);
}

static uint8_t transfer(uint8_t address, uint8_t value) {
  pin_write(PORT_A, SELECT, 0);
  exchange(address);
  uint8_t answer = exchange(value);
  pin_write(PORT_A, SELECT, 1);
  return answer;
}

static void fetch(void) {
  sent[0] = 0x80 | 0x28;
  pin_write(PORT_A, SELECT, 0);
  SPI1(0x04) = WIDE | 3;
  dma_transfer();
  SPI1(0x04) = WIDE;
  pin_write(PORT_A, SELECT, 1);
}
#endif

static void report(void) {
  for (int index = 1; index < BYTES; index += 2) {
    int16_t word = (int16_t)(received[index] | received[index + 1] << 8);
    print_signed(word >> 2);
    print(index % 6 == 5 ? "\r\n" : " ");
  }
}

void EXTI_Handler(void) {
  pin_interrupt_clear(READY_PIN);
  ready++;
}

int main(void) {
  clock_start();
  timer_start();
  uart_start();
  bus_start();
  dma_start();
  print("WHO_AM_I ");
  print_decimal(transfer(0x80 | 0x0F, 0));
  print("\r\n");
  transfer(0x21, 0x0C);         // BDU, IF_ADD_INC
  transfer(0x25, 0x10);         // 4 g
  transfer(0x2E, 0xC0 | BATCH); // continuous, threshold
  transfer(0x23, 0x02);         // INT1: threshold
  pin_interrupt(PORT_B, READY_PIN);
  irq_enable(EXTI_IRQ);
  transfer(0x20, 0x54);         // 100 Hz, high performance
  uint32_t times[BATCHES];
  for (uint32_t batch = 0; batch < BATCHES; batch++) {
    while (ready == batch) __asm volatile("wfi");
    times[batch] = TIM2(0x24);
    fetch();
    report();
  }
  uint32_t span = times[1] - times[0];
  print(span >= 159998 && span <= 160002 ? "16 periods at 100 Hz\r\n" : "the periods differ\r\n");
  return 0;
}
