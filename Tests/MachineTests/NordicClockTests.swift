import Deployments
import RunRecord
import Testing
import Units

/// The chip's clocks against each other, and sleep between their ticks.
@Suite(.enabled(if: FirmwareBench.hasCompiler, "needs arm-none-eabi-gcc"))
struct NordicClockTests {
  private func run(_ board: String) throws -> NordicBench.Run {
    let run = try NordicBench.run("nrf52840-clocks", board: board, ["SECONDS": "10"]) {
      $0.duration = "20 s"
      $0.measures = [
        "second=irq RTC0..irq RTC0", "wave=gpio P0.13 rising..gpio P0.13 falling",
        "wake=irq RTC0..enter RTC0_IRQHandler",
      ]
    }
    #expect(run.record.outcome == .exited(code: 0))
    return run
  }

  @Test(arguments: [NordicBench.kit, NordicBench.nano])
  func theRealTimeCounterDoesNotDrift(_ board: String) throws {
    let run = try run(board)
    let seconds = try run.measure("second").occurrences
    try #require(seconds.count == 10)
    #expect(seconds.allSatisfy { $0.latency == .seconds(1) })
    // Captured by hardware in ticks of 16 MHz.
    let ticks = try run.word("last_capture") &- run.word("first_capture")
    #expect(ticks == 160_000_000)
    let elapsed = try #require(seconds.last).to - seconds[0].from
    #expect(elapsed.picoseconds / 15_625 == 640_000_000)
    // The timer's compare events, 16,000 ticks apart.
    let wave = try run.measure("wave").occurrences
    #expect(wave.count >= 5_000)
    #expect(wave.allSatisfy { $0.latency == .milliseconds(1) })
  }

  @Test(arguments: [NordicBench.kit, NordicBench.nano])
  func sleepAndActivityAddUp(_ board: String) throws {
    let record = try run(board).record
    let total = ClockDomain(frequency: record.coreClock).ticks(at: record.end)
    #expect(record.activeCycles + record.sleepCycles == total)
    #expect(record.activeCycles < 10_000)
    let blocks = record.blocks.reduce(0) { $0 + $1.cycles }
    #expect(
      blocks + record.exceptionCycles + record.lazyStackingCycles + record.wakeUpCycles
        == record.activeCycles)
    let asleep = record.power.filter { $0.states["cpu"] == "sleep" }
      .reduce(Interval.zero) { $0 + $1.time }
    let expected = ClockDomain(frequency: record.coreClock).duration(ofTicks: record.sleepCycles)
    let difference = (asleep - expected).picoseconds
    #expect(abs(difference) < 20 * 15_625)
    let powered = record.power.reduce(Interval.zero) { $0 + $1.time }
    #expect(powered.picoseconds == record.end.picoseconds)
    #expect(try run(board).word("wakes") >= 11)
  }
}
