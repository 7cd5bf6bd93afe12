// Registers of the STM32s that these firmwares use; the board's header says where they are.
// Reference: RM0432, RM0444, RM0090, RM0385, RM0456 and RM0455, the register maps of each chapter.
#pragma once

#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(address))

// UART_BASE, UART_IRQ, UART_NAME, TIM2_IRQ, TIM2_HZ, CLOCK_HZ, FLASH_BASE, RCC_BASE, PWR_BASE,
// DMA1_BASE.
#include BOARD_HEADER

#define RCC(offset) REG(RCC_BASE + (offset))
#define PWR(offset) REG(PWR_BASE + (offset))
#define FLASH_ACR REG(FLASH_BASE)
#ifdef UART_IS_FIRST
#define UART_ISR REG(UART_BASE + 0x00)
#define UART_TDR REG(UART_BASE + 0x04)
#define UART_BRR REG(UART_BASE + 0x08)
#define UART_CR1 REG(UART_BASE + 0x0C)
#define UART_ENABLE (1u << 13)
#else
#define UART_ENABLE 1u
#define UART_CR1 REG(UART_BASE + 0x00)
#define UART_CR3 REG(UART_BASE + 0x08)
#define UART_BRR REG(UART_BASE + 0x0C)
#define UART_ISR REG(UART_BASE + 0x1C)
#define UART_ICR REG(UART_BASE + 0x20)
#define UART_RDR REG(UART_BASE + 0x24)
#define UART_TDR REG(UART_BASE + 0x28)
#endif
#define TIM2(offset) REG(0x40000000u + (offset))
#define DMA1(offset) REG(DMA1_BASE + (offset))
#define DMAMUX(offset) REG(0x40020800u + (offset))
#define SYST_CSR REG(0xE000E010u)
#define SYST_RVR REG(0xE000E014u)
#define SYST_CVR REG(0xE000E018u)
#define NVIC_ISER(n) REG(0xE000E100u + 4 * (n))

int main(void);
void finish(uint32_t status) __attribute__((noreturn));

// The board's own.
void clock_start(void);  // to CLOCK_HZ through the PLL
void timer_clock(void);  // TIM2's gate
void uart_pins(void);    // gates, pins, baud rate
void uart_dma(const char *text, uint32_t length);  // until the last item is handed over
void alternate(uint32_t port, uint32_t pin, uint32_t function);

void wait_set(volatile uint32_t *reg, uint32_t bits);
void wait_clear(volatile uint32_t *reg, uint32_t bits);
void uart_start(void);  // 115200 baud
void print(const char *text);
void print_decimal(uint32_t value);
void print_signed(int32_t value);
void irq_enable(int number);
