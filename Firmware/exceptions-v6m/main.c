// Checks of Armv6-M where it is smaller than Armv7-M: two priority bits, one fault, fixed
// configuration. Reference: ARMv6-M ARM (DDI 0419E) A3.2, B1.5, B3.2-B3.4.

#include "check.h"
#include "core.h"
#include "handlers.h"
#include "startup.h"

// No device stands behind these lines of the boards that this runs on.
enum { LINE_A = 21, LINE_B = 22, LINE_C = 23, NOWHERE = 0x60000000 };
enum { LINES = 1 << LINE_A | 1 << LINE_B | 1 << LINE_C };

#define LEAF __attribute__((naked, noinline)) static uint32_t
LEAF load_word(uint32_t address) { __asm volatile("ldr r0, [r0]\n bx lr"); }
LEAF load_half_word(uint32_t address) { __asm volatile("ldrh r0, [r0]\n bx lr"); }
LEAF load_multiple(uint32_t address) { __asm volatile("ldm r0!, {r1, r2}\n bx lr"); }
LEAF undefined(uint32_t unused) { __asm volatile("udf #1\n bx lr"); }
LEAF divide(uint32_t unused) { __asm volatile(".short 0xFBB0, 0xF0F0\n bx lr"); }
LEAF jump(uint32_t address) { __asm volatile("bx r0"); }
LEAF supervisor_call(uint32_t value) { __asm volatile("svc #7\n bx lr"); }

static volatile uint32_t seen_return, seen_frame, seen_ipsr, seen_icsr, inner_return;
static uint32_t stack[64] __attribute__((aligned(8)));

static void set_priority(uint32_t line, uint32_t value) {
  uint32_t shift = (line & 3) * 8;
  NVIC_IPR_WORD(line) = (NVIC_IPR_WORD(line) & ~(0xFFu << shift)) | value << shift;
}

static void check_registers(void) {
  check("CCR: STKALIGN and UNALIGN_TRP", CCR & 0x3FF, 0x208);
  CCR = 0;
  check("CCR: cannot be written", CCR & 0x3FF, 0x208);
  NVIC_IPR_WORD(0) = 0xFFFFFFFF;
  check("NVIC_IPR: two bits", NVIC_IPR_WORD(0), 0xC0C0C0C0);
  NVIC_IPR_WORD(0) = 0;
  SHPR3 = 0xFFFFFFFF;
  check("SHPR3: PendSV and SysTick, two bits", SHPR3 & 0xFFFF0000, 0xC0C00000);
  SHPR3 = 0;
  NVIC_ISER = LINES;
  check("NVIC_ISER: sets", NVIC_ISER, LINES);
  NVIC_ICER = 1 << LINE_B;
  check("NVIC_ICER: clears", NVIC_ISER, LINES & ~(1 << LINE_B));
  NVIC_ISER = LINES;
  check("ICSR: nothing active, nothing pending", ICSR & ~ICSR_RETTOBASE, 0);
}

static void service(uint32_t *frame, uint32_t exc_return) {
  seen_return = exc_return;
  seen_frame = (uint32_t)frame;
  seen_ipsr = get_ipsr();
  seen_icsr = ICSR & 0x1FF;
  frame[FRAME_R0] = ((uint8_t *)frame[FRAME_PC])[-2] + frame[FRAME_R0];
}

__attribute__((naked, noinline)) static uint32_t call_misaligned(void) {
  __asm volatile("sub sp, #4\n mov r0, sp\n svc #0\n mov r0, sp\n add sp, #4\n bx lr");
}

static void check_supervisor_call(void) {
  handlers[EXCEPTION_SVCALL] = service;
  check("SVC: its number, by the stacked PC", supervisor_call(100), 107);
  check("SVC: IPSR", seen_ipsr, EXCEPTION_SVCALL);
  check("SVC: ICSR", seen_icsr, EXCEPTION_SVCALL);
  check("SVC: EXC_RETURN to thread, MSP", seen_return, 0xFFFFFFF9);
  uint32_t at = call_misaligned();
  check("SVC: a misaligned stack is aligned", at - seen_frame, 36);
}

static void log_a(uint32_t *frame, uint32_t exc_return) {
  seen_return = exc_return;
  event('A');
  pend(LINE_B);
  pend(LINE_C);
  event('a');
}

static void log_b(uint32_t *frame, uint32_t exc_return) {
  inner_return = exc_return;
  event('B');
}

static void log_c(uint32_t *frame, uint32_t exc_return) { event('C'); }

