// Faults in the middle of IT blocks and of blocks with floating point, loads and stores that can be run
// again, and lazily stacked floating-point registers by hand. Reference: ARMv7-M ARM A7.3.3, B1.5.6, B1.5.7,
// B1.5.14, B3.2.21, B3.2.22.

#include "check.h"
#include "core.h"
#include "faulting.h"
#include "handlers.h"

#define LEAF __attribute__((naked, noinline)) static uint32_t
#define CASE(code) { __asm volatile(code "\n bx lr\n .ltorg"); }
// R1 counts what was executed; R0 becomes it.
#define IN_BLOCK(code) CASE("movs r1, #0\n cmp r1, #0\n" code "\n mov r0, r1")

enum { NOWHERE = 0x70000000 };

static uint32_t words[18] __attribute__((aligned(8)));
static volatile uint32_t seen_state, seen_r0;

LEAF block_load(uint32_t a) IN_BLOCK("ittt eq\n addeq r1, #1\n ldreq r2, [r0]\n addeq r1, #2")
LEAF block_pair(uint32_t a)
    IN_BLOCK("itte eq\n addeq r1, #1\n ldrdeq r2, r3, [r0]\n addne r1, #4")
LEAF block_no_pair(uint32_t a)
    IN_BLOCK("itee eq\n addeq r1, #1\n ldrdne r2, r3, [r0]\n addne r1, #4")
LEAF block_undefined(uint32_t a) IN_BLOCK("itet eq\n addeq r1, #1\n addne r1, #4\n udfeq #1")
LEAF block_defined(uint32_t a) IN_BLOCK("itee eq\n addeq r1, #1\n udfne #1\n addne r1, #4")
LEAF block_divide(uint32_t a)
    IN_BLOCK("itte eq\n addeq r1, #1\n sdiveq r1, r0, r0\n addne r1, #4")
LEAF block_no_divide(uint32_t a)
    IN_BLOCK("itee eq\n addeq r1, #1\n sdivne r1, r0, r0\n addne r1, #4")
LEAF block_pend(uint32_t lines)
    IN_BLOCK("ldr r2, =0xE000E200\n itttt eq\n streq r0, [r2]\n addeq r1, #1\n addeq r1, #2\n"
             "addeq r1, #4")
LEAF block_wait(uint32_t lines)
    IN_BLOCK("cpsid i\n ldr r2, =0xE000E200\n str r0, [r2]\n ittte eq\n addeq r1, #1\n wfieq\n"
             "addeq r1, #2\n addne r1, #8\n cpsie i\n isb")
LEAF block_no_wait(uint32_t a) IN_BLOCK("itet eq\n addeq r1, #1\n wfine\n addeq r1, #2")
LEAF block_event(uint32_t a)
    IN_BLOCK("sev\n ittte eq\n addeq r1, #1\n wfeeq\n addeq r1, #2\n addne r1, #8")
LEAF block_mask(uint32_t a)
    IN_BLOCK("ittet eq\n addeq r1, #1\n msreq primask, r1\n movne r1, #9\n addeq r1, #2\n"
             "mrs r2, primask\n orr r1, r1, r2, lsl #8\n movs r2, #0\n msr primask, r2")
#ifdef __ARM_FP
LEAF block_float(uint32_t a) IN_BLOCK("itte eq\n addeq r1, #1\n vmoveq s0, r1\n addne r1, #4")
LEAF block_no_float(uint32_t a) IN_BLOCK("itte ne\n addne r1, #1\n vmovne s0, r1\n addeq r1, #4")
LEAF load_before_float(uint32_t a) CASE("ldr r1, [r0]\n vmov s0, r1")
LEAF divide_before_float(uint32_t a) CASE("udiv r1, r1, r0\n vmov s0, r1")
LEAF load_singles(uint32_t a) CASE("vldmia r0!, {s0-s3}")
LEAF store_singles(uint32_t a) CASE("vstmia r0!, {s0-s3}\n dsb")
#endif
LEAF load_several(uint32_t a) CASE("ldmia r0!, {r1, r2, r3}")
LEAF load_onto_base(uint32_t a) CASE("ldmia r0, {r0, r1, r2}")
LEAF store_several(uint32_t a) CASE("stmia r0!, {r1, r2, r3}\n dsb")
LEAF load_then_step(uint32_t a) CASE("ldr r1, [r0], #4")
LEAF step_then_load(uint32_t a) CASE("ldr r1, [r0, #4]!")
LEAF load_pair_below(uint32_t a) CASE("ldrd r2, r3, [r0, #-8]!")
LEAF store_then_step(uint32_t a) CASE("str r1, [r0], #4\n dsb")
LEAF jump_by_byte(uint32_t a) CASE("movs r1, #0\n tbb [r0, r1]")
LEAF jump_by_word(uint32_t a) CASE("ldr pc, [r0]")
LEAF preload(uint32_t a) CASE("pld [r0]\n pld [r0, #8]")
LEAF load_pair_through(uint32_t a) CASE("ldr r2, [r0]\n ldrd r2, r3, [r2]")
LEAF load_several_behind(uint32_t a) CASE("adds r2, r0, #2\n ldm r2, {r1, r3}")
LEAF load_half_exclusive(uint32_t a) CASE("ldrexh r1, [r0]\n clrex")

