import Simulation
import Units

/// TIMER of an RP2040: 64 bits of microseconds and four alarms by their low half.
///
/// It counts the watchdog's tick. Its interrupt lines are its alarms in order.
///
/// Reference: RP2040 datasheet 4.6.
/// Not modelled: pausing for a debugger.
final class RP2040Timer: Peripheral {
  private enum Register: UInt32 {
    case writeHigh = 0x00
    case writeLow = 0x04
    case readHigh = 0x08
    case readLow = 0x0c
    case armed = 0x20
    case rawHigh = 0x24
    case rawLow = 0x28
    case debugPause = 0x2c
    case pause = 0x30
    case raw = 0x34
    case enable = 0x38
    case force = 0x3c
    case status = 0x40
  }

  private let fabric: Fabric
  private let tick: ClockSignal
  private let lines: [InterruptLine]
  private var alarms: [UInt32] = [0, 0, 0, 0]
  private var events: [Event] = []
  private var armed: UInt32 = 0
  private var fired: UInt32 = 0
  private var enabled: UInt32 = 0
  private var forced: UInt32 = 0
  private var debugPause: UInt32 = 7
  private var isPaused = false
  /// What it counted when the tick had counted `since`.
  private var value: UInt64 = 0
  private var since: UInt64 = 0
  private var latchedHigh: UInt32 = 0
  private var writtenLow: UInt32 = 0

  init(_ context: PeripheralContext) {
    fabric = context.fabric
    tick = fabric.clock("tick")
    lines = context.interrupts
    events = (0..<4).map { alarm in
      fabric.scheduler.event("\(context.name) alarm \(alarm)") { [unowned self] in fire(alarm) }
    }
    tick.observe { [unowned self] in plan() }
  }

  private var now: UInt64 {
    isPaused ? value : value &+ (tick.ticks(at: fabric.scheduler.now) &- since)
  }

  func read(_ offset: UInt32) -> UInt32? {
    if (0x10..<0x20).contains(offset) { return alarms[Int(offset - 0x10) / 4] }
    switch Register(rawValue: offset) {
    case .writeHigh, .writeLow: return 0
    case .readHigh: return latchedHigh
    case .readLow:
      let time = now
      latchedHigh = UInt32(time >> 32)
      return UInt32(truncatingIfNeeded: time)
    case .armed: return armed
    case .rawHigh: return UInt32(now >> 32)
    case .rawLow: return UInt32(truncatingIfNeeded: now)
    case .debugPause: return debugPause
    case .pause: return isPaused ? 1 : 0
    case .raw: return fired
    case .enable: return enabled
    case .force: return forced
    case .status: return fired & enabled | forced
    case nil: return nil
    }
  }

  func readingActs(at offset: UInt32) -> Bool { offset == Register.readLow.rawValue }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    if (0x10..<0x20).contains(offset) {
      let alarm = Int(offset - 0x10) / 4
      alarms[alarm] = value
      armed |= 1 << UInt32(alarm)
      plan()
      return true
    }
    switch Register(rawValue: offset) {
    case .writeLow: writtenLow = value
    case .writeHigh: set(UInt64(value) << 32 | UInt64(writtenLow))
    case .readHigh, .readLow, .rawHigh, .rawLow, .status: break
    case .armed: armed &= ~value
    case .debugPause: debugPause = value & 6
    case .pause:
      let time = now
      isPaused = value & 1 == 1
      set(time)
    case .raw: fired &= ~value
    case .enable: enabled = value & 0xf
    case .force: forced = value & 0xf
    case nil: return false
    }
    plan()
    drive()
    return true
  }

  private func set(_ time: UInt64) {
    value = time
    since = tick.ticks(at: fabric.scheduler.now)
  }

  /// An alarm comes when the low half is equal, now or a turn of it later.
  private func plan() {
    for (alarm, event) in events.enumerated() {
      guard armed >> UInt32(alarm) & 1 == 1, !isPaused else {
        event.cancel()
        continue
      }
      let distance = alarms[alarm] &- UInt32(truncatingIfNeeded: now)
      let target = tick.ticks(at: fabric.scheduler.now) &+ UInt64(distance)
      event.schedule(at: distance == 0 ? fabric.scheduler.now : tick.instant(ofTick: target))
    }
  }

  private func fire(_ alarm: Int) {
    armed &= ~(1 << UInt32(alarm))
    fired |= 1 << UInt32(alarm)
    drive()
  }

  private func drive() {
    let status = fired & enabled | forced
    for (alarm, line) in lines.prefix(4).enumerated() { line.set(status >> UInt32(alarm) & 1 == 1) }
  }

  func reset() {
    for event in events { event.cancel() }
    alarms = [0, 0, 0, 0]
    (armed, fired, enabled, forced, debugPause) = (0, 0, 0, 0, 7)
    isPaused = false
    set(0)
    drive()
  }
}
