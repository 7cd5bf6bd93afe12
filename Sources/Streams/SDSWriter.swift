import FileSystem
import Units

/// Arm SDS: records of a tenth of a second, and the description `NAME.sds.yml` beside them.
///
/// Numbers are stored in the narrowest of `int16_t`, `int32_t`, `float` and `double` that keeps every
/// sample of the column.
enum SDSWriter: RecordingWriter {
  static let name = "sds"
  static let extensions = ["sds"]

  static func write(
    _ recording: Recording, to path: String, options: WritingOptions
  ) throws(StreamError) -> WrittenRecording {
    let rate = try recording.constantRate(for: "SDS", path)
    let types = recording.samples.map(SDSNumber.init)
    let length = max(1, Int(rate.numerator / rate.denominator / 10))
    let width = types.reduce(0) { $0 + $1.width }
    var file = ByteWriter()
    for first in stride(from: 0, to: recording.count, by: length) {
      let end = min(first + length, recording.count)
      let time = recording.start + recording.time(ofSample: first)
      file.append(UInt32(truncatingIfNeeded: time.picoseconds / 1_000_000_000))
      guard let size = UInt32(exactly: width * (end - first)) else {
        throw StreamError(
          .unsupported, path, "a record of more than 4 GiB", hint: "convert to a lower rate")
      }
      file.append(size)
      for index in first..<end {
        for (type, samples) in zip(types, recording.samples) { type.append(samples[index], &file) }
      }
    }
    var losses = recording.losses(attributes: ["name", "description"], start: false)
    if recording.start.picoseconds % 1_000_000_000 != 0 {
      losses.append("the first sample's time beyond a millisecond")
    }
    var frequency = "\(rate.numerator)"
    if rate.denominator != 1 {
      frequency = DecimalText.plain(rate.value)
      if DecimalText.rate(rate.value) != rate { losses.append("the rate's last digits") }
    }
    var written = WrittenRecording(bytes: file.bytes)
    written.losses = losses
    let text = description(recording, types, frequency, path)
    written.companion = (SDSMetadata.places(for: path)[0], Array(text.utf8))
    return written
  }

  private static func description(
    _ recording: Recording, _ types: [SDSNumber], _ frequency: String, _ path: String
  ) -> String {
    let file = path.split(separator: "/").last ?? ""
    let name = recording.attribute("name") ?? String(file.prefix { $0 != "." })
    var text = "sds:\n  name: \(JSONText.quoted(name))\n"
    if let words = recording.attribute("description") {
      text += "  description: \(JSONText.quoted(words))\n"
    }
    text += "  sample-frequency: \(frequency)\n  tick-frequency: 1000\n  content:\n"
    for (channel, type) in zip(recording.channels, types) {
      text += "  - value: \(JSONText.quoted(channel.name))\n    type: \(type.rawValue)\n"
      if let unit = channel.unit { text += "    unit: \(JSONText.quoted(unit))\n" }
    }
    return text
  }
}

/// How a column's samples are stored.
private enum SDSNumber: String {
  case short = "int16_t"
  case long = "int32_t"
  case float = "float"
  case double = "double"

  init(_ samples: [Double]) {
    if samples.allSatisfy({ Int16(exactly: $0) != nil }) {
      self = .short
    } else if samples.allSatisfy({ Int32(exactly: $0) != nil }) {
      self = .long
    } else if samples.allSatisfy({ Double(Float($0)) == $0 }) {
      self = .float
    } else {
      self = .double
    }
  }

  var width: Int {
    switch self {
    case .short: 2
    case .long, .float: 4
    case .double: 8
    }
  }

  func append(_ value: Double, _ file: inout ByteWriter) {
    switch self {
    case .short: file.append(Int16(value))
    case .long: file.append(Int32(value))
    case .float: file.append(Float(value).bitPattern)
    case .double: file.append(value.bitPattern)
    }
  }
}
