public import Documents
public import Units

/// A time from one point to another, by name.
public struct Measure: Hashable, Sendable {
  public var name: String
  public var from: MeasurePoint
  public var to: MeasurePoint
  /// After which an occurrence counts as missed; nil: the budget's maximum.
  public var deadline: Interval?
  public var fromPosition: Position
  public var toPosition: Position

  public init(
    name: String, from: MeasurePoint, to: MeasurePoint, deadline: Interval? = nil,
    fromPosition: Position = Position(file: ""), toPosition: Position = Position(file: "")
  ) {
    self.name = name
    self.from = from
    self.to = to
    self.deadline = deadline
    self.fromPosition = fromPosition
    self.toPosition = toPosition
  }
}

extension Measure {
  init(_ entry: Node.Entry) throws(DocumentError) {
    if BudgetMetric.plainNames.contains(entry.key) {
      throw DocumentError(
        "'\(entry.key)' is the name of a budget; give the measure another", at: entry.position)
    }
    if entry.key.isEmpty || entry.key.contains(".") {
      throw DocumentError("expected a name without a dot", at: entry.position)
    }
    let fields = try Fields(entry.value, "a measure", keys: ["from", "to", "deadline"])
    let (from, to) = (try fields.required("from"), try fields.required("to"))
    name = entry.key
    self.from = try MeasurePoint(from)
    self.to = try MeasurePoint(to)
    deadline = try fields.optional("deadline")?.positiveInterval()
    fromPosition = from.position
    toPosition = to.position
  }
}
