import Documents
public import Trust
import Units

/// A document that numbers were taken from.
public struct Source: Hashable, Sendable {
  /// What entries name it by: `NRFX`.
  public var key: String
  public var title: String
  /// Section, commit or address.
  public var location: String
  public var licence: String?
}

/// Where a number comes from and how far it can be relied on.
public struct Provenance: Hashable, Sendable {
  public var source: Source
  public var mark: TrustMark
  /// The mark's, unless the file gives a band of its own.
  public var trust: Trust
  public var note: String?

  /// Of a value given by `--set`: nothing vouches for it.
  static let override = Provenance(
    source: Source(key: "--set", title: "given on the command line", location: "--set"),
    mark: .memory, trust: TrustMark.memory.trust)
}

/// A value of a data file with its provenance.
public struct Sourced<Value: Sendable>: Sendable {
  public var value: Value
  public var provenance: Provenance

  public init(_ value: Value, _ provenance: Provenance) {
    self.value = value
    self.provenance = provenance
  }

  public var trusted: Trusted<Value> { Trusted(value, provenance.trust) }
}

extension Sourced: Equatable where Value: Equatable {}
extension Sourced: Hashable where Value: Hashable {}

/// Reads `source`, `trust`, `note` and `band` of an entry against the sources of its file.
struct Provenances {
  static let keys = ["source", "trust", "note", "band"]

  let sources: [Source]

  init(_ node: Node?) throws(DocumentError) {
    var sources: [Source] = []
    for entry in try node?.entries("sources") ?? [] {
      let fields = try Fields(entry.value, "a source", keys: ["title", "where", "licence"])
      sources.append(
        Source(
          key: entry.key, title: try fields.required("title").string(),
          location: try fields.required("where").string(),
          licence: try fields.optional("licence")?.string()))
    }
    self.sources = sources
  }

  func read(_ fields: Fields) throws(DocumentError) -> Provenance {
    let key = try fields.required("source")
    let choices = sources.map { ($0.key, $0) }
    let source = try key.choice("source", of: choices)
    let marks = TrustMark.allCases.map { ($0.rawValue, $0) }
    let mark = try fields.required("trust").choice("trust mark", of: marks)
    var trust = mark.trust
    if let band = fields.optional("band") {
      let ratio = try band.ratio()
      guard ratio >= .zero else { throw band.error("expected a band that is not negative") }
      trust.band = Band(partsPerMillion: (ratio.partsPerBillion + 999) / 1_000)
    }
    return Provenance(
      source: source, mark: mark, trust: trust, note: try fields.optional("note")?.string())
  }

  /// Reads `{key: VALUE, source: ..., trust: ...}`, or a bare value that an override put there.
  func sourced<Value: Sendable>(
    _ node: Node, _ key: String, _ read: (Node) throws(DocumentError) -> Value
  ) throws(DocumentError) -> Sourced<Value> {
    if node.isOverride, case .scalar = node.content {
      return Sourced(try read(node), .override)
    }
    let fields = try Fields(node, key, keys: [key] + Self.keys)
    let value = try fields.required(key)
    let provenance = value.isOverride ? .override : try self.read(fields)
    return Sourced(try read(value), provenance)
  }
}
