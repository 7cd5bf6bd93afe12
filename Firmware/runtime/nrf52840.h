/* The registers of the nRF52840 that this firmware touches.
 * Reference: nRF52840 Product Specification v1.7; offsets as in its SVD file. */
#ifndef NRF52840_H
#define NRF52840_H

#include <stdint.h>

#define REGISTER(base, offset) (*(volatile uint32_t *)((base) + (offset)))

/* CLOCK and POWER share one block (sections 5.4 and 5.3). */
#define CLOCK_TASKS_HFCLKSTART REGISTER(0x40000000u, 0x000)
#define CLOCK_EVENTS_HFCLKSTARTED REGISTER(0x40000000u, 0x100)
#define POWER_DCDCEN REGISTER(0x40000000u, 0x578)

/* NVMC: the instruction cache (section 4.3). */
#define NVMC_ICACHECNF REGISTER(0x4001E000u, 0x540)

/* GPIO (section 6.9); pin numbers here are port * 32 + pin. */
#define GPIO_PORT(pin) (0x50000000u + 0x300u * ((uint32_t)(pin) >> 5))
#define GPIO_BIT(pin) (1u << ((uint32_t)(pin) & 31u))
#define GPIO_OUTSET(pin) REGISTER(GPIO_PORT(pin), 0x508)
#define GPIO_OUTCLR(pin) REGISTER(GPIO_PORT(pin), 0x50C)
#define GPIO_IN(pin) REGISTER(GPIO_PORT(pin), 0x510)
#define GPIO_PIN_CNF(pin) REGISTER(GPIO_PORT(pin), 0x700u + 4u * ((uint32_t)(pin) & 31u))
#define PIN_CNF_OUTPUT 0x003u          /* output, input buffer off */
#define PIN_CNF_OUTPUT_STRONG 0x303u   /* the same, H0H1 drive */
#define PIN_CNF_INPUT 0x000u
#define PIN_CNF_OPEN_DRAIN 0x600u      /* input buffer on, S0D1 */
#define PIN_CNF_PULL_UP 0x00Cu

/* GPIOTE (section 6.10). */
#define GPIOTE_EVENTS_IN0 REGISTER(0x40006000u, 0x100)
#define GPIOTE_EVENTS_IN0_ADDRESS 0x40006100u
#define GPIOTE_CONFIG0 REGISTER(0x40006000u, 0x510)
#define GPIOTE_CONFIG_RISING_EVENT(pin) (1u | (uint32_t)(pin) << 8 | 1u << 16)

/* PPI (section 6.16). */
#define PPI_CHENSET REGISTER(0x4001F000u, 0x504)
#define PPI_CH0_EEP REGISTER(0x4001F000u, 0x510)
#define PPI_CH0_TEP REGISTER(0x4001F000u, 0x514)

/* TIMER0 paces the sensor, TIMER1 waits (section 6.30). */
#define TIMER0_BASE 0x40008000u
#define TIMER1_BASE 0x40009000u
#define TIMER_TASKS_START(base) REGISTER(base, 0x000)
#define TIMER_TASKS_STOP(base) REGISTER(base, 0x004)
#define TIMER_TASKS_CLEAR(base) REGISTER(base, 0x00C)
#define TIMER_EVENTS_COMPARE0(base) REGISTER(base, 0x140)
#define TIMER_EVENTS_COMPARE0_ADDRESS(base) ((base) + 0x140u)
#define TIMER_SHORTS(base) REGISTER(base, 0x200)
#define TIMER_INTENSET(base) REGISTER(base, 0x304)
#define TIMER_INTENCLR(base) REGISTER(base, 0x308)
#define TIMER_BITMODE(base) REGISTER(base, 0x508)
#define TIMER_PRESCALER(base) REGISTER(base, 0x510)
#define TIMER_CC0(base) REGISTER(base, 0x540)
#define TIMER_SHORTS_COMPARE0_CLEAR 0x001u
#define TIMER_SHORTS_COMPARE0_STOP 0x100u
#define TIMER_INT_COMPARE0 (1u << 16)
#define TIMER_BITMODE_32 3u
#define TIMER_PRESCALER_1MHZ 4u

