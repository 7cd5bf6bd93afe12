// Registers of an RP2040 and what the programs for it share.
#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(address))
#define SET(address) REG((address) + 0x2000)
#define CLEAR(address) REG((address) + 0x3000)

#define RESETS 0x4000C000u
#define CLOCKS 0x40008000u
#define XOSC 0x40024000u
#define PLL_SYS 0x40028000u
#define IO_BANK0 0x40014000u
#define UART0 0x40034000u
#define TIMER 0x40054000u
#define WATCHDOG 0x40058000u
#define XIP_CTRL 0x14000000u
#define SSI 0x18000000u
#define SIO 0xD0000000u
#define SYST_CSR REG(0xE000E010u)
#define SYST_RVR REG(0xE000E014u)
#define SYST_CVR REG(0xE000E018u)
#define NVIC_ISER REG(0xE000E100u)

#define IN_RAM __attribute__((section(".ram"), noinline, long_call))

void release(uint32_t blocks);
void clock_start(void);
void uart_start(void);
void print(const char *text);
void print_number(uint32_t number);
void finish(uint32_t status);
int main(void);
