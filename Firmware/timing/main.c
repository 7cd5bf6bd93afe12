// Times each kernel on the core it runs on, by the core's own counter, and prints one line for each:
// its name, and the cycles of ten copies of it in a row.
//
// Each kernel exists twice, four and fourteen copies long: the difference of both leaves out what calls
// and counters cost. Runs on any Cortex-M: nothing here is a device of a board.

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))
#define SYST_CSR REGISTER(0xE000E010)
#define SYST_RVR REGISTER(0xE000E014)
#define SYST_CVR REGISTER(0xE000E018)
#define DWT_CTRL REGISTER(0xE0001000)
#define DWT_CYCCNT REGISTER(0xE0001004)
#define DWT_LAR REGISTER(0xE0001FB0)
#define DEMCR REGISTER(0xE000EDFC)
#define CPACR REGISTER(0xE000ED88)

struct kernel {
  const char *name;
  void (*few)(void);
  void (*many)(void);
  uint32_t in_ram;
};

// Addresses and values, the Makefile's.
static const uint32_t stores[][2] = {STORES{0, 0}};

extern const struct kernel kernels[], kernels_end[];
extern uint32_t __stack_top[];
// Prepares the registers that kernels use, and calls one.
void run_kernel(void (*kernel)(void), uint32_t *memory);

// The first word is a pointer to itself.
static uint32_t memory[32] __attribute__((aligned(64)));

static uint32_t semihosting(uint32_t call, const void *block) {
  register uint32_t operation __asm("r0") = call;
  register const void *argument __asm("r1") = block;
  __asm volatile("bkpt 0xAB" : "+r"(operation) : "r"(argument) : "memory");
  return operation;
}

// SYS_WRITEC. Reference: Arm Semihosting specification, 5.2.
__attribute__((weak)) void put(char character) { semihosting(0x03, &character); }

static void print(const char *text) {
  while (*text) put(*text++);
}

static void print_decimal(uint32_t value) {
  char digits[11], *first = digits + sizeof digits - 1;
  *first = 0;
  do {
    *--first = '0' + value % 10;
    value /= 10;
  } while (value);
  print(first);
}

#if CORTEX_M == 0
// Armv6-M has no cycle counter, but SysTick counts the core's clock down.
static void open_counter(void) {
  SYST_RVR = 0xFFFFFF;
  SYST_CVR = 0;
  SYST_CSR = 5;
}
static uint32_t count(void) { return 0xFFFFFF - SYST_CVR; }
#else
static void open_counter(void) {
  DEMCR |= 1 << 24;
  // The Cortex-M7's counter is locked out of reset.
  DWT_LAR = 0xC5ACCE55;
  DWT_CTRL |= 1;
}
static uint32_t count(void) { return DWT_CYCCNT; }
#endif

// Kernels hold no addresses: a copy does as well.
static uint32_t copy[128] __attribute__((aligned(16)));

static void (*copy_of(void (*kernel)(void)))(void) {
  const uint32_t *code = (const uint32_t *)((uintptr_t)kernel & ~1u);
  for (unsigned word = 0; word < sizeof copy / sizeof copy[0]; word++) copy[word] = code[word];
  __asm volatile("dsb\n isb" ::: "memory");
  return (void (*)(void))((uintptr_t)copy | 1);
}

// The third run: what the core predicts of branches has settled.
__attribute__((noinline)) static uint32_t time(void (*kernel)(void), uint32_t in_ram) {
  if (in_ram) kernel = copy_of(kernel);
  uint32_t cycles = 0;
  for (int run = 0; run < 3; run++) {
    memory[0] = (uint32_t)memory;
    uint32_t start = count();
    run_kernel(kernel, memory);
    cycles = (count() - start) & 0xFFFFFF;
  }
  return cycles;
}

__attribute__((used, noreturn)) void Reset_Handler(void) {
#ifdef __ARM_FP
  CPACR |= 0xF00000;
  __asm volatile("dsb\n isb");
#endif
  for (unsigned i = 0; stores[i][0]; i++) REGISTER(stores[i][0]) = stores[i][1];
  open_counter();
  print("kernel,cycles\n");
  for (const struct kernel *kernel = kernels; kernel < kernels_end; kernel++) {
    uint32_t few = time(kernel->few, kernel->in_ram);
    uint32_t many = time(kernel->many, kernel->in_ram);
    print(kernel->name);
    print(",");
    print_decimal(many - few);
    print("\n");
  }
  // SYS_EXIT_EXTENDED, ADP_Stopped_ApplicationExit. Armv6-M's plain SYS_EXIT tells no status.
  uint32_t block[2] = {0x20026, 0};
  semihosting(0x20, block);
  for (;;) {
  }
}

__attribute__((naked, used)) static void stop(void) { __asm volatile("b ."); }

__attribute__((section(".isr_vector"), used)) static void *const vectors[16] = {
    __stack_top, Reset_Handler, [2 ... 15] = stop,
};
