// Two floating-point threads and an integer one on the process stack, switched by PendSV as an RTOS
// does. Reference: ARMv7-M ARM B1.5.8 (EXC_RETURN bit 4); Arm application note 298 (lazy stacking
// and context switching).

#include "check.h"
#include "checks.h"
#include "core.h"
#include "handlers.h"
#include "thread.h"

enum { THREADS = 3, STACK_WORDS = 128, ROUNDS = 200 };

static volatile uint32_t svc_return, svc_frame;
static uint32_t svc_stack;
static uint32_t stacks[THREADS][STACK_WORDS] __attribute__((aligned(8)));
uint32_t *switch_pointers[THREADS];
volatile uint32_t switch_current, switch_count, switch_returns_fp, switch_returns_basic;

static volatile uint32_t rounds[THREADS], errors[THREADS], ticks;

// s16-s31 are saved here only when bit 4 of EXC_RETURN says that the thread has used the FPU.
__attribute__((naked)) static void switch_thread(uint32_t *frame, uint32_t exc_return) {
  __asm volatile(
      "tst lr, #0x10\n it eq\n vstmdbeq r0!, {s16-s31}\n"
      "stmdb r0!, {r4-r11, lr}\n"
      "ite eq\n ldreq r3, =switch_returns_fp\n ldrne r3, =switch_returns_basic\n"
      "ldr r2, [r3]\n adds r2, #1\n str r2, [r3]\n"
      "ldr r1, =switch_current\n ldr r2, [r1]\n ldr r3, =switch_pointers\n"
      "str r0, [r3, r2, lsl #2]\n adds r2, #1\n cmp r2, #3\n it eq\n moveq r2, #0\n"
      "str r2, [r1]\n ldr r0, [r3, r2, lsl #2]\n"
      "ldr r1, =switch_count\n ldr r2, [r1]\n adds r2, #1\n str r2, [r1]\n"
      "ldmia r0!, {r4-r11, lr}\n"
      "tst lr, #0x10\n it eq\n vldmiaeq r0!, {s16-s31}\n"
      "msr psp, r0\n bx lr\n .ltorg");
}

// One round: every register filled from `seed`, a switch asked for (or a tick waited for), every
// register compared.
__attribute__((naked, noinline)) static uint32_t fp_round(uint32_t seed, uint32_t ask) {
  __asm volatile(
      "push {r4-r11, lr}\n vpush {s16-s31}\n"
      "vmov s0, r0\n vmov s15, r0\n vmov s16, r0\n vmov s23, r0\n vmov s31, r0\n"
      "mov r4, r0\n mov r8, r0\n mov r11, r0\n mov r12, r0\n"
      "ldr r3, =0xE000ED04\n str r1, [r3]\n dsb\n isb\n"
      "mov r2, #64\n 1: subs r2, #1\n bne 1b\n"
      "eor r1, r4, r8\n eor r2, r11, r12\n orr r1, r1, r2\n"
      "eor r2, r8, r11\n orr r1, r1, r2\n eor r2, r0, r4\n orr r1, r1, r2\n"
      "vmov r2, s0\n eor r2, r2, r0\n orr r1, r1, r2\n"
      "vmov r2, s15\n eor r2, r2, r0\n orr r1, r1, r2\n"
      "vmov r2, s16\n eor r2, r2, r0\n orr r1, r1, r2\n"
      "vmov r2, s23\n eor r2, r2, r0\n orr r1, r1, r2\n"
      "vmov r2, s31\n eor r2, r2, r0\n orr r0, r1, r2\n"
      "vpop {s16-s31}\n pop {r4-r11, pc}\n .ltorg");
}

static void fp_thread(uint32_t index) {
  uint32_t round = rounds[index];
  // Every fourth round leaves the switch to SysTick.
  errors[index] |= fp_round((index + 1) << 20 | round, round & 3 ? ICSR_PENDSVSET : 0);
  rounds[index] = round + 1;
}

// Starts the tick itself: a switch before it runs would save the main stack as a thread's.
static void first_thread(void) {
  SYST_RVR = 2499;
  SYST_CVR = 0;
  SYST_CSR = SYST_CLKSOURCE | SYST_TICKINT | SYST_ENABLE;
  while (rounds[0] < ROUNDS || rounds[1] < ROUNDS || rounds[2] < ROUNDS || ticks < 5) fp_thread(0);
  mask_interrupts();
  SYST_CSR = SYST_CLKSOURCE;
  ICSR = ICSR_PENDSTCLR | ICSR_PENDSVCLR;
  barrier();
  unmask_interrupts();
}

static void second_thread(void) {
  for (;;) fp_thread(1);
}

static void integer_thread(void) {
  for (;;) {
    uint32_t round = rounds[2], sum = 0;
    for (uint32_t step = 0; step < 20; step++) sum = sum * 3 + (round ^ step);
    ICSR = ICSR_PENDSVSET;
    barrier();
    uint32_t again = 0;
    for (uint32_t step = 0; step < 20; step++) again = again * 3 + (round ^ step);
    errors[2] |= sum ^ again;
    rounds[2] = round + 1;
  }
}

static void tick(uint32_t *frame, uint32_t exc_return) {
  ticks++;
  ICSR = ICSR_PENDSVSET;
}

static void prepare(uint32_t index, void (*body)(void)) {
  uint32_t *top = &stacks[index][STACK_WORDS] - 17;
  for (int word = 0; word < 17; word++) top[word] = 0;
  top[8] = 0xFFFFFFFD;
  top[15] = (uint32_t)body & ~1u;
  top[16] = 1 << 24;
  switch_pointers[index] = top;
}

static void note_return(uint32_t *frame, uint32_t exc_return) {
  if (!svc_return) svc_return = exc_return;
  if (!svc_frame) svc_frame = (uint32_t)frame;
}

static void call_with_fpu(void) {
  uint32_t stack;
  __asm volatile("vmov s0, %1\n mov %0, sp\n svc #0" : "=&r"(stack) : "r"(0) : "s0", "memory");
  svc_stack = stack;
}

static void check_return_values(void) {
  handlers[EXCEPTION_SVCALL] = note_return;
  run_thread(call_with_fpu, &stacks[0][STACK_WORDS], CONTROL_SPSEL);
  check("threads: EXC_RETURN to thread, PSP, extended frame", svc_return, 0xFFFFFFED);
  check("threads: the frame lies on the process stack", svc_stack - svc_frame, 104);
}

void check_context_switch(void) {
  check_return_values();
  handlers[EXCEPTION_PENDSV] = switch_thread;
  handlers[EXCEPTION_SYSTICK] = tick;
  handlers[EXCEPTION_SVCALL] = drop_unprivileged;
  SHPR(EXCEPTION_PENDSV) = 0xE0;
  prepare(1, second_thread);
  prepare(2, integer_thread);
  run_thread(first_thread, &stacks[0][STACK_WORDS], CONTROL_SPSEL);
  SHPR(EXCEPTION_PENDSV) = 0;
  check("threads: back on the main stack", get_control(), 0);
  check("threads: the first keeps its registers", errors[0], 0);
  check("threads: the second keeps its registers", errors[1], 0);
  check("threads: the integer one keeps its registers", errors[2], 0);
  check("threads: switches with extended frames", switch_returns_fp >= ROUNDS, 1);
  check("threads: switches with basic frames", switch_returns_basic >= ROUNDS, 1);
  check("threads: every switch had one or the other", switch_returns_fp + switch_returns_basic,
        switch_count);
}
