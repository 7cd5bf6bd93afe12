import FirmwareImage
public import RunRecord

/// What a function contributes to the difference of two runs' active cycles.
public struct FunctionDifference: Sendable, Equatable {
  public var name: String
  public var base: Side
  public var head: Side

  public struct Side: Sendable, Equatable {
    public var calls: UInt64 = 0
    public var cycles: UInt64 = 0
    public var stalls: UInt64 = 0
    public var instructions: UInt64 = 0
    /// Bytes of its code and of its entry on the stack; 0: not known.
    public var size: UInt64 = 0
    public var frame: UInt64 = 0
    public var causes = CycleCauses()
    /// What its code says, wherever it lies; nil: not known.
    public var digest: UInt64?
    public var callees: [String] = []
    public var place = ComparisonSide.Place()
    /// Where it is declared, without the directory.
    public var file: String?

    /// What was measured, wherever the code lies and whatever it is made of.
    public static func == (a: Side, b: Side) -> Bool {
      a.calls == b.calls && a.cycles == b.cycles && a.stalls == b.stalls
    }

    /// Whether the run never came there.
    public var isAbsent: Bool { calls == 0 && cycles == 0 }
  }

  /// Whether the code itself is known to be the same, wherever it lies.
  public var isSameCode: Bool { base.digest != nil && base.digest == head.digest }
  /// Whether the code itself is known to differ, of a function that both runs have.
  public var isOtherCode: Bool {
    guard let before = base.digest, let after = head.digest else { return false }
    return before != after
  }

  public var delta: Int128 { Int128(head.cycles) - Int128(base.cycles) }

  /// Because it was called more or less often, at the base's cost of a call; all of it when only one
  /// of the runs has the function. With `ofCode` and `ofStalls` it sums exactly to `delta`.
  public var ofCalls: Int128 {
    if isOfEvents { return delta - ofStalls }
    if base.isAbsent || head.isAbsent { return delta }
    if base.calls == 0 || head.calls == 0 { return 0 }
    let more = Int128(head.calls) - Int128(base.calls)
    return scaled(base.cycles, by: more)
  }

  /// Because a call waits longer for memory.
  public var ofStalls: Int128 {
    if isOfEvents { return Int128(head.stalls) - Int128(base.stalls) }
    if base.isAbsent || head.isAbsent { return 0 }
    let expected =
      base.calls == 0 || head.calls == 0
      ? Int128(base.stalls) : scaled(base.stalls, by: Int128(head.calls))
    return Int128(head.stalls) - expected
  }

  /// Whether no call is counted but what made the core spend them: interrupts, wake-ups.
  private var isOfEvents: Bool { name.hasPrefix("[") && base.calls == 0 && head.calls == 0 }

  /// Because a call runs other instructions.
  public var ofCode: Int128 { delta - ofCalls - ofStalls }

  /// `value × count / base.calls`, rounded half away from zero.
  private func scaled(_ value: UInt64, by count: Int128) -> Int128 {
    let (product, overflow) = Int128(value).multipliedReportingOverflow(by: count)
    let calls = Int128(base.calls)
    if overflow { return Int128(value) / calls * count }
    let half = product < 0 ? -calls / 2 : calls / 2
    return (product + half) / calls
  }
}

extension FunctionDifference {
  /// The functions of two runs matched by their source names, the largest difference first; clones,
  /// outlined parts and unlikely halves count to their function. The deltas sum exactly to the whole.
  static func all(_ base: ComparisonSide, _ head: ComparisonSide) -> [FunctionDifference] {
    let ambiguous = FunctionKey.ambiguous(base.functions).union(
      FunctionKey.ambiguous(head.functions))
    var order: [String] = []
    var differences: [String: FunctionDifference] = [:]
    func add(_ side: WritableKeyPath<FunctionDifference, Side>, _ functions: [Function]) {
      for function in functions {
        let key = FunctionKey(function)
        let name = key.name(isAmbiguous: ambiguous.contains(key.source))
        if differences[name] == nil {
          order.append(name)
          differences[name] = FunctionDifference(name: name, base: Side(), head: Side())
        }
        differences[name]?[keyPath: side].add(function, isEntered: key.isEntered)
      }
    }
    add(\.base, base.functions)
    add(\.head, head.functions)
    return Self.renamed(order.compactMap { differences[$0] }).sorted { a, b in
      if a.delta.magnitude != b.delta.magnitude { return a.delta.magnitude > b.delta.magnitude }
      let cycles = (max(a.base.cycles, a.head.cycles), max(b.base.cycles, b.head.cycles))
      return cycles.0 != cycles.1 ? cycles.0 > cycles.1 : a.name < b.name
    }
  }

