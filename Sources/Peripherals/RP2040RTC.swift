import Simulation
import Units

/// The calendar of an RP2040: a second each CLKDIV_M1 + 1 cycles of clk_rtc, with an interrupt where chosen
/// fields match.
///
/// Reference: RP2040 datasheet 4.8.
/// Not modelled: February's length by centuries other than FORCE_NOTLEAPYEAR's word.
final class RP2040RTC: Peripheral {
  private enum Register: UInt32 {
    case divider = 0x00
    case setup0 = 0x04
    case setup1 = 0x08
    case control = 0x0c
    case match0 = 0x10
    case match1 = 0x14
    case date = 0x18
    case time = 0x1c
    case raw = 0x20
    case enable = 0x24
    case force = 0x28
    case status = 0x2c
  }

  private let fabric: Fabric
  private let clock: ClockSignal
  private let line: InterruptLine?
  private lazy var second = fabric.scheduler.event("RTC") { [unowned self] in advance() }
  private var divider: UInt32 = 0
  private var setup: (UInt32, UInt32) = (0, 0)
  private var control: UInt32 = 0
  private var match: (UInt32, UInt32) = (0, 0)
  private var enabled: UInt32 = 0
  private var forced: UInt32 = 0
  private var year: UInt32 = 0
  private var month: UInt32 = 0
  private var day: UInt32 = 0
  private var weekday: UInt32 = 0
  private var hour: UInt32 = 0
  private var minute: UInt32 = 0
  private var seconds: UInt32 = 0

  init(_ context: PeripheralContext) {
    fabric = context.fabric
    clock = context.clock
    line = context.interrupts.first
    clock.observe { [unowned self] in if isActive { plan() } }
  }

  private var isActive: Bool { control & 1 == 1 }

  func read(_ offset: UInt32) -> UInt32? {
    switch Register(rawValue: offset) {
    case .divider: divider
    case .setup0: setup.0
    case .setup1: setup.1
    case .control: control | (isActive ? 2 : 0)
    // The match is active as soon as it is enabled.
    case .match0: match.0 | (match.0 >> 28 & 1) << 29
    case .match1: match.1
    case .date: year << 12 | month << 8 | day
    case .time: weekday << 24 | hour << 16 | minute << 8 | seconds
    case .raw: isMatch ? 1 : 0
    case .enable: enabled
    case .force: forced
    case .status: (isMatch ? enabled : 0) | forced
    case nil: nil
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    switch Register(rawValue: offset) {
    case .divider: divider = value & 0xffff
    case .setup0: setup.0 = value & 0xff_ff1f
    case .setup1: setup.1 = value & 0x71f_3f3f
    case .control:
      let was = isActive
      control = value & 0x101
      if value & 0x10 != 0 { load() }
      if !isActive { second.cancel() } else if !was || value & 0x10 != 0 { plan() }
    case .match0: match.0 = value & 0x17ff_ff1f
    case .match1: match.1 = value & 0xf71f_3f3f
    case .date, .time, .raw, .status: break
    case .enable: enabled = value & 1
    case .force: forced = value & 1
    case nil: return false
    }
    drive()
    return true
  }

  private func load() {
    (year, month, day) = (setup.0 >> 12 & 0xfff, setup.0 >> 8 & 0xf, setup.0 & 0x1f)
    (weekday, hour) = (setup.1 >> 24 & 7, setup.1 >> 16 & 0x1f)
    (minute, seconds) = (setup.1 >> 8 & 0x3f, setup.1 & 0x3f)
  }

  private func plan() {
    guard !clock.isStopped else { return second.cancel() }
    second.schedule(after: clock.duration(ofTicks: UInt64(divider) + 1))
  }

  private func advance() {
    plan()
    defer { drive() }
    seconds += 1
    guard seconds > 59 else { return }
    (seconds, minute) = (0, minute + 1)
    guard minute > 59 else { return }
    (minute, hour) = (0, hour + 1)
    guard hour > 23 else { return }
    (hour, weekday, day) = (0, (weekday + 1) % 7, day + 1)
    guard day > lastDay else { return }
    (day, month) = (1, month + 1)
    guard month > 12 else { return }
    (month, year) = (1, year + 1)
  }

  private var lastDay: UInt32 {
    let isLeap = year % 4 == 0 && control >> 8 & 1 == 0
    return [31, 31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][Int(min(month, 12))]
  }

  /// All fields that are enabled are equal.
  private var isMatch: Bool {
    guard match.0 >> 28 & 1 == 1 else { return false }
    func holds(_ enable: UInt32, _ value: UInt32, _ wanted: UInt32) -> Bool {
      enable & 1 == 0 || value == wanted
    }
    let (date, time) = match
    return holds(date >> 26, year, date >> 12 & 0xfff) && holds(date >> 25, month, date >> 8 & 0xf)
      && holds(date >> 24, day, date & 0x1f) && holds(time >> 31, weekday, time >> 24 & 7)
      && holds(time >> 30, hour, time >> 16 & 0x1f) && holds(time >> 29, minute, time >> 8 & 0x3f)
      && holds(time >> 28, seconds, time & 0x3f)
  }

  private func drive() { line?.set((isMatch ? enabled : 0) | forced != 0) }

  func reset() {
    second.cancel()
    (divider, control, enabled, forced) = (0, 0, 0, 0)
    (setup, match) = ((0, 0), (0, 0))
    drive()
  }
}
