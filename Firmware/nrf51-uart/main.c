// UART0: registers, polled and interrupt-driven output. What it sends appears between the checks.
// Reference: nRF51 Series Reference Manual v3.0, chapter 29 UART.

#include "check.h"
#include "console.h"
#include "handlers.h"
#include "nrf51.h"

#define STARTRX REGISTER(UART0 + 0x000)
#define STOPRX REGISTER(UART0 + 0x004)
#define STARTTX REGISTER(UART0 + 0x008)
#define STOPTX REGISTER(UART0 + 0x00C)
#define RXDRDY REGISTER(UART0 + 0x108)
#define TXDRDY REGISTER(UART0 + 0x11C)
#define ERROR REGISTER(UART0 + 0x124)
#define RXTO REGISTER(UART0 + 0x144)
#define ERRORSRC REGISTER(UART0 + 0x480)
#define ENABLE REGISTER(UART0 + 0x500)
#define PSEL(n) REGISTER(UART0 + 0x508 + 4 * (n))
#define RXD REGISTER(UART0 + 0x518)
#define TXD REGISTER(UART0 + 0x51C)
#define BAUDRATE REGISTER(UART0 + 0x524)
#define CONFIG REGISTER(UART0 + 0x56C)

enum { RTS, TX, CTS, RX };
enum { BAUD_1M = 0x10000000, INT_RXDRDY = 1 << 2, INT_TXDRDY = 1 << 7 };

static const char text[] = "this line is sent by the transmit interrupt\n";
static volatile uint32_t sent, entries;

static void send_next(uint32_t *frame, uint32_t exc_return) {
  entries++;
  TXDRDY = 0;
  if (text[sent]) TXD = (uint32_t)text[sent++];
}

static void send(char character) {
  TXDRDY = 0;
  TXD = (uint32_t)character;
  while (!TXDRDY) {
  }
}

static void check_registers(void) {
  ENABLE = 4;
  uint32_t all = PSEL(RTS) & PSEL(TX) & PSEL(CTS) & PSEL(RX);
  check("no pin is selected at reset", all, 0xFFFFFFFF);
  check("BAUDRATE at reset", BAUDRATE, 0x04000000);
  check("CONFIG at reset", CONFIG, 0);
  check("no event at reset", RXDRDY | TXDRDY | ERROR | ERRORSRC, 0);
  PSEL(TX) = 24;
  PSEL(RX) = 25;
  check("PSELTXD reads back", PSEL(TX), 24);
  check("PSELRXD reads back", PSEL(RX), 25);
  BAUDRATE = BAUD_1M;
  check("BAUDRATE reads back", BAUDRATE, BAUD_1M);
  CONFIG = 0xF;
  check("CONFIG reads back", CONFIG, 0xF);
  CONFIG = 0;
  INTENSET(UART0) = INT_RXDRDY | INT_TXDRDY;
  check("INTENSET sets", INTENSET(UART0), INT_RXDRDY | INT_TXDRDY);
  INTENCLR(UART0) = INT_RXDRDY;
  check("INTENCLR clears", INTENSET(UART0), INT_TXDRDY);
  INTENCLR(UART0) = INT_TXDRDY;
  check("INTENCLR reads as INTENSET", INTENCLR(UART0), 0);
}

static void check_transmitter(void) {
  TXD = 'x';
  pause(100);
  check("nothing is sent before STARTTX", TXDRDY, 0);
  STARTTX = 1;
  for (const char *next = "this line is sent by polling\n"; *next; next++) send(*next);
  check("TXDRDY after each byte", TXDRDY, 1);
  TXDRDY = 0;
  check("TXDRDY is cleared by 0", TXDRDY, 0);
  STOPTX = 1;
  TXD = 'x';
  pause(100);
  check("nothing is sent after STOPTX", TXDRDY, 0);
  STARTTX = 1;
  ENABLE = 0;
  ENABLE = 4;
  TXD = 'x';
  pause(100);
  check("switching it off stops the transmitter", TXDRDY, 0);
}

static void check_interrupt(void) {
  handlers[EXCEPTION_IRQ0 + IRQ_UART0] = send_next;
  STARTTX = 1;
  INTENSET(UART0) = INT_TXDRDY;
  NVIC_ISER = 1 << IRQ_UART0;
  barrier();
  check("no interrupt before a byte has gone", entries, 0);
  TXD = (uint32_t)text[sent++];
  while (entries < sizeof text - 1) {
  }
  check("the interrupt sent every byte", sent, sizeof text - 1);
  pause(100);
  check("one interrupt a byte", entries, sizeof text - 1);
  check("nothing is pending", NVIC_ISPR & 1 << IRQ_UART0, 0);
  NVIC_ICER = 1 << IRQ_UART0;
  INTENCLR(UART0) = INT_TXDRDY;
}

static void check_receiver(void) {
  STARTRX = 1;
  pause(100);
  check("nothing is received", RXDRDY, 0);
  RXTO = 0;
  STOPRX = 1;
  pause(100);
  check("STOPRX gives RXTO", RXTO, 1);
  RXTO = 0;
  check("RXTO is cleared by 0", RXTO, 0);
}

int main(void) {
  checks_begin();
  clock_start();
  check_registers();
  check_transmitter();
  check_interrupt();
  check_receiver();
  return checks_end();
}
