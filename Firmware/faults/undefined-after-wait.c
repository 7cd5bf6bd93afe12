// An undefined instruction right behind a WFE that does not sleep: the two must not be confused.

#include "console.h"
#include "startup.h"

int main(void) {
  console_open();
  print("waiting, then not an instruction\n");
  __asm volatile("sev\n wfe\n udf #0" ::: "memory");
  return 0;
}
