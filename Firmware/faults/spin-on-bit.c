// Waits for a transmitter that is switched off to become full.

#include "console.h"
#include "registers.h"
#include "startup.h"

__attribute__((noinline)) static void wait_until_full(void) {
  while (!(UART_STATE(UART1_BASE) & UART_TX_FULL)) {
  }
}

int main(void) {
  console_open();
  print("waiting for UART1\n");
  wait_until_full();
  return 0;
}
