/* The LSM9DS1's accelerometer and gyroscope on TWIM0, moved by EasyDMA and started by PPI.
 *
 * Paced by a timer, the hardware reads STATUS_REG; when that tells of a new sample, the interrupts
 * that follow have the rates and then the accelerations read. Status and data are apart because a
 * sample that arrives between them in one burst would be consumed and yet look old; rates and
 * accelerations are apart because reserved registers lie between them. Driven by data-ready, the
 * pin's edge starts the read of the rates itself.
 *
 * Reference: STMicroelectronics LSM9DS1 data sheet (DocID025715), section 7; nRF52840 Product
 * Specification, sections 6.16 (PPI) and 6.31 (TWIM). */
#include "imu.h"

#include "board.h"
#include "config.h"
#include "nrf52840.h"

enum {
  INT1_CTRL = 0x0C,
  WHO_AM_I = 0x0F,
  CTRL_REG1_G = 0x10,
  STATUS_REG = 0x17,
  OUT_X_L_G = 0x18,
  CTRL_REG6_XL = 0x20,
  CTRL_REG8 = 0x22,
  OUT_X_L_XL = 0x28,
  INCREMENT = 0x80
};
#define IDENTITY 0x68
#define CTRL_REG8_RESET 0x05      /* SW_RESET, IF_ADD_INC */
#define CTRL_REG8_RUN 0x44        /* BDU, IF_ADD_INC */
#define CTRL_REG6_XL_4G (IMU_ODR << 5 | 0x10)
#define CTRL_REG1_G_2000DPS (IMU_ODR << 5 | 0x18)
#define INT1_CTRL_DRDY_XL 0x01
#define STATUS_NEW 0x03 /* XLDA, GDA: they rise together */

#define RESET_MICROSECONDS 10000u
#define ADDRESS_OF(object) ((uint32_t)(uintptr_t)(object))

/* The transfers that a sample takes, in order. */
enum { READ_STATUS, READ_RATE, READ_ACCELERATION, TRANSFERS };
#define FIRST_TRANSFER (IMU_DATA_READY_PIN >= 0 ? READ_RATE : READ_STATUS)

/* EasyDMA reads and writes RAM only. */
static uint8_t command[2];
static uint8_t sub_addresses[TRANSFERS];
static volatile uint8_t status;
static volatile uint8_t rates[6], accelerations[6];
static unsigned transfer_armed;

/* One transfer, waited for: writes `sent` bytes, then reads `received`. */
static void transfer(uint32_t sent, volatile uint8_t *buffer, uint32_t received) {
  TWIM_TXD_PTR = ADDRESS_OF(command);
  TWIM_TXD_MAXCNT = sent;
  TWIM_RXD_PTR = ADDRESS_OF(buffer);
  TWIM_RXD_MAXCNT = received;
  TWIM_SHORTS = received ? TWIM_SHORTS_LASTTX_STARTRX | TWIM_SHORTS_LASTRX_STOP
                         : TWIM_SHORTS_LASTTX_STOP;
  TWIM_EVENTS_STOPPED = 0;
  TWIM_TASKS_STARTTX = 1;
  while (!TWIM_EVENTS_STOPPED && !TWIM_EVENTS_ERROR) {
  }
  if (TWIM_EVENTS_ERROR) {
    /* Nobody acknowledged: no short will end the transfer. */
    TWIM_EVENTS_ERROR = 0;
    TWIM_ERRORSRC = 3;
    TWIM_TASKS_STOP = 1;
    while (!TWIM_EVENTS_STOPPED) {
    }
  }
  TWIM_EVENTS_STOPPED = 0;
}

static void write_register(uint8_t sub_address, uint8_t value) {
  command[0] = sub_address;
  command[1] = value;
  transfer(2, 0, 0);
}

static uint8_t read_register(uint8_t sub_address) {
  status = 0;
  command[0] = sub_address;
  transfer(1, &status, 1);
  return status;
}

/* Nothing answers at the IMU's address, or something else does. */
__attribute__((noinline, noreturn)) static void imu_missing(void) {
  for (;;) __asm volatile("wfi");
}

