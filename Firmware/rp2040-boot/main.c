// Boots by way of the ROM, says so over UART0, compares clocks, asks the ROM for its functions, divides
// by hardware, blinks, and sleeps until an alarm.
#include "../rp2040/rp2040.h"

static volatile uint32_t alarms;

void TIMER_0_Handler(void) {
  REG(TIMER + 0x34) = 1;
  alarms++;
}

static void say(const char *name, int holds) {
  print(name);
  print(holds ? " ok\n" : " FAIL\n");
}

// The ROM begins at address 0, of which the compiler must know nothing.
static uint32_t rom_word(uint32_t address) {
  __asm("" : "+r"(address));
  return REG(address);
}

// A table of the ROM by where its pointer is, and what it has under two letters.
static uint32_t look_up(uint32_t table, const char *letters) {
  typedef uint32_t Function(uint32_t, uint32_t);
  uint32_t tables = rom_word(0x14);
  Function *find = (Function *)(rom_word(0x18) & 0xffff);
  return find(
      table == 0x14 ? tables & 0xffff : tables >> 16,
      (uint32_t)letters[0] | (uint32_t)letters[1] << 8);
}

static void rom(void) {
  say("rom version", rom_word(0x10) == 0x0301754d);
  typedef uint32_t Bits(uint32_t);
  say("popcount", ((Bits *)look_up(0x14, "P3"))(0xf0f00001) == 9);
  say("reverse", ((Bits *)look_up(0x14, "R3"))(0x00000013) == 0xc8000000);
  say("leading zeros", ((Bits *)look_up(0x14, "L3"))(0x00010000) == 15);
  say("trailing zeros", ((Bits *)look_up(0x14, "T3"))(0x00010000) == 16);
  say("no such function", look_up(0x14, "??") == 0);
  say("notice", *(const char *)look_up(0x16, "CR") != 0);
}

static void divider(void) {
  REG(SIO + 0x68) = (uint32_t)-1000;
  REG(SIO + 0x6C) = 7;
  while (!(REG(SIO + 0x78) & 1)) {
  }
  say("remainder", (int32_t)REG(SIO + 0x74) == -6);
  say("quotient", (int32_t)REG(SIO + 0x70) == -142);
}

static void timer(void) {
  release(1u << 21);
  REG(CLOCKS + 0x94) = 9;
  say("clk_sys", REG(CLOCKS + 0x9C) >> 5 == 125000);
  SYST_RVR = 0xffffff;
  SYST_CVR = 0;
  SYST_CSR = 5;
  uint32_t start = REG(TIMER + 0x28);
  while (REG(TIMER + 0x28) == start) {
  }
  uint32_t first = SYST_CVR;
  start = REG(TIMER + 0x28);
  while (REG(TIMER + 0x28) - start < 100) {
  }
  uint32_t cycles = (first - SYST_CVR) & 0xffffff;
  // Code that comes for the first time waits for flash now and then.
  say("microseconds", cycles > 12375 && cycles < 13500);
  REG(TIMER + 0x38) = 1;
  NVIC_ISER = 1;
  uint32_t asleep = REG(TIMER + 0x28);
  REG(TIMER + 0x10) = asleep + 5000;
  while (alarms == 0) __asm volatile("wfi");
  uint32_t slept = REG(TIMER + 0x28) - asleep;
  say("alarm", alarms == 1 && slept >= 5000 && slept < 5010);
}

static void lamp(void) {
  REG(IO_BANK0 + 8 * 25 + 4) = 5;
  REG(SIO + 0x24) = 1u << 25;
  for (int turn = 0; turn < 6; turn++) {
    REG(SIO + 0x1C) = 1u << 25;
    uint32_t start = REG(TIMER + 0x28);
    while (REG(TIMER + 0x28) - start < 100) {
    }
  }
}

int main(void) {
  clock_start();
  uart_start();
  print("hello\n");
  rom();
  divider();
  timer();
  lamp();
  return 0;
}
