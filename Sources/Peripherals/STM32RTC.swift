import Simulation
import Units

/// The real-time clock of an STM32: calendar in BCD with sub-seconds, two alarms, wake-up timer, backup
/// registers. It lives in the backup domain: a reset of the system leaves it alone.
///
/// Interrupts go through EXTI's inner lines (parameters `alarm-line`, `wake-up-line`), or straight to its
/// own line where it has one (G0, U5). Parameter: `version` 2 where the registers lie as on these and H7A3, 3
/// where the keys protect no more than the calendar (U5). Parameter: `backup`, how many
/// backup registers.
///
/// Reference: RM0432 42, RM0444 28, RM0090 26; RM0444 29 for what was moved to TAMP.
/// Not modelled: time stamps, tampering, calibration (CALR, SHIFTR hold), daylight saving, the 12-hour
/// format, shadow registers' contents (RSF comes in its time, and reads are always coherent).
final class STM32RTC: Peripheral {
  private enum Register {
    case tr, dr, cr, isr, prer, wutr, alrmar, alrmbr, wpr, ssr, alrmassr, alrmbssr, sr, misr, scr
  }

  private static let first: [UInt32: Register] = [
    0x00: .tr, 0x04: .dr, 0x08: .cr, 0x0c: .isr, 0x10: .prer, 0x14: .wutr, 0x1c: .alrmar,
    0x20: .alrmbr, 0x24: .wpr, 0x28: .ssr, 0x44: .alrmassr, 0x48: .alrmbssr,
  ]
  private static let second: [UInt32: Register] = [
    0x00: .tr, 0x04: .dr, 0x08: .ssr, 0x0c: .isr, 0x10: .prer, 0x14: .wutr, 0x18: .cr, 0x24: .wpr,
    0x40: .alrmar, 0x44: .alrmassr, 0x48: .alrmbr, 0x4c: .alrmbssr, 0x50: .sr, 0x54: .misr,
    0x5c: .scr,
  ]

  /// What the U5's keys leave open, and which bits of CR they do not.
  private static let unprotected: Set<Register> = [
    .cr, .wutr, .alrmar, .alrmbr, .alrmassr, .alrmbssr,
  ]
  /// REFCKON, FMT, ADD1H, SUB1H.
  private static let calendarControl: UInt32 = 1 << 4 | 1 << 6 | 3 << 16

  private enum Flag {
    static let alarmA: UInt32 = 1 << 8
    static let alarmB: UInt32 = 1 << 9
    static let wakeUp: UInt32 = 1 << 10
    static let initialized: UInt32 = 1 << 4
    static let synchronized: UInt32 = 1 << 5
  }

  private let scheduler: Scheduler
  private let clock: ClockSignal
  private let external: STM32ExternalLines
  private let system: STM32System
  private let fabric: Fabric
  private let line: InterruptLine?
  private let isSecond: Bool
  private let protectsCalendarAlone: Bool
  private let alarmLine: Int
  private let wakeUpLine: Int
  private var calendar = STM32Calendar()
  private var control: UInt32 = 0
  private var flags: UInt32 = 0
  private var prescaler: UInt32 = 0x7f_00ff
  private var wakeUpReload: UInt32 = 0xffff
  private var alarms: [UInt32] = [0, 0]
  private var subseconds: [UInt32] = [0, 0]
  private var keyStep = 0
  private var isInitializing = false
  private var origin: UInt64 = 0
  /// The tick at which the shadow registers hold the calendar.
  private var synchronizedTick: UInt64 = 2
  private var wakeUpOrigin: UInt64 = 0
  private var held: [UInt32: UInt32] = [:]
  private let backups: Int
  private var secondDue: Event?
  private var wakeUpDue: Event?

  init(_ context: PeripheralContext) {
    fabric = context.fabric
    scheduler = fabric.scheduler
    clock = context.clock
    external = fabric.service(STM32ExternalLines.init)
    system = fabric.service(STM32System.init)
    let version = context.parameters["version"] ?? 1
    isSecond = version >= 2
    protectsCalendarAlone = version == 3
    alarmLine = context.parameters["alarm-line"] ?? 17
    wakeUpLine = context.parameters["wake-up-line"] ?? 22
    backups = min(max(context.parameters["backup"] ?? 20, 0), 32)
    line = context.interrupts.first
    secondDue = scheduler.event("\(context.name) alarm") { [unowned self] in checkAlarms() }
    wakeUpDue = scheduler.event("\(context.name) wake-up") { [unowned self] in
      raise(Flag.wakeUp)
      planWakeUp()
    }
    system.backupResets.append { [unowned self] in restore() }
    system.hasWakeUpSource = { [unowned self] in
      secondDue?.isScheduled == true || wakeUpDue?.isScheduled == true
    }
    clock.observe { [unowned self] in
      plan()
      planWakeUp()
    }
  }

  // MARK: Registers

  private func register(_ offset: UInt32) -> Register? {
    isSecond ? Self.second[offset] : Self.first[offset]
  }

