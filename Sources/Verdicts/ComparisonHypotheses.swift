import RunRecord
import Units

/// A reason why two runs differ, with what speaks for it.
public struct Hypothesis: Sendable, Hashable {
  public enum Kind: Int, Sendable, Comparable {
    /// What the runs were made of and with: compiler, options, recording, board, network.
    case input
    /// Nearly all code is other code.
    case compiler
    /// The kinds of the network's layers.
    case layer
    /// Arithmetic that the core's unit did and now a library does, or the other way round.
    case softwareArithmetic
    /// How the firmware sets up a device, a clock, an interrupt's priority, a sensor.
    case device
    /// Where a variable lies.
    case placement
    /// The one function whose code differs.
    case edit
    /// A function that runs now and did not, or no longer does.
    case function
    /// How often an interrupt comes.
    case interrupt
    /// A function that takes more from the stack.
    case frame
    /// How often a function is called.
    case calls
    /// What a function's code costs a call.
    case code
    /// First values of variables and constants.
    case content
    /// Larger or smaller variables or code.
    case size
    /// The same code waits for memory in another way.
    case waits

    public static func < (a: Kind, b: Kind) -> Bool { a.rawValue < b.rawValue }
  }

  /// Whether it says what was done to the firmware, and not what came of it.
  public var isOfProgram: Bool {
    switch kind {
    case .compiler, .layer, .device, .placement, .edit, .content: true
    default: false
    }
  }

  public var kind: Kind
  /// `TIMER1.CC[0] 250 -> 125`.
  public var text: String
  /// How much of the difference it explains, in parts per thousand; more of it is told earlier.
  public var share: Int
}

extension Comparison {
  /// Why the runs differ, the likeliest first.
  public var hypotheses: [Hypothesis] {
    HypothesisSearch(self).all.enumerated().sorted { a, b in
      (-a.element.share, a.element.kind.rawValue, a.offset)
        < (-b.element.share, b.element.kind.rawValue, b.offset)
    }.map(\.element)
  }
}

/// Looks for reasons in what both sides know of themselves.
struct HypothesisSearch {
  let comparison: Comparison
  let program: ProgramChange
  private(set) var all: [Hypothesis] = []

  init(_ comparison: Comparison) {
    self.comparison = comparison
    let analysis = ActiveCycles(comparison)
    program = ProgramChange(comparison)
    addDevices(analysis)
    addObjects(analysis)
    addArithmetic(analysis)
    addFunctions(analysis)
    addInterrupts()
    addFrames()
    addSizes()
    addProgram()
  }

  mutating func add(_ kind: Hypothesis.Kind, _ text: String, _ share: Int) {
    all.append(Hypothesis(kind: kind, text: text, share: min(max(share, 0), 1_000)))
  }

  /// What a function costs may follow from something that is known to differ, however much it is.
  private mutating func addFollowing(_ kind: Hypothesis.Kind, _ text: String, _ share: Int) {
    add(kind, text, min(share, 935))
  }

  /// A setting is nobody's consequence; but what a new function sets up is the function's doing.
  private mutating func addDevices(_ analysis: ActiveCycles) {
    let changes = DeviceChange.all(comparison)
    guard let first = changes.first else { return }
    let isOfNewCode = changes.allSatisfy { $0.base.isEmpty || $0.head.isEmpty }
    var others = changes.count > 1 ? " and \(changes.count - 1) more registers" : ""
    let block = first.name.prefix { $0 != "." && $0 != " " }
    let ofBlock = comparison.exceptions.filter { $0.name.contains(block) }.map(\.entries)
    if let interrupts = ofBlock.first(where: { Self.isOften($0.base, $0.head) }) {
      others += ", its interrupts \(interrupts.base) -> \(interrupts.head)"
    } else if !first.isMeant, let bus = busTime(of: String(block)) {
      others += ", its bus \(bus) us in the longest"
    }
    let share = first.isTelling ? 960 : first.base.isEmpty || first.head.isEmpty ? 700 : 940
    add(.device, first.text + others, isOfNewCode && analysis.newShare > 300 ? 400 : share)
  }