static void check_priorities(void) {
  handlers[EXCEPTION_IRQ0 + LINE_A] = log_a;
  handlers[EXCEPTION_IRQ0 + LINE_B] = log_b;
  handlers[EXCEPTION_IRQ0 + LINE_C] = log_c;
  set_priority(LINE_A, 0x80);
  set_priority(LINE_B, 0x40);
  set_priority(LINE_C, 0xC0);
  events_clear();
  pend(LINE_A);
  check_text("a more urgent line pre-empts, a less urgent one is chained", events(), "ABaC");
  check("EXC_RETURN to thread", seen_return, 0xFFFFFFF9);
  check("EXC_RETURN to handler", inner_return, 0xFFFFFFF1);
  set_priority(LINE_B, 0x80);
  set_priority(LINE_C, 0x80);
  events_clear();
  pend(LINE_A);
  check_text("equal priorities go by number", events(), "AaBC");
  mask_interrupts();
  events_clear();
  NVIC_ISPR = 1 << LINE_C;
  barrier();
  check_text("PRIMASK holds it back", events(), "");
  check("PRIMASK: pending meanwhile", NVIC_ISPR & LINES, 1 << LINE_C);
  __asm volatile("wfi" ::: "memory");
  check_text("PRIMASK: WFI wakes, the handler waits", events(), "");
  NVIC_ICPR = 1 << LINE_C;
  unmask_interrupts();
  check_text("NVIC_ICPR takes it back", events(), "");
}

static void check_system_exceptions(void) {
  handlers[EXCEPTION_PENDSV] = log_b;
  handlers[EXCEPTION_SYSTICK] = log_c;
  events_clear();
  ICSR = ICSR_PENDSVSET;
  barrier();
  check_text("PendSV", events(), "B");
  mask_interrupts();
  ICSR = ICSR_PENDSTSET;
  check("SysTick: pending", ICSR & ICSR_PENDSTSET, ICSR_PENDSTSET);
  ICSR = ICSR_PENDSTCLR;
  check("SysTick: cleared", ICSR & ICSR_PENDSTSET, 0);
  unmask_interrupts();
  SYST_RVR = 1000;
  SYST_CVR = 0;
  events_clear();
  SYST_CSR = SYST_CLKSOURCE | SYST_TICKINT | SYST_ENABLE;
  while (events()[0] == 0) {
  }
  SYST_CSR = SYST_CLKSOURCE;
  check("SysTick: its handler runs", events()[0], 'C');
}

static void check_fault(const char *name, uint32_t pc) {
  check(name, fault.count << 16 | fault.number, 1 << 16 | EXCEPTION_HARDFAULT);
  check_part(name, "stacked PC", fault.pc, pc);
  fault.count = 0;
}

static void check_faults(void) {
  static uint32_t words[4];
  uint32_t odd = (uint32_t)words + 2;
  record_faults();
#define FAULTS(name, function, argument)       \
  function(argument);                          \
  check_fault(name, (uint32_t)function & ~1u)
  FAULTS("HardFault: UDF", undefined, 0);
  FAULTS("HardFault: UDIV", divide, 0);
  FAULTS("HardFault: unaligned LDR", load_word, odd);
  FAULTS("HardFault: unaligned LDRH", load_half_word, odd - 1);
  FAULTS("HardFault: unaligned LDM", load_multiple, odd);
  FAULTS("HardFault: load from nowhere", load_word, NOWHERE);
  check("aligned halfwords are loaded", load_half_word(odd), 0);
  jump((uint32_t)undefined & ~1u);
  check_fault("HardFault: BX to an even address", (uint32_t)undefined & ~1u);
  check("HardFault: stacked T bit", fault.xpsr & 1 << 24, 0);
  mask_interrupts();
  supervisor_call(0);
  unmask_interrupts();
  check("HardFault: SVC under PRIMASK", fault.count << 16 | fault.number,
        1 << 16 | EXCEPTION_HARDFAULT);
}

static void on_process_stack(void) {
  uint32_t control = get_control();
  supervisor_call(0);
  check("PSP: CONTROL", control, CONTROL_SPSEL);
}

__attribute__((naked, noinline)) static void run(void (*body)(void), uint32_t *top) {
  __asm volatile(
      "push {r4, lr}\n msr psp, r1\n movs r2, #2\n msr control, r2\n isb\n blx r0\n"
      "movs r0, #0\n msr control, r0\n isb\n pop {r4, pc}");
}

static void check_process_stack(void) {
  run(on_process_stack, &stack[64]);
  check("PSP: EXC_RETURN to thread, PSP", seen_return, 0xFFFFFFFD);
  check("PSP: the frame lies there", seen_frame >= (uint32_t)stack && seen_frame < (uint32_t)&stack[64],
        1);
}

int main(void) {
  reset_handlers();
  checks_begin();
  check_registers();
  check_supervisor_call();
  check_priorities();
  check_system_exceptions();
  check_process_stack();
  check_faults();
  return checks_end();
}
