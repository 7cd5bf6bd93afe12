// A console on UART0: `> ` asks for a line, the answer is `you said LINE`; `bye` ends with status 0,
// `fail` with status 7, `sleep` waits for ever.

#include "console.h"
#include "startup.h"

#ifdef __ARM_ARCH_6M__
#include "nrf51.h"

static void open(void) {
  REGISTER(UART0 + 0x50C) = 24;          // PSELTXD
  REGISTER(UART0 + 0x514) = 25;          // PSELRXD
  REGISTER(UART0 + 0x524) = 0x01D7E000;  // BAUDRATE: 115200
  REGISTER(UART0 + 0x500) = 4;           // ENABLE
  REGISTER(UART0 + 0x008) = 1;           // STARTTX
  REGISTER(UART0 + 0x000) = 1;           // STARTRX
}

static void put(char character) {
  REGISTER(UART0 + 0x11C) = 0;
  REGISTER(UART0 + 0x51C) = (uint8_t)character;
  while (!REGISTER(UART0 + 0x11C)) {
  }
}

static char get(void) {
  while (!REGISTER(UART0 + 0x108)) {
  }
  REGISTER(UART0 + 0x108) = 0;
  return (char)REGISTER(UART0 + 0x518);
}
#else
#include "core.h"

static void open(void) {
  UART_BAUDDIV(UART0_BASE) = 217;  // 115200
  UART_CTRL(UART0_BASE) = UART_TX_ENABLE | 1 << 1;
}

static void put(char character) { UART_DATA(UART0_BASE) = (uint8_t)character; }

static char get(void) {
  while (!(UART_STATE(UART0_BASE) & 1 << 1)) {
  }
  return (char)UART_DATA(UART0_BASE);
}
#endif

static void say(const char *text) {
  while (*text) put(*text++);
}

static int is(const char *line, const char *word) {
  while (*line && *line == *word) line++, word++;
  return *line == *word;
}

int main(void) {
  static char line[80];
  open();
  for (;;) {
    uint32_t length = 0;
    say("> ");
    for (char next; (next = get()) != '\n';) {
      if (length + 1 < sizeof line) line[length++] = next;
    }
    line[length] = 0;
    if (is(line, "bye")) return 0;
    if (is(line, "fail")) return 7;
    while (is(line, "sleep")) __asm volatile("wfi");
    say("you said ");
    say(line);
    say("\n");
  }
}