  /// What a bus takes of the longest occurrences, in microseconds; nil: no more or less than it did.
  private func busTime(of block: String) -> String? {
    let parts = comparison.head.worsts.flatMap { comparison.worstDifferences($0.measure) }
    let part = parts.filter { $0.what == "bus \(block)" }.max {
      $0.delta.magnitude < $1.delta.magnitude
    }
    guard let part, part.base > 0, part.head > 0 else { return nil }
    let (base, head) = (part.base / 1_000_000, part.head / 1_000_000)
    return base == head ? nil : "\(base) -> \(head)"
  }

  /// One more or less at the end of a run follows from everything.
  private static func isOften(_ base: UInt64, _ head: UInt64) -> Bool {
    (max(base, head) - min(base, head)) * 50 > max(base, head)
  }

  private mutating func addObjects(_ analysis: ActiveCycles) {
    let changes = ObjectChange.all(comparison)
    if let moved = changes.first(where: { $0.isMoved }) {
      let place = ComparisonSide.Place.move(moved.base.place, moved.head.place) ?? ""
      let others = changes.filter(\.isMoved).count - 1
      let more = others > 0 ? " and \(others) more" : ""
      add(.placement, "\(moved.name) moved \(place)\(more)", 950)
    }
    let code = comparison.functions.filter {
      !$0.base.isAbsent && !$0.head.isAbsent
        && ComparisonSide.Place.move($0.base.place, $0.head.place) != nil
    }
    if let moved = code.first,
      let place = ComparisonSide.Place.move(moved.base.place, moved.head.place)
    {
      let more = code.count > 1 ? " and \(code.count - 1) more" : ""
      add(.placement, "code of \(moved.name) moved \(place)\(more)", 952)
    }
  }

  /// The library's names of what a unit would do: IHI 0043, "Run-time ABI for the Arm Architecture", 4.1.
  private mutating func addArithmetic(_ analysis: ActiveCycles) {
    let groups: [(String, (String) -> Bool)] = [
      ("double precision", { Self.matches($0, ["__aeabi_d", "__adddf", "__muldf", "__divdf"]) }),
      ("floating point", { Self.matches($0, ["__aeabi_f", "__addsf", "__mulsf", "__divsf"]) }),
      ("division", { Self.matches($0, ["__aeabi_uidiv", "__aeabi_idiv", "__udivsi", "__divsi"]) }),
      ("64-bit division", { Self.matches($0, ["__aeabi_uldiv", "__aeabi_ldiv", "__udivmod"]) }),
    ]
    for (name, isMember) in groups {
      let members = comparison.functions.filter {
        isMember($0.name) && ($0.base.calls != $0.head.calls)
      }
      let (before, after) = members.reduce((UInt64(0), UInt64(0))) {
        ($0.0 + $1.base.calls, $0.1 + $1.head.calls)
      }
      if before == after || members.isEmpty { continue }
      let delta = members.reduce(Int128(0)) { $0 + $1.delta }
      let largest = members[0].name
      let text =
        after > before
        ? "\(name) in software: \(largest) called \(after) times instead of \(before)"
        : "\(name) no longer in software: \(largest) called \(after) times instead of \(before)"
      // Its callers change with it.
      add(.softwareArithmetic, text, analysis.share(delta) > 100 ? 970 : 300)
    }
  }

  private static func matches(_ name: String, _ prefixes: [String]) -> Bool {
    prefixes.contains { name.hasPrefix($0) }
  }

  private mutating func addFunctions(_ analysis: ActiveCycles) {
    for difference in comparison.functions where difference.base != difference.head {
      if difference.name.hasPrefix("[") { continue }
      let share = analysis.share(difference.delta)
      let calls = (difference.base.calls, difference.head.calls)
      if difference.base.isAbsent {
        if comparison.base.inlined.contains(difference.name) {
          // Its caller lost what it won.
          let text = "\(difference.name) no longer inlined, called \(calls.1) times"
          add(.function, text, share >= 100 ? 955 : share)
        } else {
          addFollowing(
            .function, "\(difference.name) is new, called \(calls.1) times", analysis.newShare)
        }
      } else if difference.head.isAbsent {
        if comparison.head.inlined.contains(difference.name) {
          add(.function, "\(difference.name) inlined into its callers", share >= 100 ? 940 : share)
        } else {
          addFollowing(
            .function, "\(difference.name) is gone, was called \(calls.0) times", share)
        }
      } else {
        let (ofCalls, rest) = (difference.ofCalls, difference.delta - difference.ofCalls)
        // The same code cannot be why a call of it costs otherwise, where other code has changed.
        let isFollowing = difference.isSameCode && !program.changed.isEmpty
        if ofCalls.magnitude > rest.magnitude {
          addFollowing(
            .calls, "\(difference.name) called \(calls.1) times instead of \(calls.0)", share)
        } else {
          addFollowing(
            analysis.isOnlyWaiting(difference) ? .waits : .code,
            CodeChange(difference).text + (isFollowing ? "" : place(of: difference)),
            isFollowing ? share / 4 : share)
        }
      }
    }
    if let text = analysis.uniformWaits { add(.waits, text, 800) }
  }

