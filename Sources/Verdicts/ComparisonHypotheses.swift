import RunRecord
import Units

/// A reason why two runs differ, with what speaks for it.
public struct Hypothesis: Sendable, Hashable {
  public enum Kind: Int, Sendable, Comparable {
    /// What the runs were made of and with: compiler, options, recording, board, network.
    case input
    /// Arithmetic that the core's unit did and now a library does, or the other way round.
    case softwareArithmetic
    /// How the firmware sets up a device, a clock, an interrupt's priority, a sensor.
    case device
    /// Where a variable lies.
    case placement
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
    /// Larger or smaller variables or code.
    case size
    /// The same code waits for memory in another way.
    case waits

    public static func < (a: Kind, b: Kind) -> Bool { a.rawValue < b.rawValue }
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

  /// The same code at other addresses: every function runs as often, executes as many instructions and
  /// is as large, devices and variables are the same, and only what depends on addresses differs.
  public var isRelayout: Bool {
    let rows = functions.filter { !$0.name.hasPrefix("[") }
    let isSameCode = rows.allSatisfy {
      $0.base.calls == $0.head.calls && $0.base.size == $0.head.size
        && $0.base.frame == $0.head.frame
    }
    // A loop that waits for a device turns more often when its turns are shorter.
    let (executed, moved) = rows.reduce((UInt64(0), UInt64(0))) {
      let (base, head) = ($1.base.instructions, $1.head.instructions)
      return ($0.0 &+ base, $0.1 &+ max(base, head) - min(base, head))
    }
    return isSameCode && executed > 0 && moved <= executed / 1_000
      && mainChange == nil && DeviceChange.all(self).isEmpty && base.outcome == head.outcome
      && base.sha256 != head.sha256 && ObjectChange.all(self).isEmpty
      && exceptions.allSatisfy { $0.entries.base == $0.entries.head }
  }

  /// A relayout that moves no judged figure by a hundredth: luck with alignment, and no one's change.
  public var isHarmlessRelayout: Bool {
    isRelayout && worse.allSatisfy { $0.weight < 10_000 }
      && budgets.allSatisfy { $0.base.verdict == $0.head.verdict }
  }
}

/// Looks for reasons in what both sides know of themselves.
struct HypothesisSearch {
  let comparison: Comparison
  private(set) var all: [Hypothesis] = []

  init(_ comparison: Comparison) {
    self.comparison = comparison
    let analysis = ActiveCycles(comparison)
    addDevices(analysis)
    addObjects(analysis)
    addArithmetic(analysis)
    addFunctions(analysis)
    addInterrupts()
    addFrames()
    addSizes()
  }

  private mutating func add(_ kind: Hypothesis.Kind, _ text: String, _ share: Int) {
    all.append(Hypothesis(kind: kind, text: text, share: min(max(share, 0), 1_000)))
  }

  /// A setting is nobody's consequence; but what a new function sets up is the function's doing.
  private mutating func addDevices(_ analysis: ActiveCycles) {
    let changes = DeviceChange.all(comparison)
    guard let first = changes.first else { return }
    let isOfNewCode = changes.allSatisfy { $0.base.isEmpty || $0.head.isEmpty }
    var others = changes.count > 1 ? " and \(changes.count - 1) more registers" : ""
    let block = first.name.prefix { $0 != "." && $0 != " " }
    let ofBlock = comparison.exceptions.filter { $0.name.contains(block) }.map(\.entries)
    if let interrupts = ofBlock.first(where: { $0.base != $0.head }) {
      others += ", its interrupts \(interrupts.base) -> \(interrupts.head)"
    }
    add(.device, first.text + others, isOfNewCode && analysis.newShare > 300 ? 400 : 960)
  }

  private mutating func addObjects(_ analysis: ActiveCycles) {
    let changes = ObjectChange.all(comparison)
    if let moved = changes.first(where: { $0.isMoved }) {
      let place = moved.head.isInRAM ? "from flash to RAM" : "from RAM to flash"
      let others = changes.filter(\.isMoved).count - 1
      let more = others > 0 ? " and \(others) more" : ""
      add(.placement, "\(moved.name) moved \(place)\(more)", 950)
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
          add(.function, "\(difference.name) no longer inlined, called \(calls.1) times", 955)
        } else {
          add(.function, "\(difference.name) is new, called \(calls.1) times", analysis.newShare)
        }
      } else if difference.head.isAbsent {
        if comparison.head.inlined.contains(difference.name) {
          add(.function, "\(difference.name) inlined into its callers", 940)
        } else {
          add(.function, "\(difference.name) is gone, was called \(calls.0) times", share)
        }
      } else {
        let (ofCalls, rest) = (difference.ofCalls, difference.delta - difference.ofCalls)
        if ofCalls.magnitude > rest.magnitude {
          add(.calls, "\(difference.name) called \(calls.1) times instead of \(calls.0)", share)
        } else {
          add(
            analysis.isOnlyWaiting(difference) ? .waits : .code,
            CodeChange(difference).text, share)
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
      // A few more at the end of a run follow from everything.
      add(.interrupt, what, share > 20 ? 900 + share / 50 : share)
    }
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
  private var isSteady: Bool {
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
      let memory = comparison.base.value(change.head.isInRAM ? .staticRAM : .flash) ?? 0
      let isLarge = (after - before).magnitude * 10 >= UInt128(max(memory, 1))
      add(.size, text, isLarge && isSteady ? 930 : 250)
    }
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
