public import Energy
public import RunRecord
public import Units

/// What the views of a run are drawn from: where each cycle, instruction and joule went, by
/// instruction and by way of calls. Plain values, so that views can be made later from a saved run.
///
/// The costs of `instructions` and of `remainders` sum exactly to `total`, and so do those of `paths`.
public struct ViewData: Codable, Sendable {
  /// Whom costs belong to.
  public struct Frame: Codable, Sendable, Hashable {
    public enum Kind: String, Codable, Sendable {
      case function
      /// What no instruction spends: `[sleep]`, `[exception entry]`, what a sensor draws.
      case remainder
      /// The bottom of a stack: thread mode, the handler of an exception.
      case context
    }
    public var kind: Kind
    public var name: String
    public var file: String?
    public var line: Int?
    public var address: Address?

    public init(
      _ kind: Kind, _ name: String, file: String? = nil, line: Int? = nil, address: Address? = nil
    ) {
      (self.kind, self.name, self.file, self.line) = (kind, name, file, line)
      self.address = address
    }
  }

  /// A place of the source, and the calls that the compiler put there, outermost first.
  public struct Place: Codable, Sendable, Hashable {
    public struct Inlined: Codable, Sendable, Hashable {
      public var function: String
      /// Where it is called.
      public var file: String?
      public var line: Int?

      public init(function: String, file: String?, line: Int?) {
        (self.function, self.file, self.line) = (function, file, line)
      }
    }
    public var file: String
    public var line: Int
    public var inlined: [Inlined]

    public init(file: String, line: Int, inlined: [Inlined] = []) {
      (self.file, self.line, self.inlined) = (file, line, inlined)
    }
  }

  public struct Instruction: Codable, Sendable {
    public var address: Address
    /// Index into `frames`.
    public var frame: Int
    /// Index into `places`; nil: the compiler noted none.
    public var place: Int?
    public var text: String
    public var executions: UInt64
    public var cost: Cost
  }

  public struct Remainder: Codable, Sendable {
    public var frame: Int
    public var cost: Cost
  }

  /// One way that calls led to a frame.
  public struct Path: Codable, Sendable {
    /// Index of the caller's path, less than its own.
    public var parent: Int?
    public var frame: Int
    /// Index into `places` of the call; nil: unknown, or the bottom of a stack.
    public var site: Int?
    public var siteAddress: Address?
    public var calls: UInt64
    /// Its own, callees excluded.
    public var cost: Cost
  }

  /// "nano33-gesture on arduino-nano-33-ble-sense".
  public var title: String
  public var firmware: String
  public var tool: String
  public var coreClock: Hertz
  public var end: Instant
  public var frames: [Frame] = []
  public var places: [Place] = []
  /// By address; one executed in several blocks is one.
  public var instructions: [Instruction] = []
  public var remainders: [Remainder] = []
  public var paths: [Path] = []
  public var total = Cost()
  /// Lines that cost something, where their source was found: by file and line number.
  public var sources: [String: [Int: String]] = [:]
  public var memory: ViewMemory?
  public var timeline = RunTimeline()
  /// By number.
  public var exceptionNames: [Int: String] = [:]
  /// What was drawn over time; nil: nothing is known of it.
  public var power: EnergySeries?

  public init(title: String, firmware: String, tool: String, coreClock: Hertz, end: Instant) {
    (self.title, self.firmware, self.tool) = (title, firmware, tool)
    (self.coreClock, self.end) = (coreClock, end)
  }

  /// The frames from the bottom of its stack up to the path.
  public func stack(of path: Int) -> [Int] {
    var stack: [Int] = []
    var next: Int? = path
    while let index = next {
      stack.append(paths[index].frame)
      next = paths[index].parent
    }
    return stack.reversed()
  }

  /// Of each path, its own cost and that of all above it.
  public var inclusiveCosts: [Cost] {
    var costs = paths.map(\.cost)
    for index in paths.indices.reversed() {
      if let parent = paths[index].parent { costs[parent] += costs[index] }
    }
    return costs
  }
}

extension ViewData {
  /// What cannot be in data that a run left; nil: nothing. Views rely on their indices.
  public var fault: String? {
    func isKnown(_ place: Int?) -> Bool { place.map(places.indices.contains) ?? true }
    for (index, path) in paths.enumerated() {
      if let parent = path.parent, !(0..<index).contains(parent) { return "path \(index)'s caller" }
      if !frames.indices.contains(path.frame) || !isKnown(path.site) { return "path \(index)" }
    }
    for (index, instruction) in instructions.enumerated()
    where !frames.indices.contains(instruction.frame) || !isKnown(instruction.place) {
      return "instruction \(index)"
    }
    if let memory, memory.symbols.contains(where: { !memory.sections.indices.contains($0.section) })
    {
      return "a symbol"
    }
    if remainders.contains(where: { !frames.indices.contains($0.frame) }) { return "a remainder" }
    for (index, event) in timeline.events.enumerated()
    where event.subject != -1 && !timeline.names.indices.contains(event.subject) {
      return "event \(index)"
    }
    return nil
  }
}
