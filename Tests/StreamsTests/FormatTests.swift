import Foundation
import Streams
import Testing
import Units

/// A recording of six channels, with numbers that no binary fraction holds.
private func sample(_ count: Int = 50, rate: Hertz = Hertz(119), seed: Int = 1) -> Recording {
  var generator = Generator(seed: seed)
  let names = ["ax", "ay", "az", "gx", "gy", "gz"]
  let samples = names.map { _ in
    (0..<count).map { _ in Double(Int.random(in: -400_000...400_000, using: &generator)) / 1_000 }
  }
  return Recording(
    path: "walk.csv",
    channels: names.map { Channel(name: $0, unit: $0.hasPrefix("a") ? "mg" : "dps") },
    samples: samples, timing: .rate(rate))
}

/// The recording written in a format and read again; an SDS file's description beside it.
private func again(_ recording: Recording, _ name: String, _ format: String? = nil) throws
  -> (Recording, losses: [String])
{
  let scratch = FileManager.default.temporaryDirectory.appendingPathComponent(
    "formats-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: scratch) }
  let path = scratch.appendingPathComponent(name).path
  let written = try recording.written(to: path, format: format)
  try Data(written.bytes).write(to: URL(fileURLWithPath: path))
  if let companion = written.companion {
    try Data(companion.bytes).write(to: URL(fileURLWithPath: companion.path))
  }
  return (try Recording(file: path), written.losses)
}

@Suite struct RoundTripTests {
  @Test(arguments: [
    ("a.csv", nil), ("a.data", nil), ("a.json", nil), ("a.cbor", nil), ("a.0.sds", nil),
    ("a.txt", "renode"),
  ])
  func `text, Edge Impulse and SDS keep every number, name, unit and rate`(
    name: String, format: String?
  ) throws {
    for rate in [Hertz(119), Hertz(100), Hertz(25, per: 2), Hertz(16_600), Hertz(48_000)] {
      let recording = sample(rate: rate)
      let (read, losses) = try again(recording, name, format)
      #expect(read.samples == recording.samples)
      #expect(read.channels == recording.channels)
      #expect(read.timing == recording.timing)
      #expect(losses.isEmpty)
    }
  }

  @Test func `RESD keeps whole micro-g and hundred-thousandths of a radian`() throws {
    let recording = sample()
    let (read, losses) = try again(recording, "a.resd")
    let accelerations = try read.selecting(["ax", "ay", "az"]).samples
    for (own, mg) in zip(accelerations.joined(), recording.samples[0..<3].joined()) {
      #expect(own == (mg * 1_000).rounded())
    }
    let rates = try read.selecting(["gx", "gy", "gz"]).converted(to: "dps").samples
    for (own, other) in zip(rates.joined(), recording.samples[3...].joined()) {
      #expect(abs(own - other) <= 0.000_287)
    }
    #expect(read.rate == Hertz(1_000_000_000, per: 8_403_361))
    #expect(
      losses == [
        "fractions of RESD's units, which are whole numbers",
        "the rate's fraction of a nanosecond: the period is 8403361 ns",
      ])
    #expect(try again(read, "b.resd").losses.isEmpty)
    #expect(try again(read, "b.resd").0.samples == read.samples)
  }

  @Test func `RESD and CSV keep a time for each sample`() throws {
    let times = [0, 1_000, 5_500, 7_000].map { Interval.microseconds($0) }
    let recording = Recording(
      path: "a.csv", channels: [Channel(name: "temperature", unit: "mC")],
      samples: [[20_000, 20_100, 20_150, -5]], timing: .timestamps(times), start: .seconds(3))
    for name in ["a.resd", "a.csv", "a.data"] {
      let (read, losses) = try again(recording, name)
      #expect(read.timing == recording.timing)
      #expect(read.start == .seconds(3))
      #expect(read.samples == recording.samples)
      #expect(losses.isEmpty)
    }
    #expect(throws: StreamError.self) { try recording.written(to: "a.wav") }
    #expect(throws: StreamError.self) { try recording.written(to: "a.json") }
  }

  @Test(
    arguments: [
      ([[1, -32_768, 32_767]], 44 + 6), ([[0.5, -128.25]], 44 + 6),
      ([[1 / 65_536, 32_767]], 44 + 8),
      ([[1e5, 0.1]], 44 + 16), ([[65_536, 3e-9 / 4]], 44 + 16), ([[1, 2], [3, 4]], 44 + 8),
    ] as [([[Double]], Int)])
  func `WAV takes the narrowest encoding that keeps every sample`(
    samples: [[Double]], size: Int
  ) throws {
    let names = samples.count == 1 ? ["audio"] : ["left", "right"]
    let recording = Recording(
      path: "a.wav", channels: names.map { Channel(name: $0, unit: "int16") }, samples: samples,
      timing: .rate(Hertz(16_000)))
    let written = try recording.written(to: "a.wav")
    #expect(written.bytes.count == size)
    let read = try Recording(bytes: written.bytes, path: "a.wav")
    #expect(read.samples == samples)
    #expect(read.channels == recording.channels)
    #expect(written.losses.isEmpty)
  }

  @Test(arguments: 0..<100)
  func `numbers are written as the shortest decimals`(seed: Int) throws {
    var generator = Generator(seed: seed)
    let values = [
      Double(bitPattern: generator.next()), Double(Int16(truncatingIfNeeded: seed)) / 7,
    ]
    .filter(\.isFinite)
    for value in values {
      let recording = Recording(
        path: "a.csv", channels: [Channel(name: "x")], samples: [[value, 1]],
        timing: .rate(Hertz(1)))
      let text = String(decoding: try recording.written(to: "a.csv").bytes, as: UTF8.self)
      #expect(!text.dropFirst("time".count).contains("e"))
      #expect(try Recording(bytes: Array(text.utf8), path: "a.csv").samples[0][0] == value)
    }
  }

  @Test func `what a format cannot keep is told`() throws {
    var recording = Recording(
      path: "a.csv", channels: [Channel(name: "ax", unit: "g"), Channel(name: "b")],
      samples: [[1, 2, 3], [4, 5, 6]], timing: .rate(Hertz(100)), start: .seconds(1),
      segments: [0..<1, 1..<3])
    recording.attributes = [Attribute("device_type", "board")]
    #expect(
      try recording.written(to: "a.wav").losses == [
        "the time of the first sample", "the 2 parts that it was recorded in", "device_type",
        "the units (g): full scale is 32768 of them", "the names ax, b",
      ])
    #expect(
      try recording.written(to: "a.json").losses == [
        "the time of the first sample", "the 2 parts that it was recorded in",
      ])
    #expect(throws: StreamError.self) { try recording.written(to: "a.resd") }
    #expect(throws: StreamError.self) { try recording.written(to: "a.unknown") }
  }
}

