import Machine
import RunRecord
import Testing

/// Every cycle awake belongs to one way of calls.
@Suite(.enabled(if: FirmwareBench.hasCompiler, "needs arm-none-eabi-gcc"))
struct CallPathTests {
  private func record(_ name: String, on board: String) throws -> RunRecord {
    let path = try FirmwareBench.image(name, board: board)
    return try FirmwareBench.machine(path, board: board, duration: "20 ms").run()
  }

  @Test(arguments: [
    ("bench-nrf52840", "nrf52840-dk"), ("exceptions", "mps2-an386"), ("bench", "mps2-an386"),
    ("exceptions", "mps2-an500"), ("semihosting", "generic-m33"), ("storm", "mps2-an386"),
    ("reset", "mps2-an386"),
  ])
  func `paths sum to what the core was awake for`(firmware: String, board: String) throws {
    let record = try record(firmware, on: board)
    let cycles = record.paths.reduce(0) { $0 + $1.cycles }
    #expect(cycles == record.activeCycles - record.wakeUpCycles)
    for (index, path) in record.paths.enumerated() {
      #expect(path.parent.map { $0 < index } ?? true)
      #expect((path.parent == nil) == (path.function == nil && path.site == nil))
    }
    #expect(record.paths.first?.exception == nil)
    #expect(record.layouts.count == record.blocks.count)
    for (block, layout) in zip(record.blocks, record.layouts) {
      #expect(layout.offsets.count == layout.cycles.count && layout.offsets.first == 0)
      #expect(layout.offsets.allSatisfy { UInt32($0) < block.size })
    }
  }

  @Test func `each exception has a stack of its own, and each call is on one path`() throws {
    let record = try record("exceptions", on: "mps2-an386")
    let bottoms = record.paths.filter { $0.parent == nil }
    #expect(Set(bottoms.map(\.exception)).count == bottoms.count)
    for exception in record.exceptions {
      let bottom = record.paths.first { $0.exception == exception.number }
      #expect(bottom?.calls == exception.entries, "\(exception.name)")
    }
    for (index, function) in record.functions.enumerated() {
      let calls = record.paths.filter { $0.function == index }.reduce(0) { $0 + $1.calls }
      #expect(calls == function.calls, "\(function.name)")
    }
  }
}
