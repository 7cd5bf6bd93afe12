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

  public init(key: String, title: String, location: String, licence: String? = nil) {
    self.key = key
    self.title = title
    self.location = location
    self.licence = licence
  }
}

/// Where a number comes from and how far it can be relied on.
public struct Provenance: Hashable, Sendable {
  public var source: Source
  public var mark: TrustMark
  /// The mark's, unless the file gives a band of its own.
  public var trust: Trust
  public var note: String?

  /// `trust` is the mark's when it is nil.
  public init(source: Source, mark: TrustMark, trust: Trust? = nil, note: String? = nil) {
    self.source = source
    self.mark = mark
    self.trust = trust ?? mark.trust
    self.note = note
  }

  /// Of a value given by `--set`: nothing vouches for it.
  static let override = Provenance(
    source: Source(key: "--set", title: "given on the command line", location: "--set"),
    mark: .memory)
}

extension Provenance {
  /// Of wiring that its user describes: no number that could be off.
  static let wiring = Provenance(source: user, mark: .derived)
  /// Of a sensor's current that stands beside its wiring, without a document.
  static let assumedWiring = Provenance(source: user, mark: .memory)

  private static let user = Source(
    key: "user", title: "as the deployment or board says", location: "no document")
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

  /// Of a whole file: what an entry says that says nothing itself.
  static let defaults = ["source", "trust"]

  let sources: [Source]
  private let source: Node?
  private let trust: Node?

  /// Those of a board's or a chip's file; a chip that stands in a board's file knows the board's, too.
  init(_ file: Fields, beside outer: Provenances? = nil) throws(DocumentError) {
    var sources: [Source] = []
    for entry in try file.optional("sources")?.entries("sources") ?? [] {
      let fields = try Fields(entry.value, "a source", keys: ["title", "where", "licence"])
      sources.append(
        Source(
          key: entry.key, title: try fields.required("title").string(),
          location: try fields.required("where").string(),
          licence: try fields.optional("licence")?.string()))
    }
    let own = Set(sources.map(\.key))
    self.sources = sources + (outer?.sources ?? []).filter { !own.contains($0.key) }
    source = file.optional("source") ?? outer?.source
    trust = file.optional("trust") ?? outer?.trust
  }

  /// Keys whose values have a provenance of their own.
  private static let own = ["wait-states", "sharing", "start-up", "wake-up", "systick-reference"]

  /// The provenance that an entry states; that of the command line once any number in it is set
  /// there.
  func read(_ fields: Fields) throws(DocumentError) -> Provenance {
    let entries = try fields.node.entries()
    if entries.contains(where: { $0.value.isOverride && !Self.own.contains($0.key) }) {
      return .override
    }
    guard let key = fields.optional("source") ?? source else {
      throw fields.node.error("missing key 'source' in \(fields.subject)")
    }
    let choices = sources.map { ($0.key, $0) }
    let source = try key.choice("source", of: choices)
    let marks = TrustMark.allCases.map { ($0.rawValue, $0) }
    guard let mark = try (fields.optional("trust") ?? trust)?.choice("trust mark", of: marks) else {
      throw fields.node.error("missing key 'trust' in \(fields.subject)")
    }
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
    _ node: Node, _ key: String, and more: [String] = [],
    _ read: (Node) throws(DocumentError) -> Value
  ) throws(DocumentError) -> Sourced<Value> {
    if node.isOverride, case .scalar = node.content {
      return Sourced(try read(node), .override)
    }
    let fields = try Fields(node, key, keys: [key] + more + Self.keys)
    let value = try fields.required(key)
    return Sourced(try read(value), try self.read(fields))
  }
}
