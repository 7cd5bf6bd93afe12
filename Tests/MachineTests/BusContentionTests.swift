import Deployments
import Engine
import Foundation
import Profiling
import RunRecord
import Testing
import Units

@testable import Machine

/// `Firmware/stm32-contention` and `rp2040-contention`: what a core waits for DMA where both want the same memory.
///
/// A word that DMA moves takes its memory for one cycle, and a kernel's turn of so many cycles accesses the
/// memory in so many of them: that share of the words holds the core up for a cycle each.
@Suite(.enabled(if: FirmwareBench.hasCompiler, "needs arm-none-eabi-gcc"))
struct BusContentionTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var board = "nucleo-l4r5zi"
    let kernel: String
    /// Of the words that are copied: of one end, of both, of none in the memory that the kernel accesses.
    var words: UInt64
    /// How long copying takes: five cycles for each of 512 words, or one for each of 4096.
    var copying: UInt64 = 2560
    /// How many banks those words go to by turns.
    var banks: UInt64 = 1
    /// Of a turn, by hand: accesses that may be late for data and for code, cycles at no wait, and those that
    /// fetches by the System bus wait.
    var data: UInt64 = 0
    var code: UInt64 = 0
    var cycles: UInt64
    var fetchWaits: UInt64 = 0
    var testDescription: String { "\(kernel) on \(board)" }
  }

  static let cases = [
    Case(kernel: "loads_here", words: 1024, data: 1, cycles: 8),
    Case(kernel: "loads_apart", words: 0, cycles: 8),
    Case(kernel: "loads_half", words: 512, data: 1, cycles: 8),
    Case(kernel: "pointers", words: 1024, data: 1, cycles: 11),
    Case(kernel: "loads_from_ram", words: 1024, code: 1, cycles: 8, fetchWaits: 1),
    Case(kernel: "stores", words: 0, cycles: 8),
    Case(kernel: "stores_and_loads", words: 1024, data: 2, cycles: 10),
    Case(board: "nucleo-g0b1re", kernel: "loads_here", words: 1024, data: 1, cycles: 9),
    Case(
      board: "nucleo-g0b1re", kernel: "loads_from_ram", words: 1024, data: 1, code: 1, cycles: 9),
    Case(board: "nucleo-g0b1re", kernel: "stores", words: 1024, data: 1, cycles: 9),
    Case(board: "nucleo-g0b1re", kernel: "stores_and_loads", words: 1024, data: 2, cycles: 11),
    Case(
      board: "raspberry-pi-pico", kernel: "striped", words: 8192, copying: 4096, banks: 4, data: 1,
      code: 1, cycles: 9),
    Case(
      board: "raspberry-pi-pico", kernel: "beside", words: 8192, copying: 4096, banks: 4, code: 1,
      cycles: 9),
  ]

  private func run(_ board: String, _ settings: [String] = []) throws -> RunRecord {
    let isPico = board == "raspberry-pi-pico"
    let path = try FirmwareBench.image(
      isPico ? "rp2040-contention" : "stm32-contention", board: board)
    let record = try FirmwareBench.simulate(path, board: board) { $0.settings = settings }.record
    #expect(record.outcome == .exited(code: 0))
    return record
  }

  /// The loop of a kernel: all turns but the first.
  private func loop(_ kernel: String, _ record: RunRecord) throws -> BlockRecord {
    let function = try #require(record.functions.firstIndex { $0.name == kernel })
    return try #require(
      record.blocks.filter { $0.function == function }.max { $0.executions < $1.executions })
  }

  @Test(arguments: cases)
  func `a core waits as often as it wants the memory that DMA has`(test: Case) throws {
    let record = try run(test.board)
    let loop = try loop(test.kernel, record)
    #expect(loop.causes.total == loop.cycles)
    let spent = loop.baseCycles + loop.branchCycles
    #expect((spent + loop.executions / 2) / loop.executions == test.cycles)
    let charged = loop.stallCycles - loop.executions * test.fetchWaits
    #expect(loop.causes[.data] <= charged)
    // The band goes from no wait at all to one for every word.
    let words = (loop.spread ?? 0) + charged
    #expect(words <= test.words && words * 20 >= test.words * 19, "\(words)")
    // By that many words a cycle does each access make a turn longer.
    let rate = (words: test.words, cycles: test.copying * test.banks)
    let own = test.cycles + test.fetchWaits
    let turn = rate.cycles * own + rate.words * (test.data + test.code)
    func wait(_ accesses: UInt64) -> ClosedRange<UInt64> {
      let expected = words * test.copying * accesses / turn
      // The first turns are not like the others, and a fraction is left from the kernel before.
      let off = 2 + expected / 100
      return expected - min(expected, off)...expected + off
    }
    #expect(wait(test.data).contains(loop.causes[.data]), "\(loop.causes[.data])")
    #expect(wait(test.code).contains(charged - loop.causes[.data]), "\(charged)")
  }

  @Test func `asleep, a core waits for nothing`() throws {
    let record = try run("nucleo-l4r5zi")
    #expect(record.sleepCycles > 2_000)
    let doze = try loop("doze", record)
    #expect(doze.stallCycles == 0 && doze.spread == nil)
  }

  @Test func `every cycle that DMA takes away has a function and a cause`() throws {
    for board in ["nucleo-l4r5zi", "nucleo-g0b1re"] {
      let record = try run(board)
      let contention = try #require(record.contention)
      #expect(contention.cycles > 400 && contention.cycles < contention.words)
      #expect(record.cyclesBelow == contention.cycles)
      #expect(record.cyclesAbove == contention.words - contention.cycles)
      let profile = Profile(record, SourceIndex(), nil)
      #expect(profile.causes.total == record.activeCycles)
      for row in profile.rows.dropLast() { #expect(row.causes.total == row.selfCycles) }
      let paths = record.paths.reduce(0) { $0 + $1.cycles }
      #expect(paths == record.activeCycles - record.wakeUpCycles)
    }
  }

  /// What the chip's description says of a memory: its words in banks by turns, parts of it by themselves, the
  /// core before all others.
  @Test(
    arguments: [
      ("{banks: 4}", 1024 * 10 / 81 / 4), ("{slaves: [2 KiB, 190 KiB]}", 512 * 10 / 82),
      ("{slaves: [64 KiB, 128 KiB]}", 1024 * 10 / 84), ("{core-first: true}", 0),
    ] as [(String, UInt64)])
  func `a memory is shared as its chip says`(sharing: String, expected: UInt64) throws {
    let record = try run("nucleo-l4r5zi", ["memory.sram1.sharing=\(sharing)"])
    let loop = try loop("loads_here", record)
    let charged = loop.stallCycles
    #expect(charged <= expected + 1 && charged * 100 >= expected * 95, "\(charged)")
    #expect((loop.spread == nil) == (expected == 0))
  }

  /// Told by the registers at the end of each block, the accesses to RAM are those that the engine says: all
  /// of them, or where a core buffers stores, the loads and a few of those.
  @Test(arguments: [("nucleo-g0b1re", "network"), ("nucleo-l4r5zi", "mixed")])
  func `blocks access the memories that they are thought to`(board: String, work: String) throws {
    let folder = FirmwareBench.output.appendingPathComponent("contention-\(work)")
    let made = try FirmwareBench.run(
      "make",
      [
        "-s", "-C", FirmwareBench.firmware.appendingPathComponent("bench-stm32").path,
        "BOARD=\(board)", "WORK=\(work)", "ROUNDS=1", "OUT=\(folder.path)",
      ])
    #expect(made.status == 0, "\(made.output)")
    let image = folder.appendingPathComponent("bench-stm32.elf").path
    let machine = try FirmwareBench.machine(image, board: board)
    let (engine, analysis) = (machine.engine, machine.analysis)
    let ram: Range<UInt32> = 0x2000_0000..<0x2003_0000
    var (loads, stores, expected) = (0, 0, 0)
    try engine.observeAccesses { address, _, isStore in
      if ram.contains(address.value) {
        (loads, stores) = (loads + (isStore ? 0 : 1), stores + (isStore ? 1 : 0))
      }
    }
    engine.watchesEveryBlock = true
    engine.watcher = { event in
      let block = engine.currentBlock
      // Before the first, none has ended.
      guard case .reached = event, block.size > 0 else { return }
      let traffic = analysis.traffic(of: block.address, size: block.size) {
        engine.bytes(at: block.address, count: Int(block.size))
      }
      for flow in traffic?.flows ?? [] where flow.place.value(engine).map(ram.contains) == true {
        expected += Int(flow.accesses)
      }
    }
    #expect(machine.run().outcome == .exited(code: 0))
    let (least, most) = (board == "nucleo-g0b1re" ? loads + stores : loads, loads + stores)
    #expect(least > 1_000)
    #expect(
      expected * 100 >= least * 93 && expected * 100 <= most * 102,
      "\(expected) of \(least) to \(most)")
  }
}