  func read(_ offset: UInt32) -> UInt32? {
    guard let register = register(offset) else {
      return offset <= 0x50 + UInt32(4 * backups) ? held[offset] ?? 0 : nil
    }
    settle()
    switch register {
    case .tr: return calendar.time
    case .dr: return calendar.date
    case .cr: return control
    case .isr: return status
    case .prer: return prescaler
    case .wutr: return wakeUpReload
    case .alrmar: return alarms[0]
    case .alrmbr: return alarms[1]
    case .wpr, .scr: return 0
    case .ssr: return subsecond
    case .alrmassr: return subseconds[0]
    case .alrmbssr: return subseconds[1]
    case .sr: return flags >> 8 & 7
    case .misr: return (flags & control >> 4 & 0x700) >> 8
    }
  }

  /// Writes are always allowed, initialization at once, the calendar in step once it was set.
  private var status: UInt32 {
    let isSet = calendar.date & 0xff_0000 != 0
    let isSynchronized =
      !isInitializing && !clock.isStopped && clock.ticks(at: scheduler.now) >= synchronizedTick
    let base: UInt32 =
      0x07 | (isSynchronized ? Flag.synchronized : 0) | (isSet ? Flag.initialized : 0)
    return (isSecond ? base : base | flags) | (isInitializing ? 0xc0 : 0)
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard let register = register(offset) else {
      guard offset <= 0x50 + UInt32(4 * backups) else { return false }
      if system.isBackupWritable { held[offset] = value }
      return true
    }
    settle()
    if register == .wpr { return unlock(value) }
    if register == .scr {
      lower(value << 8)
      return true
    }
    guard keyStep == 2 || protectsCalendarAlone && Self.unprotected.contains(register) else {
      // Flags can be cleared all the same.
      if register == .isr && !isSecond { lower(~value & 0x700) }
      return true
    }
    switch register {
    case .tr: if isInitializing { calendar.time = value & 0x7f_7f7f }
    case .dr: if isInitializing { calendar.date = value & 0xff_ff3f }
    case .cr:
      let kept = keyStep == 2 ? 0 : Self.calendarControl
      writeControl(value & ~kept | control & kept)
    case .isr: writeStatus(value)
    case .prer: if isInitializing { prescaler = value & 0x7f_7fff }
    case .wutr: wakeUpReload = value & 0xffff
    case .alrmar: alarms[0] = value
    case .alrmbr: alarms[1] = value
    case .alrmassr: subseconds[0] = value
    case .alrmbssr: subseconds[1] = value
    case .ssr, .sr, .misr, .wpr, .scr: break
    }
    plan()
    return true
  }

  /// What is in the backup domain outlives a reset; only flags' interrupts are gone with EXTI.
  func reset() {
    keyStep = 0
    synchronize(after: 2)
  }

  /// Reference: RM0432 42.3.8 and 42.3.9: two cycles of its clock, four after initialization.
  private func synchronize(after ticks: UInt64) {
    synchronizedTick = clock.ticks(at: scheduler.now) + ticks
  }

  private func restore() {
    calendar = STM32Calendar()
    (control, flags, prescaler, wakeUpReload) = (0, 0, 0x7f_00ff, 0xffff)
    alarms = [0, 0]
    subseconds = [0, 0]
    held = [:]
    isInitializing = false
    origin = clock.ticks(at: scheduler.now)
    secondDue?.cancel()
    wakeUpDue?.cancel()
    updateLine()
  }

  private func unlock(_ value: UInt32) -> Bool {
    guard system.isBackupWritable else { return true }
    switch (keyStep, value & 0xff) {
    case (0, 0xca): keyStep = 1
    case (1, 0x53): keyStep = 2
    default: keyStep = value & 0xff == 0xca ? 1 : 0
    }
    return true
  }

  private func writeControl(_ value: UInt32) {
    let old = control
    control = value
    if value >> 10 & 1 == 1 && old >> 10 & 1 == 0 {
      wakeUpOrigin = clock.ticks(at: scheduler.now)
    }
    updateLine()
    planWakeUp()
  }

  private func writeStatus(_ value: UInt32) {
    if value >> 7 & 1 == 1 {
      isInitializing = true
    } else if isInitializing {
      isInitializing = false
      origin = clock.ticks(at: scheduler.now)
      synchronize(after: 4)
    } else if value & Flag.synchronized == 0 {
      synchronize(after: 2)
    }
    if !isSecond { lower(~value & 0x700) }
  }

  private func lower(_ bits: UInt32) {
    flags &= ~bits
    updateLine()
  }

  private func raise(_ flag: UInt32) {
    flags |= flag
    updateLine()
    // CR's enables lie four bits above the flags.
    guard control >> 4 & flag != 0 else { return }
    if line == nil { external.trigger(flag == Flag.wakeUp ? wakeUpLine : alarmLine) }
    if system.isInStandby { system.requestReset(fabric, .powerOn) }
  }

  private func updateLine() {
    line?.set(flags & control >> 4 & 0x700 != 0)
  }

  // MARK: Time

  private var synchronous: UInt64 { UInt64(prescaler & 0x7fff) + 1 }
  private var asynchronous: UInt64 { UInt64(prescaler >> 16 & 0x7f) + 1 }
  private var ticksASecond: UInt64 { synchronous * asynchronous }

