/// What the models cannot vouch for, each thing once with its count, in the order first seen.
public final class FindingLog {
  public struct Entry: Hashable, Sendable {
    /// A stable word for scripts: "unmodelled-register".
    public let kind: String
    /// Where: "TWIM0.PSEL.SCL", a function, a file.
    public let place: String
    public let message: String
    public fileprivate(set) var count: Int
  }

  public private(set) var entries: [Entry] = []
  private var indices: [String: Int] = [:]
  /// Adds to a new entry's place where the core was: set by the run.
  public var origin: () -> String? = { nil }

  public init() {}

  public func note(_ kind: String, _ place: String, _ message: String) {
    let key = kind + "\u{0}" + place + "\u{0}" + message
    if let index = indices[key] {
      entries[index].count += 1
      return
    }
    indices[key] = entries.count
    let full = origin().map { "\(message) (\($0))" } ?? message
    entries.append(Entry(kind: kind, place: place, message: full, count: 1))
  }
}
