// Numbered self-checks and the list of events that they compare.

#include "check.h"

#include "console.h"
#include "handlers.h"

static uint32_t count, failures;
static char list[64];
static volatile uint32_t length;

void checks_begin(void) {
  console_open();
  reset_handlers();
}

static int report(const char *name, const char *part, int holds) {
  count++;
  failures += !holds;
  print(holds ? "ok " : "FAIL ");
  if (count < 10) print("0");
  print_decimal(count);
  print(" ");
  print(name);
  if (part) print(", ");
  if (part) print(part);
  if (holds) print("\n");
  return holds;
}

void check(const char *name, uint32_t got, uint32_t expected) {
  check_part(name, 0, got, expected);
}

void check_part(const char *name, const char *part, uint32_t got, uint32_t expected) {
  if (report(name, part, got == expected)) return;
  print(": got ");
  print_hex(got);
  print(", expected ");
  print_hex(expected);
  print("\n");
}

static int equal(const char *left, const char *right) {
  while (*left && *left == *right) left++, right++;
  return *left == *right;
}

void check_text(const char *name, const char *got, const char *expected) {
  if (report(name, 0, equal(got, expected))) return;
  print(": got ");
  print(got);
  print(", expected ");
  print(expected);
  print("\n");
}

int checks_end(void) {
  print_decimal(count);
  print(" checks, ");
  print_decimal(failures);
  print(" failed\n");
  return failures != 0;
}

void events_clear(void) {
  length = 0;
  list[0] = 0;
}

void event(char character) {
  uint32_t at = length;
  if (at + 1 >= sizeof list) return;
  length = at + 1;
  list[at + 1] = 0;
  list[at] = character;
}

const char *events(void) { return list; }
