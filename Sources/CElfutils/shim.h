#include <dwarf.h>
#include <elfutils/libdw.h>
#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>

// The C++ runtime's demangler (Itanium C++ ABI, section 3.4); the result is freed by the caller.
char *__cxa_demangle(const char *name, char *buffer, size_t *length, int *status);
