import Units

/// Renode's sensor data, as `csv2resd` lays it out: one block for each quantity.
///
/// Columns are found by name, as a deployment's are. A column without a unit is taken to be in RESD's
/// own; others are converted and rounded to whole numbers.
///
/// Reference: Renode documentation, "Renode Sensor Data (RESD) format"; the period is rounded down to
/// nanoseconds as Renode's `csv2resd` does.
enum RESDWriter: RecordingWriter {
  static let name = "resd"
  static let extensions = ["resd"]

  static func write(
    _ recording: Recording, to path: String, options: WritingOptions
  ) throws(StreamError) -> WrittenRecording {
    var file = ByteWriter()
    file.append("RESD")
    file.append(1 as UInt32)
    var used: Set<Int> = []
    var isRounded = false
    for (channel, places) in groups(recording.channels) {
      used.formUnion(places.columns)
      let values = try integers(recording, places.columns, places.type, path, &isRounded)
      try append(&file, recording, places.type, UInt16(channel), values, path)
    }
    guard !used.isEmpty else {
      throw StreamError(
        .unknownColumn, path, "no column is called like a quantity that RESD knows",
        hint: "rename them: --columns ax=\(recording.channels[0].name),...")
    }
    var losses = recording.losses(start: false)
    losses += recording.channels.indices.filter { !used.contains($0) }.map {
      "column '\(recording.channels[$0].name)'"
    }
    if isRounded { losses.append("fractions of RESD's units, which are whole numbers") }
    if let rate = recording.rate, 1_000_000_000 % rate.numerator != 0 || rate.denominator != 1 {
      let period = 1_000_000_000 * UInt128(rate.denominator) / UInt128(rate.numerator)
      if period * UInt128(rate.numerator) != 1_000_000_000 * UInt128(rate.denominator) {
        losses.append("the rate's fraction of a nanosecond: the period is \(period) ns")
      }
    }
    return WrittenRecording(bytes: file.bytes, losses: losses)
  }

  /// The columns of each sample type, channel 0 first; `ax.1` is one of channel 1.
  private static func groups(
    _ channels: [Channel]
  ) -> [(channel: Int, (type: RESDSampleType, columns: [Int]))] {
    var groups: [(Int, (type: RESDSampleType, columns: [Int]))] = []
    var numbers: Set<Int> = [0]
    for channel in channels {
      if let (_, number) = split(channel.name) { numbers.insert(number) }
    }
    for number in numbers.sorted() {
      let own = channels.indices.filter { (split(channels[$0].name)?.number ?? 0) == number }
      let named = own.map {
        Channel(name: split(channels[$0].name)?.stem ?? channels[$0].name, unit: channels[$0].unit)
      }
      for type in RESDSampleType.all {
        guard let places = type.columns(of: named) else { continue }
        groups.append((number, (type, places.map { own[$0] })))
      }
    }
    return groups
  }

  private static func split(_ name: String) -> (stem: String, number: Int)? {
    guard let dot = name.lastIndex(of: "."), let number = UInt16(name[name.index(after: dot)...])
    else { return nil }
    return (String(name[..<dot]), Int(number))
  }

  private static func integers(
    _ recording: Recording, _ columns: [Int], _ type: RESDSampleType, _ path: String,
    _ isRounded: inout Bool
  ) throws(StreamError) -> [[Int128]] {
    var result: [[Int128]] = []
    for column in columns {
      let channel = recording.channels[column]
      let factor = try UnitFactor(
        from: channel.unit ?? type.unit, to: type.unit, of: channel.name, in: recording.path)
      var values: [Int128] = []
      values.reserveCapacity(recording.count)
      for (index, sample) in recording.samples[column].enumerated() {
        let value = factor.apply(sample)
        let whole = value.rounded()
        guard let integer = Int128(exactly: whole), type.number.range.contains(integer) else {
          throw StreamError(
            .unsupported, path, "'\(channel.name)' of sample \(index) is beyond RESD's range",
            hint: "check its unit: it was taken to be in \(channel.unit ?? type.unit)")
        }
        // A product of units may miss a whole number by its last bits.
        if abs(value - whole) > 1e-6 { isRounded = true }
        values.append(integer)
      }
      result.append(values)
    }
    return result
  }

  private static func append(
    _ file: inout ByteWriter, _ recording: Recording, _ type: RESDSampleType, _ channel: UInt16,
    _ values: [[Int128]], _ path: String
  ) throws(StreamError) {
    guard recording.start >= .zero else {
      throw StreamError(
        .unsupported, path, "the first sample is before time 0",
        hint: "RESD counts from 0: shift the column of times")
    }
    var period: UInt64?
    if let rate = recording.rate {
      let exact = 1_000_000_000 * UInt128(rate.denominator) / UInt128(rate.numerator)
      guard exact > 0, let fits = UInt64(exactly: exact) else {
        throw StreamError(
          .wrongRate, path, "RESD has whole nanoseconds between samples",
          hint: "convert to a lower rate with --resample")
      }
      period = fits
    }
    let width = type.width + (period == nil ? 8 : 0)
    file.append(UInt8(period == nil ? 1 : 2))
    file.append(type.code)
    file.append(channel)
    file.append(UInt64((period == nil ? 8 : 16) + 8 + width * recording.count))
    file.append(UInt64(recording.start.picoseconds / 1_000))
    if let period { file.append(period) }
    file.append(0 as UInt64)
    var last: Int64 = -1
    for index in 0..<recording.count {
      if case .timestamps(let times) = recording.timing {
        let time = times[index].picoseconds / 1_000
        guard time > last else {
          throw StreamError(
            .unsupported, path, "samples \(index - 1) and \(index) are in the same nanosecond",
            hint: "RESD's times are whole nanoseconds")
        }
        last = time
        file.append(UInt64(time))
      }
      for column in values { append(&file, column[index], type.number) }
    }
  }

  private static func append(
    _ file: inout ByteWriter, _ value: Int128, _ number: RESDSampleType.Number
  ) {
    switch number {
    case .signed32: file.append(Int32(value))
    case .unsigned32: file.append(UInt32(value))
    case .unsigned64: file.append(UInt64(value))
    }
  }
}
