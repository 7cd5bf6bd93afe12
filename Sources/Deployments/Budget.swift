public import Boards
public import Documents
public import Units

/// What a measure's occurrences are reduced to.
public enum Statistic: String, CaseIterable, Hashable, Sendable {
  case min
  case p50
  case p99
  case max
  case mean
  /// Maximum less minimum.
  case jitter
}

/// What a budget limits.
public enum BudgetMetric: Hashable, Sendable {
  case measure(String, Statistic)
  case missedDeadlines
  case lostSamples
  case flash
  case ram
  case stack
  case heap
  case averageCurrent(EnergyScope)
  case energyPerInference(EnergyScope)
  case labelAccuracy
}

/// The limit of a budget, in its own unit.
public enum BudgetLimit: Hashable, Sendable {
  case time(Interval)
  case count(UInt64)
  case bytes(UInt64)
  case current(Amperes)
  case energy(Joules)
  case ratio(Ratio)
  /// How far the value may be from the baseline's: above it, or, of a minimum, below it.
  case relative(Ratio)

  public var isRelative: Bool { if case .relative = self { true } else { false } }
}

extension BudgetLimit: CustomStringConvertible {
  public var description: String {
    switch self {
    case .time(let value): Quantity.text(value)
    case .count(let value): String(value)
    case .bytes(let value): Quantity.text(bytes: value)
    case .current(let value): Quantity.text(value)
    case .energy(let value): Quantity.text(value)
    case .ratio(let value): Quantity.text(value)
    case .relative(let value):
      (value < .zero ? "" : "+") + Quantity.text(value) + " of baseline"
    }
  }
}

/// A limit that a run must keep.
public struct Budget: Hashable, Sendable {
  /// The dotted key: `latency.max`, `flash`, `average-current`; ` vs baseline` behind it if relative.
  public var name: String
  public var metric: BudgetMetric
  public var limit: BudgetLimit
  public var position: Position

  public init(
    name: String, metric: BudgetMetric, limit: BudgetLimit,
    position: Position = Position(file: "")
  ) {
    self.name = name
    self.metric = metric
    self.limit = limit
    self.position = position
  }

  /// Whether the value must not be below the limit; else it must not be above.
  public var isMinimum: Bool { metric == .labelAccuracy }
}

extension BudgetMetric {
  /// Keys of `budgets` that are no measure's name.
  static let plainNames = [
    "missed-deadlines", "lost-samples", "flash", "ram", "stack", "heap", "average-current",
    "energy-per-inference", "label-accuracy",
  ]
}

/// Reads `budgets` against the names of the measures.
struct BudgetReader {
  let measures: [String]

  func budgets(_ node: Node) throws(DocumentError) -> [Budget] {
    let fields = try Fields(node, "budgets", keys: measures + BudgetMetric.plainNames)
    var budgets: [Budget] = []
    for entry in try fields.node.entries() where !entry.value.isNull {
      if measures.contains(entry.key) {
        budgets += try statistics(entry)
      } else {
        for node in try limits(entry.value) {
          let (metric, limit) = try plain(entry.key, node)
          budgets.append(budget(entry.key, metric, limit, at: node))
        }
      }
    }
    return budgets
  }

  /// One limit, or a list of them: `[256 KiB, +2 %]`.
  private func limits(_ node: Node) throws(DocumentError) -> [Node] {
    guard case .sequence = node.content else { return [node] }
    let limits = try node.elements()
    if limits.isEmpty { throw node.error("expected a limit, found an empty list") }
    return limits
  }

  private func budget(
    _ name: String, _ metric: BudgetMetric, _ limit: BudgetLimit, at node: Node
  ) -> Budget {
    Budget(
      name: limit.isRelative ? "\(name) vs baseline" : name, metric: metric, limit: limit,
      position: node.position)
  }