@Suite struct ColumnEditTests {
  @Test func `columns are picked, renamed and converted`() throws {
    let recording = sample(3)
    let picked = try recording.picking("x=ax,gz").converting(units: "x=g,gz=mdps")
    #expect(picked.channels == [Channel(name: "x", unit: "g"), Channel(name: "gz", unit: "mdps")])
    for (own, mg) in zip(picked.samples[0], recording.samples[0]) {
      #expect(abs(own * 1_000 - mg) <= mg.ulp)
    }
    let declared = try recording.declaring(units: "accelerometer=ug,gyroscope=mdps")
    #expect(declared.channels.map(\.unit) == ["ug", "ug", "ug", "mdps", "mdps", "mdps"])
    #expect(declared.samples == recording.samples)
    for list in ["ax,ax", "ux", "=ax", ""] {
      #expect(throws: StreamError.self) { try recording.picking(list) }
    }
    #expect(throws: StreamError.self) { try recording.declaring(units: "furlong") }
    #expect(throws: StreamError.self) { try recording.converting(units: "accelerometer=dps") }
  }

  @Test(arguments: [
    ["accX", "accY", "accZ"], ["A_X", "A_Y", "A_Z"], ["acc_x", "acc_y", "acc_z"],
    ["aX", "aY", "aZ"], ["accel_x", "accel_y", "accel_z"],
    ["Accelerometer X", "Accelerometer Y", "Accelerometer Z"],
    ["x_mg", "y_mg", "z_mg"],
  ])
  func `loggers' names of an accelerometer are known`(names: [String]) {
    let channels = ["gz"].map { Channel(name: $0) } + names.map { Channel(heading: $0) }
    #expect(RecordedQuantity.acceleration.columns(of: channels) == [1, 2, 3])
    #expect(RecordedQuantity.angularRate.columns(of: channels) == nil)
  }

  @Test func `bare axes without a unit and two sets of axes are nobody's`() {
    let bare = ["x", "y", "z"].map { Channel(name: $0) }
    #expect(RecordedQuantity.acceleration.columns(of: bare) == nil)
    let twice = ["ax", "aX", "ay", "az"].map { Channel(name: $0) }
    #expect(RecordedQuantity.acceleration.columns(of: twice) == nil)
  }
}
