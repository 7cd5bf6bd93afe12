// Takes SAMPLES samples of the LSM9DS1 and prints their counts in hexadecimal on UARTE0: rates, then
// accelerations, one sample a line.
//
// MODE 1: INT1 tells of each sample. MODE 2: INT1 tells that the FIFO holds THRESHOLD samples. MODE 3:
// TIMER0 starts a read every PERIOD microseconds. MODE 4: so, when STATUS_REG tells of a new sample.
// While bytes move, the core sleeps; with BUSY a handler of higher priority keeps it away from its
// work for BUSY turns every BUSY_PERIOD microseconds. SIGNAL is high from the repeated START of each
// read until its last byte begins.
// Reference: LSM9DS1 data sheet (DocID025715 Rev 2), section 7.

#include "../nrf52840/nrf52840.h"

#ifndef MODE
#define MODE 1
#endif
#ifndef SAMPLES
#define SAMPLES 100
#endif
#ifndef RATE
#define RATE 3 /* ODR_G: 119 Hz */
#endif
#ifndef FS_G
#define FS_G 3 /* 2000 dps */
#endif
#ifndef FS_XL
#define FS_XL 2 /* 4 g */
#endif
#ifndef ACCELEROMETER_ONLY
#define ACCELEROMETER_ONLY 0
#endif
#ifndef PERIOD
#define PERIOD 1000
#endif
#ifndef THRESHOLD
#define THRESHOLD 24
#endif
#ifndef BUSY
#define BUSY 0
#endif
#ifndef BUSY_PERIOD
#define BUSY_PERIOD 1000
#endif

enum { INT1_CTRL = 0x0C, WHO_AM_I = 0x0F, CTRL_REG1_G = 0x10, STATUS_REG = 0x17, OUT_X_L_G = 0x18 };
enum { CTRL_REG6_XL = 0x20, CTRL_REG8 = 0x22, CTRL_REG9 = 0x23, OUT_X_L_XL = 0x28, FIFO_CTRL = 0x2E };

#define WORDS (ACCELEROMETER_ONLY ? 3 : 6)
#define FIRST (ACCELEROMETER_ONLY ? OUT_X_L_XL : OUT_X_L_G)
#define AT_ONCE (MODE == 2 ? THRESHOLD : 1)

volatile uint8_t identity;
volatile int16_t counts[SAMPLES + AT_ONCE][WORDS];
volatile uint32_t taken, reads, overlaps;
static volatile int16_t arrived[AT_ONCE][WORDS];
static volatile uint8_t status;
static uint8_t status_address = STATUS_REG, data_address = FIRST;
static volatile int reads_status, is_reading;
static char text[SAMPLES * WORDS * 5];

static void start(uint8_t *address, volatile void *to, uint32_t count) {
  TWIM0_TXD_PTR = ADDRESS_OF(address);
  TWIM0_TXD_MAXCNT = 1;
  TWIM0_RXD_PTR = ADDRESS_OF(to);
  TWIM0_RXD_MAXCNT = count;
  TWIM0_SHORTS = LASTTX_STARTRX | LASTRX_STOP;
  TWIM0_STARTTX = 1;
}

static void start_data(void) {
  reads_status = 0;
  start(&data_address, arrived, sizeof arrived);
}

__attribute__((noinline)) void start_read(void) {
  if (is_reading) {
    overlaps++;
    return;
  }
  is_reading = 1;
  if (MODE != 4) return start_data();
  reads_status = 1;
  start(&status_address, &status, 1);
}

__attribute__((noinline)) void take_samples(void) {
  reads++;
  for (int i = 0; i < AT_ONCE && taken < SAMPLES; i++, taken++)
    for (int word = 0; word < WORDS; word++) counts[taken][word] = arrived[i][word];
}

void TWIM0_IRQHandler(void) {
  CLEAR(TWIM0_STOPPED);
  if (reads_status && status & 3) return start_data();
  is_reading = 0;
  if (!reads_status) take_samples();
}

void GPIOTE_IRQHandler(void) {
  CLEAR(GPIOTE_IN(0));
  start_read();
}

