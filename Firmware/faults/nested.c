// A bus fault in a handler that pre-empted a handler that pre-empted a thread on the process stack
// with floating point under way.

#include "console.h"
#include "core.h"
#include "startup.h"
#include "thread.h"

static uint32_t thread_stack[128] __attribute__((aligned(8)));
static volatile float level = 1.5f;

__attribute__((noinline)) static uint32_t read_sensor(volatile uint32_t *sensor) {
  return sensor[4];
}

void Default_Handler(void) {
  switch (get_ipsr()) {
    case EXCEPTION_IRQ0 + IRQ_A:
      pend(IRQ_B);
      break;
    case EXCEPTION_IRQ0 + IRQ_B:
      level = (float)read_sensor((volatile uint32_t *)0x60000000);
      break;
    default:
      for (;;) {
      }
  }
}

__attribute__((noinline)) static void filter(void) {
  level = level * 0.5f;
  pend(IRQ_A);
  level = level + 1.0f;
}

static void thread(void) {
  filter();
  print("not reached\n");
}

int main(void) {
  console_open();
  print("two handlers deep\n");
  NVIC_IPR(IRQ_A) = 0x80;
  NVIC_IPR(IRQ_B) = 0x40;
  NVIC_ISER = 1 << IRQ_A | 1 << IRQ_B;
  run_thread(thread, thread_stack + 128, CONTROL_SPSEL);
  return 0;
}
