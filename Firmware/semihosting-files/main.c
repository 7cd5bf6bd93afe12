// Every semihosting operation on files of the host, and what the firmware is told of itself.
// It runs in an empty directory, with the command line `semihosting-files.elf one "two words"`.
// Reference: Arm "Semihosting for AArch32 and AArch64" (3.0), 7.

#include "check.h"
#include "console.h"
#include "core.h"
#include "startup.h"

enum {
  SYS_OPEN = 0x01, SYS_CLOSE = 0x02, SYS_WRITE = 0x05, SYS_READ = 0x06, SYS_ISERROR = 0x08,
  SYS_ISTTY = 0x09, SYS_SEEK = 0x0A, SYS_FLEN = 0x0C, SYS_TMPNAM = 0x0D, SYS_REMOVE = 0x0E,
  SYS_RENAME = 0x0F, SYS_CLOCK = 0x10, SYS_TIME = 0x11, SYS_ERRNO = 0x13, SYS_GET_CMDLINE = 0x15,
  SYS_HEAPINFO = 0x16, SYS_ELAPSED = 0x30, SYS_TICKFREQ = 0x31
};
enum { ENOENT = 2, EBADF = 9, EACCES = 13, EFAULT = 14, ENOTDIR = 20, EISDIR = 21, EINVAL = 22 };
enum { R = 0, R_PLUS = 2, W = 4, W_PLUS = 6 };
static const uint32_t FAILED = 0xFFFFFFFF;

static char buffer[256];

static uint32_t call(uint32_t operation, const void *argument) {
  register uint32_t result __asm("r0") = operation;
  register const void *block __asm("r1") = argument;
  __asm volatile("bkpt 0xAB" : "+r"(result) : "r"(block) : "memory");
  return result;
}

static uint32_t call1(uint32_t operation, uint32_t a) { return call(operation, &a); }

static uint32_t call3(uint32_t operation, uint32_t a, uint32_t b, uint32_t c) {
  uint32_t block[3] = {a, b, c};
  return call(operation, block);
}

static uint32_t length(const char *text) {
  uint32_t count = 0;
  while (text[count]) count++;
  return count;
}

static uint32_t open(const char *name, uint32_t mode) {
  return call3(SYS_OPEN, (uint32_t)name, mode, length(name));
}

static uint32_t error(void) { return call(SYS_ERRNO, 0); }

static uint32_t write(uint32_t file, const char *text) {
  return call3(SYS_WRITE, file, (uint32_t)text, length(text));
}

// What is left of `count` bytes; the text stands in `buffer`.
static uint32_t read(uint32_t file, uint32_t count) {
  for (uint32_t index = 0; index < sizeof buffer; index++) buffer[index] = 0;
  return call3(SYS_READ, file, (uint32_t)buffer, count);
}

static uint32_t seek(uint32_t file, uint32_t to) {
  uint32_t block[2] = {file, to};
  return call(SYS_SEEK, block);
}

static uint32_t remove(const char *name) {
  uint32_t block[2] = {(uint32_t)name, length(name)};
  return call(SYS_REMOVE, block);
}

static uint32_t rename(const char *from, const char *to) {
  uint32_t block[4] = {(uint32_t)from, length(from), (uint32_t)to, length(to)};
  return call(SYS_RENAME, block);
}

static void check_refused(const char *name, uint32_t result, uint32_t expected) {
  check_part(name, "result", result, FAILED);
  check_part(name, "errno", error(), expected);
}

static void check_features(void) {
  uint32_t file = open(":semihosting-features", R);
  check("the lowest handle is 1", file, 1);
  check("features: length", call1(SYS_FLEN, file), 5);
  check("features: rest of 8", read(file, 8), 3);
  check_text("features: text", buffer, "SHFB\x03");
  check("features: seek", seek(file, 4), 0);
  check("features: one byte", read(file, 1), 0);
  check("features: that byte", (uint8_t)buffer[0], 3);
  check_refused("features: seek behind the end", seek(file, 6), EINVAL);
  check("features: close", call1(SYS_CLOSE, file), 0);
  check_refused("features: writing", open(":semihosting-features", W), EACCES);
}

static void check_console(void) {
  uint32_t input = open(":tt", R), output = open(":tt", W), errors = open(":tt", 8);
  check("console: input", input, 1);
  check("console: output", output, 2);
  check("console: error output", errors, 3);
  check("console: end of input", read(input, 4), 4);
  check_refused("console: seek", seek(output, 0), 29);
  check("console: close", call1(SYS_CLOSE, output), 0);
  check("the lowest free handle comes next", open(":tt", W), output);
  call1(SYS_CLOSE, input), call1(SYS_CLOSE, output), call1(SYS_CLOSE, errors);
}

