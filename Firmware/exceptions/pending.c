// Pending, enable and priority registers of the NVIC, STIR and VTOR. Reference: ARMv7-M ARM B3.4,
// B3.2.5.

#include "check.h"
#include "checks.h"
#include "core.h"
#include "handlers.h"

static volatile uint32_t again;

static void log_a(uint32_t *frame, uint32_t exc_return) {
  event('a');
  if (again) {
    again--;
    NVIC_ISPR = 1 << IRQ_A;
    barrier();
  }
}

static void log_b(uint32_t *frame, uint32_t exc_return) { event('b'); }

static void relocated_entry(void) { event('R'); }

static uint32_t table[64] __attribute__((aligned(256)));

static void check_registers(void) {
  NVIC_ISER = 1 << IRQ_A;
  NVIC_ISER = 1 << IRQ_B;
  check("ISER: ones add", NVIC_ISER, 1 << IRQ_A | 1 << IRQ_B);
  NVIC_ICER = 1 << IRQ_B;
  check("ICER: ones remove", NVIC_ICER, 1 << IRQ_A);
  NVIC_IPR_WORD(IRQ_A) = 0x20406080;
  check("IPR: a byte of a word", NVIC_IPR(IRQ_B), 0x60);
  NVIC_IPR(IRQ_C) = 0xE0;
  check("IPR: a word of bytes", NVIC_IPR_WORD(IRQ_A), 0x20E06080);
  NVIC_IPR_WORD(IRQ_A) = 0x80808080;
}

static void check_pending_bits(void) {
  events_clear();
  mask_interrupts();
  NVIC_ISPR = 1 << IRQ_A;
  NVIC_ISPR = 1 << IRQ_A;
  unmask_interrupts();
  check_text("ISPR: pended twice, taken once", events(), "a");
  mask_interrupts();
  pend(IRQ_A);
  NVIC_ICPR = 1 << IRQ_A;
  check("ICPR: clears", NVIC_ICPR, 0);
  unmask_interrupts();
  check_text("ICPR: a cleared interrupt is not taken", events(), "a");
  pend(IRQ_B);
  check("ISPR: a disabled interrupt becomes pending", NVIC_ISPR, 1 << IRQ_B);
  check_text("ISPR: a disabled interrupt is not taken", events(), "a");
  NVIC_ISER = 1 << IRQ_B;
  barrier();
  check_text("ISER: a pending interrupt is taken when enabled", events(), "ab");
  again = 2;
  pend(IRQ_A);
  check_text("ISPR: pended in its own handler, taken again", events(), "abaaa");
  STIR = IRQ_B;
  barrier();
  check_text("STIR: pends by number", events(), "abaaab");
  mask_interrupts();
  NVIC_ISPR = 1 << IRQ_A | 1 << IRQ_B;
  barrier();
  NVIC_IPR(IRQ_B) = 0x20;
  barrier();
  unmask_interrupts();
  check_text("IPR: a new priority counts while pending", events(), "abaaabba");
}

static void check_icsr(void) {
  mask_interrupts();
  pend(IRQ_B);
  uint32_t icsr = ICSR;
  check("ICSR: VECTPENDING", icsr >> 12 & 0x1FF, EXCEPTION_IRQ0 + IRQ_B);
  check("ICSR: ISRPENDING", icsr & ICSR_ISRPENDING, ICSR_ISRPENDING);
  check("ICSR: VECTACTIVE in thread mode", icsr & 0x1FF, 0);
  NVIC_ICPR = 1 << IRQ_B;
  ICSR = ICSR_PENDSVSET;
  icsr = ICSR;
  check("ICSR: PendSV pending", icsr & ICSR_PENDSVSET, ICSR_PENDSVSET);
  check("ICSR: VECTPENDING is PendSV", icsr >> 12 & 0x1FF, EXCEPTION_PENDSV);
  check("ICSR: ISRPENDING leaves PendSV out", icsr & ICSR_ISRPENDING, 0);
  ICSR = ICSR_PENDSVCLR;
  check("ICSR: PendSV cleared", ICSR & ICSR_PENDSVSET, 0);
  unmask_interrupts();
}

static void check_vector_table(void) {
  for (int index = 0; index < 48; index++) table[index] = ((uint32_t *)0)[index];
  table[EXCEPTION_IRQ0 + IRQ_A] = (uint32_t)relocated_entry;
  events_clear();
  VTOR = (uint32_t)table;
  barrier();
  check("VTOR: reads back", VTOR, (uint32_t)table);
  pend(IRQ_A);
  check_text("VTOR: the new table is used", events(), "R");
  pend(IRQ_B);
  check_text("VTOR: copied entries still work", events(), "Rb");
  VTOR = 0;
  barrier();
  pend(IRQ_A);
  check_text("VTOR: the old table again", events(), "Rba");
}

void check_pending(void) {
  handlers[EXCEPTION_IRQ0 + IRQ_A] = log_a;
  handlers[EXCEPTION_IRQ0 + IRQ_B] = log_b;
  check_registers();
  check_pending_bits();
  check_icsr();
  check_vector_table();
  NVIC_ICER = 1 << IRQ_A | 1 << IRQ_B;
}
