import Units

/// Arm's Synchronous Data Streaming: records of a time slot, a size and samples as C keeps them.
///
/// What the numbers mean is in the `.sds.yml` beside it. The description's rate holds; where a record
/// comes later than half a record after the one before it ended, the time slots do.
///
/// Reference: Arm SDS-Framework documentation, "SDS file format"; `sds-convert` for scale and offset.
/// Not modelled: images and bit fields, which are refused.
enum SDSReader: RecordingReader {
  static let name = "SDS"
  static let extensions = ["sds"]

  static func recognizes(_ bytes: [UInt8]) -> Bool { false }

  static func read(
    _ bytes: [UInt8], path: String, options: ReadingOptions
  ) throws(StreamError) -> [Recording] {
    [try read(bytes, path, SDSMetadata(beside: path), options)]
  }

  static func read(
    _ bytes: [UInt8], _ path: String, _ metadata: SDSMetadata, _ options: ReadingOptions
  ) throws(StreamError) -> Recording {
    guard let rate = options.rate ?? metadata.rate else {
      throw StreamError(
        .malformed, path, "its description gives no sample-frequency",
        hint: "give the stream's rate, such as `rate: 100 Hz`")
    }
    var samples = [[Double]](repeating: [], count: metadata.fields.count)
    var records: [SDSRecord] = []
    var reader = ByteReader(bytes, path)
    var isTruncated = false
    while reader.remaining > 0 {
      let slot = try reader.next(UInt32.self)
      var size = UInt64(try reader.next(UInt32.self))
      if size > UInt64(reader.remaining), options.allowsTruncated {
        size = UInt64(reader.remaining / metadata.width * metadata.width)
        isTruncated = true
      }
      guard size % UInt64(metadata.width) == 0 else {
        throw reader.malformed(
          "a record of \(size) bytes", hint: "a sample takes \(metadata.width) by its description")
      }
      var record = try reader.part(size)
      records.append(SDSRecord(slot: slot, first: samples[0].count))
      while record.remaining > 0 { try append(&record, metadata, &samples) }
      if isTruncated { break }
    }
    guard !samples[0].isEmpty else {
      throw StreamError(.empty, path, "no samples", hint: "record it again or copy it whole")
    }
    let clock = SDSClock(records, samples[0].count, rate, metadata.tickRate)
    var recording = Recording(
      path: path, channels: metadata.fields.map { Channel(name: $0.name, unit: $0.unit) },
      samples: samples,
      timing: options.rate == nil ? try clock.timing(path) : .rate(rate), start: clock.start,
      isTruncated: isTruncated)
    recording.attributes = [("name", metadata.name), ("description", metadata.description)]
      .compactMap { name, value in value.map { Attribute(name, $0) } }
    return recording
  }

  private static func append(
    _ record: inout ByteReader, _ metadata: SDSMetadata, _ samples: inout [[Double]]
  ) throws(StreamError) {
    for (column, field) in metadata.fields.enumerated() {
      let value = field.scale.apply(try field.number.next(&record))
      guard value.isFinite else {
        throw record.malformed("no finite '\(field.name)'", hint: "check its description")
      }
      samples[column].append(value)
    }
  }
}

/// Where a record starts.
private struct SDSRecord {
  let slot: UInt32
  /// The index of its first sample.
  let first: Int
}

/// The time slots of a recording against its rate.
private struct SDSClock {
  private let records: [SDSRecord]
  private let count: Int
  private let rate: Hertz
  private let ticks: Hertz

  init(_ records: [SDSRecord], _ count: Int, _ rate: Hertz, _ ticks: Hertz) {
    // An empty record has no sample to give a time to.
    self.records = records.enumerated().filter { index, record in
      (index + 1 < records.count ? records[index + 1].first : count) > record.first
    }.map(\.element)
    (self.count, self.rate, self.ticks) = (count, rate, ticks)
  }

  var start: Interval {
    Interval(picoseconds: Int64(exactly: time(UInt64(records[0].slot))) ?? 0)
  }

  /// Picoseconds, rounded down.
  private func time(_ slots: UInt64) -> Int128 {
    Int128(slots) * 1_000_000_000_000 * Int128(ticks.denominator) / Int128(ticks.numerator)
  }

  private func length(_ samples: Int) -> Int128 {
    Int128(samples) * 1_000_000_000_000 * Int128(rate.denominator) / Int128(rate.numerator)
  }

  func timing(_ path: String) throws(StreamError) -> Recording.Timing {
    var starts: [Int128] = [0]
    var hasGap = false
    for (before, record) in zip(records, records.dropFirst()) {
      // The counter wraps; half its range is no step but a jump back.
      let step = record.slot &- before.slot
      guard step < 0x8000_0000 else {
        throw StreamError(
          .malformed, path,
          "the time slot goes back from \(before.slot) to \(record.slot) at sample \(record.first)",
          hint: "cut the file there, or give the stream's `rate:`")
      }
      let usual = length(record.first - before.first)
      let late = time(UInt64(step)) - usual
      if late > usual / 2 + time(1) { hasGap = true }
      starts.append(
        starts[starts.count - 1] + max(late > usual / 2 + time(1) ? late : 0, 0) + usual)
    }
    guard hasGap, count > 1 else { return .rate(rate) }
    var times: [Interval] = []
    for (index, record) in records.enumerated() {
      let end = index + 1 < records.count ? records[index + 1].first : count
      for sample in record.first..<end {
        let time = starts[index] + length(sample - record.first)
        guard let time = Int64(exactly: time), time > times.last?.picoseconds ?? -1 else {
          throw StreamError(
            .malformed, path, "times out of all range at sample \(sample)",
            hint: "check tick-frequency and sample-frequency in its description")
        }
        times.append(Interval(picoseconds: time))
      }
    }
    return .timestamps(times)
  }
}

extension Recording {
  /// An SDS recording and its description from bytes already read.
  package init(sds bytes: [UInt8], description: [UInt8]) throws(StreamError) {
    self = try SDSReader.read(bytes, "a.sds", SDSMetadata(description, "a.sds.yml"), .init())
  }
}