/* TWIM0 (section 6.31). */
#define TWIM0_BASE 0x40003000u
#define TWIM_TASKS_STARTTX REGISTER(TWIM0_BASE, 0x008)
#define TWIM_TASKS_STARTTX_ADDRESS (TWIM0_BASE + 0x008u)
#define TWIM_TASKS_STOP REGISTER(TWIM0_BASE, 0x014)
#define TWIM_EVENTS_STOPPED REGISTER(TWIM0_BASE, 0x104)
#define TWIM_EVENTS_ERROR REGISTER(TWIM0_BASE, 0x124)
#define TWIM_SHORTS REGISTER(TWIM0_BASE, 0x200)
#define TWIM_INTENSET REGISTER(TWIM0_BASE, 0x304)
#define TWIM_ERRORSRC REGISTER(TWIM0_BASE, 0x4C4)
#define TWIM_ENABLE REGISTER(TWIM0_BASE, 0x500)
#define TWIM_PSEL_SCL REGISTER(TWIM0_BASE, 0x508)
#define TWIM_PSEL_SDA REGISTER(TWIM0_BASE, 0x50C)
#define TWIM_FREQUENCY REGISTER(TWIM0_BASE, 0x524)
#define TWIM_RXD_PTR REGISTER(TWIM0_BASE, 0x534)
#define TWIM_RXD_MAXCNT REGISTER(TWIM0_BASE, 0x538)
#define TWIM_TXD_PTR REGISTER(TWIM0_BASE, 0x544)
#define TWIM_TXD_MAXCNT REGISTER(TWIM0_BASE, 0x548)
#define TWIM_ADDRESS REGISTER(TWIM0_BASE, 0x588)
#define TWIM_ENABLE_TWIM 6u
#define TWIM_FREQUENCY_K400 0x06400000u
#define TWIM_SHORTS_LASTTX_STARTRX (1u << 7)
#define TWIM_SHORTS_LASTTX_STOP (1u << 9)
#define TWIM_SHORTS_LASTRX_STOP (1u << 12)
#define TWIM_INT_STOPPED (1u << 1)

/* PDM (section 6.15). */
#define PDM_BASE 0x4001D000u
#define PDM_TASKS_START REGISTER(PDM_BASE, 0x000)
#define PDM_EVENTS_STARTED REGISTER(PDM_BASE, 0x100)
#define PDM_EVENTS_END REGISTER(PDM_BASE, 0x108)
#define PDM_INTENSET REGISTER(PDM_BASE, 0x304)
#define PDM_ENABLE REGISTER(PDM_BASE, 0x500)
#define PDM_PDMCLKCTRL REGISTER(PDM_BASE, 0x504)
#define PDM_MODE REGISTER(PDM_BASE, 0x508)
#define PDM_RATIO REGISTER(PDM_BASE, 0x520)
#define PDM_PSEL_CLK REGISTER(PDM_BASE, 0x540)
#define PDM_PSEL_DIN REGISTER(PDM_BASE, 0x544)
#define PDM_SAMPLE_PTR REGISTER(PDM_BASE, 0x560)
#define PDM_SAMPLE_MAXCNT REGISTER(PDM_BASE, 0x564)
#define PDM_CLOCK_1280K 0x0A000000u
#define PDM_MODE_MONO 1u
#define PDM_RATIO_80 1u
#define PDM_INT_STARTED (1u << 0)
#define PDM_INT_END (1u << 2)

/* Interrupt numbers. */
#define TWIM0_IRQ 3u
#define TIMER1_IRQ 9u
#define PDM_IRQ 29u

/* The core (Armv7-M Architecture Reference Manual, B3.2 and B3.4). */
#define NVIC_ISER0 REGISTER(0xE000E100u, 0)
#define NVIC_ICER0 REGISTER(0xE000E180u, 0)
#define NVIC_ICPR0 REGISTER(0xE000E280u, 0)
#define NVIC_PRIORITY(irq) (*(volatile uint8_t *)(0xE000E400u + (irq)))
#define SCB_ICSR REGISTER(0xE000ED04u, 0)
#define SCB_VTOR REGISTER(0xE000ED08u, 0)
#define SCB_PENDSV_PRIORITY (*(volatile uint8_t *)0xE000ED22u)
#define SCB_CPACR REGISTER(0xE000ED88u, 0)
#define SCB_ICSR_PENDSVSET (1u << 28)
#define SCB_CPACR_FPU (0xFu << 20)
#define PRIORITY(level) ((uint8_t)((level) << 5)) /* three priority bits */

#endif
