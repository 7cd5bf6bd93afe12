import Streams
import Testing
import Units

private func ramp(_ count: Int, _ rate: Hertz = Hertz(100)) -> Recording {
  Recording(
    path: "ramp", channels: [Channel(name: "x")], samples: [(0..<count).map(Double.init)],
    timing: .rate(rate))
}

private func at(_ picoseconds: Int64) -> Instant { Instant(picoseconds: picoseconds) }
private let period: Int64 = 10_000_000_000

@Suite struct PlaybackTests {
  @Test func `a sample holds from its instant up to the next one's`() throws {
    let playback = try Playback(ramp(3))
    #expect(playback.values(at: .zero) == [0])
    #expect(playback.values(at: at(period - 1)) == [0])
    #expect(playback.values(at: at(period)) == [1])
    #expect(playback.values(at: at(3 * period - 1)) == [2])
    #expect(playback.values(at: at(3 * period)) == nil)
    #expect(playback.endInstant == at(3 * period))
  }

  @Test func `linear interpolation meets the samples exactly and ends flat`() throws {
    let playback = try Playback(ramp(3), interpolation: .linear)
    #expect(playback.value(ofChannel: 0, at: at(period / 4)) == 0.25)
    #expect(playback.value(ofChannel: 0, at: at(period)) == 1)
    #expect(playback.value(ofChannel: 0, at: at(5 * period / 2)) == 2)
  }

  @Test func `the end holds or repeats as asked`() throws {
    let hold = try Playback(ramp(3), interpolation: .linear, end: .hold)
    #expect(hold.values(at: at(.max)) == [2])
    #expect(hold.endInstant == .never)
    #expect(hold.sample(index: 9) == [2])
    let again = try Playback(ramp(3), interpolation: .linear, end: .repeat)
    #expect(again.values(at: at(3 * period)) == [0])
    #expect(again.values(at: at(5 * period / 2)) == [1])
    #expect(again.sampleIndex(at: at(7 * period)) == 7)
    #expect(again.sample(index: 7, channel: 0) == 1)
    #expect(try Playback(ramp(3)).sample(index: 3) == nil)
  }

  @Test func `an offset delays the recording and a negative one skips its beginning`() throws {
    let late = try Playback(ramp(3), offset: .milliseconds(20))
    #expect(late.values(at: .zero) == [0])
    #expect(late.values(at: at(3 * period)) == [1])
    #expect(late.endInstant == at(5 * period))
    let early = try Playback(ramp(3), offset: .milliseconds(-20))
    #expect(early.values(at: .zero) == [2])
    #expect(early.values(at: at(period)) == nil)
  }

