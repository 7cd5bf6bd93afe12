import Foundation

/// Firmware for the tests, built by the cross compiler into a directory that the process removes.
enum Compiler {
  static let program = ["/usr/bin", "/usr/local/bin"].map { $0 + "/arm-none-eabi-gcc" }
    .first { FileManager.default.isExecutableFile(atPath: $0) }

  static let missing = "arm-none-eabi-gcc is missing: install gcc-arm-none-eabi"

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  static let linkerScript = """
    MEMORY {
      FLASH (rx) : ORIGIN = 0x00000000, LENGTH = 256K
      RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 64K
    }
    ENTRY(Reset_Handler)
    SECTIONS {
      .isr_vector : { KEEP(*(.isr_vector)) } > FLASH
      .text : { *(.text*) *(.rodata*) __text_end = .; } > FLASH
      .ARM.exidx : { *(.ARM.exidx*) } > FLASH
      .data : { *(.data*) } > RAM AT> FLASH
      .bss (NOLOAD) : { *(.bss*) *(COMMON) } > RAM
      .heap (NOLOAD) : { . = . + 4096; } > RAM
      __StackTop = ORIGIN(RAM) + LENGTH(RAM);
    }
    """

  static let source = """
    #include <stdint.h>
    extern uint32_t __StackTop;
    volatile uint32_t counter = 7;
    volatile uint32_t totals[64];
    static inline __attribute__((always_inline)) uint32_t square(uint32_t x) { totals[9] = x; return x * x; }
    __attribute__((noipa)) uint32_t step(uint32_t x) {
      counter += square(x);
      return counter;
    }
    __attribute__((noipa)) static uint32_t quiet(uint32_t x) {
      static volatile uint32_t calls;
      calls += square(x + 1);
      return calls;
    }
    __attribute__((noinline)) uint32_t never_called(uint32_t x) {
      for (uint32_t i = 0; i < x; i++) { totals[i & 63] += i; totals[(i * 7) & 63] ^= i << 3; }
      return totals[x & 63];
    }
    void Default_Handler(void) { for (;;) {} }
    void HardFault_Handler(void) __attribute__((weak, alias("Default_Handler")));
    void ADC_IRQHandler(void) __attribute__((weak, alias("Default_Handler")));
    void Reset_Handler(void) {
      for (;;) totals[step(3) & 63] = quiet(counter);
    }
    __attribute__((section(".isr_vector"), used)) const void *const vectors[4] = {
      &__StackTop, (void *)Reset_Handler, (void *)ADC_IRQHandler, (void *)HardFault_Handler,
    };

    """

  static let directory: URL = {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("thumbprint-image-\(ProcessInfo.processInfo.processIdentifier)")
    try? FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    atexit { try? FileManager.default.removeItem(at: Compiler.directory) }
    return url
  }()

  /// Compiles and links C (or another language by `suffix`) for a Cortex-M4F; the ELF's path.
  static func build(
    _ name: String, source: String = source, suffix: String = "c", script: String = linkerScript,
    options: [String] = [
      "-O2", "-g", "-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections",
    ]
  ) throws -> String {
    guard let program else { throw Failure(description: missing) }
    let input = directory.appendingPathComponent("\(name).\(suffix)")
    let layout = directory.appendingPathComponent("\(name).ld")
    let output = directory.appendingPathComponent("\(name).elf")
    try source.write(to: input, atomically: true, encoding: .utf8)
    try script.write(to: layout, atomically: true, encoding: .utf8)
    _ = try run(
      program,
      [
        "-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16", "-nostdlib",
        "-T", layout.path, input.path, "-o", output.path,
      ] + options)
    return output.path
  }

  /// What a tool of the cross compiler's family prints: `addr2line`, `size`.
  static func tool(_ name: String, _ arguments: [String]) throws -> String {
    guard let program else { throw Failure(description: missing) }
    return try run(program.replacing("gcc", with: name), arguments)
  }

  private static func run(_ program: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let (output, errors) = (Pipe(), Pipe())
    (process.standardOutput, process.standardError) = (output, errors)
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let complaint = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(description: String(decoding: complaint, as: UTF8.self))
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The standard firmware, built once.
  static let standard = Result { try build("standard") }
}