  /// `+2 %`, or `-1 %` of a value that must not fall; nil: the limit is absolute.
  private func relative(
    _ node: Node, isMinimum: Bool = false
  ) throws(DocumentError) -> BudgetLimit? {
    guard case .scalar(let text, _) = node.content, let sign = text.first, "+-".contains(sign),
      text.hasSuffix("%")
    else { return nil }
    if (sign == "-") != isMinimum {
      let wanted = isMinimum ? "'-1 %': how far it may fall" : "'+2 %': how far it may grow"
      throw node.error("expected a share such as \(wanted), found \(node.summary)")
    }
    var share = node
    share.content = .scalar(String(text.dropFirst()), quoted: true)
    let ratio = try share.ratio()
    return .relative(
      Ratio(partsPerBillion: isMinimum ? -ratio.partsPerBillion : ratio.partsPerBillion))
  }

  /// `{max: 12 ms, p99: 11 ms}`, or a duration alone for the maximum.
  private func statistics(_ entry: Node.Entry) throws(DocumentError) -> [Budget] {
    var budgets: [Budget] = []
    func add(_ statistic: Statistic, _ node: Node) throws(DocumentError) {
      for node in try limits(node) {
        var limit = try relative(node)
        if limit == nil { limit = .time(try duration(node)) }
        guard let limit else { continue }
        budgets.append(
          budget(
            "\(entry.key).\(statistic.rawValue)", .measure(entry.key, statistic), limit, at: node))
      }
    }
    if case .mapping = entry.value.content {
    } else {
      try add(.max, entry.value)
      return budgets
    }
    let keys = Statistic.allCases.map(\.rawValue)
    for limit in try Fields(entry.value, "a budget", keys: keys).node.entries() {
      guard let statistic = Statistic(rawValue: limit.key), !limit.value.isNull else { continue }
      try add(statistic, limit.value)
    }
    return budgets
  }

  private func duration(_ node: Node) throws(DocumentError) -> Interval {
    let time = try node.interval()
    guard time >= .zero else { throw node.error("expected a duration that is not negative") }
    return time
  }

  private func plain(
    _ key: String, _ node: Node
  ) throws(DocumentError) -> (BudgetMetric, BudgetLimit) {
    if let relative = try relative(node, isMinimum: key == "label-accuracy") {
      return (metric(key), relative)
    }
    switch key {
    case "missed-deadlines", "lost-samples":
      return (metric(key), .count(try count(node)))
    case "flash", "ram", "stack", "heap":
      return (metric(key), .bytes(try node.bytes()))
    case "average-current":
      let (limit, scope) = try scoped(node)
      if let relative = try relative(limit) { return (.averageCurrent(scope), relative) }
      let current = try limit.amperes()
      guard current >= .zero else { throw limit.error("expected a current that is not negative") }
      return (.averageCurrent(scope), .current(current))
    case "energy-per-inference":
      let (limit, scope) = try scoped(node)
      if let relative = try relative(limit) { return (.energyPerInference(scope), relative) }
      let energy = try limit.joules()
      guard energy >= .zero else { throw limit.error("expected an energy that is not negative") }
      return (.energyPerInference(scope), .energy(energy))
    default:
      let ratio = try node.ratio()
      guard ratio >= .zero, ratio <= .one else {
        throw node.error("expected a share from 0 % to 100 %, found \(node.summary)")
      }
      return (.labelAccuracy, .ratio(ratio))
    }
  }

  private func metric(_ key: String) -> BudgetMetric {
    switch key {
    case "missed-deadlines": .missedDeadlines
    case "lost-samples": .lostSamples
    case "flash": .flash
    case "ram": .ram
    case "stack": .stack
    case "heap": .heap
    case "average-current": .averageCurrent(.socAndSensors)
    case "energy-per-inference": .energyPerInference(.socAndSensors)
    default: .labelAccuracy
    }
  }

  private func count(_ node: Node) throws(DocumentError) -> UInt64 {
    UInt64(try node.integer(in: 0...Int64.max))
  }

  /// `{max: 8 mA, scope: board}`, or the limit alone for the chip and its sensors.
  private func scoped(_ node: Node) throws(DocumentError) -> (limit: Node, scope: EnergyScope) {
    if case .scalar = node.content { return (node, .socAndSensors) }
    let fields = try Fields(node, "a budget", keys: ["max", "scope"])
    let scope = try fields.optional("scope")?.choice("scope", as: EnergyScope.self)
    return (try fields.required("max"), scope ?? .socAndSensors)
  }
}
