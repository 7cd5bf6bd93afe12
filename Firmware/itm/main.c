// The stimulus ports of the ITM: who may write, what is lost, how fast it goes out.
// Reference: ARMv7-M ARM (DDI 0403E) C1.7 (ITM), C1.10 (TPIU); Cortex-M3 TRM (DDI 0337E) 11.6.

#include "check.h"
#include "console.h"
#include "core.h"
#include "handlers.h"

#define STIM(port) REGISTER(0xE0000000u + 4 * (port))
#define STIM16(port) (*(volatile uint16_t *)(0xE0000000u + 4 * (port)))
#define STIM8(port) REGISTER8(0xE0000000u + 4 * (port))
#define ITM_TER REGISTER(0xE0000E00)
#define ITM_TPR REGISTER(0xE0000E40)
#define ITM_TCR REGISTER(0xE0000E80)
#define ITM_LAR REGISTER(0xE0000FB0)
#define ITM_LSR REGISTER(0xE0000FB4)
#define TPIU_ACPR REGISTER(0xE0040010)
#define TPIU_SPPR REGISTER(0xE00400F0)
enum { KEY = 0xC5ACCE55, TRCENA = 1 << 24, ITMENA = 1, BUSY = 1 << 23, NRZ = 2 };

// Straight to the port: whether the text appears shows whether it was taken.
static void put(const char *text) {
  while (*text) STIM8(0) = *text++;
}

static void say(const char *text) {
  while (*text) {
    while (!(STIM(0) & 1)) {
    }
    STIM8(0) = *text++;
  }
}

static void check_lock(void) {
  put("lost: nothing is enabled\n");
  check("without TRCENA: nothing reads", ITM_LSR, 0);
  DEMCR = TRCENA;
  check("locked", ITM_LSR, 3);
  ITM_TER = 1;
  check("locked: TER", ITM_TER, 0);
  ITM_TCR = ITMENA;
  check("locked: TCR", ITM_TCR, 0);
  ITM_LAR = KEY;
  check("unlocked", ITM_LSR, 1);
}

static void check_enabling(void) {
  put("lost: neither ITM nor port\n");
  ITM_TCR = ITMENA;
  check("TCR", ITM_TCR, ITMENA);
  check("port 0 is not ready", STIM(0), 0);
  put("lost: not the port\n");
  ITM_TER = 1;
  check("port 0 is ready", STIM(0), 1);
  check("port 1 is not", STIM(1), 0);
  put("port 0 says this\n");
  STIM8(1) = '?';
  ITM_TCR = 0;
  put("lost: not the ITM\n");
  ITM_TCR = 1;
  DEMCR = 0;
  put("lost: not the trace\n");
  DEMCR = TRCENA;
  ITM_TER = 0xFFFFFFFF;
  check("TER has 32 bits", ITM_TER, 0xFFFFFFFF);
  ITM_TPR = 0xFFFFFFFF;
  check("TPR has four", ITM_TPR, 0xF);
  ITM_TPR = 0;
}

static void check_widths(void) {
  STIM(0) = 'w' | 'o' << 8 | 'r' << 16 | (uint32_t)'d' << 24;
  STIM16(0) = ',' | ' ' << 8;
  STIM16(0) = 'h' | 'a' << 8;
  STIM16(0) = 'l' | 'f' << 8;
  say(", byte\n");
}

// What unprivileged code may do is told by TPR, a bit for eight ports.
static void check_privilege(void) {
  ITM_TPR = 1;
  set_control(CONTROL_NPRIV);
  put("lost: no privilege\n");
  __asm volatile("svc 0" ::: "memory");
  ITM_TPR = 0;
  set_control(CONTROL_NPRIV);
  put("unprivileged\n");
  ITM_TCR = 0;
  __asm volatile("svc 0" ::: "memory");
  check("unprivileged: TCR stays", ITM_TCR, ITMENA);
}

static void become_privileged(uint32_t *frame, uint32_t exc_return) { set_control(0); }

static void check_rate(void) {
  check("idle", ITM_TCR & BUSY, 0);
  TPIU_SPPR = NRZ;
  TPIU_ACPR = 99;
  check("ACPR", TPIU_ACPR, 99);
  STIM(0) = 'f' | 'i' << 8 | 'r' << 16 | (uint32_t)'s' << 24;
  check("room for another word", STIM(0), 1);
  STIM(0) = 't' | ' ' << 8 | '-' << 16 | (uint32_t)' ' << 24;
  check("no room", STIM(0), 0);
  check("busy", ITM_TCR & BUSY, BUSY);
  put("lost: no room\n");
  SYST_RVR = 0xFFFFFF;
  SYST_CVR = 0;
  SYST_CSR = SYST_ENABLE | SYST_CLKSOURCE;
  uint32_t start = SYST_CVR;
  while (ITM_TCR & BUSY) {
  }
  uint32_t taken = start - SYST_CVR;
  // Ten bytes of ten bits of a hundred clocks, some of them sent before.
  check("ten bytes take their time", taken > 5000 && taken < 10100, 1);
  start = SYST_CVR;
  say("second, when there is room\n");
  taken = start - SYST_CVR;
  // 27 packets of two bytes; the last ten bytes are still in the FIFO.
  check("27 bytes take theirs", taken > 43000 && taken < 55000, 1);
}

int main(void) {
  checks_begin();
  handlers[EXCEPTION_SVCALL] = become_privileged;
  check_lock();
  check_enabling();
  check_widths();
  check_privilege();
  check_rate();
  return checks_end();
}
