import Boards
import Deployments
package import Documents
import FileSystem
import Reports
import RunRecord
import Units
package import Verdicts

/// A run's result read again from its JSON, as one side of a comparison.
package struct SavedResult {
  let side: ComparisonSide
  private let path: String

  init(_ path: String) throws(CommandFailure) {
    self.path = path
    do throws(DocumentError) { side = try Self.side(try Node.load(path: path)) } catch {
      throw CommandFailure(error)
    }
  }

  /// With the lines of the source, where the run's profile lies beside the result.
  func sideWithLines() throws(CommandFailure) -> ComparisonSide {
    guard let profile = SavedView.file(Files.directory(of: path)) else { return side }
    var side = side
    side.lines = ComparisonSide.lines(try SavedView(profile).view)
    return side
  }

  package static func side(_ root: Node) throws(DocumentError) -> ComparisonSide {
    guard let version = root["schemaVersion"], let functions = root["functions"],
      root["measures"] != nil
    else {
      throw root.error("expected the JSON result of a run; 'thumbprint run --format json' makes it")
    }
    guard try version.integer() == 1 else {
      throw version.error("expected schemaVersion 1, found \(version.summary)")
    }
    var side = ComparisonSide()
    side.name = try root.text("deployment")
    side.sha256 = try root["firmware"]?.text("sha256") ?? ""
    for node in try root["settings"]?.elements() ?? [] {
      side.settings.append(.init(try node.text("key"), try node.text("value")))
    }
    side.figures = try figures(root)
    for node in try functions.elements() { side.functions.append(try function(node)) }
    for node in try root["remainders"]?.elements() ?? [] {
      let remainder = try function(node)
      if remainder.name != "[sleep]" { side.functions.append(remainder) }
    }
    for node in try root["exceptions"]?.elements() ?? [] {
      side.exceptions.append(try exception(node))
    }
    try readProgram(root, &side)
    for node in try root["measures"]?.elements() ?? [] {
      if let worst = try worst(node) { side.worsts.append(worst) }
    }
    for node in try root["budgets"]?.elements() ?? [] { side.budgets.append(try budget(node)) }
    side.outcome = try root["outcome"]?.text("kind") ?? ""
    side.length = try root.scaled("seconds", digits: 12) ?? 0
    if let why = root["unjudged_because"], !why.isNull { side.incomplete = try why.string() }
    side.isFailed = try root.scaled("exit_status", digits: 0) == 3
    return side
  }

  private static func function(_ node: Node) throws(DocumentError) -> ComparisonSide.Function {
    var file: String?
    if let name = node["file"], !name.isNull { file = try name.string() }
    var function = ComparisonSide.Function(
      name: try node.text("name"), file: file, calls: try node.count("calls"),
      cycles: try node.count("cycles_self"), stalls: try node.count("stall_cycles"))
    function.instructions = try node.count("instructions")
    function.size = UInt32(clamping: try node.count("size_bytes"))
    function.frame = UInt32(clamping: try node.count("frame_bytes"))
    function.digest = try node.digest("digest")
    function.place = try node.place()
    for callee in try node["callees"]?.elements() ?? [] {
      function.callees.append(try callee.string())
    }
    for cause in CycleCauses.Cause.allCases {
      function.causes[cause] = try node["causes"]?.count(cause.jsonKey) ?? 0
    }
    return function
  }

  /// What the program is made of, and how it sets up devices; results of earlier versions lack it.
  private static func readProgram(
    _ root: Node, _ side: inout ComparisonSide
  ) throws(DocumentError) {
    for node in try root["objects"]?.elements() ?? [] {
      side.objects.append(
        .init(
          name: try node.text("name"), size: UInt32(clamping: try node.count("size_bytes")),
          place: try node.place(), digest: try node.digest("digest")))
    }
    for node in try root["idle_functions"]?.elements() ?? [] {
      side.idle.append(
        .init(name: try node.text("name"), size: UInt32(clamping: try node.count("size_bytes"))))
    }
    for node in try root["layers"]?.elements() ?? [] {
      side.layers.append(
        .init(
          index: Int(clamping: try node.count("index")), operatorName: try node.text("operator"),
          calls: try node.count("calls"), cycles: try node.count("cycles")))
    }
    for node in try root["inlined"]?.elements() ?? [] { side.inlined.append(try node.string()) }
    for node in try root["device_settings"]?.elements() ?? [] {
      var values: [UInt32] = []
      for value in try node["values"]?.elements() ?? [] {
        values.append(UInt32(try value.integer(in: 0...Int64(UInt32.max))))
      }
      side.deviceSettings.append(
        DeviceSetting(
          name: try node.text("name"), values: values,
          isData: try node.text("is_data") == "true"))
    }
  }

  private static func exception(_ node: Node) throws(DocumentError) -> ExceptionRecord {
    var record = ExceptionRecord(
      number: Int(clamping: try node.count("number")), name: try node.text("name"))
    record.entries = try node.count("entries")
    record.cycles = try node.count("cycles")
    record.maxLatencyCycles = try node.count("max_latency_cycles")
    record.pendedTwice = try node.count("pended_twice")
    return record
  }

  private static func worst(_ node: Node) throws(DocumentError) -> ComparisonSide.Worst? {
    guard let worst = node["worst"], !worst.isNull else { return nil }
    var parts: [MeasureRecord.Part] = []
    for part in try worst["parts"]?.elements() ?? [] {
      let kind = MeasureRecord.Part.Kind(rawValue: try part.text("kind")) ?? .unknown
      let time = Interval(picoseconds: try part.scaled("seconds", digits: 12) ?? 0)
      parts.append(.init(kind: kind, what: try part.text("what"), time: time))
    }
    return ComparisonSide.Worst(measure: try node.text("name"), parts: parts)
  }

  private static func budget(_ node: Node) throws(DocumentError) -> ComparisonSide.Budget {
    let name = try node.text("name")
    let isMinimum = name.hasPrefix("label-accuracy")
    let unit: JudgedBudget.Unit =
      switch try node.text("unit") {
      case "s": .picoseconds
      case "B": .bytes
      case "A": .nanoamperes
      case "J": .femtojoules
      default: isMinimum ? .partsPerBillion : .count
      }
    return ComparisonSide.Budget(
      name: name, unit: unit, isMinimum: isMinimum,
      limit: try node.scaled("limit", digits: unit.decimals) ?? 0,
      value: try node.scaled("value", digits: unit.decimals),
      verdict: Verdict(rawValue: try node.text("verdict")) ?? .unknown)
  }
}

