import Foundation
import Machine
import Profiling
import RunRecord
import Testing

/// Every cycle has a cause, and the causes of a row sum to its cycles.
@Suite struct CycleCausesTests {
  private func record(_ name: String, on board: String) throws -> RunRecord {
    let path = try FirmwareBench.image(name, board: board)
    return try FirmwareBench.machine(path, board: board, duration: "20 ms").run()
  }

  @Test(
    .enabled(if: FirmwareBench.hasCompiler, "needs arm-none-eabi-gcc"),
    arguments: [
      ("bench-nrf52840", "nrf52840-dk"), ("exceptions", "mps2-an386"), ("bench", "mps2-an386"),
      ("exceptions", "mps2-an500"), ("timing", "mps2-an386"), ("semihosting", "generic-m33"),
      ("exceptions-v6m", "microbit"),
      ("stm32-dialogue", "nucleo-l4r5zi"), ("stm32-dialogue", "nucleo-g0b1re"),
    ])
  func theCausesSumToTheCycles(firmware: String, board: String) throws {
    let record = try record(firmware, on: board)
    #expect(record.activeCycles > 0)
    for block in record.blocks {
      #expect(block.causes.total == block.cycles, "at \(block.address)")
      // Nothing here rewrites its code.
      #expect(block.causes[.unattributed] == 0, "at \(block.address)")
    }
    let profile = Profile(record, SourceIndex(), nil)
    #expect(profile.causes.total == record.activeCycles)
    #expect(
      profile.causes[.exception] == record.exceptionCycles + record.lazyStackingCycles)
    for row in profile.rows.dropLast() { #expect(row.causes.total == row.selfCycles) }
  }

  @Test(.enabled(if: FirmwareBench.hasCompiler, "needs arm-none-eabi-gcc"))
  func memoryThatWaitsIsToldFromTheRest() throws {
    let slow = try record("bench-nrf52840", on: "nrf52840-dk")
    let fast = try record("bench", on: "mps2-an386")
    func data(_ record: RunRecord) -> UInt64 {
      record.blocks.reduce(0) { $0 + $1.causes[.data] }
    }
    #expect(data(fast) == 0)
    #expect(data(slow) > 0)
    let stalls = slow.blocks.reduce(UInt64(0)) { $0 + $1.stallCycles }
    #expect(data(slow) < stalls)
  }

  @Test func surplusAndLackAreBalanced() {
    var causes = CycleCauses()
    causes[.issue] = 10
    causes[.loadStore] = 5
    causes.balance(to: 3)
    #expect(causes[.issue] == 0 && causes[.loadStore] == 3)
    causes.balance(to: 8)
    #expect(causes[.unattributed] == 5 && causes.total == 8)
  }

  @Test func causesAreSavedByName() throws {
    var causes = CycleCauses()
    causes[.branch] = 7
    causes[.float] = .max
    let saved = try JSONEncoder().encode(causes)
    #expect(try JSONDecoder().decode(CycleCauses.self, from: saved) == causes)
    #expect(!String(decoding: saved, as: UTF8.self).contains("issue"))
  }
}
