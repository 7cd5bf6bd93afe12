import Simulation

/// A low-power timer of an STM32: a 16-bit up-counter on a clock that may run in Stop.
///
/// Parameter: `version` 2 for the U5's, which confirms DIER, RCR and CCR2 by flags, too.
///
/// Reference: RM0432 41, RM0444 26, RM0456 57.
/// Not modelled: external clock, triggers and encoder mode, glitch filters, the output's waveform
/// shapes beyond compare flags; the second channel of the
/// U5's (CCR2 holds); CMPOK, ARROK and their kin come at once.
final class STM32LPTIM: Peripheral {
  private enum Flag {
    static let compare: UInt32 = 1 << 0
    static let reload: UInt32 = 1 << 1
    static let compareOK: UInt32 = 1 << 3
    static let reloadOK: UInt32 = 1 << 4
    static let repetitionOK: UInt32 = 1 << 8
    static let secondCompareOK: UInt32 = 1 << 19
    static let enablesOK: UInt32 = 1 << 24
  }

  private let scheduler: Scheduler
  private let clock: ClockSignal
  private let line: InterruptLine?
  private let isSecond: Bool
  private var status: UInt32 = 0
  private var enables: UInt32 = 0
  private var configuration: UInt32 = 0
  private var control: UInt32 = 0
  private var compare: UInt32 = 0
  private var reload: UInt32 = 1
  private var held: [UInt32: UInt32] = [:]
  private var isCounting = false
  private var isSingle = false
  private var origin: UInt64 = 0
  private var count: UInt64 = 0
  private var due: Event?

  init(_ context: PeripheralContext) {
    scheduler = context.fabric.scheduler
    clock = context.clock
    line = context.interrupts.first
    isSecond = context.parameters["version"] == 2
    due = scheduler.event(context.name) { [unowned self] in
      settle()
      plan()
    }
    clock.observe { [unowned self] in plan() }
  }

  func read(_ offset: UInt32) -> UInt32? {
    switch offset {
    case 0x00:
      settle()
      plan()
      return status
    case 0x04: return 0
    case 0x08: return enables
    case 0x0c: return configuration
    case 0x10: return control & 0x11
    case 0x14: return compare
    case 0x18: return reload
    case 0x1c:
      settle()
      plan()
      return UInt32(count)
    default: return offset <= 0x34 ? held[offset] ?? 0 : nil
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    settle()
    defer { plan() }
    switch offset {
    case 0x00: break
    case 0x04: status &= ~value
    case 0x08:
      enables = value & 0xffff
      if isSecond { status |= Flag.enablesOK }
    case 0x0c: configuration = value
    case 0x10: writeControl(value)
    case 0x14:
      compare = value & 0xffff
      status |= Flag.compareOK
    case 0x18:
      reload = value & 0xffff
      status |= Flag.reloadOK
    case 0x1c: break
    default:
      guard offset <= 0x34 else { return false }
      held[offset] = value
      if isSecond && offset == 0x28 { status |= Flag.repetitionOK }
      if isSecond && offset == 0x34 { status |= Flag.secondCompareOK }
    }
    updateLine()
    return true
  }

  func reset() {
    due?.cancel()
    (status, enables, configuration, control, compare, reload) = (0, 0, 0, 0, 0, 1)
    isCounting = false
    count = 0
    updateLine()
  }

  private func writeControl(_ value: UInt32) {
    control = value
    guard value & 1 == 1 else {
      isCounting = false
      count = 0
      return
    }
    if value & 8 != 0 { count = 0 }
    guard value & 6 != 0, !isCounting else { return }
    isSingle = value & 2 != 0
    isCounting = true
    count = 0
    origin = clock.ticks(at: scheduler.now)
  }

  private var divider: UInt64 { 1 << UInt64(configuration >> 9 & 7) }
  private var period: UInt64 { UInt64(reload) + 1 }

  private func settle() {
    guard isCounting else { return }
    var steps = (clock.ticks(at: scheduler.now) - origin) / divider
    origin += steps * divider
    var turns = 0
    while steps > 0 && isCounting {
      let toReload =
        count < UInt64(reload) ? UInt64(reload) - count : period - count + UInt64(reload)
      let move = min(steps, toReload)
      let next = count + move
      if count < UInt64(compare) && next >= UInt64(compare)
        || next >= period && next - period >= UInt64(compare)
      {
        status |= Flag.compare
      }
      if move == toReload {
        status |= Flag.reload
        if isSingle { isCounting = false }
      }
      count = isCounting ? next % period : 0
      steps -= move
      turns += 1
      if turns > 4 { steps %= period }
    }
    updateLine()
  }

  private func plan() {
    guard isCounting, enables & 3 != 0 || isSingle else {
      due?.cancel()
      return
    }
    func steps(to value: UInt32) -> UInt64 {
      UInt64(value) > count ? UInt64(value) - count : period - count + UInt64(value)
    }
    var next = steps(to: reload)
    if enables & 1 != 0 && compare <= reload { next = min(next, steps(to: compare)) }
    due?.schedule(at: clock.instant(ofTick: origin + next * divider))
  }

  private func updateLine() { line?.set(status & enables != 0) }
}