void TIMER0_IRQHandler(void) {
  CLEAR(TIMER_COMPARE(TIMER0, 0));
  start_read();
}

void TIMER1_IRQHandler(void) {
  CLEAR(TIMER_COMPARE(TIMER1, 0));
  spin(BUSY);
}

void UARTE0_IRQHandler(void) {}

static void run_timer(uint32_t timer, uint32_t microseconds, uint32_t irq, uint32_t priority) {
  TIMER_BITMODE(timer) = TIMER_32_BITS;
  TIMER_PRESCALER(timer) = 4;
  TIMER_CC(timer, 0) = microseconds;
  TIMER_SHORTS(timer) = COMPARE0_CLEAR;
  TIMER_INTENSET(timer) = COMPARE0_INTERRUPT;
  enable_interrupt(irq, priority);
  TIMER_START(timer) = 1;
}

static void open_sensor(void) {
  power_sensors();
  twi_open(TWI_400K);
  twi_read(WHO_AM_I, &identity, 1);
  if (identity != 0x68) exit_with(2);
  twi_write(CTRL_REG8, 0x44);
#if MODE == 1
  twi_write(INT1_CTRL, 0x01);
#elif MODE == 2
  twi_write(INT1_CTRL, 0x08);
  twi_write(CTRL_REG9, 0x02);
  twi_write(FIFO_CTRL, 6 << 5 | THRESHOLD);
#endif
#if !ACCELEROMETER_ONLY
  twi_write(CTRL_REG1_G, RATE << 5 | FS_G << 3);
#endif
  twi_write(CTRL_REG6_XL, RATE << 5 | FS_XL << 3);
}

// What it measured while nobody listens would count as lost.
static void close_sensor(void) {
  twi_write(CTRL_REG1_G, 0);
  twi_write(CTRL_REG6_XL, 0);
}

static void print_counts(void) {
  char *to = text;
  for (int sample = 0; sample < SAMPLES; sample++)
    for (int word = 0; word < WORDS; word++) {
      for (int shift = 12; shift >= 0; shift -= 4)
        *to++ = "0123456789abcdef"[counts[sample][word] >> shift & 15];
      *to++ = word == WORDS - 1 ? '\n' : ' ';
    }
  UARTE0_PSEL_TXD = CONSOLE_TXD;
  UARTE0_BAUDRATE = BAUD_1M;
  UARTE0_ENABLE = 8;
  UARTE0_TXD_PTR = ADDRESS_OF(text);
  UARTE0_TXD_MAXCNT = (uint32_t)(to - text);
  REGISTER(0x40002304) = 1 << 8; /* INTENSET: ENDTX */
  // Whatever else is pending would end every sleep.
  NVIC_ICER = ~0u;
  NVIC_ISER = 1u << UARTE0_IRQ;
  UARTE0_STARTTX = 1;
  while (!UARTE0_ENDTX) wait_for_interrupt();
}

int main(void) {
  open_sensor();
  GPIOTE_CONFIG(1) = GPIOTE_TASK(SIGNAL);
  connect(0, &TWIM0_RXSTARTED, &GPIOTE_SET(1));
  connect(1, &TWIM0_LASTRX, &GPIOTE_CLR(1));
  TWIM0_INTENSET = STOPPED_INTERRUPT;
  enable_interrupt(TWIM0_IRQ, 3);
#if MODE <= 2 && defined(IMU_INT1)
  GPIO_CNF(IMU_INT1) = INPUT;
  GPIOTE_CONFIG(0) = GPIOTE_RISING(IMU_INT1);
  GPIOTE_INTENSET = 1;
  enable_interrupt(GPIOTE_IRQ, 3);
#else
  run_timer(TIMER0, PERIOD, TIMER0_IRQ, 3);
#endif
  if (BUSY) run_timer(TIMER1, BUSY_PERIOD, TIMER1_IRQ, 1);
  while (taken < SAMPLES) wait_for_interrupt();
  mask_interrupts();
  close_sensor();
  print_counts();
  return 0;
}
