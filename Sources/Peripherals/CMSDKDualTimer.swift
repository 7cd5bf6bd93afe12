import Simulation
import Units

/// The dual-input timers of the Cortex-M System Design Kit: two 16- or 32-bit down counters, free
/// running, periodic or one-shot.
///
/// Interrupt lines: the combined one, then one for each counter where the chip's description gives
/// them. Parameter: `clock-hz` (25000000).
///
/// Reference: Cortex-M System Design Kit TRM (ARM DDI 0479C), 4.5 dual-input timers; where that is
/// silent, as QEMU 7.2's machine `mps2-an386` behaves, also where that is odd: a LOAD written to an
/// enabled periodic counter makes it count once.
/// Not modelled: the clock enable inputs.
final class CMSDKDualTimer: Peripheral {
  private enum Register: UInt32 {
    case load = 0x00
    case value = 0x04
    case control = 0x08
    case interruptClear = 0x0c
    case rawStatus = 0x10
    case maskedStatus = 0x14
    case backgroundLoad = 0x18
  }

  private static let testControl: UInt32 = 0xf00
  private static let testOutput: UInt32 = 0xf04

  private let lines: [InterruptLine]
  private let counters: [CMSDKDualTimerCounter]
  private var testMode: UInt32 = 0
  private var testLevels: UInt32 = 0

  init(_ context: PeripheralContext) {
    lines = context.interrupts
    counters = (1...2).map { CMSDKDualTimerCounter("\(context.name)/\($0)", context) }
    for counter in counters { counter.onChange = { [unowned self] in updateLines() } }
  }

  func read(_ offset: UInt32) -> UInt32? {
    if offset == Self.testControl { return testMode }
    guard offset < 0x40, let register = Register(rawValue: offset & 0x1f) else {
      return CMSDKIdentification.read(offset, part: 0x23)
    }
    let counter = counters[Int(offset >> 5)]
    switch register {
    case .load, .backgroundLoad: return counter.load
    case .value: return counter.value
    case .control: return counter.control
    case .rawStatus: return counter.isPending ? 1 : 0
    case .maskedStatus: return counter.isInterrupting ? 1 : 0
    case .interruptClear: return 0
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    switch offset {
    case Self.testControl: testMode = value & 1
    case Self.testOutput: testLevels = value & 3
    default:
      guard offset < 0x40, let register = Register(rawValue: offset & 0x1f) else {
        return CMSDKIdentification.contains(offset)
      }
      let counter = counters[Int(offset >> 5)]
      switch register {
      case .load: counter.writeLoad(value)
      case .backgroundLoad: counter.writeBackgroundLoad(value)
      case .control: counter.writeControl(value)
      case .interruptClear: counter.isPending = false
      case .value, .rawStatus, .maskedStatus: break
      }
    }
    updateLines()
    return true
  }

  func reset() {
    for counter in counters { counter.reset() }
    testMode = 0
    testLevels = 0
    updateLines()
  }

  private func updateLines() {
    let levels = counters.indices.map { index in
      testMode == 1 ? testLevels >> UInt32(index) & 1 == 1 : counters[index].isInterrupting
    }
    for (line, level) in zip(lines, [levels.contains(true)] + levels) { line.set(level) }
  }
}

/// One of the two counters of the dual timer.
final class CMSDKDualTimerCounter {
  private enum Control {
    static let oneShot: UInt32 = 1 << 0
    static let is32Bit: UInt32 = 1 << 1
    static let prescale: UInt32 = 3 << 2
    static let interrupt: UInt32 = 1 << 5
    static let periodic: UInt32 = 1 << 6
    static let enable: UInt32 = 1 << 7
    static let all = oneShot | is32Bit | prescale | interrupt | periodic | enable
  }

  private let counter: CMSDKCounter
  var onChange: () -> Void = {}
  private(set) var control = Control.interrupt
  var isPending = false
  /// The upper halves of LOAD and VALUE while the counter has 16 bits; all of LOAD while it runs free.
  private var heldLoad: UInt32 = 0
  private var heldValue = UInt32.max

  init(_ name: String, _ context: PeripheralContext) {
    counter = CMSDKCounter(name, context.fabric, frequency: CMSDKTimer.clock(context))
    counter.observe { [unowned self] in
      isPending = true
      onChange()
    }
    reset()
  }

  private func has(_ bit: UInt32) -> Bool { control & bit != 0 }

  var isInterrupting: Bool { isPending && has(Control.interrupt) }

  var load: UInt32 {
    guard has(Control.periodic) else { return heldLoad }
    return has(Control.is32Bit) ? counter.limit : Self.join(heldLoad, counter.limit)
  }

  var value: UInt32 {
    has(Control.is32Bit) ? counter.count : Self.join(heldValue, counter.count)
  }

  func reset() {
    control = Control.interrupt
    isPending = false
    heldLoad = 0
    heldValue = .max
    counter.stop()
    counter.setDivider(1)
    counter.setLimit(0xffff, reload: true)
  }

  func writeLoad(_ value: UInt32) {
    heldLoad = value
    heldValue = value
    let count = has(Control.is32Bit) ? value : value & 0xffff
    guard has(Control.periodic) else { return counter.setCount(count) }
    if count == 0 { counter.stop() }
    counter.setLimit(count, reload: true)
    if count != 0 && has(Control.enable) { counter.run(oneShot: true) }
  }

  func writeBackgroundLoad(_ value: UInt32) {
    heldLoad = value
    guard has(Control.periodic) else { return }
    counter.setLimit(has(Control.is32Bit) ? value : value & 0xffff, reload: false)
  }

  func writeControl(_ written: UInt32) {
    let new = written & Control.all
    let changed = control ^ new
    if changed & Control.enable != 0 && new & Control.enable == 0 { counter.stop() }
    if changed & Control.prescale != 0 { counter.setDivider(Self.divider(new)) }
    if changed & Control.periodic != 0 { changeMode(new) }
    if changed & Control.is32Bit != 0 { changeSize(new) }
    if new & Control.enable != 0 { counter.run(oneShot: new & Control.oneShot != 0) }
    control = new
  }

  private static func divider(_ control: UInt32) -> UInt64 {
    switch control >> 2 & 3 {
    case 0: 1
    case 1: 16
    default: 256
    }
  }

  private static func join(_ high: UInt32, _ low: UInt32) -> UInt32 {
    high & 0xffff_0000 | low & 0xffff
  }

  /// Periodic: the limit is LOAD; free running: it is the counter's full range.
  private func changeMode(_ new: UInt32) {
    var limit = heldLoad
    if new & Control.periodic == 0 {
      heldLoad = has(Control.is32Bit) ? counter.limit : Self.join(heldLoad, counter.limit)
      limit = .max
    }
    counter.setLimit(has(Control.is32Bit) ? limit : limit & 0xffff, reload: false)
  }

  private func changeSize(_ new: UInt32) {
    let isWide = new & Control.is32Bit != 0
    var count = counter.count
    var limit = counter.limit
    if isWide {
      count = Self.join(heldValue, count)
    } else {
      heldValue = count
      count &= 0xffff
    }
    if new & Control.periodic == 0 {
      limit = isWide ? .max : 0xffff
    } else if isWide {
      limit = Self.join(heldLoad, limit)
    } else {
      heldLoad = limit
      limit &= 0xffff
    }
    counter.setCount(count)
    counter.setLimit(limit, reload: false)
  }
}
