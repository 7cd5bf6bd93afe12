import Units

/// WAV files: the narrowest of 16, 24 and 32-bit PCM, 32 and 64-bit float that keeps every sample.
///
/// Samples are int16 counts as the reader gives them: full scale is 32768. Other quantities than sound
/// are written the same way, and lose their unit.
///
/// Reference: Multimedia Programming Interface and Data Specifications 1.0 (IBM, Microsoft, 1991);
/// Microsoft, "Multiple channel audio data and WAVE files" (float is format 3).
enum WAVWriter: RecordingWriter {
  static let name = "wav"
  static let extensions = ["wav"]

  static func write(
    _ recording: Recording, to path: String, options: WritingOptions
  ) throws(StreamError) -> WrittenRecording {
    let rate = try recording.constantRate(for: "WAV", path)
    guard rate.denominator == 1, rate.numerator <= 1 << 30, recording.channels.count <= 1_024 else {
      throw StreamError(
        .wrongRate, path, "WAV has a whole rate in hertz and at most 1024 channels",
        hint: "convert to another rate with --resample, or leave columns out with --columns")
    }
    let encoding = WAVEncoding(recording.samples)
    let frame = encoding.width * recording.channels.count
    guard let size = UInt32(exactly: frame * recording.count), size < .max - 64 else {
      throw StreamError(
        .unsupported, path, "more than 4 GiB of samples", hint: "leave columns out with --columns")
    }
    var file = ByteWriter()
    file.append("RIFF")
    file.append(36 + size + size % 2)
    file.append("WAVEfmt ")
    file.append(16 as UInt32)
    file.append(UInt16(encoding.isFloat ? 3 : 1))
    file.append(UInt16(recording.channels.count))
    file.append(UInt32(rate.numerator))
    file.append(UInt32(truncatingIfNeeded: rate.numerator * UInt64(frame)))
    file.append(UInt16(truncatingIfNeeded: frame))
    file.append(UInt16(encoding.width * 8))
    file.append("data")
    file.append(size)
    for index in 0..<recording.count {
      for samples in recording.samples { encoding.append(samples[index], &file) }
    }
    if size % 2 == 1 { file.append(0 as UInt8) }
    var losses = recording.losses()
    let units = Set(recording.channels.compactMap(\.unit)).subtracting(["int16"]).sorted()
    if !units.isEmpty {
      losses.append("the units (\(units.joined(separator: ", "))): full scale is 32768 of them")
    }
    let names = recording.channels.map(\.name)
    if names != WAVReader.channelNames(names.count) {
      losses.append("the names \(names.joined(separator: ", "))")
    }
    return WrittenRecording(bytes: file.bytes, losses: losses)
  }
}

/// How samples in int16 counts are stored.
private enum WAVEncoding {
  /// Bits beyond 16.
  case integer(more: Int)
  case float
  case double

  init(_ samples: [[Double]]) {
    for more in [0, 8, 16] {
      let scale = Double(1 << more)
      let limit = 32_768 * scale
      let fits = samples.allSatisfy { channel in
        channel.allSatisfy { value in
          let scaled = value * scale
          return scaled == scaled.rounded() && scaled >= -limit && scaled < limit
        }
      }
      if fits {
        self = .integer(more: more)
        return
      }
    }
    let isFloat = samples.allSatisfy { channel in
      channel.allSatisfy { Double(Float($0 / 32_768)) * 32_768 == $0 }
    }
    self = isFloat ? .float : .double
  }

  var width: Int {
    switch self {
    case .integer(let more): 2 + more / 8
    case .float: 4
    case .double: 8
    }
  }

  var isFloat: Bool { if case .integer = self { false } else { true } }

  func append(_ value: Double, _ file: inout ByteWriter) {
    switch self {
    case .float: file.append(Float(value / 32_768).bitPattern)
    case .double: file.append((value / 32_768).bitPattern)
    case .integer(let more):
      let number = Int32(value * Double(1 << more))
      for index in 0..<width {
        file.append(UInt8(truncatingIfNeeded: number >> Int32(8 * index)))
      }
    }
  }
}
