import Units

/// Renode's sensor data: blocks of integers, each at a constant rate or with a time for each sample.
///
/// Numbers come out as they are stored, with RESD's unit: `ug`, `1e-5 rad/s`. Blocks of one type and
/// channel follow each other; blocks that were sampled at the same times make one track. Another
/// channel than 0 is told in the column's name: `ax.1`.
///
/// Reference: Renode documentation, "Renode Sensor Data (RESD) format", version 1; the block's size
/// takes 8 bytes, as Renode's code writes it.
/// Not modelled: metadata, binary and custom samples, which are skipped by their size.
enum RESDReader: RecordingReader {
  static let name = "RESD"
  static let extensions = ["resd"]

  static func recognizes(_ bytes: [UInt8]) -> Bool { bytes.starts(with: Array("RESD".utf8)) }

  static func read(
    _ bytes: [UInt8], path: String, options: ReadingOptions
  ) throws(StreamError) -> [Recording] {
    var reader = ByteReader(bytes, path)
    guard recognizes(bytes) else {
      throw reader.malformed("no RESD file", hint: "expected it to start with RESD")
    }
    try reader.skip(4)
    let version = try reader.next(UInt8.self)
    guard version == 1 else {
      throw StreamError(
        .unsupported, path, "RESD version \(version)", hint: "expected version 1")
    }
    try reader.skip(3)
    var series: [RESDSeries] = []
    var skipped: [UInt16] = []
    while reader.remaining > 0 {
      try readBlock(&reader, &series, &skipped, options)
    }
    let filled = series.filter { $0.count > 0 }
    guard !filled.isEmpty else {
      throw StreamError(
        .empty, path,
        skipped.isEmpty
          ? "no samples" : "only samples of type \(skipped[0]), which are no numbers",
        hint: "expected a block of acceleration, angular rate, temperature or the like")
    }
    return try tracks(filled, path, options, skipped)
  }

  private static func readBlock(
    _ reader: inout ByteReader, _ series: inout [RESDSeries], _ skipped: inout [UInt16],
    _ options: ReadingOptions
  ) throws(StreamError) {
    let start = reader.position
    let kind = try reader.next(UInt8.self)
    let code = try reader.next(UInt16.self)
    let channel = try reader.next(UInt16.self)
    let size = try reader.next(UInt64.self)
    var block: ByteReader
    if options.allowsTruncated, size > UInt64(reader.remaining) {
      block = try reader.part(UInt64(reader.remaining))
    } else {
      block = try reader.part(size)
    }
    guard kind == 1 || kind == 2 else {
      throw StreamError(
        .malformed, reader.path, "block type \(kind) at byte \(start)",
        hint: "expected 1 (timestamps) or 2 (constant rate)")
    }
    guard let type = RESDSampleType.all.first(where: { $0.code == code }) else {
      skipped.append(code)
      return
    }
    let index =
      series.firstIndex { $0.type.code == code && $0.channel == channel } ?? series.count
    if index == series.count { series.append(RESDSeries(type, channel)) }
    try series[index].append(&block, isConstant: kind == 2)
  }

  private static func tracks(
    _ series: [RESDSeries], _ path: String, _ options: ReadingOptions, _ skipped: [UInt16]
  ) throws(StreamError) -> [Recording] {
    var tracks: [Recording] = []
    for one in series {
      var recording = Recording(
        path: path, channels: one.channels, samples: one.samples,
        timing: try one.timing(path, options),
        start: Interval(picoseconds: one.times[0] * 1_000))
      recording.attributes = Set(skipped).sorted().map {
        Attribute("skipped", "samples of type \($0)")
      }
      tracks.append(recording)
    }
    return Recording.merging(tracks)
  }
}

/// The blocks of one sample type and channel, one after the other.
private struct RESDSeries {
  let type: RESDSampleType
  let channel: UInt16
  /// Nanoseconds.
  private(set) var times: [Int64] = []
  private(set) var samples: [[Double]]
  /// The period of every block so far, while they have one.
  private var period: Int64?
  private var isConstant = true

  var count: Int { times.count }

  init(_ type: RESDSampleType, _ channel: UInt16) {
    (self.type, self.channel) = (type, channel)
    samples = Array(repeating: [], count: type.columns.count)
  }

  var channels: [Channel] {
    type.columns.map { Channel(name: channel == 0 ? $0 : "\($0).\(channel)", unit: type.unit) }
  }

  /// Forty days in nanoseconds.
  private static let longest: Int64 = 3_456_000_000_000_000

  mutating func append(_ block: inout ByteReader, isConstant: Bool) throws(StreamError) {
    let start = try time(block.next(UInt64.self), block)
    let step = isConstant ? try time(block.next(UInt64.self), block) : 0
    if isConstant && step == 0 {
      throw block.malformed("a period of 0", hint: "expected nanoseconds between samples")
    }
    try block.skip(try block.next(UInt64.self))
    let width = type.width + (isConstant ? 0 : 8)
    let count = block.remaining / width
    if block.remaining % width != 0 {
      throw block.malformed(
        "\(block.remaining) bytes of samples", hint: "expected a multiple of \(width)")
    }
    for index in 0..<count {
      let offset = isConstant ? nil : try block.next(UInt64.self)
      let time = try self.time(offset ?? UInt64(step).multiplied(by: index), block, after: start)
      if let last = times.last, time <= last {
        throw block.malformed(
          "time does not increase: \(time) ns", hint: "expected later than \(last) ns")
      }
      noteStep(time, isConstant ? step : nil)
      times.append(time)
      for column in samples.indices { samples[column].append(try number(&block)) }
    }
  }

  private mutating func noteStep(_ time: Int64, _ step: Int64?) {
    guard let step else {
      isConstant = false
      return
    }
    if let last = times.last, time - last != step { isConstant = false }
    if let period, period != step { isConstant = false }
    period = step
  }

  private func time(
    _ value: UInt64, _ block: ByteReader, after start: Int64 = 0
  ) throws(StreamError) -> Int64 {
    guard value <= UInt64(Self.longest), Int64(value) + start <= Self.longest else {
      throw block.malformed(
        "\(value) ns, more than 40 days", hint: "expected nanoseconds from the start")
    }
    return Int64(value) + start
  }

  private func number(_ block: inout ByteReader) throws(StreamError) -> Double {
    switch type.number {
    case .signed32: Double(try block.next(Int32.self))
    case .unsigned32: Double(try block.next(UInt32.self))
    case .unsigned64: Double(try block.next(UInt64.self))
    }
  }

  func timing(_ path: String, _ options: ReadingOptions) throws(StreamError) -> Recording.Timing {
    if let rate = options.rate { return .rate(rate) }
    if isConstant, let period { return .rate(Hertz(1_000_000_000, per: UInt64(period))) }
    guard count > 1 else {
      throw StreamError(
        .tooShort, path, "too short: one sample has no rate",
        hint: "expected at least two samples, or the stream's `rate:`")
    }
    return .timestamps(times.map { Interval(picoseconds: ($0 - times[0]) * 1_000) })
  }
}

extension UInt64 {
  /// The product, or the largest number that there is.
  fileprivate func multiplied(by factor: Int) -> UInt64 {
    let (product, overflow) = multipliedReportingOverflow(by: UInt64(factor))
    return overflow ? .max : product
  }
}
