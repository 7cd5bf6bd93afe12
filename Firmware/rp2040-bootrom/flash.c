// The functions of the boot ROM that read, erase and program the serial flash.
//
// Reference: RP2040 datasheet 2.8.3.1.3 (flash access functions), 4.10 (SSI); Winbond W25Q16JV.
#include "rom.h"

enum { PROGRAM_PAGE = 0x02, READ = 0x03, READ_STATUS = 0x05, WRITE_ENABLE = 0x06, ERASE = 0x20 };

enum { SELECT_NORMAL = 0, SELECT_LOW = 2, SELECT_HIGH = 3 };

// Bytes on their way: the receive FIFO holds sixteen.
#define IN_FLIGHT 14

static void select(uint32_t override) { REG(IO_QSPI_SS_CTRL) = override << 8; }

void connect_internal_flash(void) {
  const uint32_t blocks = 1u << 6 | 1u << 9;  // IO_QSPI and PADS_QSPI
  REG(RESETS_RESET + 0x2000) = blocks;
  CLEAR(RESETS_RESET) = blocks;
  while ((REG(RESETS_DONE) & blocks) != blocks) {
  }
  REG(IO_QSPI_SS_CTRL) = 0;
}

// Bytes out of `from`, or zeroes, into `into` unless it is null, after `skipped` that are on their way.
static void exchange(const uint8_t *from, uint8_t *into, size_t count, size_t skipped) {
  size_t to_send = count;
  size_t to_take = count + skipped;
  while (to_take) {
    if (to_send && REG(SSI_TXFLR) + REG(SSI_RXFLR) < IN_FLIGHT) {
      REG(SSI_DR0) = from ? *from++ : 0;
      to_send--;
    }
    if (REG(SSI_RXFLR)) {
      uint8_t byte = (uint8_t)REG(SSI_DR0);
      if (to_take <= count && into) *into++ = byte;
      to_take--;
    }
  }
}

static void command(uint8_t code, const uint8_t *from, uint8_t *into, size_t count) {
  select(SELECT_LOW);
  REG(SSI_DR0) = code;
  exchange(from, into, count, 1);
  select(SELECT_HIGH);
}

static void command_at(
    uint8_t code, uint32_t address, const uint8_t *from, uint8_t *into, size_t count) {
  select(SELECT_LOW);
  REG(SSI_DR0) = code;
  REG(SSI_DR0) = address >> 16 & 0xff;
  REG(SSI_DR0) = address >> 8 & 0xff;
  REG(SSI_DR0) = address & 0xff;
  exchange(from, into, count, 4);
  select(SELECT_HIGH);
}

// Single bytes both ways, and a flash that takes commands again.
void flash_exit_xip(void) {
  REG(SSI_SSIENR) = 0;
  REG(SSI_BAUDR) = 6;
  REG(SSI_CTRLR0) = 7u << 16;
  REG(SSI_SER) = 1;
  REG(SSI_SSIENR) = 1;
  // Ones end a continuous read, with and without chip select.
  static const uint8_t ones[4] = {0xff, 0xff, 0xff, 0xff};
  for (int turn = 0; turn < 2; turn++) {
    select(turn ? SELECT_LOW : SELECT_HIGH);
    exchange(ones, NULL, 4, 0);
  }
  select(SELECT_HIGH);
  select(SELECT_LOW);
  exchange(ones, NULL, 2, 0);
  select(SELECT_NORMAL);
}

void flash_read(uint32_t address, uint8_t *into, size_t count) {
  command_at(READ, address, NULL, into, count);
  select(SELECT_NORMAL);
}

static void finish(void) {
  uint8_t status;
  do command(READ_STATUS, NULL, &status, 1);
  while (status & 1);
}

void flash_range_program(uint32_t address, const uint8_t *bytes, size_t count) {
  for (uint32_t end = address + count; address < end; address += 256, bytes += 256) {
    command(WRITE_ENABLE, NULL, NULL, 0);
    command_at(PROGRAM_PAGE, address, bytes, NULL, 256);
    finish();
  }
}

// By blocks of `block` bytes with the command for them where they fit, else by sectors of 4 KiB.
void flash_range_erase(uint32_t address, size_t count, uint32_t block, uint8_t code) {
  uint32_t end = address + count;
  while (address < end) {
    int fits = (address & (block - 1)) == 0 && end - address >= block;
    command(WRITE_ENABLE, NULL, NULL, 0);
    command_at(fits ? code : ERASE, address, NULL, NULL, 0);
    finish();
    address += fits ? block : 4096;
  }
}

void flash_flush_cache(void) {
  REG(XIP_FLUSH) = 1;
  (void)REG(XIP_FLUSH);  // answers when it is over
  CLEAR(IO_QSPI_SS_CTRL) = 3u << 8;
}

// Reads in place by the plain read command, on one wire.
void flash_enter_cmd_xip(void) {
  REG(SSI_SSIENR) = 0;
  REG(SSI_CTRLR0) = 31u << 16 | 3u << 8;
  REG(SSI_SPI_CTRLR0) = (uint32_t)READ << 24 | 2u << 8 | 6u << 2;
  REG(SSI_SSIENR) = 1;
}
