import Deployments
import Foundation
import RunRecord
import Testing
import Units

/// A two-wire transfer takes its bits: measured between edges on pins.
@Suite(.enabled(if: FirmwareBench.hasCompiler, "needs arm-none-eabi-gcc"))
struct NordicTWIMTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let board: String
    let frequency: String
    let hertz: Int64
    let count: Int64
    var testDescription: String { "\(count) bytes at \(hertz) Hz on \(board)" }
    var bit: Interval { Interval(picoseconds: 1_000_000_000_000 / hertz) }
    /// START, address, sub-address; repeated START, address, data; STOP.
    var bits: Int64 { 10 + 9 + 10 + 9 * count + 1 }
  }

  static let cases: [Case] = [NordicBench.kit, NordicBench.nano].flatMap { board in
    [("TWI_100K", 100_000), ("TWI_250K", 250_000), ("TWI_400K", 400_000)].flatMap { rate in
      [1, 6, 24].map {
        Case(board: board, frequency: rate.0, hertz: Int64(rate.1), count: $0)
      }
    }
  }

  private func run(_ transfer: Case) throws -> NordicBench.Run {
    try NordicBench.run(
      "nrf52840-twim", board: transfer.board,
      ["FREQUENCY": transfer.frequency, "COUNT": "\(transfer.count)"]
    ) {
      $0.measures = [
        "wires=gpio P0.13 rising..gpio P0.13 falling",
        "data=gpio P0.04 rising..gpio P0.04 falling",
        "polled=gpio P0.03 rising..gpio P0.03 falling",
      ]
    }
  }

  @Test(arguments: cases) func aTransferTakesItsBits(_ transfer: Case) throws {
    let run = try run(transfer)
    #expect(run.record.outcome == .exited(code: 0))
    let wires = try run.measure("wires").occurrences
    let data = try run.measure("data").occurrences
    let polled = try run.latencies("polled")
    try #require(wires.count == 8 && data.count == 8 && polled.count == 8)
    let exact = transfer.bit * transfer.bits
    for (whole, part) in zip(wires, data) {
      // Bit times are whole periods of the 16 MHz clock at whose edges PPI triggers tasks.
      #expect(whole.from.picoseconds % 62_500 == 0)
      #expect(whole.latency == exact)
      // LASTTX when the sub-address begins, LASTRX when the last byte does.
      #expect(part.from - whole.from == transfer.bit * 10)
      #expect(part.latency == transfer.bit * (9 + 10 + 9 * (transfer.count - 1)))
    }
    for latency in polled {
      // Setting the transfer up and one turn of the polling loop.
      let cycles = Double((latency.picoseconds - exact.picoseconds)) / 15_625
      #expect(cycles > 0 && cycles < 400)
    }
  }

  @Test(arguments: [NordicBench.kit, NordicBench.nano])
  func theBusesWorkIsInTheWorstOccurrence(_ board: String) throws {
    let run = try run(Case(board: board, frequency: "TWI_100K", hertz: 100_000, count: 6))
    try NordicBench.expectWorstAddsUp(run.record)
    #expect(run.record.findings.isEmpty, "\(run.record.findings)")
  }
}