static void check_files(void) {
  check_refused("absent", open("absent", R), ENOENT);
  check_refused("absent, to be updated", open("absent", R_PLUS), ENOENT);
  uint32_t file = open("notes", W_PLUS);
  check("made", file, 1);
  check("is no terminal", call1(SYS_ISTTY, file), 0);
  check("empty", call1(SYS_FLEN, file), 0);
  check("written", write(file, "hello, file of the host"), 0);
  check("length", call1(SYS_FLEN, file), 23);
  check("at the end: nothing left", read(file, 8), 8);
  check("seek", seek(file, 7), 0);
  check("read", read(file, 4), 0);
  check_text("text", buffer, "file");
  check("rest of the file", read(file, 100), 88);
  check_text("its text", buffer, " of the host");
  check("back", seek(file, 0), 0);
  check("written over", write(file, "HELLO"), 0);
  check("behind the end", seek(file, 30), 0);
  check("written there", write(file, "end"), 0);
  check("zeros between", call1(SYS_FLEN, file), 33);
  check("closed", call1(SYS_CLOSE, file), 0);
  file = open("notes", R);
  check("read again", read(file, 12), 0);
  check_text("its start", buffer, "HELLO, file ");
  check("reading does not write", write(file, "x"), 1);
  call1(SYS_CLOSE, file);
  file = open("notes", W);
  check("opening for writing empties it", call1(SYS_FLEN, file), 0);
  check("writing does not read", read(file, 4), 4);
  call1(SYS_CLOSE, file);
}

static void check_names(void) {
  check_refused("below a file", open("notes/x", R), ENOTDIR);
  check("renamed", rename("notes", "kept"), 0);
  check_refused("the old name", open("notes", R), ENOENT);
  check("the new name", open("./kept", R), 1);
  call1(SYS_CLOSE, 1);
  check_refused("renaming what is not there", rename("notes", "kept"), ENOENT);
  check("removed", remove("kept"), 0);
  check_refused("removed twice", remove("kept"), ENOENT);
  check_refused("bad mode", open("kept", 12), EINVAL);
  uint32_t block[3] = {(uint32_t)buffer, 7, sizeof buffer};
  check("temporary name", call(SYS_TMPNAM, block), 0);
  check("it is one", length(buffer) > 4, 1);
  block[2] = 4;
  check("no room for it", call(SYS_TMPNAM, block), FAILED);
}

static void check_errors(void) {
  check_refused("close of nothing", call1(SYS_CLOSE, 9), EBADF);
  check_refused("seek of nothing", seek(9, 0), EBADF);
  check_refused("length of nothing", call1(SYS_FLEN, 9), EBADF);
  check_refused("handle 0", call1(SYS_CLOSE, 0), EBADF);
  check("read of nothing", read(9, 4), 4);
  check("write of nothing", write(9, "four"), 4);
  check("error: -1", call1(SYS_ISERROR, FAILED), 1);
  check("error: 0", call1(SYS_ISERROR, 0), 0);
  check("error: 1", call1(SYS_ISERROR, 1), 0);
  check_refused("a block that is no memory", call(SYS_CLOSE, (void *)0x70000000), EFAULT);
}

static void check_environment(void) {
  uint32_t block[2] = {(uint32_t)buffer, sizeof buffer};
  check("command line", call(SYS_GET_CMDLINE, block), 0);
  check_text("its text", buffer, "semihosting-files.elf one \"two words\"");
  check("its length", block[1], 37);
  block[1] = 37;
  check_refused("no room for its end", call(SYS_GET_CMDLINE, block), 7);
  uint32_t info[4] = {0}, *pointer = info;
  check("heap", call(SYS_HEAPINFO, &pointer), 0);
  check("the largest memory", info[0], CORTEX_M == 7 ? 0x60000000 : 0x21000000);
  check("its end", info[1], info[0] + 0x01000000);
  check("the stack's base", info[2], info[1]);
  check("the stack's limit", info[3], info[0]);
}

static void check_clocks(void) {
  check("ticks a second", call(SYS_TICKFREQ, 0), 1000000000);
  uint32_t before[2], after[2];
  check("elapsed", call(SYS_ELAPSED, before), 0);
  for (volatile int delay = 0; delay < 1000; delay++) {
  }
  call(SYS_ELAPSED, after);
  check("it goes on", after[1] > before[1] || after[0] > before[0], 1);
  uint32_t clock = call(SYS_CLOCK, 0), time = call(SYS_TIME, 0);
  check("the clock does not go back", call(SYS_CLOCK, 0) >= clock, 1);
  check("nor does time", call(SYS_TIME, 0) - time <= 1, 1);
}

int main(void) {
  checks_begin();
  check_features();
  check_console();
  check_files();
  check_names();
  check_errors();
  check_environment();
  check_clocks();
  return checks_end();
}
