import Foundation
import Testing

/// What the C library's allocator gave out, seen from outside the firmware.
@Suite(
  .enabled(
    if: EnginesTests.hasCompiler && BuiltTool.path != nil,
    "needs arm-none-eabi-gcc and the executable"))
struct HeapTests {
  private static let source = """
    #include <stdlib.h>
    extern char __heap[];
    static char *top = __heap;
    void *_sbrk(int bytes) { char *old = top; top += bytes; return old; }
    __attribute__((used)) void Reset_Handler(void) {
      char *volatile a = malloc(400), *volatile b = malloc(40), *volatile c = malloc(400);
      free(a);
      b = realloc(b, 48);
      free(c);
      for (;;) __asm volatile("wfi");
    }
    __attribute__((section(".vectors"), used)) static void *const vectors[] =
      {(void *)0x20080000, (void *)Reset_Handler};
    """

  @Test func `the heap over time tells what is in use and how large its holes are`() throws {
    let scratch = try Scratch()
    try scratch.write(Data(Self.source.utf8), to: "main.c")
    try scratch.write(Data(Self.layout.utf8), to: "layout.ld")
    let built = try BuiltTool.run(
      "arm-none-eabi-gcc",
      [
        "-mcpu=cortex-m4", "-mthumb", "-O1", "-g", "-fno-builtin", "--specs=nano.specs",
        "-nostartfiles", "-T", "layout.ld", "main.c", "-o", "heap.elf",
      ], in: scratch.folder)
    try #require(built.status == 0, "\(built.text)")
    let run = try BuiltTool.run(
      ["run", "heap.elf", "--board", "mps2-an386", "--export", "memory=memory.txt"],
      in: scratch.folder)
    #expect(run.status == 0, "\(run.text)")
    let text = try scratch.text("memory.txt")
    let rows = text.split(separator: "\n").drop { !$0.hasPrefix("heap at") }.dropFirst()
    // The last three of each row: the end, in use, the largest hole.
    let numbers = rows.map { row in
      row.split(separator: " ").suffix(3).map { Int($0.filter(\.isNumber)) ?? -1 }
    }
    let used = numbers.map { $0[1] }
    #expect(used.contains(400) && used.contains(440) && used.contains(840), "\(text)")
    #expect(used.last == 48, "\(text)")
    // The first block's place lies free before the second.
    let hole = try #require(numbers.first { $0[1] == 440 && $0[2] >= 400 }, "\(text)")
    #expect(hole[0] >= 840, "\(text)")
    #expect(text.contains("% in smaller pieces"), "\(text)")
  }

  private static let layout = """
    MEMORY { CODE (rx) : ORIGIN = 0, LENGTH = 1M RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 1M }
    ENTRY(Reset_Handler)
    SECTIONS {
      .text : { KEEP(*(.vectors)) *(.text*) *(.rodata*) } > CODE
      .data : { *(.data*) *(.bss*) *(COMMON) . = ALIGN(8); } > RAM AT > RAM
      __heap = .;
    }
    """
}