  private mutating func addInterrupts() {
    for difference in comparison.exceptions {
      let (before, after) = difference.entries
      if before == after { continue }
      let size = max(before, after)
      let share = Int((after > before ? after - before : before - after) * 1_000 / size)
      let what =
        before == 0
        ? "interrupt \(difference.name) left on: \(after) times, never before"
        : "\(difference.name) interrupts \(before) -> \(after)"
      // A few more at the end of a run follow from everything; one that never came follows from little.
      let weight = share > 20 ? 900 + share / 50 : share
      add(.interrupt, what + settings(of: difference.name), before == 0 ? 965 : weight)
    }
  }

  /// The first setting of the interrupt's device that differs.
  private func settings(of interrupt: String) -> String {
    let change = DeviceChange.all(comparison).first { change in
      let block = change.name.prefix { $0 != "." && $0 != " " }
      return interrupt.split(separator: "_").contains { $0 == block }
        || change.name.hasSuffix(interrupt)
    }
    return change.map { ", \($0.text)" } ?? ""
  }

  private mutating func addFrames() {
    guard let base = comparison.base.value(.stack), let head = comparison.head.value(.stack),
      base != head
    else { return }
    let grown = comparison.functions.filter {
      $0.base.frame != $0.head.frame && !$0.base.isAbsent && !$0.head.isAbsent
    }.max { a, b in
      let (x, y) = (
        Int128(a.head.frame) - Int128(a.base.frame), Int128(b.head.frame) - Int128(b.base.frame)
      )
      return x.magnitude < y.magnitude
    }
    guard let grown else { return }
    let delta = (Int128(grown.head.frame) - Int128(grown.base.frame)).magnitude
    let whole = (Int128(head) - Int128(base)).magnitude
    let isMain = delta * 2 >= whole && delta >= 32 && whole * 10 >= UInt128(max(base, 1))
    add(
      .frame, "\(grown.name) takes \(grown.head.frame) B of stack instead of \(grown.base.frame)",
      isMain ? 945 : 100)
  }

  /// Whether the active cycles move by less than a hundredth.
  var isSteady: Bool {
    guard let base = comparison.base.value(.activeCycles),
      let head = comparison.head.value(.activeCycles)
    else { return true }
    return (Int128(head) - Int128(base)).magnitude * 100 < UInt128(max(base, 1))
  }

  private mutating func addSizes() {
    for change in ObjectChange.all(comparison).prefix(3) where !change.isMoved {
      let text =
        change.base.size == 0
        ? "\(change.name) is new, \(change.head.size) B"
        : change.head.size == 0
          ? "\(change.name) is gone, \(change.base.size) B"
          : "\(change.name) \(change.base.size) -> \(change.head.size) B"
      let (before, after) = (Int128(change.base.size), Int128(change.head.size))
      let memory = comparison.base.value(change.head.place.isInRAM ? .staticRAM : .flash) ?? 0
      let isLarge = (after - before).magnitude * 10 >= UInt128(max(memory, 1))
      add(.size, text, isLarge && isSteady ? 939 : 250)
    }
    addIdle()
    let grown = comparison.functions.filter { $0.base.size != $0.head.size }.max {
      $0.sizeChange < $1.sizeChange
    }
    if let grown, !grown.base.isAbsent, !grown.head.isAbsent {
      add(.size, "\(grown.name)'s code \(grown.base.size) -> \(grown.head.size) B", 50)
    }
  }
}

extension FunctionDifference {
  fileprivate var sizeChange: UInt64 { max(base.size, head.size) - min(base.size, head.size) }
}
