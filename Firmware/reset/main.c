// SYSRESETREQ: the core and its devices start afresh, memory that start-up leaves alone does not.
// Reference: ARMv7-M ARM (DDI 0403E) B1.5.5, B1.5.16, B3.2.6 (AIRCR).

#include "check.h"
#include "console.h"
#include "core.h"
#include "handlers.h"
#include "startup.h"

enum { MAGIC = 0x7E5E7B17 };

static struct {
  uint32_t magic, boots;
} kept __attribute__((section(".noinit")));
static uint32_t initialized = 5;

static void request_reset(void) {
  AIRCR = AIRCR_VECTKEY | AIRCR_SYSRESETREQ;
  barrier();
  for (;;) {
  }
}

static void reset_inside(uint32_t *frame, uint32_t exc_return) { request_reset(); }

// Changes everything that the next boot checks.
static void disturb(void) {
  initialized = 6;
  mask_interrupts();
  set_basepri(0x40);
  VTOR = VECTOR_TABLE + 0x1000;
  AIRCR = AIRCR_VECTKEY | 3 << 8;
  SCR = SCR_SEVONPEND;
  CCR |= CCR_DIV_0_TRP;
  SHCSR = SHCSR_BUSFAULTENA;
  SHPR3 = 0x20200000;
  NVIC_ISER = 1 << IRQ_A;
  NVIC_IPR(IRQ_A) = 0x40;
  NVIC_ISPR = 1 << IRQ_A;
  ICSR = ICSR_PENDSVSET;
  SYST_RVR = 1000;
  SYST_CSR = SYST_CLKSOURCE | SYST_ENABLE;
  TIMER_RELOAD(TIMER0_BASE) = 1000;
  TIMER_CTRL(TIMER0_BASE) = TIMER_ENABLE;
  UART_BAUDDIV(UART1_BASE) = 32;
}

static void check_everything(void) {
  check("MSP", reset_state.msp, REGISTER(VECTOR_TABLE));
  check("CONTROL", reset_state.control, 0);
  check("PRIMASK", reset_state.primask, 0);
  check("BASEPRI", reset_state.basepri, 0);
  check("IPSR", reset_state.ipsr, 0);
  check("CPACR", reset_state.cpacr, 0);
  check("initialized data", initialized, 5);
  check("VTOR", VTOR, VECTOR_TABLE);
  check("AIRCR", AIRCR, 0xFA050000);
  check("SCR", SCR, 0);
  check("CCR", CCR, CCR_RESET);
  check("SHCSR", SHCSR, 0);
  check("SHPR3", SHPR3, 0);
  check("ISER", NVIC_ISER, 0);
  check("IPR", NVIC_IPR(IRQ_A), 0);
  check("ISPR", NVIC_ISPR, 0);
  check("IABR", NVIC_IABR, 0);
  check("PendSV", ICSR & ICSR_PENDSVSET, 0);
  check("SysTick off", SYST_CSR & (SYST_ENABLE | SYST_TICKINT), 0);
  check("timer off", TIMER_CTRL(TIMER0_BASE) | TIMER_RELOAD(TIMER0_BASE), 0);
  check("UART1", UART_BAUDDIV(UART1_BASE), 0);
}

int main(void) {
  if (kept.magic != MAGIC) kept.boots = 0;
  kept.magic = MAGIC;
  kept.boots++;
  checks_begin();
  print("boot ");
  print_decimal(kept.boots);
  print("\n");
  check_everything();
  if (kept.boots == 3) {
    kept.magic = 0;
    return checks_end();
  }
  disturb();
  AIRCR = 0x05FB0000 | AIRCR_SYSRESETREQ;
  barrier();
  check("a write without VECTKEY does not reset", AIRCR, 0xFA050300);
  if (kept.boots == 1) request_reset();
  handlers[EXCEPTION_IRQ0 + IRQ_A] = reset_inside;
  VTOR = VECTOR_TABLE;
  set_basepri(0);
  ICSR = ICSR_PENDSVCLR;
  unmask_interrupts();
  return 2;
}
