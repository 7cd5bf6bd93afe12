import Simulation

/// The state of every exception: pending, active, enabled, priority.
///
/// Reference: Arm DDI 0403E.e (Armv7-M), B1.5 and B3.4. Exceptions are numbered as in IPSR: interrupt
/// 0 is exception 16.
struct NVIC {
  static let firstInterrupt = 16
  static let mostInterrupts = 496
  static let reset = 1
  static let nmi = 2
  static let hardFault = 3
  static let memManage = 4
  static let busFault = 5
  static let usageFault = 6
  static let secureFault = 7
  static let svCall = 11
  static let debugMonitor = 12
  static let pendSV = 14
  static let sysTick = 15

  /// System exceptions with a priority field.
  private static let configurable = [
    memManage, busFault, usageFault, secureFault, svCall, debugMonitor, pendSV, sysTick,
  ]

  let count: Int
  let priorityMask: UInt8
  private(set) var pending: ExceptionSet
  private(set) var active: ExceptionSet
  private(set) var enabled: ExceptionSet
  private(set) var asserted: ExceptionSet
  private(set) var priorities: [UInt8]
  /// AIRCR.PRIGROUP.
  var priorityGroup: UInt32 = 0

  init(interruptCount: Int, priorityBits: Int) {
    count = Self.firstInterrupt + min(max(interruptCount, 0), Self.mostInterrupts)
    priorityMask = UInt8(truncatingIfNeeded: 0xff << (8 - min(max(priorityBits, 0), 8)))
    pending = ExceptionSet()
    active = ExceptionSet()
    enabled = ExceptionSet()
    asserted = ExceptionSet()
    priorities = Array(repeating: 0, count: count)
    for number in [
      Self.nmi, Self.hardFault, Self.svCall, Self.debugMonitor, Self.pendSV, Self.sysTick,
    ] {
      enabled.insert(number)
    }
  }

  // MARK: State

  mutating func setPending(_ number: Int) {
    guard number < count else { return }
    pending.insert(number)
  }

  mutating func clearPending(_ number: Int) {
    guard number < count else { return }
    pending.remove(number)
    // A line that is still high makes it pending again at once.
    if asserted.contains(number) && !active.contains(number) { pending.insert(number) }
  }

  /// The level of an interrupt's line changed; a rising line makes it pending.
  mutating func setLine(_ number: Int, _ level: Bool) {
    guard number < count else { return }
    if level {
      asserted.insert(number)
      setPending(number)
    } else {
      asserted.remove(number)
    }
  }

  mutating func setEnabled(_ number: Int, _ isEnabled: Bool) {
    guard number < count else { return }
    if isEnabled { enabled.insert(number) } else { enabled.remove(number) }
  }

  mutating func setPriority(_ number: Int, _ value: UInt8) {
    guard number < count, number >= Self.firstInterrupt || Self.configurable.contains(number)
    else { return }
    priorities[number] = value & priorityMask
  }

  mutating func setActive(_ number: Int, _ isActive: Bool) {
    if isActive { active.insert(number) } else { active.remove(number) }
  }

  /// Taken: no longer pending, active.
  mutating func activate(_ number: Int) {
    pending.remove(number)
    active.insert(number)
  }

  /// Its handler returned; a line still high makes it pending again.
  mutating func deactivate(_ number: Int) {
    active.remove(number)
    if asserted.contains(number) { pending.insert(number) }
  }

  // MARK: Priority

  /// The priority that decides pre-emption; lower is more urgent.
  func groupPriority(_ number: Int) -> Int {
    switch number {
    case Self.reset: -3
    case Self.nmi: -2
    case Self.hardFault: -1
    default: Int(grouped(priorities[number]))
    }
  }

  /// A priority value without its subpriority bits.
  func grouped(_ value: UInt8) -> UInt8 {
    value & UInt8(truncatingIfNeeded: 0xff << (priorityGroup + 1))
  }

  /// The most urgent enabled pending exception: by group priority, subpriority, then number.
  func mostUrgentPending() -> Int? {
    var best: Int?
    var bestPriority = Int.max
    for number in pending.intersection(enabled) {
      let priority = number < Self.memManage ? groupPriority(number) : Int(priorities[number])
      if priority < bestPriority {
        best = number
        bestPriority = priority
      }
    }
    return best
  }

  /// The group priority of the most urgent active exception; 256 when none is.
  func activePriority(without excluded: Int? = nil) -> Int {
    var best = 256
    for number in active where number != excluded { best = min(best, groupPriority(number)) }
    return best
  }

  /// Whether any exception other than `number` is active.
  func hasActive(besides number: Int) -> Bool {
    for other in active where other != number { return true }
    return false
  }
}

/// A set of exception numbers up to 511, visited in ascending order.
struct ExceptionSet: Sequence {
  private var words: InlineArray<8, UInt64> = InlineArray(repeating: 0)

  func contains(_ number: Int) -> Bool { words[number >> 6] >> UInt64(number & 63) & 1 != 0 }
  mutating func insert(_ number: Int) { words[number >> 6] |= 1 << UInt64(number & 63) }
  mutating func remove(_ number: Int) { words[number >> 6] &= ~(1 << UInt64(number & 63)) }

  var isEmpty: Bool { words.indices.allSatisfy { words[$0] == 0 } }

  func intersection(_ other: ExceptionSet) -> ExceptionSet {
    var result = self
    for index in words.indices { result.words[index] &= other.words[index] }
    return result
  }

  /// Bits 32n … 32n+31 of the interrupts: the layout of NVIC_ISPRn.
  func interrupts(_ n: Int) -> UInt32 {
    var value: UInt32 = 0
    for bit in 0..<32 {
      let number = NVIC.firstInterrupt + n * 32 + bit
      if number < 512 && contains(number) { value |= 1 << UInt32(bit) }
    }
    return value
  }

  struct Iterator: IteratorProtocol {
    var set: ExceptionSet
    var index = 0

    mutating func next() -> Int? {
      while index < 8 {
        let word = set.words[index]
        if word != 0 {
          let bit = word.trailingZeroBitCount
          set.words[index] = word & (word - 1)
          return index << 6 | bit
        }
        index += 1
      }
      return nil
    }
  }

  func makeIterator() -> Iterator { Iterator(set: self) }
}
