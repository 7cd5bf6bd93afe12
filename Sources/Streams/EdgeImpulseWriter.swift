import CCBOR
import Units

/// What an acquisition says beside its samples; one for JSON and CBOR.
private struct EdgeImpulseHead {
  let rate: Hertz
  /// Milliseconds between samples.
  let interval: Double
  let issuedAt: UInt64?
  let deviceName: String?
  let deviceType: String
  let losses: [String]

  init(_ recording: Recording, _ path: String) throws(StreamError) {
    rate = try recording.constantRate(for: "Edge Impulse's format", path)
    interval = DecimalText.periodMilliseconds(rate)
    issuedAt = recording.attribute("iat").flatMap { UInt64($0) }
    deviceName = recording.attribute("device_name")
    deviceType = recording.attribute("device_type") ?? "thumbprint"
    var losses = recording.losses(attributes: ["iat", "device_name", "device_type"])
    if DecimalText.rate(periodMilliseconds: interval) != rate {
      losses.append("the rate beyond 16 digits of its period")
    }
    self.losses = losses
  }

  static func unit(_ channel: Channel) -> String {
    channel.unit == "int16" ? "wav" : channel.unit ?? "N/A"
  }
}

private let noSignature = String(repeating: "0", count: 64)

/// Edge Impulse acquisitions as JSON, signed when a key is given.
enum EdgeImpulseJSONWriter: RecordingWriter {
  static let name = "edge-impulse-json"
  static let extensions = ["json"]

  static func write(
    _ recording: Recording, to path: String, options: WritingOptions
  ) throws(StreamError) -> WrittenRecording {
    let head = try EdgeImpulseHead(recording, path)
    var text = "{\"protected\":{\"ver\":\"v1\",\"alg\":\"\(options.key == nil ? "none" : "HS256")\""
    if let time = head.issuedAt { text += ",\"iat\":\(time)" }
    text += "},\"signature\":\""
    let place = text.utf8.count..<text.utf8.count + 64
    text += "\(noSignature)\",\"payload\":{"
    if let name = head.deviceName { text += "\"device_name\":\(JSONText.quoted(name))," }
    text += "\"device_type\":\(JSONText.quoted(head.deviceType)),"
    text += "\"interval_ms\":\(DecimalText.plain(head.interval)),\"sensors\":["
    text += recording.channels.map { channel in
      "{\"name\":\(JSONText.quoted(channel.name)),"
        + "\"units\":\(JSONText.quoted(EdgeImpulseHead.unit(channel)))}"
    }.joined(separator: ",")
    text += "],\"values\":["
    var bytes = Array(text.utf8)
    for index in 0..<recording.count {
      let numbers = recording.samples.map { DecimalText.plain($0[index]) }
      bytes += ((index == 0 ? "[" : ",[") + numbers.joined(separator: ",") + "]").utf8
    }
    bytes += "]}}".utf8
    return WrittenRecording(
      bytes: signed(bytes, at: place, options.key), losses: head.losses)
  }
}

/// Edge Impulse acquisitions as CBOR, signed when a key is given.
///
/// Whole numbers are written as integers, which CBOR keeps apart; they read the same.
enum EdgeImpulseCBORWriter: RecordingWriter {
  static let name = "edge-impulse-cbor"
  static let extensions = ["cbor"]

  static func write(
    _ recording: Recording, to path: String, options: WritingOptions
  ) throws(StreamError) -> WrittenRecording {
    let head = try EdgeImpulseHead(recording, path)
    var file = CBORWriter()
    file.map(3)
    file.text("protected")
    file.map(head.issuedAt == nil ? 2 : 3)
    file.text("ver", "v1", "alg", options.key == nil ? "none" : "HS256")
    if let time = head.issuedAt {
      file.text("iat")
      file.number(Double(time))
    }
    file.text("signature", noSignature)
    let place = file.bytes.count - 64..<file.bytes.count
    file.text("payload")
    file.map(head.deviceName == nil ? 4 : 5)
    if let name = head.deviceName { file.text("device_name", name) }
    file.text("device_type", head.deviceType, "interval_ms")
    file.number(head.interval)
    file.text("sensors")
    file.list(recording.channels.count)
    for channel in recording.channels {
      file.map(2)
      file.text("name", channel.name, "units", EdgeImpulseHead.unit(channel))
    }
    file.text("values")
    file.list(recording.count)
    for index in 0..<recording.count {
      file.list(recording.samples.count)
      for samples in recording.samples { file.number(samples[index]) }
    }
    return WrittenRecording(
      bytes: signed(file.bytes, at: place, options.key), losses: head.losses)
  }
}

private func signed(_ bytes: [UInt8], at place: Range<Int>, _ key: String?) -> [UInt8] {
  guard let key else { return bytes }
  var bytes = bytes
  bytes.replaceSubrange(place, with: EdgeImpulse.signature(of: bytes, at: place, key).utf8)
  return bytes
}

/// CBOR items one after the other, encoded by libcbor.
private struct CBORWriter {
  private(set) var bytes: [UInt8] = []

  mutating func map(_ count: Int) { append { cbor_encode_map_start(count, $0, $1) } }
  mutating func list(_ count: Int) { append { cbor_encode_array_start(count, $0, $1) } }

  mutating func text(_ texts: String...) {
    for text in texts {
      append { cbor_encode_string_start(text.utf8.count, $0, $1) }
      bytes += text.utf8
    }
  }

  /// An integer where the number is one, else binary64, as Edge Impulse's own tools write it.
  mutating func number(_ value: Double) {
    if value.sign == .plus || value < 0, let whole = Int64(exactly: value) {
      append {
        whole >= 0
          ? cbor_encode_uint(UInt64(whole), $0, $1)
          : cbor_encode_negint(UInt64(-1 - whole), $0, $1)
      }
    } else {
      append { cbor_encode_double(value, $0, $1) }
    }
  }

  private mutating func append(_ encode: (UnsafeMutablePointer<UInt8>?, Int) -> Int) {
    bytes += [UInt8](unsafeUninitializedCapacity: 9) { buffer, count in
      count = encode(buffer.baseAddress, 9)
    }
  }
}
