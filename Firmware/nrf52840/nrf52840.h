// The registers of the nRF52840 that these programs touch, and what they share.
// Reference: nRF52840 Product Specification v1.7.
#pragma once

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))
#define ADDRESS_OF(object) ((uint32_t)(uintptr_t)(object))

// CLOCK, 5.4.
#define CLOCK_HFCLKSTART REGISTER(0x40000000)
#define CLOCK_LFCLKSTART REGISTER(0x40000008)
#define CLOCK_HFCLKSTARTED REGISTER(0x40000100)
#define CLOCK_LFCLKSTARTED REGISTER(0x40000104)
#define CLOCK_INTENSET REGISTER(0x40000304)
#define CLOCK_LFCLKSRC REGISTER(0x40000518)
#define LFCLK_CRYSTAL 1u

// UARTE0, 6.34.
#define UARTE0_STARTTX REGISTER(0x40002008)
#define UARTE0_ENDTX REGISTER(0x40002120)
#define UARTE0_ENABLE REGISTER(0x40002500)
#define UARTE0_PSEL_TXD REGISTER(0x4000250C)
#define UARTE0_BAUDRATE REGISTER(0x40002524)
#define UARTE0_TXD_PTR REGISTER(0x40002544)
#define UARTE0_TXD_MAXCNT REGISTER(0x40002548)
#define BAUD_1M 0x10000000u

// TWIM0, 6.31.
#define TWIM0_STARTRX REGISTER(0x40003000)
#define TWIM0_STARTTX REGISTER(0x40003008)
#define TWIM0_STOP REGISTER(0x40003014)
#define TWIM0_STOPPED REGISTER(0x40003104)
#define TWIM0_ERROR REGISTER(0x40003124)
#define TWIM0_RXSTARTED REGISTER(0x4000314C)
#define TWIM0_TXSTARTED REGISTER(0x40003150)
#define TWIM0_LASTRX REGISTER(0x4000315C)
#define TWIM0_LASTTX REGISTER(0x40003160)
#define TWIM0_SHORTS REGISTER(0x40003200)
#define TWIM0_INTENSET REGISTER(0x40003304)
#define TWIM0_INTENCLR REGISTER(0x40003308)
#define TWIM0_ERRORSRC REGISTER(0x400034C4)
#define TWIM0_ENABLE REGISTER(0x40003500)
#define TWIM0_PSEL_SCL REGISTER(0x40003508)
#define TWIM0_PSEL_SDA REGISTER(0x4000350C)
#define TWIM0_FREQUENCY REGISTER(0x40003524)
#define TWIM0_RXD_PTR REGISTER(0x40003534)
#define TWIM0_RXD_MAXCNT REGISTER(0x40003538)
#define TWIM0_RXD_LIST REGISTER(0x40003540)
#define TWIM0_TXD_PTR REGISTER(0x40003544)
#define TWIM0_TXD_MAXCNT REGISTER(0x40003548)
#define TWIM0_ADDRESS REGISTER(0x40003588)
#define TWI_100K 0x01980000u
#define TWI_250K 0x04000000u
#define TWI_400K 0x06400000u
#define LASTTX_STARTRX (1u << 7)
#define LASTTX_STOP (1u << 9)
#define LASTRX_STOP (1u << 12)
#define STOPPED_INTERRUPT (1u << 1)

// GPIOTE, 6.10.
#define GPIOTE_OUT(channel) REGISTER(0x40006000 + 4 * (channel))
#define GPIOTE_SET(channel) REGISTER(0x40006030 + 4 * (channel))
#define GPIOTE_CLR(channel) REGISTER(0x40006060 + 4 * (channel))
#define GPIOTE_IN(channel) REGISTER(0x40006100 + 4 * (channel))
#define GPIOTE_INTENSET REGISTER(0x40006304)
#define GPIOTE_CONFIG(channel) REGISTER(0x40006510 + 4 * (channel))
#define GPIOTE_TASK(pin) (3u | (pin) << 8 | 3u << 16)
#define GPIOTE_RISING(pin) (1u | (pin) << 8 | 1u << 16)

// TIMER, 6.30.
#define TIMER0 0x40008000u
#define TIMER1 0x40009000u
#define TIMER2 0x4000A000u
#define TIMER_START(timer) REGISTER((timer) + 0x000)
#define TIMER_STOP(timer) REGISTER((timer) + 0x004)
#define TIMER_CLEAR(timer) REGISTER((timer) + 0x00C)
#define TIMER_CAPTURE(timer, channel) REGISTER((timer) + 0x040 + 4 * (channel))
#define TIMER_COMPARE(timer, channel) REGISTER((timer) + 0x140 + 4 * (channel))
#define TIMER_SHORTS(timer) REGISTER((timer) + 0x200)
#define TIMER_INTENSET(timer) REGISTER((timer) + 0x304)
#define TIMER_BITMODE(timer) REGISTER((timer) + 0x508)
#define TIMER_PRESCALER(timer) REGISTER((timer) + 0x510)
#define TIMER_CC(timer, channel) REGISTER((timer) + 0x540 + 4 * (channel))
#define TIMER_32_BITS 3u
#define COMPARE0_CLEAR 1u
#define COMPARE0_INTERRUPT (1u << 16)

// RTC0, 6.22.
#define RTC0_START REGISTER(0x4000B000)
#define RTC0_STOP REGISTER(0x4000B004)
#define RTC0_COMPARE0 REGISTER(0x4000B140)
#define RTC0_INTENSET REGISTER(0x4000B304)
#define RTC0_EVTENSET REGISTER(0x4000B344)
#define RTC0_COUNTER REGISTER(0x4000B504)
#define RTC0_PRESCALER REGISTER(0x4000B508)
#define RTC0_CC0 REGISTER(0x4000B540)