  /// Counts down from PREDIV_S within a second.
  private var subsecond: UInt32 {
    let within = (clock.ticks(at: scheduler.now) - origin) / asynchronous
    return UInt32(truncatingIfNeeded: synchronous - 1 - min(within, synchronous - 1))
  }

  private func settle() {
    guard !isInitializing else {
      origin = clock.ticks(at: scheduler.now)
      return
    }
    let seconds = (clock.ticks(at: scheduler.now) - origin) / ticksASecond
    origin += seconds * ticksASecond
    calendar.advance(seconds)
  }

  /// With an alarm on, every second is looked at; its sub-seconds delay it within the second.
  private func plan() {
    guard !isInitializing, control & 0x300 != 0, !clock.isStopped else {
      secondDue?.cancel()
      return
    }
    secondDue?.schedule(at: clock.instant(ofTick: origin + ticksASecond))
  }

  private func checkAlarms() {
    settle()
    for index in 0..<2 where control >> UInt32(8 + index) & 1 == 1 {
      if calendar.matches(alarms[index]) {
        raise(index == 0 ? Flag.alarmA : Flag.alarmB)
      }
    }
    plan()
  }

  private func planWakeUp() {
    guard control >> 10 & 1 == 1, !clock.isStopped else {
      wakeUpDue?.cancel()
      return
    }
    let selection = control & 7
    let count = UInt64(wakeUpReload) + 1 + (selection >= 6 ? 0x1_0000 : 0)
    let step: UInt64 = selection < 4 ? 16 >> UInt64(selection) : ticksASecond
    let period = count * step
    let now = clock.ticks(at: scheduler.now)
    let passed = now >= wakeUpOrigin ? (now - wakeUpOrigin) / period : 0
    wakeUpDue?.schedule(at: clock.instant(ofTick: wakeUpOrigin + (passed + 1) * period))
  }
}

/// A calendar in BCD as the registers of an STM32's RTC hold it.
struct STM32Calendar {
  var time: UInt32 = 0
  var date: UInt32 = 0x2101

  static func decimal(_ bcd: UInt32) -> Int { Int(bcd >> 4 & 0xf) * 10 + Int(bcd & 0xf) }
  static func bcd(_ value: Int) -> UInt32 { UInt32((value / 10) << 4 | value % 10) }

  mutating func advance(_ seconds: UInt64) {
    guard seconds > 0 else { return }
    let (hours, minutes) = (Self.decimal(time >> 16 & 0x3f), Self.decimal(time >> 8 & 0x7f))
    let total = UInt64(hours * 3600 + minutes * 60 + Self.decimal(time & 0x7f)) + seconds
    let day = Int(total % 86_400)
    time =
      Self.bcd(day / 3600) << 16 | Self.bcd(day / 60 % 60) << 8 | Self.bcd(day % 60)
    for _ in 0..<min(total / 86_400, 40_000) { nextDay() }
  }

  private mutating func nextDay() {
    var (year, month) = (Self.decimal(date >> 16 & 0xff), Self.decimal(date >> 8 & 0x1f))
    var day = Self.decimal(date & 0x3f) + 1
    let weekday = date >> 13 & 7
    let lengths = [31, year % 4 == 0 ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    if day > lengths[min(max(month - 1, 0), 11)] {
      day = 1
      month += 1
    }
    if month > 12 {
      month = 1
      year = (year + 1) % 100
    }
    date =
      Self.bcd(year) << 16 | (weekday % 7 + 1) << 13 | Self.bcd(month) << 8 | Self.bcd(day)
  }

  /// Whether an alarm with its masks meets the present second.
  func matches(_ alarm: UInt32) -> Bool {
    let fields: [(mask: UInt32, bits: UInt32)] = [(7, 0x7f), (15, 0x7f00), (23, 0x3f_0000)]
    let isTime = fields.allSatisfy { alarm >> $0.mask & 1 == 1 || (alarm ^ time) & $0.bits == 0 }
    guard isTime, alarm >> 31 == 0 else { return isTime }
    let day = alarm >> 24 & 0x3f
    return alarm >> 30 & 1 == 1 ? date >> 13 & 7 == day & 0xf : date & 0x3f == day
  }
}

/// The backup registers of chips whose RTC has none (G0); the tamper pins are not modelled.
///
/// Parameter: `backup`. Reference: RM0444 29.
final class STM32TAMP: Peripheral {
  private let count: Int
  private let system: STM32System
  private var held: [UInt32: UInt32] = [:]

  init(_ context: PeripheralContext) {
    count = context.parameters["backup"] ?? 5
    system = context.fabric.service(STM32System.init)
    system.backupResets.append { [unowned self] in held = [:] }
  }

  func read(_ offset: UInt32) -> UInt32? { isKnown(offset) ? held[offset] ?? 0 : nil }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard isKnown(offset) else { return false }
    if system.isBackupWritable { held[offset] = value }
    return true
  }

  func reset() {}

  private func isKnown(_ offset: UInt32) -> Bool {
    offset < 0x40 || offset >= 0x100 && Int(offset - 0x100) / 4 < count
  }
}
