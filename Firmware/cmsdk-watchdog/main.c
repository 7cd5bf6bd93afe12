// The CMSDK APB watchdog: its first zero interrupts by NMI, its second resets the chip.
// QEMU 7.2 counts whether INTEN is set or not and pends NMI with each write while the interrupt is
// asserted: no check here depends on either.
// Reference: CMSDK TRM (DDI 0479C) 4.6; AN386 tables 4-1 and 4-2.

#include "check.h"
#include "console.h"
#include "core.h"
#include "handlers.h"
#include "startup.h"

#define WDOG(offset) REGISTER((CORTEX_M == 33 ? 0x50081000u : 0x40008000u) + (offset))
#define WDOGLOAD WDOG(0x00)
#define WDOGVALUE WDOG(0x04)
#define WDOGCONTROL WDOG(0x08)
#define WDOGINTCLR WDOG(0x0C)
#define WDOGRIS WDOG(0x10)
#define WDOGMIS WDOG(0x14)
#define WDOGLOCK WDOG(0xC00)
#define WDOGITCR WDOG(0xF00)
#define WDOGITOP WDOG(0xF04)
enum { INTEN = 1, RESEN = 2, KEY = 0x1ACCE551, MAGIC = 0x57A7C4D0 };

static volatile struct {
  uint32_t magic, boots, interrupts;
} kept __attribute__((section(".noinit")));
static volatile uint32_t entries, raw, masked, priority;

static void acknowledge(uint32_t *frame, uint32_t exc_return) {
  raw = WDOGRIS;
  masked = WDOGMIS;
  priority = get_ipsr();
  if (masked) {
    WDOGINTCLR = 1;
  } else {
    WDOGITOP = 0;
  }
  entries++;
}

static void do_not_answer(uint32_t *frame, uint32_t exc_return) { kept.interrupts++; }

// Disabled, with nothing due for as long as the counter can hold.
static void rest(void) {
  WDOGCONTROL = 0;
  WDOGLOAD = 0xFFFFFFFF;
  WDOGINTCLR = 1;
}

static void check_identification(void) {
  static const uint8_t expected[12] = {4, 0, 0, 0, 0x24, 0xB8, 0x1B, 0, 0x0D, 0xF0, 0x05, 0xB1};
  uint32_t wrong = 0;
  for (int index = 0; index < 12; index++) wrong += WDOG(0xFD0 + 4 * index) != expected[index];
  check("PID and CID", wrong, 0);
}

static void check_reset_values(void) {
  check("reset: WDOGLOAD", WDOGLOAD, 0xFFFFFFFF);
  check("reset: WDOGVALUE", WDOGVALUE >= 0xFFF00000, 1);
  check("reset: WDOGCONTROL", WDOGCONTROL, 0);
  check("reset: WDOGRIS", WDOGRIS, 0);
  check("reset: WDOGMIS", WDOGMIS, 0);
  check("reset: WDOGLOCK", WDOGLOCK, 0);
  check("reset: WDOGITCR", WDOGITCR, 0);
}

static void check_registers(void) {
  WDOGLOAD = 0xFEDCBA98;
  check("WDOGLOAD has 32 bits", WDOGLOAD, 0xFEDCBA98);
  check("it sets WDOGVALUE", 0xFEDCBA98 - WDOGVALUE < 0x10000, 1);
  WDOGVALUE = 5;
  check("WDOGVALUE is read only", 0xFEDCBA98 - WDOGVALUE < 0x10000, 1);
  WDOGCONTROL = 0xFFFFFFFE;
  check("WDOGCONTROL has two bits", WDOGCONTROL, RESEN);
  WDOGCONTROL = 0;
  check("WDOGINTCLR reads 0", WDOGINTCLR, 0);
}

