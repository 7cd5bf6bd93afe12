// Two timers and SysTick pre-empt each other and a thread, all of them with floating point,
// exclusive accesses and IT blocks; what they compute must be what they compute undisturbed.
// Reference: ARMv7-M ARM (DDI 0403E) B1.5.6-B1.5.8, A3.4.5 (exclusives and context switches).

#include "check.h"
#include "core.h"
#include "handlers.h"

enum { SOURCES = 3, TURNS = 400, ROUNDS = 300 };

static volatile uint32_t turns[SOURCES];
static volatile float orbits[SOURCES];
static uint32_t shared;

// One step of the logistic map, whose chaos makes any wrong bit grow.
static float step(float x, float rate) { return rate * x * (1.0f - x); }

static float rate_of(uint32_t source) { return 3.875f + 0.0625f * (float)source / 2; }

static float orbit(uint32_t source, uint32_t steps) {
  float x = 0.25f + 0.0625f * (float)source;
  while (steps--) x = step(x, rate_of(source));
  return x;
}

static void add_exclusively(uint32_t *to, uint32_t value) {
  uint32_t sum, failed;
  do {
    __asm volatile("ldrex %0, [%2]\n add %0, %3\n strex %1, %0, [%2]"
                   : "=&r"(sum), "=&r"(failed)
                   : "r"(to), "r"(value)
                   : "memory");
  } while (failed);
}

// A source may fire once more before it stops.
static void turn(uint32_t source) {
  if (turns[source] == TURNS) return;
  turns[source]++;
  orbits[source] = step(orbits[source], rate_of(source));
  add_exclusively(&shared, source + 1);
}

static void on_timer0(uint32_t *frame, uint32_t exc_return) {
  TIMER_INTSTATUS(TIMER0_BASE) = 1;
  turn(0);
  if (turns[0] == TURNS) TIMER_CTRL(TIMER0_BASE) = 0;
}

static void on_timer1(uint32_t *frame, uint32_t exc_return) {
  TIMER_INTSTATUS(TIMER1_BASE) = 1;
  turn(1);
  if (turns[1] == TURNS) TIMER_CTRL(TIMER1_BASE) = 0;
}

static void on_systick(uint32_t *frame, uint32_t exc_return) {
  turn(2);
  if (turns[2] == TURNS) SYST_CSR = SYST_CLKSOURCE;
}

// A Collatz walk in IT blocks: flags, ITSTATE and registers all have to survive.
static uint32_t walk(uint32_t value) {
  uint32_t length = 0;
  __asm volatile(
      "1: cmp %0, #1\n beq 2f\n"
      "tst %0, #1\n"
      "itett ne\n addne r3, %0, %0, lsl #1\n lsreq %0, %0, #1\n addne %0, r3, #1\n addne %1, #2\n"
      "it eq\n addeq %1, #0\n"
      "add %1, #1\n b 1b\n 2:"
      : "+r"(value), "+r"(length)::"r3", "cc");
  return length;
}

static float filter(uint32_t seed) {
  float state[4] = {1, 2, 3, 4}, sum = 0;
  for (int index = 0; index < 32; index++) {
    seed = seed * 1664525 + 1013904223;
    float input = (float)(seed >> 16) * (1.0f / 65536);
    for (int tap = 0; tap < 4; tap++) state[tap] = state[tap] * 0.75f + input * (float)(tap + 1);
    sum += state[0] - state[1] + state[2] - state[3];
  }
  return sum;
}

static uint32_t bits(float value) {
  union {
    float value;
    uint32_t bits;
  } both = {value};
  return both.bits;
}

static uint32_t work(uint32_t round) {
  return walk(27 + round % 16) * 0x9E3779B9 ^ bits(filter(round % 16)) ^
         bits(__builtin_sqrtf((float)(round % 16)));
}

static void start(void) {
  for (uint32_t source = 0; source < SOURCES; source++) orbits[source] = orbit(source, 0);
  handlers[EXCEPTION_IRQ0 + IRQ_TIMER0] = on_timer0;
  handlers[EXCEPTION_IRQ0 + IRQ_TIMER1] = on_timer1;
  handlers[EXCEPTION_SYSTICK] = on_systick;
  NVIC_IPR(IRQ_TIMER0) = 0x40;
  NVIC_IPR(IRQ_TIMER1) = 0x80;
  SHPR(EXCEPTION_SYSTICK) = 0xC0;
  NVIC_ISER = 1 << IRQ_TIMER0 | 1 << IRQ_TIMER1;
  TIMER_RELOAD(TIMER0_BASE) = 997;
  TIMER_RELOAD(TIMER1_BASE) = 1409;
  SYST_RVR = 1777;
  SYST_CVR = 0;
  TIMER_CTRL(TIMER0_BASE) = TIMER_ENABLE | TIMER_IRQ_ENABLE;
  TIMER_CTRL(TIMER1_BASE) = TIMER_ENABLE | TIMER_IRQ_ENABLE;
  SYST_CSR = SYST_CLKSOURCE | SYST_TICKINT | SYST_ENABLE;
}

int main(void) {
  checks_begin();
  uint32_t reference[16], errors = 0, added = 0;
  for (uint32_t round = 0; round < 16; round++) reference[round] = work(round);
  start();
  for (uint32_t round = 0;
       round < ROUNDS || turns[0] < TURNS || turns[1] < TURNS || turns[2] < TURNS; round++) {
    errors |= work(round) ^ reference[round % 16];
    add_exclusively(&shared, 4);
    added += 4;
  }
  check("the thread computes what it computes undisturbed", errors, 0);
  check("timer 0 stopped after its turns", turns[0], TURNS);
  check("timer 1 stopped after its turns", turns[1], TURNS);
  check("SysTick stopped after its turns", turns[2], TURNS);
  check("timer 0's floating-point orbit", bits(orbits[0]), bits(orbit(0, TURNS)));
  check("timer 1's floating-point orbit", bits(orbits[1]), bits(orbit(1, TURNS)));
  check("SysTick's floating-point orbit", bits(orbits[2]), bits(orbit(2, TURNS)));
  check("no exclusive addition was lost", shared - added, TURNS * (1 + 2 + 3));
  check("nothing active, nothing pending", NVIC_IABR | NVIC_ISPR | get_ipsr(), 0);
  return checks_end();
}
