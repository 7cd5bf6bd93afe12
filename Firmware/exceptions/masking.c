// PRIMASK, BASEPRI, BASEPRI_MAX and FAULTMASK. Reference: ARMv7-M ARM B1.4.3, B1.5.4, B5.2.3.

#include "check.h"
#include "checks.h"
#include "core.h"
#include "handlers.h"

static volatile uint32_t seen_faultmask;

static void log_a(uint32_t *frame, uint32_t exc_return) { event('a'); }
static void log_b(uint32_t *frame, uint32_t exc_return) { event('b'); }
static void log_nmi(uint32_t *frame, uint32_t exc_return) { event('n'); }

static void set_masks(uint32_t *frame, uint32_t exc_return) {
  set_primask(1);
  set_faultmask(1);
  seen_faultmask = get_faultmask();
}

static void check_primask(void) {
  events_clear();
  mask_interrupts();
  check("PRIMASK: set by CPSID i", get_primask(), 1);
  pend(IRQ_A);
  check_text("PRIMASK: holds an interrupt back", events(), "");
  check("PRIMASK: it stays pending", NVIC_ISPR, 1 << IRQ_A);
  unmask_interrupts();
  check_text("PRIMASK: taken when cleared", events(), "a");
  check("PRIMASK: pending bit cleared on entry", NVIC_ISPR, 0);
  set_primask(0xFFFFFFFE);
  check("PRIMASK: only bit 0 counts", get_primask(), 0);
}

static void check_basepri(void) {
  events_clear();
  set_basepri(0x60);
  check("BASEPRI: reads back", get_basepri(), 0x60);
  pend(IRQ_A);
  check_text("BASEPRI: holds back a lower priority", events(), "");
  pend(IRQ_B);
  check_text("BASEPRI: lets a higher priority through", events(), "b");
  set_basepri(0x80);
  check_text("BASEPRI: holds back an equal priority", events(), "b");
  set_basepri(0xA0);
  check_text("BASEPRI: taken when lowered", events(), "ba");
  set_basepri(0);
  pend(IRQ_A);
  check_text("BASEPRI: 0 masks nothing", events(), "baa");
  set_basepri_max(0x80);
  check("BASEPRI_MAX: sets from 0", get_basepri(), 0x80);
  set_basepri_max(0xA0);
  check("BASEPRI_MAX: does not lower", get_basepri(), 0x80);
  set_basepri_max(0x40);
  check("BASEPRI_MAX: raises", get_basepri(), 0x40);
  set_basepri_max(0);
  check("BASEPRI_MAX: 0 is ignored", get_basepri(), 0x40);
  set_basepri(0);
}

static void check_faultmask(void) {
  events_clear();
  NVIC_IPR(IRQ_B) = 0;
  set_faultmask(1);
  check("FAULTMASK: reads back", get_faultmask(), 1);
  pend(IRQ_B);
  check_text("FAULTMASK: holds back priority 0", events(), "");
  ICSR = ICSR_NMIPENDSET;
  barrier();
  check_text("FAULTMASK: NMI is taken", events(), "n");
  check("FAULTMASK: kept over NMI", get_faultmask(), 1);
  set_faultmask(0);
  check_text("FAULTMASK: taken when cleared", events(), "nb");
  __asm volatile("cpsid f\n isb" ::: "memory");
  check("FAULTMASK: set by CPSID f", get_faultmask(), 1);
  __asm volatile("cpsie f\n isb" ::: "memory");
  check("FAULTMASK: cleared by CPSIE f", get_faultmask(), 0);

  handlers[EXCEPTION_IRQ0 + IRQ_B] = set_masks;
  pend(IRQ_B);
  check("FAULTMASK: settable in a handler", seen_faultmask, 1);
  check("FAULTMASK: cleared by exception return", get_faultmask(), 0);
  check("PRIMASK: not changed by exception return", get_primask(), 1);
  set_primask(0);
}

void check_masking(void) {
  handlers[EXCEPTION_IRQ0 + IRQ_A] = log_a;
  handlers[EXCEPTION_IRQ0 + IRQ_B] = log_b;
  handlers[EXCEPTION_NMI] = log_nmi;
  NVIC_IPR(IRQ_A) = 0x80;
  NVIC_IPR(IRQ_B) = 0x40;
  NVIC_ISER = 1 << IRQ_A | 1 << IRQ_B;
  check_primask();
  check_basepri();
  check_faultmask();
  NVIC_ICER = 1 << IRQ_A | 1 << IRQ_B;
}
