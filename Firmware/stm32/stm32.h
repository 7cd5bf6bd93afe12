// Registers of the STM32L4R5 and the STM32G0B1 that these firmwares use.
// Reference: RM0432 and RM0444, the register maps of each chapter.
#pragma once

#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(address))

#ifdef STM32L4
#define UART_BASE 0x40008000u  // LPUART1
#define UART_IRQ 70
#define TIM2_IRQ 28
#define CLOCK_HZ 120000000u
#define UART_NAME "LPUART1"
#define UART_TX_REQUEST 35
#else
#define UART_BASE 0x40004400u  // USART2
#define UART_IRQ 28
#define TIM2_IRQ 15
#define CLOCK_HZ 64000000u
#define UART_NAME "USART2"
#define UART_TX_REQUEST 53
#endif

#define RCC(offset) REG(0x40021000u + (offset))
#define FLASH_ACR REG(0x40022000u)
#define PWR(offset) REG(0x40007000u + (offset))
#define UART_CR1 REG(UART_BASE + 0x00)
#define UART_CR3 REG(UART_BASE + 0x08)
#define UART_BRR REG(UART_BASE + 0x0C)
#define UART_ISR REG(UART_BASE + 0x1C)
#define UART_ICR REG(UART_BASE + 0x20)
#define UART_RDR REG(UART_BASE + 0x24)
#define UART_TDR REG(UART_BASE + 0x28)
#define TIM2(offset) REG(0x40000000u + (offset))
#define DMA1(offset) REG(0x40020000u + (offset))
#define DMAMUX(offset) REG(0x40020800u + (offset))
#define SYST_CSR REG(0xE000E010u)
#define SYST_RVR REG(0xE000E014u)
#define SYST_CVR REG(0xE000E018u)
#define NVIC_ISER(n) REG(0xE000E100u + 4 * (n))

int main(void);
void finish(uint32_t status) __attribute__((noreturn));

void clock_start(void);  // to CLOCK_HZ through the PLL
void uart_start(uint32_t baud);
void print(const char *text);
void print_decimal(uint32_t value);
void irq_enable(int number);