void imu_init(void) {
  const uint32_t pull = IMU_PULL_UP_PIN < 0 ? PIN_CNF_PULL_UP : 0;
  GPIO_PIN_CNF(IMU_SCL_PIN) = PIN_CNF_OPEN_DRAIN | pull;
  GPIO_PIN_CNF(IMU_SDA_PIN) = PIN_CNF_OPEN_DRAIN | pull;
  TWIM_PSEL_SCL = IMU_SCL_PIN;
  TWIM_PSEL_SDA = IMU_SDA_PIN;
  TWIM_FREQUENCY = TWIM_FREQUENCY_K400;
  TWIM_ADDRESS = IMU_ADDRESS;
  TWIM_ENABLE = TWIM_ENABLE_TWIM;

  write_register(CTRL_REG8, CTRL_REG8_RESET);
  wait_microseconds(RESET_MICROSECONDS);
  if (read_register(WHO_AM_I) != IDENTITY) imu_missing();
  write_register(CTRL_REG8, CTRL_REG8_RUN);
#if IMU_DATA_READY_PIN >= 0
  write_register(INT1_CTRL, INT1_CTRL_DRDY_XL);
#endif
}

/* Names what the next transfer reads. */
static void arm(unsigned transfer) {
  static volatile uint8_t *const buffers[TRANSFERS] = {&status, rates, accelerations};
  transfer_armed = transfer;
  TWIM_TXD_PTR = ADDRESS_OF(&sub_addresses[transfer]);
  TWIM_RXD_PTR = ADDRESS_OF(buffers[transfer]);
  TWIM_RXD_MAXCNT = transfer == READ_STATUS ? sizeof status : sizeof rates;
}

int imu_take(void) {
  /* Read back, so that the event is gone before the interrupt returns. */
  TWIM_EVENTS_STOPPED = 0;
  (void)TWIM_EVENTS_STOPPED;
  if (transfer_armed == READ_STATUS && !(status & STATUS_NEW)) return 0;
  if (transfer_armed == READ_ACCELERATION) {
    arm(FIRST_TRANSFER);
    return 1;
  }
  arm(transfer_armed + 1);
  TWIM_TASKS_STARTTX = 1;
  return 0;
}

#if IMU_DATA_READY_PIN >= 0

static void connect_trigger(void) {
  GPIO_PIN_CNF(IMU_DATA_READY_PIN) = PIN_CNF_INPUT;
  GPIOTE_CONFIG0 = GPIOTE_CONFIG_RISING_EVENT(IMU_DATA_READY_PIN);
  GPIOTE_EVENTS_IN0 = 0;
  PPI_CH0_EEP = GPIOTE_EVENTS_IN0_ADDRESS;
}

static void start_trigger(void) {}

#else

static void connect_trigger(void) {
  TIMER_BITMODE(TIMER0_BASE) = TIMER_BITMODE_32;
  TIMER_PRESCALER(TIMER0_BASE) = TIMER_PRESCALER_1MHZ;
  TIMER_CC0(TIMER0_BASE) = IMU_TIMER_MICROSECONDS;
  TIMER_SHORTS(TIMER0_BASE) = TIMER_SHORTS_COMPARE0_CLEAR;
  PPI_CH0_EEP = TIMER_EVENTS_COMPARE0_ADDRESS(TIMER0_BASE);
}

static void start_trigger(void) { TIMER_TASKS_START(TIMER0_BASE) = 1; }

#endif

void imu_start(void) {
  sub_addresses[READ_STATUS] = STATUS_REG;
  sub_addresses[READ_RATE] = OUT_X_L_G | INCREMENT;
  sub_addresses[READ_ACCELERATION] = OUT_X_L_XL | INCREMENT;
  /* The gyroscope first: its data rate paces both. */
  write_register(CTRL_REG1_G, CTRL_REG1_G_2000DPS);
  write_register(CTRL_REG6_XL, CTRL_REG6_XL_4G);
  TWIM_TXD_MAXCNT = 1;
  TWIM_SHORTS = TWIM_SHORTS_LASTTX_STARTRX | TWIM_SHORTS_LASTRX_STOP;
  arm(FIRST_TRANSFER);
  connect_trigger();
  PPI_CH0_TEP = TWIM_TASKS_STARTTX_ADDRESS;
  PPI_CHENSET = 1;
  TWIM_INTENSET = TWIM_INT_STOPPED;
  enable_interrupt(TWIM0_IRQ, IMU_PRIORITY);
  start_trigger();
}

static int16_t word_at(const volatile uint8_t *bytes) {
  return (int16_t)(uint16_t)(bytes[0] | bytes[1] << 8);
}

void imu_sample(int16_t acceleration[3], int16_t rate[3]) {
  for (int i = 0; i < 3; ++i) {
    rate[i] = word_at(rates + 2 * i);
    acceleration[i] = word_at(accelerations + 2 * i);
  }
}
