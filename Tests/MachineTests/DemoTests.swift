import Deployments
import Foundation
import RunRecord
import Testing
import Units
import Verdicts

@testable import Commands

/// The demonstration, from recordings to decisions, and its variants.
@Suite(.enabled(if: FirmwareBench.hasCompiler, "needs arm-none-eabi-gcc"))
struct DemoTests {
  private static let runs = Runs()

  /// Runs by their settings, each made once.
  private final class Runs: @unchecked Sendable {
    private let lock = NSLock()
    private var made: [[String]: NordicBench.Run] = [:]

    func run(_ name: String, _ settings: [String]) throws -> NordicBench.Run {
      lock.lock()
      defer { lock.unlock() }
      if let run = made[[name] + settings] { return run }
      let run = try NordicGenerated.run(
        NordicGenerated.deployment(name, settings: settings))
      made[[name] + settings] = run
      return run
    }
  }

  private func run(_ name: String, _ settings: String...) throws -> NordicBench.Run {
    try Self.runs.run(name, settings)
  }

  private func statistics(_ run: NordicBench.Run, _ measure: String) throws
    -> JudgedMeasure.Statistics
  {
    let judged = try #require(run.judgement.measures.first { $0.name == measure })
    return try #require(judged.statistics)
  }

  @Test func theDemonstrationReachesItsVerdict() throws {
    let run = try run("demo")
    #expect(run.record.outcome == .reachedLimit(.duration))
    #expect((1_180...1_190).contains(run.record.inferences.count))
    for sensor in ["imu", "microphone"] {
      let samples = try run.samples(sensor)
      #expect(samples.lost == 0 && samples.duplicate == 0, "\(sensor)")
      #expect(samples.read > 0)
    }
    try NordicBench.expectWorstAddsUp(run.record)
    for name in ["latency", "response"] {
      let judged = try #require(run.judgement.measures.first { $0.name == name })
      #expect(judged.missed.value == 0)
      #expect(judged.count == run.record.inferences.count)
    }
  }

  @Test func itsDecisionsAreRight() throws {
    let run = try run("demo")
    let labels = try #require(try RunLabels(run.deployment)).played(until: run.record.end)
    let judgement = run.judgement(labels: labels)
    let accuracy = try #require(judgement.labelAccuracy).get()
    #expect(accuracy.judged > 900)
    #expect(accuracy.correct * 10 >= accuracy.judged * 9)
    #expect(judgement.verdict == .met, "\(judgement.budgets.map(\.verdict))")
  }

  @Test func twoRunsAreTheSameByteForByte() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let deployment = try NordicGenerated.deployment("demo", settings: ["for=1500 ms"])
    let (first, second) = try (
      NordicGenerated.run(deployment), NordicGenerated.run(deployment)
    )
    let bytes = try encoder.encode(first.record)
    #expect(try bytes == encoder.encode(second.record))
    #expect(bytes.count > 10_000)
  }

  @Test func whereTheLoopRunsDecidesItsResponse() throws {
    let names = ["isr", "pendsv", "main"]
    let responses = try names.map {
      try statistics(run("demo", "for=3 s", "generate.run-in=\($0)"), "response")
    }
    // A second exception, or the way back to main, comes on top of the interrupt.
    for later in responses[1...] {
      #expect(responses[0].min < later.min && responses[0].p50 < later.p50)
      #expect(responses[0].max < later.max)
      #expect(later.p50 < responses[0].p50 + .microseconds(5))
    }
  }

  @Test func dataReadySavesTheWaitForATimer() throws {
    let timed = try statistics(run("demo", "for=3 s"), "latency")
    let driven = try run("dataready", "for=3 s")
    let prompt = try statistics(driven, "latency")
    #expect(prompt.max < timed.p50)
    #expect(prompt.jitter < timed.jitter)
    #expect(try driven.samples("imu").lost == 0)
    #expect(try driven.measure("wake").occurrences.count > 300)
    try NordicBench.expectWorstAddsUp(driven.record)
  }
}
