import NetworkCompiler

#if canImport(Glibc)
  import Glibc
#endif

/// QEMU's Cortex-M4 machine, which runs generated networks with the DSP instructions.
enum EmulatedCore {
  static let isThere =
    system("command -v arm-none-eabi-gcc >/dev/null && command -v qemu-system-arm >/dev/null") == 0

  private static let harness = """
    #include "deepcraft.h"
    #include "rows.h"
    static void report(int reason) {
      register int call __asm__("r0") = 0x18;
      register int value __asm__("r1") = reason;
      __asm__ volatile("bkpt 0xab" : : "r"(call), "r"(value) : "memory");
      for (;;) {}
    }
    static void reset(void) {
      for (int row = 0; row < ROWS; row++) {
        deepcraft_infer(inputs + row * DEEPCRAFT_INPUT_COUNT);
        for (int n = 0; n < DEEPCRAFT_OUTPUT_COUNT; n++) {
          if (deepcraft_scores[n] != expected[row * DEEPCRAFT_OUTPUT_COUNT + n]) report(0x20023);
        }
      }
      report(0x20026);
    }
    __attribute__((section(".vectors"), used)) static void (*const vectors[2])(void) = {
        (void (*)(void))0x20100000, reset};

    """

  private static let script = """
    SECTIONS {
      . = 0;
      .text : { KEEP(*(.vectors)) *(.text*) *(.rodata*) }
      . = 0x20000000;
      .bss (NOLOAD) : { *(.bss*) *(COMMON) }
    }

    """

  /// Whether the generated network gives these outputs on a Cortex-M4.
  static func agrees(
    _ generator: CGenerator, inputs: [Int8], expected: [Int8]
  ) throws -> Bool {
    var template = Array("/tmp/deepcraft-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw CannotRead(path: "/tmp") }
    let folder = String(cString: made)
    defer { _ = system("rm -rf '\(folder)'") }
    for file in generator.files() { try write(file.contents, to: folder + "/" + file.name) }
    let rows = inputs.count / generator.summary.inputCount
    try write(
      "#define ROWS \(rows)\nstatic const int8_t inputs[] = {\(list(inputs))};\n"
        + "static const int8_t expected[] = {\(list(expected))};\n", to: folder + "/rows.h")
    try write(harness, to: folder + "/main.c")
    try write(script, to: folder + "/link.ld")
    let build =
      "cd '\(folder)' && arm-none-eabi-gcc -std=gnu99 -O2 -mcpu=cortex-m4 -mthumb -Wall -Wextra"
      + " -Werror -nostartfiles -Wl,-T,link.ld -o run.elf deepcraft.c main.c >log 2>&1"
    guard system(build) == 0 else {
      throw CompilerFailed(log: String(decoding: try bytes(of: folder + "/log"), as: UTF8.self))
    }
    return system(
      "timeout 60 qemu-system-arm -M mps2-an386 -nographic -semihosting -kernel '\(folder)/run.elf'"
        + " </dev/null >/dev/null 2>&1") == 0
  }

  private static func list(_ values: [Int8]) -> String {
    values.map { "\($0)" }.joined(separator: ",")
  }
}
