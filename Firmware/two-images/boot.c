// Checks that an application is there, and starts it as a reset would.

#include "console.h"
#include "startup.h"

#define APPLICATION ((const uint32_t *)0x10000)
#define SCB_VTOR (*(volatile uint32_t *)0xE000ED08)

__attribute__((noinline)) static int is_there(void) {
  const uint32_t stack = *(const volatile uint32_t *)APPLICATION;
  return stack >> 20 == 0x200;
}

__attribute__((noinline)) static void start_application(void) {
  SCB_VTOR = (uint32_t)(uintptr_t)APPLICATION;
  __asm volatile("msr msp, %0\n bx %1" ::"r"(APPLICATION[0]), "r"(APPLICATION[1]) : "memory");
}

int main(void) {
  console_open();
  if (!is_there()) {
    print("no application\n");
    return 1;
  }
  print("boot loader\n");
  start_application();
  return 2;
}
