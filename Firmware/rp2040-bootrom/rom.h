// Registers that the boot ROM touches. Reference: RP2040 datasheet 2.2 and the chapters of the blocks.
#include <stddef.h>
#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(address))
#define CLEAR(address) REG((address) + 0x3000)

#define RESETS_RESET 0x4000C000u
#define RESETS_DONE 0x4000C008u
#define IO_QSPI_SS_CTRL 0x4001800Cu
#define WATCHDOG_SCRATCH4 0x4005801Cu
#define XIP_FLUSH 0x14000004u
#define SSI_CTRLR0 0x18000000u
#define SSI_SSIENR 0x18000008u
#define SSI_SER 0x18000010u
#define SSI_BAUDR 0x18000014u
#define SSI_TXFLR 0x18000020u
#define SSI_RXFLR 0x18000024u
#define SSI_DR0 0x18000060u
#define SSI_SPI_CTRLR0 0x180000F4u

void connect_internal_flash(void);
void flash_exit_xip(void);
void flash_flush_cache(void);
void flash_read(uint32_t address, uint8_t *into, size_t count);