  @Test func `a fast recorder's samples come early by its drift`() throws {
    let playback = try Playback(ramp(1_000_001), drift: .partsPerMillion(15))
    // Sample 1,000,000 at 10^16 ps x 1,000,000 / 1,000,015 = 9,999,850,002,249,966.25 ps.
    #expect(playback.sampleIndex(at: at(9_999_850_002_249_966)) == 999_999)
    #expect(playback.sampleIndex(at: at(9_999_850_002_249_967)) == 1_000_000)
    #expect(throws: StreamError.self) {
      try Playback(ramp(2), drift: Drift(partsPerBillion: -1_000_000_000))
    }
  }

  @Test func `timestamps are kept to the picosecond`() throws {
    let recording = Recording(
      path: "odd", channels: [Channel(name: "x")], samples: [[0, 1, 3]],
      timing: .timestamps([.zero, .milliseconds(1), .milliseconds(3)]))
    let hold = try Playback(recording)
    #expect(hold.values(at: at(999_999_999)) == [0])
    #expect(hold.values(at: at(1_000_000_000)) == [1])
    #expect(hold.values(at: at(4_999_999_999)) == [3])
    #expect(hold.values(at: at(5_000_000_000)) == nil)
    #expect(hold.endInstant == at(5_000_000_000))
    let again = try Playback(recording, interpolation: .linear, end: .repeat)
    #expect(again.values(at: at(7_000_000_000)) == [2])
    #expect(again.values(at: at(4_000_000_000)) == [1.5])
    #expect(again.sampleIndex(at: at(13_000_000_000)) == 8)
  }

  /// The newest sample by comparing every one's exact instant, in the recorder's fractions.
  @Test(arguments: 0..<200)
  func `the newest sample agrees with exact fractions`(seed: Int) throws {
    var generator = Generator(seed: seed)
    let rate = Hertz(
      UInt64.random(in: 1...50_000_000, using: &generator),
      per: UInt64.random(in: 1...1_000, using: &generator))
    let drift = Drift(partsPerBillion: Int64.random(in: -200_000...200_000, using: &generator))
    let offset = Interval(picoseconds: Int64.random(in: -1_000_000...1_000_000, using: &generator))
    let count = Int.random(in: 1...40, using: &generator)
    let end: Playback.End = [.stop, .hold, .repeat][seed % 3]
    let playback = try Playback(
      ramp(count, rate), offset: offset, drift: drift, interpolation: .linear, end: end)
    let step = Int128(1_000_000_000_000_000_000_000) * Int128(rate.denominator)
    let speed = Int128(rate.numerator) * Int128(1_000_000_000 + drift.partsPerBillion)
    for _ in 0..<50 {
      let n = Int128.random(in: 0...80, using: &generator)
      let exact = Int64(n * step / speed)
      let instant = at(exact + offset.picoseconds + Int64.random(in: -1...1, using: &generator))
      let elapsed = max(0, Int128(instant.picoseconds - offset.picoseconds))
      let newest = (0...200).last { Int128($0) * step <= elapsed * speed } ?? 0
      let isPast = newest >= count
      let expected: Int? =
        !isPast ? newest : end == .stop ? nil : end == .hold ? count - 1 : newest % count
      let value = playback.value(ofChannel: 0, at: instant)
      #expect(playback.sample(index: UInt64(newest))?.first == expected.map(Double.init))
      #expect((value == nil) == (expected == nil))
      guard let expected, let value else { continue }
      let next = expected + 1 < count ? expected + 1 : end == .repeat ? 0 : expected
      let fraction = Double(elapsed * speed - Int128(newest) * step) / Double(step)
      let line = Double(expected) + Double(next - expected) * fraction
      #expect(abs(value - line) <= 1e-9 * Double(count))
    }
    if end == .stop {
      #expect(playback.values(at: playback.endInstant) == nil)
      #expect(playback.values(at: playback.endInstant - Interval(picoseconds: 1)) != nil)
    }
  }

  @Test(arguments: 0..<100)
  func `extreme instants, offsets and rates never trap`(seed: Int) throws {
    var generator = Generator(seed: seed)
    func any() -> Int64 {
      Int64(bitPattern: generator.next()) >> Int64.random(in: 0..<64, using: &generator)
    }
    let rate = Hertz(max(1, any().magnitude), per: max(1, any().magnitude))
    let playback = try? Playback(
      ramp(3, rate), offset: Interval(picoseconds: any()),
      drift: Drift(partsPerBillion: any() % 100_000_000), interpolation: .linear,
      end: [.stop, .hold, .repeat][seed % 3])
    guard let playback else { return }
    for _ in 0..<50 {
      if let value = playback.values(at: at(any())) { #expect((0...2).contains(value[0])) }
    }
    #expect(playback.endInstant >= .zero)
  }
}

@Suite struct LabelsTests {
  private let header =
    "Time(Seconds),Length(Seconds),Label(string),Confidence(double),Comment(string)\n"

  @Test func `labels come as exact intervals by start`() throws {
    let text = header + "2,1,up,0.5,\"a, b\"\n1.3641681,0.7825696000000001,down,1,\n"
    let labels = try Labels(bytes: Array(text.utf8), path: "a.label")
    #expect(
      labels.labels == [
        Label(
          start: Interval(picoseconds: 1_364_168_100_000),
          length: Interval(picoseconds: 782_569_600_000), text: "down"),
        Label(
          start: .seconds(2), length: .seconds(1), text: "up", confidence: 0.5, comment: "a, b"),
      ])
    #expect(labels.label(at: .milliseconds(1_400))?.text == "down")
    #expect(labels.label(at: .milliseconds(2_100))?.text == "up")
    #expect(labels.label(at: .seconds(3)) == nil)
  }

  @Test(arguments: [
    ("", "a.label: error: no header line; expected "),
    ("x,y\n", "a.label:1:1: error: not the header of a label file; expected "),
    (
      "Time(Seconds),Length(Seconds),Label(string)\n-1,1,a\n",
      "a.label:2:1: error: '-1'; expected seconds from 0 on"
    ),
    (
      "Time(Seconds),Length(Seconds),Label(string)\n1,1,\n",
      "a.label:2:5: error: a label without a name; expected "
    ),
    (
      "Time(Seconds),Length(Seconds),Label(string)\n1\n",
      "a.label:2:2: error: 1 cell in a label; expected "
    ),
  ])
  func `malformed labels are named with their place`(text: String, message: String) {
    do {
      _ = try Labels(bytes: Array(text.utf8), path: "a.label")
      Issue.record("read without an error")
    } catch { #expect(error.description.hasPrefix(message)) }
  }
}