static void note(uint32_t *frame, uint32_t exc_return) {
  uint32_t xpsr = frame[FRAME_XPSR];
  seen_state = (xpsr >> 8 & 0xFC) | (xpsr >> 25 & 3);
  seen_r0 = frame[FRAME_R0];
  record_fault(frame, exc_return);
}

// The function faults `offset` behind its start with that ITSTATE and the rest of its status.
static void faults(const char *name, uint32_t (*function)(uint32_t), uint32_t argument,
                   uint32_t status, uint32_t offset, uint32_t state) {
  fault.count = 0;
  function(argument);
  check(name, fault.count << 16 | fault.number,
        1 << 16 | (status > 0xFFFF ? EXCEPTION_USAGEFAULT : EXCEPTION_BUSFAULT));
  check_part(name, "CFSR", fault.cfsr, status);
  check_part(name, "stacked PC", fault.pc - ((uint32_t)function & ~1u), offset);
  check_part(name, "stacked ITSTATE", seen_state, state);
  check_part(name, "base", seen_r0, argument);
}

static void passes(const char *name, uint32_t (*function)(uint32_t), uint32_t argument,
                   uint32_t result) {
  fault.count = 0;
  uint32_t got = function(argument);
  check(name, fault.count << 16 | got, result);
}

static void ignore(uint32_t *frame, uint32_t exc_return) { event('i'); }

static void check_blocks(void) {
  uint32_t odd = (uint32_t)words + 2, line = 1 << IRQ_A;
  faults("IT: load from nowhere", block_load, NOWHERE, CFSR_PRECISERR | CFSR_BFARVALID, 8, 0x04);
  faults("IT: unaligned LDRD", block_pair, odd, CFSR_UNALIGNED, 8, 0x0C);
  passes("IT: unaligned LDRD that is not executed", block_no_pair, odd, 1);
  faults("IT: UDF", block_undefined, 0, CFSR_UNDEFINSTR, 10, 0x08);
  passes("IT: UDF that is not executed", block_defined, 0, 1);
  CCR |= CCR_DIV_0_TRP;
  barrier();
  faults("IT: division by zero", block_divide, 0, CFSR_DIVBYZERO, 8, 0x0C);
  passes("IT: division that is not executed", block_no_divide, 0, 1);
  CCR &= ~CCR_DIV_0_TRP;
  barrier();
  NVIC_ISER = line;
  events_clear();
  passes("IT: an interrupt within it", block_pend, line, 7);
  passes("IT: WFI", block_wait, line, 3);
  check_text("IT: both interrupts were taken", events(), "ii");
  NVIC_ICER = line;
  passes("IT: WFI that is not executed", block_no_wait, 0, 3);
  passes("IT: WFE", block_event, 0, 3);
  passes("IT: MSR", block_mask, 0, 0x103);
}

static void check_restarts(void) {
  uint32_t bus = CFSR_PRECISERR | CFSR_BFARVALID, odd = (uint32_t)words + 1;
  faults("LDM with write-back", load_several, NOWHERE, bus, 0, 0);
  faults("LDM onto its base", load_onto_base, NOWHERE, bus, 0, 0);
  faults("STM with write-back", store_several, NOWHERE, bus, 0, 0);
  faults("LDR, post-indexed", load_then_step, NOWHERE, bus, 0, 0);
  faults("LDR, pre-indexed", step_then_load, NOWHERE, bus, 0, 0);
  check_part("LDR, pre-indexed", "BFAR", fault.bfar, NOWHERE + 4);
  faults("LDRD, pre-indexed", load_pair_below, NOWHERE, bus, 0, 0);
  check_part("LDRD, pre-indexed", "BFAR", fault.bfar, NOWHERE - 8);
  faults("STR, post-indexed", store_then_step, NOWHERE, bus, 0, 0);
  faults("TBB", jump_by_byte, NOWHERE, bus, 2, 0);
  faults("LDR to PC", jump_by_word, NOWHERE, bus, 0, 0);
  passes("PLD", preload, NOWHERE, NOWHERE);
  words[0] = odd;
  faults("unaligned LDRD through a pointer", load_pair_through, (uint32_t)words, CFSR_UNALIGNED, 2, 0);
  faults("unaligned LDM behind a pointer", load_several_behind, (uint32_t)words, CFSR_UNALIGNED, 2, 0);
  faults("unaligned LDREXH", load_half_exclusive, odd, CFSR_UNALIGNED, 0, 0);
}

