// Asks by Real-Time Transfer, then by semihosting, and answers with what it was told.
// A test is at the other end. Reference: SEGGER UM08001, 16 RTT; Arm "Semihosting for AArch32 and
// AArch64" (3.0), 7.

#include "../rtt/rtt.h"

enum { SYS_OPEN = 0x01, SYS_WRITE0 = 0x04, SYS_READ = 0x06, SYS_READC = 0x07 };

static char line[32];

static int call(int operation, const void *argument) {
  register int result __asm("r0") = operation;
  register const void *block __asm("r1") = argument;
  __asm volatile("bkpt 0xAB" : "+r"(result) : "r"(block) : "memory");
  return result;
}

static void ask_by_transfer(void) {
  uint32_t length = 0;
  rtt_write(0, "name?\n");
  while (length < sizeof line - 1) {
    int byte = rtt_read();
    if (byte == '\n') break;
    if (byte >= 0) line[length++] = byte;
  }
  line[length] = 0;
  rtt_write(0, "hello, ");
  rtt_write(0, line);
  rtt_write(0, "\n");
}

static void ask_by_semihosting(void) {
  uint32_t open[3] = {(uint32_t)":tt", 0, 3};
  int input = call(SYS_OPEN, open);
  call(SYS_WRITE0, "number?\n");
  uint32_t read[3] = {input, (uint32_t)line, sizeof line - 1};
  int left = call(SYS_READ, read);
  line[sizeof line - 1 - left] = 0;
  call(SYS_WRITE0, "it is ");
  call(SYS_WRITE0, line);
  call(SYS_WRITE0, "letter?\n");
  char letter[3] = {call(SYS_READC, 0), '\n', 0};
  call(SYS_WRITE0, letter);
}

int main(void) {
  rtt_open();
  ask_by_transfer();
  ask_by_semihosting();
  return 0;
}
