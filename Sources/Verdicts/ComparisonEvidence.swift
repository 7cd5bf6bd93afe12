import RunRecord
import Units

/// A register that the two firmwares set to different values.
struct DeviceChange: Sendable {
  let name: String
  let base: [UInt32]
  let head: [UInt32]
  /// Of the head.
  let chip: String

  /// Those that say most first: clocks, rates and priorities before what only one firmware writes.
  static func all(_ comparison: Comparison) -> [DeviceChange] {
    let (before, after) = (comparison.base.deviceSettings, comparison.head.deviceSettings)
    // A result of an earlier version knows nothing of them.
    if before.isEmpty || after.isEmpty { return [] }
    let chip = comparison.head.settings.first { $0.key == "chip" }?.value ?? ""
    var order: [String] = []
    var values: [String: (base: DeviceSetting?, head: DeviceSetting?)] = [:]
    for setting in before {
      order.append(setting.name)
      values[setting.name] = (setting, nil)
    }
    for setting in after {
      if values[setting.name] == nil { order.append(setting.name) }
      values[setting.name, default: (nil, nil)].head = setting
    }
    let changes = order.compactMap { name -> DeviceChange? in
      guard let pair = values[name] else { return nil }
      let (base, head) = (pair.base, pair.head)
      if base?.isData == true || head?.isData == true { return nil }
      let (old, new) = (base?.values ?? [], head?.values ?? [])
      if Set(old) == Set(new) || isOutput(name) { return nil }
      return DeviceChange(name: name, base: old, head: new, chip: chip)
    }
    return changes.enumerated().sorted {
      ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset)
    }.map(\.element)
  }

  /// Registers that drive pins or send data: what a firmware puts out is no setting.
  private static func isOutput(_ name: String) -> Bool {
    let register = name.split(separator: ".").last.map { $0.prefix { $0 != "[" && $0 != "+" } }
    return register.map { outputs.contains(String($0)) } ?? false
  }

  private static let outputs: Set<String> = [
    "OUT", "OUTSET", "OUTCLR", "ODR", "BSRR", "BRR", "DATAOUT", "TXD", "TDR", "DR", "DATA",
  ]

  /// Whether its name says that times, rates or priorities hang on it.
  var isTelling: Bool {
    let upper = name.uppercased()
    let telling = [
      "FREQ", "RATE", "BAUD", "PRIORITY", "PRESC", "LOAD", ".CC", "ARR", "PSC", "RELOAD",
      "INTERVAL",
      "LATENCY", "ACR", "ICACHE", "CACHE", "PLL", "CFGR", "WATERMARK", "FIFO", "REGISTER", "DCDC",
    ]
    return telling.contains { upper.contains($0) }
  }

  /// Lower is told first.
  private var rank: Int {
    let isOneSided = base.isEmpty || head.isEmpty
    let isEnable = name.uppercased().contains("INTEN")
    return (isOneSided ? 4 : 0) + (isTelling ? 0 : 1) + (isEnable ? -1 : 0)
  }

  private func meaning(_ values: [UInt32]) -> String? {
    values.last.flatMap { RegisterMeaning.text(name, $0, chip: chip) }
  }

  /// Whether both values say to a reader what they mean.
  var isMeant: Bool { meaning(base) != nil && meaning(head) != nil }

  /// `TIMER1.CC[0] 250 -> 125`.
  var text: String {
    func list(_ values: [UInt32], without others: [UInt32]) -> String {
      let own = values.filter { !others.contains($0) }
      let shown = own.isEmpty ? values : own
      return shown.prefix(3).map(number).joined(separator: ", ")
    }
    if name.hasPrefix(DeviceSetting.enable(of: "")) {
      return base.isEmpty ? "\(name) enabled" : "\(name) no longer enabled"
    }
    if let before = meaning(base), let after = meaning(head) {
      return "\(name) \(list(base, without: head)) -> \(list(head, without: base)), "
        + "\(before) -> \(after)"
    }
    if base.isEmpty { return "\(name) set to \(list(head, without: []))" }
    if head.isEmpty { return "\(name) no longer set (was \(list(base, without: [])))" }
    return "\(name) \(list(base, without: head)) -> \(list(head, without: base))"
  }

  /// Counts as people count, others as data sheets write them.
  private func number(_ value: UInt32) -> String {
    if value == DeviceSetting.pointer { return "an address" }
    let upper = name.uppercased()
    let isCount = Self.counts.contains { upper.contains($0) } && value < 1_000_000
    return isCount || value < 256 ? String(value) : "0x" + String(value, radix: 16)
  }

  private static let counts = [
    ".CC", "LOAD", "CNT", "ARR", "PSC", "PRESC", "BRR", "CCR", "INTERVAL", "LENGTH", "NDTR", "LEN",
  ]
}

/// A variable or constant that lies elsewhere, or is larger.
struct ObjectChange: Sendable {
  typealias Object = ComparisonSide.Object
  let name: String
  let base: Object
  let head: Object

  var isMoved: Bool {
    base.size > 0 && head.size > 0
      && ComparisonSide.Place.move(base.place, head.place) != nil
  }

  /// The largest first.
  static func all(_ comparison: Comparison) -> [ObjectChange] {
    let (before, after) = (
      grouped(comparison.base.objects), grouped(comparison.head.objects)
    )
    if before.isEmpty || after.isEmpty { return [] }
    let changes = Set(before.keys).union(after.keys).compactMap { name -> ObjectChange? in
      let absent = Object(name: name, size: 0, place: ComparisonSide.Place())
      let (base, head) = (before[name] ?? absent, after[name] ?? absent)
      let change = ObjectChange(name: name, base: base, head: head)
      return change.base.size == change.head.size && !change.isMoved ? nil : change
    }
    return changes.sorted { a, b in
      let (x, y) = (max(a.base.size, a.head.size), max(b.base.size, b.head.size))
      return x != y ? x > y : a.name < b.name
    }
  }

