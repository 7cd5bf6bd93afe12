import Foundation
import Testing

/// A program of a few lines for a Cortex-M4, built where a test wants it.
enum TinyFirmware {
  /// Reset, three calls of `work`, and what `body` does behind them, with `functions` of its own.
  static func source(_ body: String, functions: String = "") -> String {
    """
    \(functions)
    static volatile unsigned sum;
    __attribute__((noinline)) void work(unsigned n) { for (unsigned i = 0; i < n; i++) sum += i; }
    static void leave(void) {
      static const unsigned block[2] = {0x20026, 0};
      register unsigned operation __asm("r0") = 0x20;
      register const unsigned *argument __asm("r1") = block;
      __asm volatile("bkpt 0xAB" : : "r"(operation), "r"(argument) : "memory");
    }
    __attribute__((used)) void Reset_Handler(void) {
      for (int i = 0; i < 3; i++) work(100);
      \(body)
      leave();
      for (;;) {}
    }
    __attribute__((section(".vectors"), used)) static void *const vectors[] =
      {(void *)0x20004000, (void *)Reset_Handler};

    """
  }

  static func build(
    _ name: String, _ body: String, functions: String = "", in scratch: Scratch
  ) throws {
    try scratch.write(Data(source(body, functions: functions).utf8), to: "\(name).c")
    let built = try BuiltTool.run(
      "arm-none-eabi-gcc",
      [
        "-mcpu=cortex-m4", "-mthumb", "-O1", "-g", "-nostdlib", "-ffreestanding",
        "-Wl,--section-start=.vectors=0,-Ttext=0x100,-Tdata=0x20000000,-Tbss=0x20000100",
        "-Wl,-e,Reset_Handler", "-o", "\(name).elf", "\(name).c",
      ], in: scratch.folder)
    try #require(built.status == 0, "\(built.text)")
  }
}
