// One image for each thing that exceptions cost cycles for; a test counts what the run charged.
//   CASE 1 a call of the supervisor    2 two interrupts at once, the second chained
//   3 SysTick before, during and after the entry of a less urgent interrupt, 60 times
//   4 a call with a floating-point frame that nobody writes, 5 one that the handler makes the core write,
//   6 one that is written at entry     7 asleep until SysTick
#include <stdint.h>

#define REG(address) (*(volatile uint32_t *)(address))
#define SYST_CSR REG(0xE000E010)
#define SYST_RVR REG(0xE000E014)
#define SYST_CVR REG(0xE000E018)
#define NVIC_ISER REG(0xE000E100)
#define NVIC_ISPR REG(0xE000E200)
#define NVIC_IPR0 REG(0xE000E400)
#define CPACR REG(0xE000ED88)
#define FPCCR REG(0xE000EF34)

volatile uint32_t nested, chained, apart;  // SysTick inside the interrupt, with it pending, and before
volatile uint32_t latency;         // cycles from SysTick's zero to its handler's first read of it
static volatile uint32_t inside, ticks;

__attribute__((noreturn)) static void finish(void) {
  __asm volatile("movs r0, #0x18\n ldr r1, =0x20026\n bkpt 0xAB\n b .");
  __builtin_unreachable();
}

__attribute__((naked)) static void supervisor_call(void) {
#if CASE == 5
  __asm volatile("vmov s0, r0\n bx lr");
#else
  __asm volatile("bx lr");
#endif
}

#if CASE == 7
__attribute__((naked)) static void tick(void) {
  __asm volatile(
      "ldr r0, =0xE000E014\n"  // the reload value, then the counter
      "ldr r1, [r0, #4]\n"
      "ldr r0, [r0]\n"
      "subs r0, r0, r1\n"
      "ldr r1, =latency\n"
      "str r0, [r1]\n"
      "bx lr\n"
      ".ltorg");
}
#else
static void tick(void) {
  SYST_CSR = 0;
  ticks++;
  if (inside) {
    nested++;
  } else if (NVIC_ISPR & 1) {
    chained++;
  } else {
    apart++;
  }
}
#endif

static void first(void) {
  inside = 1;
  // Long enough for a tick that comes after the entry.
  for (int turn = 0; turn < 40 && ticks == 0; turn++) __asm volatile("");
  inside = 0;
}

static void second(void) { __asm volatile(""); }

static inline void run(void) {
#if CASE == 1
  __asm volatile("svc #0");
#elif CASE == 2
  NVIC_ISER = 3;
  __asm volatile("cpsid i");
  NVIC_ISPR = 3;
  __asm volatile("cpsie i\n isb");
#elif CASE == 3
  NVIC_IPR0 = 0xC0;  // SysTick is the more urgent
  NVIC_ISER = 1;
  for (uint32_t reload = 1; reload <= 60; reload++) {
    ticks = 0;
    SYST_RVR = reload;
    SYST_CVR = 0;
    SYST_CSR = 7;
    SYST_RVR = 0xffffff;  // once is enough
    NVIC_ISPR = 1;
    __asm volatile("isb");
    while (ticks == 0) {
    }
  }
#elif CASE >= 4 && CASE <= 6
  CPACR = 0xf00000;
  if (CASE == 6) FPCCR = 1u << 31;
  __asm volatile("dsb\n isb\n vmov s0, r0");
  __asm volatile("svc #0");
#elif CASE == 7
  SYST_RVR = 999;
  SYST_CVR = 0;
  SYST_CSR = 7;
  __asm volatile("wfi");
  SYST_CSR = 0;
#endif
}

__attribute__((used)) void Reset_Handler(void) {
  nested = chained = apart = latency = inside = ticks = 0;
  run();
  finish();
}

__attribute__((section(".isr_vector"), used)) static void (*const vectors[18])(void) = {
    (void (*)(void))0x20004000, Reset_Handler,
    [11] = supervisor_call,     [15] = tick,
    [16] = first,               [17] = second,
};
