import Simulation

/// The cache of the STM32U5 in front of its flash and what is mapped beside it in the code region:
/// enable, one way or two, invalidation, hit and miss counters.
///
/// It serves instruction fetches and data reads alike. The memory `flash` answers through it while EN is
/// set.
///
/// Reference: RM0456 8.7.
/// Not modelled: regions that remap external memory (CRRx hold), errors.
final class STM32ICACHE: Peripheral {
  private enum Control {
    static let enable: UInt32 = 1 << 0
    static let invalidate: UInt32 = 1 << 1
    static let twoWays: UInt32 = 1 << 2
    static let held: UInt32 = 0x3_0005
    static let countsHits: UInt32 = 1 << 16
    static let countsMisses: UInt32 = 1 << 17
    static let resetHits: UInt32 = 1 << 18
    static let resetMisses: UInt32 = 1 << 19
  }

  private enum Status {
    static let busy: UInt32 = 1 << 0
    static let ended: UInt32 = 1 << 1
    static let error: UInt32 = 1 << 2
  }

  /// A counter that runs while its bit is set.
  private struct Monitor {
    var total: UInt64 = 0
    var from: UInt64 = 0
    var isRunning = false

    func value(_ now: UInt64) -> UInt64 { total &+ (isRunning ? now &- from : 0) }

    mutating func run(_ runs: Bool, _ now: UInt64) {
      guard runs != isRunning else { return }
      total = value(now)
      (from, isRunning) = (now, runs)
    }

    mutating func clear(_ now: UInt64) { (total, from) = (0, now) }
  }

  private static let initial = Control.twoWays

  private let timing: MemoryTiming
  private let line: InterruptLine?
  private let clock: ClockSignal
  private var control = initial
  private var status: UInt32 = 0
  private var interrupts: UInt32 = 0
  private var regions: [UInt32: UInt32] = [:]
  private var hits = Monitor()
  private var misses = Monitor()
  private var done: Event?

  init(_ context: PeripheralContext) {
    timing = context.fabric.timing(ofMemory: "flash")
    line = context.interrupts.first
    clock = context.fabric.coreClock
    done = context.fabric.scheduler.event(context.name) { [unowned self] in finish() }
  }

  func read(_ offset: UInt32) -> UInt32? {
    switch offset {
    case 0x00: control
    case 0x04: status
    case 0x08: interrupts
    case 0x0c: 0
    case 0x10: UInt32(truncatingIfNeeded: hits.value(timing.hits()))
    case 0x14: min(UInt32(clamping: misses.value(timing.misses())), 0xffff)
    case 0x20...0x2c: regions[offset] ?? 0x200
    default: nil
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    switch offset {
    case 0x00: writeControl(value)
    case 0x04, 0x10, 0x14: break
    case 0x08: interrupts = value & (Status.ended | Status.error)
    case 0x0c: status &= ~(value & (Status.ended | Status.error))
    case 0x20...0x2c: regions[offset] = value
    default: return false
    }
    updateLine()
    return true
  }

  func writeNarrow(_ offset: UInt32, _ value: UInt32, _ width: AccessWidth) -> Bool {
    mergeNarrow(offset, value, width)
  }

  func reset() {
    done?.cancel()
    (control, status, interrupts) = (Self.initial, 0, 0)
    regions = [:]
    (hits, misses) = (Monitor(), Monitor())
    apply()
    updateLine()
  }

  private func writeControl(_ value: UInt32) {
    let wasEnabled = control & Control.enable != 0
    control = value & Control.held
    hits.run(value & Control.countsHits != 0, timing.hits())
    misses.run(value & Control.countsMisses != 0, timing.misses())
    if value & Control.resetHits != 0 { hits.clear(timing.hits()) }
    if value & Control.resetMisses != 0 { misses.clear(timing.misses()) }
    apply()
    // Switching it off empties it, too.
    let disables = wasEnabled && value & Control.enable == 0
    guard value & Control.invalidate != 0 || disables else { return }
    timing.invalidateInstructions()
    status |= Status.busy
    // One line a cycle: 256 lines in each way.
    done?.schedule(after: clock.duration(ofTicks: 256))
  }

  private func apply() {
    var setting = timing.setting
    setting.cachesInstructions = control & Control.enable != 0
    setting.cachesData = setting.cachesInstructions
    setting.isDirectMapped = control & Control.twoWays == 0
    timing.setting = setting
  }

  private func finish() {
    status = status & ~Status.busy | Status.ended
    updateLine()
  }

  private func updateLine() { line?.set(status & interrupts != 0) }
}

/// The cache of the STM32U5 in front of external memories: its registers, with commands that end at once.
///
/// Reference: RM0456 9.6.
/// Not modelled: caching itself (no external memory is mapped), its counters.
final class STM32DCACHE: Peripheral {
  private enum Status {
    static let invalidated: UInt32 = 1 << 1
    static let commandEnded: UInt32 = 1 << 4
    static let all: UInt32 = 0x16
  }

  private let line: InterruptLine?
  private var control: UInt32 = 0
  private var status: UInt32 = 0
  private var interrupts: UInt32 = 0
  private var bounds: [UInt32: UInt32] = [:]

  init(_ context: PeripheralContext) { line = context.interrupts.first }

  func read(_ offset: UInt32) -> UInt32? {
    switch offset {
    case 0x00: control
    case 0x04: status
    case 0x08: interrupts
    case 0x0c, 0x10, 0x14, 0x20, 0x24: 0
    case 0x28, 0x2c: bounds[offset] ?? 0
    default: nil
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    switch offset {
    case 0x00:
      let disables = control & 1 == 1 && value & 1 == 0
      if value >> 1 & 1 == 1 || disables { status |= Status.invalidated }
      if value >> 11 & 1 == 1 { status |= Status.commandEnded }
      control = value & 0x8033_0701
    case 0x08: interrupts = value & Status.all
    case 0x0c: status &= ~(value & Status.all)
    case 0x04, 0x10, 0x14, 0x20, 0x24: break
    case 0x28, 0x2c: bounds[offset] = value
    default: return false
    }
    line?.set(status & interrupts != 0)
    return true
  }

  func reset() {
    (control, status, interrupts) = (0, 0, 0)
    bounds = [:]
    line?.set(false)
  }
}
