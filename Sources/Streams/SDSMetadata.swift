import Documents
import FileSystem
import Units

/// The description beside an SDS recording: `NAME.sds.yml`.
///
/// Reference: Arm SDS-Framework, `schema/sds.schema.json` 3.1.0; `frequency` is what earlier versions
/// called `sample-frequency`.
struct SDSMetadata {
  /// One number of a sample.
  struct Field {
    let name: String
    let number: StoredNumber
    let scale: DecimalScale
    let unit: String?
  }

  let name: String?
  let description: String?
  /// Samples a second; nil: not said.
  let rate: Hertz?
  /// Time slots a second.
  let tickRate: Hertz
  let fields: [Field]

  /// Bytes of one sample.
  var width: Int { fields.reduce(0) { $0 + $1.number.width } }

  /// Where the description of `NAME.LABEL.sds` may lie, likeliest first.
  static func places(for path: String) -> [String] {
    var stem = path.hasSuffix(".sds") ? String(path.dropLast(4)) : path
    var places = [stem + ".sds.yml"]
    let name = stem.split(separator: "/").last ?? ""
    for _ in 0..<min(2, name.count { $0 == "." }) {
      stem = String(stem[..<(stem.lastIndex(of: ".") ?? stem.endIndex)])
      places.insert(stem + ".sds.yml", at: 0)
    }
    return places
  }

  init(beside path: String) throws(StreamError) {
    let places = Self.places(for: path)
    guard let place = places.first(where: Files.exists) else {
      throw StreamError(
        .unreadable, path, "no description beside it", hint: "expected \(places.last ?? "")")
    }
    try self.init(readFile(place), place)
  }

  init(_ bytes: [UInt8], _ path: String) throws(StreamError) {
    do throws(DocumentError) {
      let root = try Node.parse(bytes, file: path)
      guard let sds = root["sds"] else { throw root.error("missing key 'sds'") }
      name = try sds["name"]?.string()
      description = try sds["description"]?.string()
      var given: Node? = sds["sample-frequency"] ?? sds["frequency"]
      tickRate = try sds["tick-frequency"].map(Self.hertz) ?? Hertz(1_000)
      guard let content = sds["content"] else { throw sds.error("missing key 'content'") }
      var fields: [Field] = []
      for entry in try content.elements() {
        if let audio = entry["audio"] {
          fields += try Self.audio(audio)
          given = given ?? audio["sample-frequency"]
        } else {
          fields += try Self.values(entry)
        }
        guard fields.count <= 4_096 else { throw entry.error("expected at most 4096 numbers") }
      }
      guard !fields.isEmpty else { throw content.error("expected at least one value") }
      var seen: Set<String> = []
      if let twice = fields.first(where: { !seen.insert($0.name).inserted }) {
        throw content.error("two values are named '\(twice.name)'")
      }
      rate = try given.map(Self.hertz)
      self.fields = fields
    } catch {
      throw StreamError(
        error.kind == .cannotOpen ? .unreadable : .malformed, error.position.file,
        line: error.position.line == 0 ? nil : error.position.line,
        column: error.position.line == 0 ? nil : error.position.column, error.message,
        hint: "expected the description of an SDS recording")
    }
  }

  private static func hertz(_ node: Node) throws(DocumentError) -> Hertz {
    guard let value = Decimal.double(ArraySlice(try node.string().utf8)),
      let rate = DecimalText.rate(value)
    else { throw node.error("expected a frequency in hertz, found \(node.summary)") }
    return rate
  }

  private static func values(_ entry: Node) throws(DocumentError) -> [Field] {
    guard let value = entry["value"], let type = entry["type"] else {
      throw entry.error("expected 'value' with 'type', or 'audio'; images are no samples")
    }
    let name = try value.string()
    let typeName = try type.string()
    guard let number = StoredNumber(typeName) else {
      throw type.error(
        "unknown type '\(shortened(typeName))'; expected one of "
          + StoredNumber.names.joined(separator: ", "))
    }
    let scale = try entry["scale"].map(decimal) ?? 1
    let offset = try entry["offset"].map(decimal) ?? 0
    let unit = try entry["unit"]?.string()
    var count: Int64 = 1
    for key in ["dim-x", "dim-y"] {
      if let node = entry[key] { count *= try node.integer(in: 1...1_024) }
    }
    guard count <= 1_024 else { throw entry.error("expected at most 1024 numbers") }
    return (0..<count).map { index in
      Field(
        name: count == 1 ? name : "\(name).\(index)", number: number,
        scale: DecimalScale(scale, offset: offset), unit: unit)
    }
  }

  private static func decimal(_ node: Node) throws(DocumentError) -> Double {
    guard let value = Decimal.double(ArraySlice(try node.string().utf8)) else {
      throw node.error("expected a number, found \(node.summary)")
    }
    return value
  }

  /// PCM comes out in int16 counts, as from a WAV file.
  private static func audio(_ node: Node) throws(DocumentError) -> [Field] {
    guard let depth = node["bit-depth"] else { throw node.error("missing key 'bit-depth'") }
    let bits = try depth.integer()
    guard let number = StoredNumber(signedBits: Int(bits)) else {
      throw depth.error("expected 8, 16, 24 or 32 bits, found \(bits)")
    }
    let count = try node["channels"]?.integer(in: 1...64) ?? 1
    if let format = node["format"], try format.string() != "pcm" {
      throw format.error("expected the format pcm, found \(format.summary)")
    }
    var factor = 1.0
    for _ in 0..<abs(Int(bits) - 16) { factor *= bits < 16 ? 2 : 0.5 }
    return (1...count).map { index in
      Field(
        name: count == 1 ? "audio" : "channel \(index)", number: number,
        scale: DecimalScale(factor), unit: "int16")
    }
  }
}
