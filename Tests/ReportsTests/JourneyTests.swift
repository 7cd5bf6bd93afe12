import Profiling
import RunRecord
import Testing
import Units
import Verdicts

/// Samples followed through a timeline made by hand.
@Suite struct JourneyTests {
  private func judged() throws -> Judgement { Judgement(evidence(demonstration(), try bench())) }

  @Test func `a sample is followed from data-ready to its decision`() throws {
    let judgement = try judged()
    let imu = try #require(judgement.journeys.first { $0.sensor == "imu" })
    #expect(imu.samples.count == 5 && imu.highWater == 1)
    let names = imu.ages.map(\.station.name)
    #expect(
      names == ["last bus byte", "interrupt entry", "Kalman done", "inference begun", "decision"])
    for sample in imu.samples {
      let read = try #require(sample.age(at: .read))
      // The timeline's own distances.
      #expect(sample.age(at: .interrupt) == read + .microseconds(2))
      #expect(sample.age(at: .fused) == read + .microseconds(210))
      #expect(sample.age(at: .inferenceBegan) == read + .microseconds(230))
      let occurrence = judgement.record.measures[0].occurrences.first { $0.from == sample.ready }
      #expect(sample.age(at: .decided) == occurrence?.latency)
    }
    let decided = try #require(imu.ages.last)
    #expect(decided.jitter == decided.max - decided.min && decided.p999 == decided.max)
  }

  @Test func `the causes of an age are told in the order that they happened`() throws {
    let judgement = try judged()
    let imu = try #require(judgement.journeys.first { $0.sensor == "imu" })
    let oldest = try #require(imu.sample(permille: 1_000))
    let causes = judgement.causes(of: imu.samples[oldest])
    #expect(causes.map(\.at) == causes.map(\.at).sorted())
    let words = causes.map(\.words)
    #expect(words.contains("TWIM0 at work"))
    #expect(words.contains("slept until TIMER0"))
    #expect(words.contains("waking up for TIMER0"))
    let preempted = try #require(causes.first { $0.kind == .preempted })
    #expect(preempted.words == "PDM pre-empted TIMER0" && preempted.time == .microseconds(110))
    let twice = JourneyCause.grouped(causes + causes)
    #expect(twice.allSatisfy { $0.count % 2 == 0 })
    #expect(
      twice.reduce(Interval.zero) { $0 + $1.time } == causes.reduce(.zero) { $0 + $1.time } * 2)
  }

  @Test func `an interrupt that waits names what ran meanwhile`() {
    var timeline = RunTimeline()
    timeline.names = ["PRIMASK"]
    func add(_ kind: RunTimeline.Kind, _ microseconds: Int64, _ exception: Int) {
      timeline.events.append(
        .init(
          at: .zero + .microseconds(microseconds), kind: kind, subject: kind == .masked ? 0 : -1,
          value: exception))
    }
    add(.handlerEntered, 10, 16)
    add(.pended, 20, 17)
    add(.handlerLeft, 50, 16)
    add(.handlerEntered, 50, 17)
    add(.handlerLeft, 60, 17)
    add(.pended, 70, 17)
    add(.masked, 70, 17)
    add(.handlerEntered, 90, 17)
    add(.handlerLeft, 92, 17)
    add(.pended, 94, 17)
    add(.handlerEntered, 97, 17)
    let names = [(16, "UART"), (17, "TIMER")].map { ExceptionRecord(number: $0.0, name: $0.1) }
    let causes = JourneyCause.causes(
      timeline, from: .zero, to: .zero + .microseconds(100), exceptions: names)
    #expect(
      causes.map(\.words) == [
        "TIMER pending while UART ran", "TIMER pending, masked by PRIMASK",
        "TIMER pending until its block's end",
      ])
    #expect(
      causes.map(\.time) == [.microseconds(30), .microseconds(20), .microseconds(3)])
  }

  @Test func `stacks of one priority never nest`() {
    var memory = MemoryRecord()
    #expect(memory.worstNesting == nil)
    memory.threadStack = 1_000
    memory.handlerStacks = [
      .init(exception: 16, priority: 1, bytes: 100), .init(exception: 17, priority: 1, bytes: 300),
      .init(exception: 18, priority: 2, bytes: 50),
    ]
    #expect(memory.worstNesting == 1_350)
  }
}