// PDM, 6.15.
#define PDM_START REGISTER(0x4001D000)
#define PDM_STOP REGISTER(0x4001D004)
#define PDM_STARTED REGISTER(0x4001D100)
#define PDM_STOPPED REGISTER(0x4001D104)
#define PDM_END REGISTER(0x4001D108)
#define PDM_INTENSET REGISTER(0x4001D304)
#define PDM_ENABLE REGISTER(0x4001D500)
#define PDM_PDMCLKCTRL REGISTER(0x4001D504)
#define PDM_MODE REGISTER(0x4001D508)
#define PDM_GAINL REGISTER(0x4001D518)
#define PDM_RATIO REGISTER(0x4001D520)
#define PDM_PSEL_CLK REGISTER(0x4001D540)
#define PDM_PSEL_DIN REGISTER(0x4001D544)
#define PDM_SAMPLE_PTR REGISTER(0x4001D560)
#define PDM_SAMPLE_MAXCNT REGISTER(0x4001D564)
#define PDM_1280K 0x0A000000u
#define PDM_MONO 1u
#define PDM_0DB 0x28u
#define PDM_RATIO_80 1u
#define PDM_STARTED_INTERRUPT (1u << 0)
#define PDM_END_INTERRUPT (1u << 2)

// NVMC, 4.3.
#define NVMC_ICACHECNF REGISTER(0x4001E540)
#define NVMC_IHIT REGISTER(0x4001E548)
#define NVMC_IMISS REGISTER(0x4001E54C)
#define ICACHE_ON 1u
#define ICACHE_PROFILING 0x100u

// PPI, 6.16.
#define PPI_CHENSET REGISTER(0x4001F504)
#define PPI_EEP(channel) REGISTER(0x4001F510 + 8 * (channel))
#define PPI_TEP(channel) REGISTER(0x4001F514 + 8 * (channel))

// GPIO, 6.9; a pin is 32 times its port and its number.
#define GPIO(pin, offset) REGISTER(0x50000000 + 0x300 * ((pin) >> 5) + (offset))
#define GPIO_HIGH(pin) (GPIO(pin, 0x508) = 1u << ((pin) & 31))
#define GPIO_LOW(pin) (GPIO(pin, 0x50C) = 1u << ((pin) & 31))
#define GPIO_CNF(pin) GPIO(pin, 0x700 + 4 * ((pin) & 31))
#define OUTPUT 3u
#define INPUT 0u

// The core: ARMv7-M ARM (DDI 0403E) B3.
#define NVIC_ISER REGISTER(0xE000E100)
#define NVIC_ICER REGISTER(0xE000E180)
#define NVIC_PRIORITY(irq) (*(volatile uint8_t *)(0xE000E400 + (irq)))
#define SCB_SCR REGISTER(0xE000ED10)
#define SCB_CPACR REGISTER(0xE000ED88)
#define DEMCR REGISTER(0xE000EDFC)
#define DWT_CTRL REGISTER(0xE0001000)
#define DWT_CYCCNT REGISTER(0xE0001004)

#define CLOCK_IRQ 0u
#define UARTE0_IRQ 2u
#define TWIM0_IRQ 3u
#define GPIOTE_IRQ 6u
#define TIMER0_IRQ 8u
#define TIMER1_IRQ 9u
#define TIMER2_IRQ 10u
#define RTC0_IRQ 11u
#define PDM_IRQ 29u

// How the boards are wired.
#ifdef NRF52840_DK
#define IMU_SDA 26u
#define IMU_SCL 27u
#define IMU_INT1 11u
#define CONSOLE_TXD 6u
#else
#define IMU_SDA 14u
#define IMU_SCL 15u
#define IMU_POWER 22u
#define IMU_PULL_UP 32u
#define MICROPHONE_CLK 26u
#define MICROPHONE_DIN 25u
#define MICROPHONE_POWER 17u
#define CONSOLE_TXD 35u
#endif
#define IMU_ADDRESS 0x6Bu
#define SIGNAL 13u

// Puts the event's flag down and waits until the bus has done so.
#define CLEAR(event) ((event) = 0, (void)(event))

static inline void wait_for_interrupt(void) { __asm volatile("wfi" ::: "memory"); }
static inline void mask_interrupts(void) { __asm volatile("cpsid i" ::: "memory"); }
static inline void unmask_interrupts(void) { __asm volatile("cpsie i" ::: "memory"); }

static inline void enable_interrupt(uint32_t irq, uint32_t priority) {
  NVIC_PRIORITY(irq) = (uint8_t)(priority << 5);
  NVIC_ISER = 1u << irq;
}

static inline void connect(uint32_t channel, volatile uint32_t *event, volatile uint32_t *task) {
  PPI_EEP(channel) = ADDRESS_OF(event);
  PPI_TEP(channel) = ADDRESS_OF(task);
  PPI_CHENSET = 1u << channel;
}

// Three core clocks a turn from RAM or cache.
static inline void spin(uint32_t turns) {
  __asm volatile("1: subs %0, #1\n bne 1b" : "+l"(turns)::"cc");
}

void exit_with(uint32_t status) __attribute__((noreturn));

// Semihosting.
void print(const char *text);
void print_decimal(uint32_t value);

// What the board has to be told before its sensors answer.
void power_sensors(void);

// One transfer on TWIM0 with a register of the IMU, waited for.
void twi_open(uint32_t frequency);
void twi_write(uint8_t sub_address, uint8_t value);
void twi_read(uint8_t sub_address, volatile void *to, uint32_t count);
