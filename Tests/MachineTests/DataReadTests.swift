import Engine
import Foundation
import RunRecord
import Testing
import Timing
import Units

@testable import Machine

/// What caches miss when data accesses are followed by address programs, against what they miss when the
/// engine says each access: `Firmware/bench-stm32`.
@Suite(.enabled(if: FirmwareBench.hasCompiler, "needs arm-none-eabi-gcc"))
struct DataReadTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let board: String
    let work: String
    let settings: [String]
    /// The data cache that is on, and what it stands before.
    let sets: UInt32
    let ways: UInt32
    let line: UInt32
    let replacement: FlashTiming.Replacement
    let ranges: [ClosedRange<UInt32>]
    let cachesStores: Bool
    /// The register that is written last: SCB->CCR or FLASH_ACR.
    var setting: Address {
      if settings.contains(where: { $0.hasPrefix("CACHES") }) { return Address(0xe000_ed14) }
      return Address(0x4002_2000)
    }

    var testDescription: String { "\(board), \(work)" }
  }

  /// Both caches of the flash interface at 5 wait states.
  private static func accelerator(_ work: String) -> Case {
    Case(
      board: "nucleo-l4r5zi", work: work, settings: ["ACR=0x605"], sets: 1, ways: 16, line: 16,
      replacement: .lru, ranges: [0x0800_0000...0x081f_ffff], cachesStores: false)
  }

  /// Both first-level caches of the core at 7 wait states.
  private static func firstLevel(_ work: String) -> Case {
    Case(
      board: "nucleo-f746zg", work: work, settings: ["ACR=0x7", "CACHES=0x30000"], sets: 32,
      ways: 4, line: 32, replacement: .random,
      ranges: [0x0800_0000...0x080f_ffff, 0x2001_0000...0x2004_ffff], cachesStores: true)
  }

  /// The same of an STM32H7 at 6 wait states.
  private static func largeFirstLevel(_ work: String) -> Case {
    Case(
      board: "nucleo-h7a3zi-q", work: work, settings: ["ACR=0x36", "CACHES=0x30000"], sets: 128,
      ways: 4, line: 32, replacement: .random,
      ranges: [0x0800_0000...0x081f_ffff, 0x2400_0000...0x240f_ffff], cachesStores: true)
  }

  /// Flash whose data reads no cache helps.
  private static func uncached(_ board: String, _ work: String, acr: String) -> Case {
    Case(
      board: board, work: work, settings: ["ACR=\(acr)"], sets: 0, ways: 0, line: 4,
      replacement: .lru, ranges: [0x0800_0000...0x081f_ffff], cachesStores: false)
  }

  private func image(_ test: Case) throws -> String {
    let name = ([test.board, test.work] + test.settings).joined(separator: "-")
    let folder = FirmwareBench.output.appendingPathComponent(name)
    let made = try FirmwareBench.run(
      "make",
      [
        "-s", "-C", FirmwareBench.firmware.appendingPathComponent("bench-stm32").path,
        "BOARD=\(test.board)", "WORK=\(test.work)", "ROUNDS=1", "OUT=\(folder.path)",
      ] + test.settings)
    guard made.status == 0 else { throw FirmwareBench.Failed(description: made.output) }
    return folder.appendingPathComponent("bench-stm32.elf").path
  }

  private func run(_ test: Case, observes: Bool) throws -> (Machine, misses: UInt64) {
    let machine = try FirmwareBench.machine(image(test), board: test.board)
    var cache = ReferenceCache(
      FlashTiming(
        waitStatesUncached: 1, waitStatesMiss: 1, lineBytes: test.line, sets: test.sets,
        ways: test.ways, replacement: test.replacement))
    if observes {
      // The start-up code clears memory before it sets the caches and the flash as the case says.
      var isSet = false
      try machine.engine.observeAccesses { address, bytes, isStore in
        if address == test.setting && isStore { isSet = true }
        guard isSet else { return }
        guard test.ranges.contains(where: { $0.contains(address.value) }) else { return }
        if isStore && !test.cachesStores { return }
        let first = address.value / test.line
        let last = (address.value + UInt32(bytes) - 1) / test.line
        for line in first...last { _ = cache.access(line: line) }
      }
    }
    #expect(machine.run().outcome == .exited(code: 0))
    return (machine, cache.misses)
  }

  @Test(arguments: [
    accelerator("stream"), accelerator("mixed"), accelerator("network"), firstLevel("mixed"),
    firstLevel("stream"), firstLevel("network"), largeFirstLevel("mixed"),
    largeFirstLevel("network"),
  ])
  func theCacheMissesWhatItMissesWithEachAccessSaid(test: Case) throws {
    let (machine, oracle) = try run(test, observes: true)
    let ours =
      test.cachesStores
      ? machine.engine.coreCacheCounts.data.misses : machine.engine.dataCacheMisses(ofMemory: 0)
    #expect(oracle > (test.work == "mixed" ? 20 : 100))
    let difference = max(ours, oracle) - min(ours, oracle)
    #expect(difference * 100 <= oracle, "\(ours) misses instead of \(oracle)")
  }

  @Test(arguments: [
    uncached("nucleo-g0b1re", "network", acr: "0x402"),
    uncached("nucleo-u575zi-q", "network", acr: "0x4"),
    uncached("nucleo-l4r5zi", "mixed", acr: "0x205"),
  ])
  func everyReadOfFlashWaits(test: Case) throws {
    let (machine, reads) = try run(test, observes: true)
    let ours = machine.engine.blockCounts().reduce(UInt64(0)) {
      $0 + $1.stallCycles - $1.fetchStallCycles
    }
    let oracle = reads * (UInt64(test.settings[0].suffix(1), radix: 16) ?? 0)
    #expect(oracle > 100)
    let difference = max(ours, oracle) - min(ours, oracle)
    #expect(difference * 100 <= oracle, "\(ours) cycles instead of \(oracle)")
  }

  /// Published for Dhrystone on an STM32F723 at 216 MHz: 245 against 49 DMIPS.
  @Test func theFirstLevelMakesAnM7SeveralTimesAsFast() throws {
    let on = Self.firstLevel("mixed")
    let off = Case(
      board: on.board, work: on.work, settings: ["ACR=0x7"], sets: 1, ways: 1, line: 32,
      replacement: .lru, ranges: [], cachesStores: true)
    let (fast, _) = try run(on, observes: false)
    let (slow, _) = try run(off, observes: false)
    let ratio = Double(slow.engine.cycles) / Double(fast.engine.cycles)
    #expect((3...7).contains(ratio), "\(ratio) times")
  }

  /// Neither how often a block is looked at nor the hook that observes may change what it costs.
  @Test func observingChangesNoCycle() throws {
    let test = Self.firstLevel("stream")
    let (plain, _) = try run(test, observes: false)
    let (observed, _) = try run(test, observes: true)
    #expect(plain.engine.cycles == observed.engine.cycles)
  }
}
