// Numbered self-checks: `ok NN name`, `FAIL NN name: got G, expected E`, and a count at the end.
#pragma once

#include <stdint.h>

void checks_begin(void);
int checks_end(void);  // status for semihosting: 0 when all hold, else 1
void check(const char *name, uint32_t got, uint32_t expected);
// One of several parts of a check: `name, part`.
void check_part(const char *name, const char *part, uint32_t got, uint32_t expected);
void check_text(const char *name, const char *got, const char *expected);

// What happened in which order, one character an event; exceptions may append.
void events_clear(void);
void event(char character);
const char *events(void);