  private typealias Function = ComparisonSide.Function

  /// A function that only the base has and one that only the head has, equal in all that they did and
  /// like no other, are one under another name.
  private static func renamed(_ all: [FunctionDifference]) -> [FunctionDifference] {
    let gone = all.filter { $0.head.isAbsent && !$0.base.isAbsent }
    let new = all.filter { $0.base.isAbsent && !$0.head.isAbsent }
    var result = all
    for old in gone {
      let twins = gone.filter { $0.base == old.base }
      var successors = new.filter { $0.head == old.base }
      if successors.isEmpty, let digest = old.base.digest {
        successors = new.filter { $0.head.digest == digest }
      }
      if successors.isEmpty { successors = new.filter { $0.isAlike(old) } }
      guard twins.count == 1, successors.count == 1, let successor = successors.first,
        !old.name.hasPrefix("["), !successor.name.hasPrefix("[")
      else { continue }
      result.removeAll { $0.name == successor.name }
      guard let index = result.firstIndex(where: { $0.name == old.name }) else { continue }
      result[index].head = successor.head
      result[index].name = "\(old.name) -> \(successor.name)"
    }
    return result
  }
}

extension FunctionDifference {
  /// Whether the head's function of this one is likely the base's of another under a new name: called as
  /// often, with code and instructions that differ by a tenth at most.
  fileprivate func isAlike(_ old: FunctionDifference) -> Bool {
    func near(_ a: UInt64, _ b: UInt64) -> Bool { max(a, b) - min(a, b) <= max(a, b) / 10 }
    return head.calls == old.base.calls && head.calls > 0 && old.base.size > 0
      && near(head.size, old.base.size) && near(head.instructions, old.base.instructions)
  }
}

extension FunctionDifference.Side {
  fileprivate mutating func add(_ function: ComparisonSide.Function, isEntered: Bool) {
    if isEntered { calls &+= function.calls }
    cycles &+= function.cycles
    stalls &+= function.stalls
    instructions &+= function.instructions
    size &+= UInt64(function.size)
    frame = max(frame, UInt64(function.frame))
    causes += function.causes
    callees += function.callees
    if place.memory.isEmpty { place = function.place }
    file = file ?? function.file?.split(separator: "/").last.map(String.init)
    // Sums do not depend on the order of clones and halves.
    if let other = function.digest { digest = (digest ?? 0) &+ other }
  }
}

/// What two functions must share to be the same one.
private struct FunctionKey {
  let source: String
  let file: String?
  let isEntered: Bool

  init(_ function: ComparisonSide.Function) {
    let symbol = SymbolName(function.name)
    source = symbol.source
    isEntered = symbol.variant == .whole || symbol.variant == .clone
    file = function.file?.split(separator: "/").last.map(String.init)
  }

  func name(isAmbiguous: Bool) -> String {
    guard isAmbiguous, let file else { return source }
    return "\(source) (\(file))"
  }

  /// Names that several files of one program define.
  static func ambiguous(_ functions: [ComparisonSide.Function]) -> Set<String> {
    var files: [String: String] = [:]
    var ambiguous: Set<String> = []
    for function in functions {
      let key = FunctionKey(function)
      guard let file = key.file else { continue }
      if let other = files[key.source], other != file { ambiguous.insert(key.source) }
      files[key.source] = file
    }
    return ambiguous
  }
}