extension JudgedBudget.Unit {
  /// Decimal places of the printed unit that make up one whole.
  var decimals: Int {
    switch self {
    case .picoseconds: 12
    case .count, .bytes: 0
    case .nanoamperes, .partsPerBillion: 9
    case .femtojoules: 15
    }
  }
}

extension Node {
  func text(_ key: String) throws(DocumentError) -> String {
    guard let node = self[key] else { throw error("missing key '\(key)'") }
    if case .scalar("", quoted: true) = node.content { return "" }
    return try node.string()
  }

  /// A number of hexadecimal digits; nil without the key, and for null.
  fileprivate func digest(_ key: String) throws(DocumentError) -> UInt64? {
    guard let node = self[key], !node.isNull else { return nil }
    guard let value = UInt64(try node.string(), radix: 16) else {
      throw node.error("expected hexadecimal digits, found \(node.summary)")
    }
    return value
  }

  /// Where a function or an object lies; results of earlier versions tell less.
  fileprivate func place() throws(DocumentError) -> ComparisonSide.Place {
    let memory = self["memory"] == nil ? "" : try text("memory")
    let isInRAM = self["in_ram"] == nil ? false : try text("in_ram") == "true"
    return ComparisonSide.Place(memory: memory, isInRAM: isInRAM)
  }

  /// A whole number that is not negative; 0 without the key.
  func count(_ key: String) throws(DocumentError) -> UInt64 {
    guard let node = self[key], !node.isNull else { return 0 }
    guard let value = UInt64(try node.string()) else {
      throw node.error("expected a whole number, found \(node.summary)")
    }
    return value
  }

  /// A decimal number times a power of ten; nil without the key, and for null.
  func scaled(_ key: String, digits: Int) throws(DocumentError) -> Int64? {
    guard let node = self[key], !node.isNull else { return nil }
    let text = try node.string()
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let fraction = parts.count > 1 ? parts[1] : ""
    let zeros = digits - fraction.count
    guard parts.count <= 2, zeros >= 0,
      let value = Int64(parts[0] + fraction + String(repeating: "0", count: zeros))
    else { throw node.error("expected a number, found \(node.summary)") }
    return value
  }
}
