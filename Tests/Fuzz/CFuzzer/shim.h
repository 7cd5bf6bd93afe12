#include <stddef.h>
#include <stdint.h>

// libFuzzer's own loop, which its archive holds beside `main`.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*run)(const uint8_t *data, size_t size));
