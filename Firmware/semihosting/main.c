// Semihosting as a C library uses it: printf, exit status, clock and time; and the plain operations
// beneath. Reference: Arm "Semihosting for AArch32 and AArch64", 5 (operations); newlib's rdimon.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { SYS_WRITEC = 0x03, SYS_WRITE0 = 0x04, SYS_CLOCK = 0x10, SYS_TIME = 0x11, SYS_ERRNO = 0x13 };

extern void initialise_monitor_handles(void);
extern char end[];

// The library's own wants the heap below the stack; here it is above.
void *_sbrk(ptrdiff_t increment) {
  static char *next = end;
  char *block = next;
  if (next + increment > end + 0x10000) return (void *)-1;
  next += increment;
  return block;
}

void _init(void) {}
void _fini(void) {}

static int semihosting(int operation, const void *argument) {
  register int result __asm("r0") = operation;
  register const void *block __asm("r1") = argument;
  __asm volatile("bkpt 0xAB" : "+r"(result) : "r"(block) : "memory");
  return result;
}

static void say_goodbye(void) { printf("goodbye from atexit\n"); }

int main(void) {
  initialise_monitor_handles();
  // Else a line goes out at once or at the end, depending on what the host connects.
  setvbuf(stdout, 0, _IOLBF, 256);
  semihosting(SYS_WRITE0, "SYS_WRITE0 writes a string\n");
  for (const char *letter = "SYS_WRITEC writes letters\n"; *letter; letter++)
    semihosting(SYS_WRITEC, letter);
  printf("printf: %d %s %08x %5.2f\n", -42, "text", 0xBEEFu, 3.14159);
  fprintf(stderr, "stderr is written, too\n");
  char *block = malloc(1000);
  printf("malloc: %s\n", block ? "a block" : "nothing");
  free(block);

  clock_t before = clock();
  int ticks = semihosting(SYS_CLOCK, 0);
  printf("clock goes on: %s\n", clock() >= before && ticks >= 0 ? "yes" : "no");
  printf("a second has %d ticks\n", (int)CLOCKS_PER_SEC);
  time_t now = time(0);
  printf("time agrees with SYS_TIME: %s\n",
         (uint32_t)semihosting(SYS_TIME, 0) - (uint32_t)now <= 1 ? "yes" : "no");
  printf("# clock %ld\n# time %ld\n", (long)before, (long)now);
  printf("a line without its end");
  printf(", then its end\n");
  atexit(say_goodbye);
  exit(3);
}
