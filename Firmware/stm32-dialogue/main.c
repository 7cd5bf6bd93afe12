// A dialogue over the board's serial port, as benchmark firmwares hold it: commands that end in '%',
// received by interrupt, answered by polling or by DMA; TIM2 and SysTick measure each other.
#include "../stm32/stm32.h"

static volatile char ring[64];
static volatile uint32_t head, milliseconds, updates;
static uint32_t tail;

void UART_Handler(void) {
  while (UART_ISR & 1 << 5) ring[head++ % sizeof ring] = (char)UART_RDR;
  if (UART_ISR & 1 << 3) UART_ICR = 1 << 3;
}

void SysTick_Handler(void) { milliseconds++; }

void TIM2_Handler(void) {
  TIM2(0x10) = ~1u;
  updates++;
}

static void timer_start(void) {
  timer_clock();
  TIM2(0x28) = TIM2_HZ / 1000000 - 1;
  TIM2(0x2C) = 0xffffffff;
  TIM2(0x14) = 1;
  TIM2(0x00) = 1;
}

static void systick_start(void) {
  SYST_RVR = CLOCK_HZ / 1000 - 1;
  SYST_CVR = 0;
  SYST_CSR = 7;
}

static int same(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return *a == *b;
}

static void read_command(char *command, uint32_t size) {
  uint32_t length = 0;
  for (;;) {
    while (tail == head) __asm volatile("wfi");
    char byte = ring[tail++ % sizeof ring];
    if (byte == '%') break;
    if (length + 1 < size) command[length++] = byte;
  }
  command[length] = 0;
}

static void print_by_dma(const char *text) {
  uint32_t length = 0;
  while (text[length]) length++;
  UART_ICR = 1 << 6;
  uart_dma(text, length);
  wait_set(&UART_ISR, 1 << 6);
  UART_CR3 &= ~(1u << 7);
}

static void check_clocks(void) {
  uint32_t start = milliseconds;
  while (milliseconds == start) __asm volatile("wfi");
  uint32_t from = TIM2(0x24);
  start = milliseconds;
  while (milliseconds - start < 20) __asm volatile("wfi");
  uint32_t microseconds = TIM2(0x24) - from;
  print(microseconds >= 19999 && microseconds <= 20001 ? "clocks agree\r\n" : "clocks differ\r\n");
}

// A thousand updates of TIM2 take a second of SysTick's.
static void check_updates(void) {
  TIM2(0x2C) = 999;
  TIM2(0x24) = 0;
  TIM2(0x10) = 0;
  TIM2(0x0C) = 1;
  updates = 0;
  irq_enable(TIM2_IRQ);
  uint32_t start = milliseconds;
  while (milliseconds - start < 100) __asm volatile("wfi");
  TIM2(0x0C) = 0;
  print(updates >= 99 && updates <= 101 ? "updates agree\r\n" : "updates differ\r\n");
}

int main(void) {
  char command[32];
  clock_start();
  timer_start();
  systick_start();
  uart_start();
  UART_CR1 |= 1 << 5;
  irq_enable(UART_IRQ);
  print("m-ready\r\n");
  for (;;) {
    read_command(command, sizeof command);
    if (same(command, "name")) {
      print("m-name-[" UART_NAME "]\r\n");
    } else if (same(command, "clocks")) {
      check_clocks();
    } else if (same(command, "updates")) {
      check_updates();
    } else if (same(command, "dma")) {
      print_by_dma("m-by-dma\r\n");
    } else if (same(command, "bye")) {
      print("m-bye\r\n");
      return 0;
    } else {
      print("e-unknown [");
      print(command);
      print("]\r\n");
    }
  }
}
