import Units

/// Edge Impulse's data acquisition format: one tree, written as JSON or as CBOR.
///
/// Without units (`N/A`) a channel has none; `wav` is sound in int16 counts. A signature is checked
/// when a key is given: HMAC-SHA256 over the file with zeros in the signature's place.
///
/// Reference: Edge Impulse documentation, "Data acquisition format"; ingestion SDK for C.
/// Not modelled: images (`interval_ms` 0), and signatures over another serialisation than the file.
enum EdgeImpulse {
  static func recording(
    _ document: DataDocument, _ bytes: [UInt8], _ path: String, _ options: ReadingOptions
  ) throws(StreamError) -> Recording {
    guard let payload = document.root["payload"] else {
      throw malformed(path, "no payload", "expected protected, signature and payload")
    }
    if let key = options.key { try check(key, document, bytes, path) }
    let channels = try channels(payload, path)
    let samples = try samples(payload, channels, path)
    guard let interval = payload["interval_ms"]?.number,
      let rate = options.rate ?? DecimalText.rate(periodMilliseconds: interval)
    else {
      throw malformed(
        path, "payload.interval_ms is \(payload["interval_ms"]?.summary ?? "missing")",
        "expected milliseconds between samples, above zero")
    }
    var recording = Recording(
      path: path, channels: channels, samples: samples, timing: .rate(rate))
    recording.attributes = attributes(document.root, payload)
    return recording
  }

  private static func attributes(_ root: DataTree, _ payload: DataTree) -> [Attribute] {
    var attributes: [Attribute] = []
    for name in ["device_name", "device_type"] {
      if let text = payload[name]?.text { attributes.append(Attribute(name, text)) }
    }
    if let time = root["protected"]?["iat"]?.number {
      attributes.append(Attribute("iat", DecimalText.plain(time)))
    }
    return attributes
  }

  private static func channels(
    _ payload: DataTree, _ path: String
  ) throws(StreamError) -> [Channel] {
    guard let sensors = payload["sensors"]?.list, !sensors.isEmpty else {
      throw malformed(path, "no payload.sensors", "expected a list of names and units")
    }
    var channels: [Channel] = []
    for (index, sensor) in sensors.enumerated() {
      guard let name = sensor["name"]?.text, !name.isEmpty else {
        throw malformed(
          path, "payload.sensors[\(index)] has no name", "expected {\"name\", \"units\"}")
      }
      if channels.contains(where: { $0.name == name }) {
        throw malformed(path, "two sensors are named '\(name)'", "expected each name once")
      }
      let unit = sensor["units"]?.text ?? ""
      channels.append(
        Channel(
          name: name, unit: ["", "N/A"].contains(unit) ? nil : unit == "wav" ? "int16" : unit)
      )
    }
    return channels
  }

  private static func samples(
    _ payload: DataTree, _ channels: [Channel], _ path: String
  ) throws(StreamError) -> [[Double]] {
    guard let values = payload["values"]?.list, !values.isEmpty else {
      throw StreamError(
        .empty, path, "no payload.values", hint: "expected a list of numbers for each sample")
    }
    var samples = [[Double]](repeating: [], count: channels.count)
    for index in samples.indices { samples[index].reserveCapacity(values.count) }
    for (index, value) in values.enumerated() {
      // A single sensor's numbers need no lists.
      let row = value.list ?? (channels.count == 1 ? [value] : [])
      guard row.count == channels.count else {
        throw malformed(
          path, "payload.values[\(index)] is \(value.summary)",
          "expected \(channels.count) numbers, one for each sensor")
      }
      for (channel, cell) in row.enumerated() {
        guard let number = cell.number, number.isFinite else {
          throw malformed(
            path, "payload.values[\(index)][\(channel)] is \(cell.summary)",
            "expected a finite number")
        }
        samples[channel].append(number)
      }
    }
    return samples
  }

  private static func check(
    _ key: String, _ document: DataDocument, _ bytes: [UInt8], _ path: String
  ) throws(StreamError) {
    if document.root["protected"]?["alg"]?.text == "none" {
      throw malformed(path, "not signed: its algorithm is none", "leave the key out")
    }
    guard let place = document.signature, place.count == 64 else {
      throw malformed(path, "no signature", "expected 64 hexadecimal digits")
    }
    let own = signature(of: bytes, at: place, key)
    if !bytes[place].elementsEqual(own.utf8) {
      throw malformed(
        path, "the signature does not match the key",
        "the file was changed, or signed with another key or in another form")
    }
  }

  /// The signature of a file that has a place of 64 digits for it.
  static func signature(of bytes: [UInt8], at place: Range<Int>, _ key: String) -> String {
    var blank = bytes
    for index in place { blank[index] = UInt8(ascii: "0") }
    return HMAC.sha256(key: Array(key.utf8), message: blank)
  }

  static func malformed(_ path: String, _ message: String, _ hint: String) -> StreamError {
    StreamError(.malformed, path, message, hint: hint)
  }
}

/// Edge Impulse acquisitions as JSON.
enum EdgeImpulseJSONReader: RecordingReader {
  static let name = "Edge Impulse JSON"
  static let extensions = ["json"]

  static func recognizes(_ bytes: [UInt8]) -> Bool {
    guard bytes.first == UInt8(ascii: "{") else { return false }
    let start = String(decoding: bytes.prefix(512), as: UTF8.self)
    return start.contains("\"protected\"") || start.contains("\"payload\"")
  }

  static func read(
    _ bytes: [UInt8], path: String, options: ReadingOptions
  ) throws(StreamError) -> [Recording] {
    let document = try JSONReader.read(bytes, path)
    return [try EdgeImpulse.recording(document, bytes, path, options)]
  }
}

/// Edge Impulse acquisitions as CBOR.
enum EdgeImpulseCBORReader: RecordingReader {
  static let name = "Edge Impulse CBOR"
  static let extensions = ["cbor"]

  static func recognizes(_ bytes: [UInt8]) -> Bool {
    guard let first = bytes.first, 0xa1...0xbf ~= first else { return false }
    let keys = ["payload", "protected", "signature"]
    return keys.contains { key in
      bytes.dropFirst().starts(with: [0x60 + UInt8(key.utf8.count)] + Array(key.utf8))
    }
  }

  static func read(
    _ bytes: [UInt8], path: String, options: ReadingOptions
  ) throws(StreamError) -> [Recording] {
    let document = try CBORReader.read(bytes, path)
    return [try EdgeImpulse.recording(document, bytes, path, options)]
  }
}
