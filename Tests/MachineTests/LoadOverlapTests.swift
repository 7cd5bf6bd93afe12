import Disassembly
import FirmwareImage
import Foundation
import Testing
import Timing
import Units

@testable import Engine
@testable import Machine

/// An access that would run under the load before it, with both in one memory and in two.
struct LoadOverlapTests {
  private static let flash = UInt32(0x1000)
  private static let ram = UInt32(0x2000_0100)
  /// Where the RAM is seen a second time.
  private static let seenAgain = UInt32(0x1000_0100)

  private static func load(_ register: UInt16, from base: UInt16) -> UInt16 {
    0x6800 | base << 3 | register
  }
  private static func store(_ register: UInt16, to base: UInt16) -> UInt16 {
    0x6000 | base << 3 | register
  }

  /// Cycles of one more run of the code, and those of all runs that its overlaps cost.
  private static func run(
    _ bench: CodeBench, _ registers: [CoreRegister: UInt32]
  ) throws -> (cycles: UInt64, lost: UInt64) {
    try (bench.run(registers), bench.sum(\.overlapCycles))
  }

  @Test func twoMemoriesDoNotOverlap() throws {
    for second in [Self.load(2, from: 3), Self.store(0, to: 3)] {
      let code = [Self.load(0, from: 1), second]
      func cycles(_ first: UInt32, _ second: UInt32) throws -> (cycles: UInt64, lost: UInt64) {
        try Self.run(CodeBench(code), [.r1: first, .r3: second])
      }
      let one = try cycles(Self.ram, Self.ram + 0x40)
      let two = try cycles(Self.flash, Self.ram)
      #expect(one.lost == 0)
      #expect(two.lost == 1 && two.cycles == one.cycles + 1)
      #expect(try cycles(Self.seenAgain, Self.ram).lost == 0)
      // No memory of the map: a device.
      #expect(try Self.run(CodeBench([code[0]]), [.r1: Self.flash]).lost == 0)
    }
  }

  @Test func pointersThatTheBlockLoadsAreFollowed() throws {
    // The pointer at r4, another instruction, two loads.
    let code = [
      Self.load(3, from: 4), 0x1c6d, Self.load(0, from: 1), Self.load(2, from: 3),
    ]
    for (pointer, lost) in [(Self.ram, UInt64(0)), (Self.flash, 1)] {
      let bench = try CodeBench(code)
      let bytes = (0..<4).map { UInt8(pointer >> (8 * $0) & 0xff) }
      try #require(bench.engine.store(bytes, at: Address(Self.ram + 0x20)))
      let took = try Self.run(bench, [.r1: Self.ram, .r4: Self.ram + 0x20])
      #expect(took.lost == lost)
    }
  }

  @Test func whatChangesFromTimeToTimeIsChargedEachTime() throws {
    let bench = try CodeBench([Self.load(0, from: 1), Self.load(2, from: 3)])
    var lost: UInt64 = 0
    for number in 0..<100 {
      let isFlash = number % 3 == 1
      let took = try Self.run(
        bench, [.r1: Self.ram, .r3: isFlash ? Self.flash : Self.ram])
      lost += isFlash ? 1 : 0
      #expect(took.lost == lost, "run \(number)")
    }
  }

  @Test func anotherMemoryIsNoticedLater() throws {
    let bench = try CodeBench([Self.load(0, from: 1), Self.load(2, from: 3)])
    for _ in 0..<300 { _ = try Self.run(bench, [.r1: Self.ram, .r3: Self.ram]) }
    var lost: UInt64 = 0
    for _ in 0..<600 {
      lost = try Self.run(bench, [.r1: Self.ram, .r3: Self.flash]).lost
    }
    // Looked at again every 256 executions.
    #expect(lost >= 600 - 256)
  }

  /// An image of assembly code.
  private static func image(_ name: String, _ text: String) throws -> String {
    let folder = FirmwareBench.output.appendingPathComponent("overlaps")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let source = folder.appendingPathComponent("\(name).S")
    let elf = folder.appendingPathComponent("\(name).elf")
    let head = """
      .syntax unified
      .thumb
      .global Reset_Handler
      .type Reset_Handler, %function

      """
    let foot = "\n.size Reset_Handler, . - Reset_Handler\n"
    try (head + text + foot).write(to: source, atomically: true, encoding: .utf8)
    let made = try FirmwareBench.run(
      "arm-none-eabi-gcc",
      ["-mcpu=cortex-m4", "-nostdlib", "-Wl,-Ttext=0", "-Wl,-e,Reset_Handler"]
        + [source.path, "-o", elf.path])
    try #require(made.status == 0, "\(made.output)")
    return elf.path
  }

  /// The engine ends blocks where a page ends.
  @Test(.enabled(if: FirmwareBench.hasCompiler, "needs arm-none-eabi-gcc"))
  func aBlockOverlapsTheLoadBeforeIt() throws {
    let image = try FirmwareImage(
      file: Self.image(
        "pages",
        """
        Reset_Handler: ldr r0, [r1]
        ldr r2, [r3]
        ldr r4, [r4]
        ldr r2, [r3]
        ldr r0, [r1]
        again: ldr r2, [r3]
        b again
        """))
    let core = try #require(TimingCatalog.timing(of: "cortex-m4"))
    func overlaps(from offset: UInt32) throws -> [LoadOverlap] {
      let analysis = BlockAnalysis(image: image, timing: core) { _ in nil }
      let bytes = try #require(image.contents(at: Address(offset), count: 2))
      return bytes.withUnsafeBytes { analysis.describe(Address(offset), $0).accesses.overlaps }
    }
    let pair = LoadOverlap(
      first: RegisterSum(base: 1), second: RegisterSum(base: 3), instruction: 0)
    #expect(try overlaps(from: 2) == [pair])
    // Its pointer is gone; a branch leads there.
    #expect(try overlaps(from: 6).isEmpty)
    #expect(try overlaps(from: 10).isEmpty)
  }

  /// Firmware that reads CYCCNT sees them where they are lost.
  @Test(.enabled(if: FirmwareBench.hasCompiler, "needs arm-none-eabi-gcc"))
  func theyAreCountedInTheMiddleOfABlock() throws {
    let path = try Self.image(
      "counter",
      """
      .word 0x20001000, Reset_Handler, 0, 0
      Reset_Handler:
      ldr r0, =0xE0001000
      ldr r1, =0xE000EDFC
      mov r2, #0x01000000
      str r2, [r1]
      movs r2, #1
      str r2, [r0]
      mov r1, #0x20000000
      movs r6, #8
      bl lines
      str r5, [r1, #0x100]
      mov r6, r1
      bl lines
      str r5, [r1, #0x104]
      stop: wfi
      b stop
      .balign 16
      lines: ldr r2, [r0, #4]
      mov r7, r7
      .rept 4
      ldr r3, [r1]
      ldr r4, [r6]
      mov r7, r7
      .endr
      ldr r5, [r0, #4]
      mov r7, r7
      .rept 9
      ldr r3, [r1]
      ldr r4, [r6]
      .endr
      subs r5, r5, r2
      bx lr
      .balign 4
      .pool
      """)
    let machine = try FirmwareBench.machine(path, board: "generic-m4", duration: "1 ms")
    _ = machine.run()
    let twoMemories = try #require(machine.engine.word(at: Address(0x2000_0100)))
    let oneMemory = try #require(machine.engine.word(at: Address(0x2000_0104)))
    // The first read and MOV; four times two loads and MOV.
    #expect(oneMemory == 3 + 4 * 4)
    #expect(twoMemories == oneMemory + 4)
  }
}