#ifdef __ARM_FP
static void allow_floating_point(int allowed) {
  CPACR = allowed ? 0xF00000 : 0;
  barrier();
}

static void check_floating_point(void) {
  uint32_t bus = CFSR_PRECISERR | CFSR_BFARVALID;
  faults("VLDM with write-back", load_singles, NOWHERE, bus, 0, 0);
  faults("VSTM with write-back", store_singles, NOWHERE, bus, 0, 0);
  clear_fpca();
  allow_floating_point(0);
  faults("FPU off, IT", block_float, 0, CFSR_NOCP, 8, 0x0C);
  passes("FPU off, IT: not executed", block_no_float, 0, 4);
  faults("FPU off: a load before it", load_before_float, NOWHERE, bus, 0, 0);
  CCR |= CCR_DIV_0_TRP;
  barrier();
  faults("FPU off: a division before it", divide_before_float, 0, CFSR_DIVBYZERO, 0, 0);
  CCR &= ~CCR_DIV_0_TRP;
  allow_floating_point(1);
}

static volatile uint32_t seen_fpccr, seen_fpcar, seen_distance;

static void write_frame(uint32_t *frame, uint32_t exc_return) {
  frame[FRAME_S0] = 0x12345678;
  seen_fpccr = FPCCR;
  seen_fpcar = FPCAR;
  seen_distance = FPCAR - (uint32_t)frame;
}

static void use_and_write_frame(uint32_t *frame, uint32_t exc_return) {
  __asm volatile("vmov s1, %0" ::"r"(7) : "s1");
  write_frame(frame, exc_return);
}

static void give_up_and_write_frame(uint32_t *frame, uint32_t exc_return) {
  FPCCR &= ~1u;
  write_frame(frame, exc_return);
}

static uint32_t single_after(handler *interrupt) {
  uint32_t single;
  handlers[EXCEPTION_IRQ0 + IRQ_A] = interrupt;
  __asm volatile("vmov s0, %0" ::"r"(0xAAAA5555) : "s0");
  pend(IRQ_A);
  __asm volatile("vmov %0, s0" : "=r"(single));
  return single;
}

static void check_lazy_stacking(void) {
  NVIC_ISER = 1 << IRQ_A;
  check("LSPACT: a frame only reserved is not read back", single_after(write_frame), 0xAAAA5555);
  check("LSPACT: set in the handler", seen_fpccr & 0xC0000001, 0xC0000001);
  check("FPCAR: where S0 has its place", seen_distance, 32);
  check("LSPACT: clear afterwards", FPCCR & 1, 0);
  check("LSPACT: a written frame is read back", single_after(use_and_write_frame), 0x12345678);
  check("LSPACT: clear once the unit was used", seen_fpccr & 1, 0);
  check("LSPACT: given up, the frame is read back", single_after(give_up_and_write_frame),
        0x12345678);
  FPCAR = VECTOR_TABLE + 0x107;
  check("FPCAR: multiples of eight", FPCAR, VECTOR_TABLE + 0x100);
  FPCCR = 0x80000000;
  barrier();
  check("LSPEN off: the frame is read back", single_after(write_frame), 0x12345678);
  check("LSPEN off: LSPACT", seen_fpccr & 1, 0);
  check("LSPEN off: FPCAR is left alone", seen_fpcar, VECTOR_TABLE + 0x100);
  FPCAR = (uint32_t)words;
  FPCCR = 0xC0000019;
  check("LSPACT: set by hand", FPCCR & 0xC000001B, 0xC0000019);
  FPCCR = 0xC0000000;
  barrier();
  NVIC_ICER = 1 << IRQ_A;
}
#endif

int main(void) {
  checks_begin();
  record_faults();
  for (int number = EXCEPTION_HARDFAULT; number <= EXCEPTION_USAGEFAULT; number++) {
    handlers[number] = note;
  }
  handlers[EXCEPTION_IRQ0 + IRQ_A] = ignore;
  SHCSR = SHCSR_BUSFAULTENA | SHCSR_USGFAULTENA;
  check_blocks();
  check_restarts();
#ifdef __ARM_FP
  check_floating_point();
  check_lazy_stacking();
#endif
  SHCSR = 0;
  return checks_end();
}
