// The five CMSDK APB UARTs. Reference: CMSDK TRM (DDI 0479C) 4.3; AN386 tables 4-1 and
// 4-2. Only UART0 sends: where the others' output goes is the simulator's affair.

#include "check.h"
#include "console.h"
#include "core.h"
#include "handlers.h"

enum { UARTS = 5, TX_OVERRUN = 4, TX_OVERRUN_IRQ_ENABLE = 0x10, RX_OVERRUN_IRQ_ENABLE = 0x20 };

#if CORTEX_M == 33
static const uint32_t bases[UARTS] = {0x50200000, 0x50201000, 0x50202000, 0x50203000, 0x50204000};
#else
static const uint32_t bases[UARTS] = {0x40004000, 0x40005000, 0x40006000, 0x40007000, 0x40009000};
#endif

static const char text[] = "this line is sent by the transmit interrupt\n";
static volatile uint32_t sent, overruns, seen_status, seen_pending;

static void send_next(uint32_t *frame, uint32_t exc_return) {
  seen_status |= UART_INTSTATUS(UART0_BASE);
  UART_INTSTATUS(UART0_BASE) = 1;
  if (text[sent]) UART_DATA(UART0_BASE) = (uint32_t)text[sent++];
}

static void count_overrun(uint32_t *frame, uint32_t exc_return) {
  overruns++;
  UART_INTSTATUS(bases[1]) = 4;
  UART_INTSTATUS(bases[2]) = 4;
}

static void check_identification(void) {
  static const uint8_t expected[12] = {4, 0, 0, 0, 0x21, 0xB8, 0x1B, 0, 0x0D, 0xF0, 0x05, 0xB1};
  uint32_t wrong = 0;
  for (int uart = 0; uart < UARTS; uart++) {
    for (int index = 0; index < 12; index++) {
      wrong += REGISTER(bases[uart] + 0xFD0 + 4 * index) != expected[index];
    }
  }
  check("PID and CID of all five", wrong, 0);
  REGISTER(bases[1] + 0xFE0) = 0;
  check("PID0 is read-only", REGISTER(bases[1] + 0xFE0), 0x21);
}

static void check_registers(void) {
  uint32_t wrong = 0;
  for (int uart = 1; uart < UARTS; uart++) {
    for (int offset = 0; offset <= 0x10; offset += 4) wrong |= REGISTER(bases[uart] + offset);
  }
  check("all registers are 0 at reset", wrong, 0);
  UART_BAUDDIV(bases[1]) = 0xFFFFFFFF;
  check("BAUDDIV has 20 bits", UART_BAUDDIV(bases[1]), 0xFFFFF);
  UART_BAUDDIV(bases[1]) = 16;
  check("BAUDDIV reads back", UART_BAUDDIV(bases[1]), 16);
  UART_CTRL(bases[1]) = 0xFFFFFFFE;
  check("CTRL has 7 bits", UART_CTRL(bases[1]), 0x7E);
  UART_CTRL(bases[1]) = 0;
  check("nothing received", UART_STATE(bases[1]) | UART_DATA(bases[1]), 0);
  check("console: CTRL", UART_CTRL(UART0_BASE), UART_TX_ENABLE);
}

// With the transmitter off the buffer fills and overruns.
static void check_overrun(uint32_t base) {
  UART_CTRL(base) = 0;
  UART_DATA(base) = 'x';
  check("transmitter off: the buffer stays full", UART_STATE(base), UART_TX_FULL);
  UART_DATA(base) = 'y';
  check("transmitter off: overrun", UART_STATE(base), UART_TX_FULL | TX_OVERRUN);
  check("overrun: no interrupt without its enable", UART_INTSTATUS(base), 0);
  UART_STATE(base) = UART_TX_FULL;
  check("STATE: a full buffer cannot be written away", UART_STATE(base), UART_TX_FULL | TX_OVERRUN);
  UART_CTRL(base) = TX_OVERRUN_IRQ_ENABLE;
  check("overrun: INTSTATUS follows the enable", UART_INTSTATUS(base), 4);
  check("overrun: the common interrupt is pending", NVIC_ISPR_OF(IRQ_UART_OVERFLOW) & NVIC_BIT(IRQ_UART_OVERFLOW),
        NVIC_BIT(IRQ_UART_OVERFLOW));
  overruns = 0;
  NVIC_ISER_OF(IRQ_UART_OVERFLOW) = NVIC_BIT(IRQ_UART_OVERFLOW);
  barrier();
  NVIC_ICER_OF(IRQ_UART_OVERFLOW) = NVIC_BIT(IRQ_UART_OVERFLOW);
  check("overrun: one interrupt", overruns, 1);
  check("overrun: INTSTATUS cleared", UART_INTSTATUS(base), 0);
  check("overrun: clearing INTSTATUS clears STATE", UART_STATE(base), UART_TX_FULL);
  UART_DATA(base) = 'z';
  UART_STATE(base) = TX_OVERRUN;
  check("overrun: cleared through STATE", UART_STATE(base) | UART_INTSTATUS(base), UART_TX_FULL);
  UART_CTRL(base) = 0;
}

static void check_transmit(void) {
  check("INTSTATUS stays 0 without enables", UART_INTSTATUS(UART0_BASE), 0);
  handlers[EXCEPTION_IRQ0 + IRQ_UART0_TX] = send_next;
  NVIC_ISER_OF(IRQ_UART0_TX) = NVIC_BIT(IRQ_UART0_TX);
  UART_CTRL(UART0_BASE) = UART_TX_ENABLE | UART_TX_IRQ_ENABLE;
  barrier();
  uint32_t early = sent;
  UART_DATA(UART0_BASE) = (uint32_t)text[sent++];
  while (text[sent] || UART_STATE(UART0_BASE) & UART_TX_FULL) {
  }
  while (UART_INTSTATUS(UART0_BASE)) {
  }
  NVIC_ICER_OF(IRQ_UART0_TX) = NVIC_BIT(IRQ_UART0_TX);
  UART_CTRL(UART0_BASE) = UART_TX_ENABLE;
  check("transmit interrupt: none before a byte has gone", early, 0);
  check("transmit interrupt: every byte sent", sent, sizeof text - 1);
  check("transmit interrupt: INTSTATUS in the handler", seen_status, 1);
  check("transmit interrupt: nothing left", UART_INTSTATUS(UART0_BASE), 0);
}

int main(void) {
  checks_begin();
  handlers[EXCEPTION_IRQ0 + IRQ_UART_OVERFLOW] = count_overrun;
  check_identification();
  check_registers();
  check_overrun(bases[1]);
  check_overrun(bases[2]);
  check_transmit();
  return checks_end();
}