  /// Local names of several files count together; a compiler's number behind a name is not part of it.
  private static func grouped(_ objects: [Object]) -> [String: Object] {
    var result: [String: Object] = [:]
    for object in objects {
      var name = object.name
      if let dot = name.lastIndex(of: "."), name[name.index(after: dot)...].allSatisfy(\.isNumber) {
        name = String(name[..<dot])
      }
      var sum = result[name] ?? Object(name: name, size: 0, place: object.place)
      sum.size &+= object.size
      result[name] = sum
    }
    return result
  }
}

extension ComparisonSide.Place {
  /// "from RAM to flash"; nil: it is the same memory, or one of them is not known.
  static func move(_ base: Self, _ head: Self) -> String? {
    if base.isInRAM != head.isInRAM {
      return head.isInRAM ? "from flash to RAM" : "from RAM to flash"
    }
    if base.memory.isEmpty || head.memory.isEmpty || base.memory == head.memory { return nil }
    return "from \(base.memory) to \(head.memory)"
  }
}

/// How the whole difference of the active cycles divides.
struct ActiveCycles {
  private let functions: [FunctionDifference]
  /// All differences without their signs.
  private let moved: UInt128
  /// What functions that only the head has are of it, in thousandths.
  let newShare: Int

  init(_ comparison: Comparison) {
    functions = comparison.functions
    moved = functions.reduce(0) { $0 + $1.delta.magnitude }
    let new = functions.filter { $0.base.isAbsent && !$0.name.hasPrefix("[") }
    let sum = new.reduce(UInt128(0)) { $0 + $1.delta.magnitude }
    newShare = moved == 0 ? 0 : Int(sum * 1_000 / moved)
  }

  func share(_ delta: Int128) -> Int { moved == 0 ? 0 : Int(delta.magnitude * 1_000 / moved) }

  /// As many instructions, and other cycles.
  func isOnlyWaiting(_ difference: FunctionDifference) -> Bool {
    if difference.isOtherCode { return false }
    return difference.base.calls == difference.head.calls && difference.base.instructions > 0
      && difference.base.instructions == difference.head.instructions
      && difference.base.size == difference.head.size
  }

  /// When nearly everything executes what it did, and waits longer or shorter in most functions: the
  /// memory is slower, a cache off, a prefetch gone.
  var uniformWaits: String? {
    let moving = functions.filter { $0.base != $0.head && !$0.name.hasPrefix("[") }
    let waiting = moving.filter(isOnlyWaiting)
    guard moving.count >= 3, waiting.count * 10 >= moving.count * 7 else { return nil }
    let (before, after) = waiting.reduce((UInt64(0), UInt64(0))) {
      ($0.0 + $1.base.stalls, $0.1 + $1.head.stalls)
    }
    let longer = waiting.filter { $0.head.stalls > $0.base.stalls }.count
    let shorter = waiting.filter { $0.head.stalls < $0.base.stalls }.count
    guard max(longer, shorter) * 10 >= waiting.count * 8 else { return nil }
    let word = after > before ? "longer" : "shorter"
    return "the same code waits \(word) for memory everywhere: \(before) -> \(after) cycles"
  }
}

/// What makes a function's code cost another number of cycles.
struct CodeChange {
  let text: String

  init(_ difference: FunctionDifference) {
    let causes = CycleCauses.Cause.allCases.map { cause in
      // Of as many calls as the head makes.
      let before = Self.scaled(difference.base.causes[cause], difference)
      return (cause, Int128(difference.head.causes[cause]) - before)
    }
    let main = causes.max { $0.1.magnitude < $1.1.magnitude }
    let percent = Self.percent(difference)
    guard let main, main.1 != 0 else {
      text = "\(difference.name) \(percent) cycles a call"
      return
    }
    text = "\(difference.name) \(percent) cycles a call: \(Self.words(main.0, main.1 > 0))"
  }

  private static func scaled(_ value: UInt64, _ difference: FunctionDifference) -> Int128 {
    let (before, after) = (difference.base.calls, difference.head.calls)
    if before == 0 || after == 0 { return Int128(value) }
    return Int128(value) * Int128(after) / Int128(before)
  }

  private static func percent(_ difference: FunctionDifference) -> String {
    let before = scaled(difference.base.cycles, difference)
    if before == 0 { return "" }
    let tenths = (Int128(difference.head.cycles) - before) * 1_000 / before
    if tenths >= 10_000 { return "x\(Int128(difference.head.cycles) / before)" }
    let sign = tenths < 0 ? "-" : "+"
    let size = tenths.magnitude
    return size >= 100 ? "\(sign)\(size / 10) %" : "\(sign)\(size / 10).\(size % 10) %"
  }

  private static func words(_ cause: CycleCauses.Cause, _ isMore: Bool) -> String {
    let more = isMore ? "more" : "fewer"
    let longer = isMore ? "longer" : "shorter"
    switch cause {
    case .issue: return "\(more) instructions"
    case .loadStore: return "\(more) loads and stores"
    case .operands: return "\(longer) waits for operands"
    case .branch: return "\(more) branches"
    case .fetch: return "\(longer) waits for its code in memory"
    case .data: return "\(longer) waits for its data in memory"
    case .divide: return "\(more) divisions or multiplications"
    case .float: return "\(more) floating point"
    case .exception: return "\(more) exceptions"
    case .wakeUp: return "\(more) wake-ups"
    case .unattributed: return "other instructions"
    }
  }
}