static void check_lock(void) {
  WDOGLOCK = 1;
  check("locked", WDOGLOCK, 1);
  WDOGLOAD = 1000;
  check("locked: WDOGLOAD", WDOGLOAD, 0xFEDCBA98);
  WDOGCONTROL = INTEN;
  check("locked: WDOGCONTROL", WDOGCONTROL, 0);
  WDOGITCR = 1;
  check("locked: WDOGITCR", WDOGITCR, 0);
  WDOGLOCK = KEY - 1;
  check("another key", WDOGLOCK, 1);
  WDOGLOCK = KEY;
  check("the key", WDOGLOCK, 0);
  WDOGLOAD = 1000;
  uint32_t load = WDOGLOAD;
  rest();
  check("unlocked", load, 1000);
}

static void check_counting(void) {
  WDOGLOAD = 0xFFFFFFFF;
  WDOGCONTROL = INTEN;
  uint32_t before = WDOGVALUE, after = before;
  for (int polls = 0; polls < 1000000 && after == before; polls++) after = WDOGVALUE;
  check("counts down", after < before, 1);
  WDOGINTCLR = 1;
  check("WDOGINTCLR starts it again", WDOGVALUE > 0xFFFF0000, 1);
  rest();
  WDOGLOAD = 100000;
  WDOGCONTROL = INTEN;
  uint32_t value = WDOGVALUE;
  rest();
  check("enabled, it starts from WDOGLOAD", value <= 100000, 1);
}

static void check_interrupt(void) {
  handlers[EXCEPTION_NMI] = acknowledge;
  entries = 0;
  WDOGLOAD = 2000;
  WDOGCONTROL = INTEN;
  mask_interrupts();
  while (!entries) {
  }
  rest();
  unmask_interrupts();
  check("its interrupt is NMI", priority, EXCEPTION_NMI);
  check("in the handler: WDOGRIS", raw, 1);
  check("in the handler: WDOGMIS", masked, 1);
  check("answered: WDOGRIS", WDOGRIS, 0);
  check("once", entries, 1);
  WDOGLOAD = 2000;
  WDOGCONTROL = INTEN;
  while (entries < 4) {
  }
  rest();
  check("answered each time, it never resets", entries, 4);
}

static void check_masking(void) {
  handlers[EXCEPTION_NMI] = do_not_answer;
  kept.interrupts = 0;
  WDOGLOAD = 2000;
  WDOGCONTROL = INTEN;
  while (!WDOGRIS) {
  }
  WDOGCONTROL = 0;
  WDOGLOAD = 0xFFFFFFFF;
  check("not answered: WDOGRIS", WDOGRIS, 1);
  check("without INTEN: WDOGMIS", WDOGMIS, 0);
  check("NMI came", kept.interrupts, 1);
  rest();
  check("cleared", WDOGRIS, 0);
}

static void check_test_mode(void) {
  handlers[EXCEPTION_NMI] = acknowledge;
  entries = 0;
  WDOGITCR = 0xFFFFFFFF;
  check("WDOGITCR has one bit", WDOGITCR, 1);
  WDOGITOP = 2;
  barrier();
  check("test mode raises the interrupt", entries, 1);
  check("WDOGITOP reads 0", WDOGITOP, 0);
  check("test mode: WDOGRIS", raw, 0);
  WDOGITCR = 0;
}

static void await_reset(void) {
  kept.interrupts = 0;
  handlers[EXCEPTION_NMI] = do_not_answer;
  WDOGLOAD = 5000;
  WDOGCONTROL = INTEN | RESEN;
  for (;;) {
  }
}

static void test_reset(void) {
  kept.interrupts = 0;
  WDOGITCR = 1;
  WDOGITOP = 1;
  for (;;) {
  }
}

int main(void) {
  if (kept.magic != MAGIC) kept.boots = 0;
  kept.magic = MAGIC;
  kept.boots++;
  checks_begin();
  print("boot ");
  print_decimal(kept.boots);
  print("\n");
  check_identification();
  check_reset_values();
  if (kept.boots == 1) {
    check_registers();
    check_lock();
    check_counting();
    check_interrupt();
    check_masking();
    check_test_mode();
    await_reset();
  }
  check("an interrupt before the reset", kept.interrupts != 0, kept.boots == 2);
  if (kept.boots == 2) test_reset();
  kept.magic = 0;
  return checks_end();
}
