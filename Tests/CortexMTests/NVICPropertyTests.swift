import CortexM
import Simulation
import Testing
import Units

/// Numbers from a seed: the same on every machine.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  init(seed: Int) { state = UInt64(seed) &* 0x9e37_79b9_7f4a_7c15 &+ 1 }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}

/// The architecture's rules of priority written down the slow way, over plain arrays.
struct ReferenceNVIC {
  static let numbers = [2, 14, 15] + Array(16..<32)
  var pending: Set<Int> = []
  var active: Set<Int> = []
  var enabled: Set<Int> = [2, 14, 15]
  var high: Set<Int> = []
  var priority = [Int](repeating: 0, count: 32)
  var group = 0
  var primask = false
  var faultmask = false
  var basepri = 0
  var priorityBits = 8

  func groupOf(_ value: Int) -> Int { value / (2 << group) * (2 << group) }

  func preemption(_ number: Int) -> Int { number == 2 ? -2 : groupOf(priority[number]) }

  func execution() -> Int {
    var level = 256
    for number in active { level = min(level, preemption(number)) }
    if basepri != 0 { level = min(level, groupOf(basepri)) }
    if primask { level = min(level, 0) }
    if faultmask { level = min(level, -1) }
    return level
  }

  func next() -> Int? {
    pending.intersection(enabled).min { a, b in
      let left = a == 2 ? -2 : priority[a]
      let right = b == 2 ? -2 : priority[b]
      return left != right ? left < right : a < b
    }
  }

  func taken() -> Int? {
    guard let number = next(), preemption(number) < execution() else { return nil }
    return number
  }

  mutating func enter(_ number: Int) {
    pending.remove(number)
    active.insert(number)
  }

  mutating func leave(_ number: Int) {
    active.remove(number)
    if high.contains(number) { pending.insert(number) }
    if number != 2 { faultmask = false }
  }
}

struct NVICPropertyTests {
  /// The two models, driven by the same random traffic.
  private final class Duel {
    var random: SeededGenerator
    let bench: CoreBench
    var reference = ReferenceNVIC()
    var lines: [InterruptLine] = []
    /// Exceptions under way, outermost first, each with its EXC_RETURN.
    var nest: [(number: Int, link: UInt32)] = []

    init(seed: Int) {
      random = SeededGenerator(seed: seed)
      let bits = [2, 3, 4, 8][seed % 4]
      bench = CoreBench(priorityBits: bits, interrupts: 16)
      reference.priorityBits = bits
      lines = (0..<16).map(InterruptLine.init)
      for line in lines { bench.core.connect(line) }
    }

    func choose(_ range: Range<Int>) -> Int { Int.random(in: range, using: &random) }

    func step() {
      switch choose(0..<14) {
      case 0, 1, 2: pend(ReferenceNVIC.numbers[choose(0..<19)])
      case 3: clear(16 + choose(0..<16))
      case 4, 5: setEnabled(16 + choose(0..<16), true)
      case 6: setEnabled(16 + choose(0..<16), false)
      case 7: setPriority(14 + choose(0..<18), choose(0..<256))
      case 8: setMask()
      case 9: moveLine(choose(0..<16))
      case 10 where choose(0..<8) == 0: setGroup(choose(0..<8))
      case 10, 11, 12: take()
      default: leave()
      }
    }

    func pend(_ number: Int) {
      reference.pending.insert(number)
      switch number {
      case 2: bench[0xe000_ed04] = 1 << 31
      case 14: bench[0xe000_ed04] = 1 << 28
      case 15: bench[0xe000_ed04] = 1 << 26
      default: bench.pend(number - 16)
      }
    }

    func clear(_ number: Int) {
      if !(reference.high.contains(number) && !reference.active.contains(number)) {
        reference.pending.remove(number)
      }
      bench[0xe000_e280] = 1 << UInt32(number - 16)
    }

    func setEnabled(_ number: Int, _ isEnabled: Bool) {
      if isEnabled { reference.enabled.insert(number) } else { reference.enabled.remove(number) }
      bench[isEnabled ? 0xe000_e100 : 0xe000_e180] = 1 << UInt32(number - 16)
    }

    func setPriority(_ number: Int, _ value: Int) {
      let step = 1 << (8 - reference.priorityBits)
      reference.priority[number] = value / step * step
      bench.setPriority(number, UInt8(value))
    }

    func setGroup(_ group: Int) {
      reference.group = group
      bench[0xe000_ed0c] = 0x05fa_0000 | UInt32(group) << 8
    }

    func setMask() {
      switch choose(0..<6) {
      case 0: reference.primask = true
      case 1: reference.basepri = choose(0..<256) & ~(1 << (8 - reference.priorityBits)) & 0xff
      case 2: reference.faultmask = reference.execution() > -1
      default:
        reference.primask = false
        reference.basepri = 0
        reference.faultmask = false
      }
      bench.processor[.primask] = reference.primask ? 1 : 0
      bench.processor[.basepri] = UInt32(reference.basepri)
      bench.processor[.faultmask] = reference.faultmask ? 1 : 0
    }

    func moveLine(_ n: Int) {
      let level = !lines[n].level
      if level {
        reference.high.insert(16 + n)
        reference.pending.insert(16 + n)
      } else {
        reference.high.remove(16 + n)
      }
      lines[n].set(level)
    }

    func take() {
      let expected = reference.taken()
      if let expected { reference.enter(expected) }
      #expect(bench.core.takePending() == expected)
      if let expected { nest.append((expected, bench.processor[.lr])) }
    }

    func leave() {
      guard let (number, link) = nest.popLast() else { return }
      reference.leave(number)
      let chained = reference.taken()
      if let chained { reference.enter(chained) }
      bench.core.exceptionReturn(link)
      if let chained { nest.append((chained, link)) }
      #expect(bench.running == chained ?? nest.last?.number ?? 0)
    }

    func compare() {
      func word(_ set: Set<Int>) -> UInt32 {
        set.reduce(0) { $1 >= 16 ? $0 | 1 << UInt32($1 - 16) : $0 }
      }
      #expect(bench[0xe000_e200] == word(reference.pending))
      #expect(bench[0xe000_e300] == word(reference.active))
      #expect(bench[0xe000_e100] == word(reference.enabled))
      #expect(bench.core.deliverable() == reference.taken())
      #expect(bench[0xe000_ed04] & 0x1ff == UInt32(nest.last?.number ?? 0))
      #expect(bench[0xe000_ed04] >> 22 & 1 == (word(reference.pending) == 0 ? 0 : 1))
      #expect(bench.processor[.faultmask] == (reference.faultmask ? 1 : 0))
    }
  }

  @Test(arguments: 0..<200)
  func itFollowsTheRulesUnderRandomTraffic(seed: Int) {
    let duel = Duel(seed: seed)
    for _ in 0..<400 {
      duel.step()
      duel.compare()
    }
    #expect(!duel.bench.core.isLockedUp)
  }
}
