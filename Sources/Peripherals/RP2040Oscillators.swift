import Simulation
import Units

/// The sources of an RP2040's clocks, by name: `rosc`, `xosc`, `pll-sys`, `pll-usb`.
final class RP2040Sources {
  private var frequencies: [String: Hertz] = [:]
  private var observers: [() -> Void] = []

  /// Out of reset the ring oscillator runs.
  init(_ fabric: Fabric) { frequencies["rosc"] = fabric.oscillators["rosc"]?.frequency }

  subscript(name: String) -> Hertz? { frequencies[name] }

  /// nil: it does not run.
  func set(_ name: String, _ frequency: Hertz?) {
    guard frequencies[name] != frequency else { return }
    frequencies[name] = frequency
    for observer in observers { observer() }
  }

  func observe(_ observer: @escaping () -> Void) { observers.append(observer) }
}

/// XOSC of an RP2040: the crystal oscillator, stable once it has counted what STARTUP says.
///
/// The board gives the crystal's frequency as its clock `xosc`; without one it never becomes stable.
///
/// Reference: RP2040 datasheet 2.16.
/// Not modelled: DORMANT (a finding), the crystal's own time to swing, BADWRITE.
final class RP2040XOSC: Peripheral {
  private enum Register: UInt32 {
    case control = 0x00
    case status = 0x04
    case dormant = 0x08
    case startup = 0x0c
    case count = 0x1c
  }

  private static let enable: UInt32 = 0xfab

  private let fabric: Fabric
  private let sources: RP2040Sources
  private let crystal: Hertz?
  private lazy var stable = fabric.scheduler.event("XOSC stable") { [unowned self] in
    sources.set("xosc", crystal)
  }
  private var control: UInt32 = 0
  private var startup: UInt32 = 0
  private var counter: UInt32 = 0
  private var counted = Instant.zero

  init(_ context: PeripheralContext) {
    fabric = context.fabric
    sources = fabric.service(RP2040Sources.init)
    crystal = fabric.oscillators["xosc"]?.frequency
  }

  private var isEnabled: Bool { control >> 12 == Self.enable }

  func read(_ offset: UInt32) -> UInt32? {
    switch Register(rawValue: offset) {
    case .control: control
    case .status: (sources["xosc"] != nil ? 1 << 31 : 0) | (isEnabled ? 1 << 12 : 0)
    case .dormant: 0x7761_6b65
    case .startup: startup
    case .count: remaining
    case nil: nil
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    switch Register(rawValue: offset) {
    case .control: switchTo(value & 0xff_ffff)
    case .status: break
    case .dormant:
      fabric.findings.note("dormant", "XOSC.DORMANT", "the chip does not sleep here: it goes on")
    case .startup: startup = value & 0x10_3fff
    case .count:
      counter = value & 0xff
      counted = fabric.scheduler.now
    case nil: return false
    }
    return true
  }

  private func switchTo(_ value: UInt32) {
    let was = isEnabled
    control = value
    if !isEnabled {
      stable.cancel()
      return sources.set("xosc", nil)
    }
    guard !was else { return }
    guard let crystal else {
      fabric.findings.note(
        "no-oscillator", "xosc", "switched on, but the board has none: it never becomes stable")
      return
    }
    let cycles = UInt64(startup & 0x3fff) * 256 * (startup >> 20 & 1 == 1 ? 4 : 1)
    stable.schedule(after: ClockDomain(frequency: crystal).duration(ofTicks: cycles))
  }

  /// COUNT falls by one each cycle of the crystal.
  private var remaining: UInt32 {
    guard let crystal = sources["xosc"] else { return counter }
    let passed = ClockDomain(frequency: crystal, start: counted).ticks(at: fabric.scheduler.now)
    return counter - UInt32(min(passed, UInt64(counter)))
  }

  func reset() {
    stable.cancel()
    (control, startup, counter) = (0, 0, 0)
    sources.set("xosc", nil)
  }
}

/// ROSC of an RP2040: the ring oscillator that it starts on.
///
/// The chip's clock `rosc` is its frequency out of reset, where DIV is 16; RANDOMBIT comes from a shift
/// register, so that runs repeat.
///
/// Reference: RP2040 datasheet 2.17.
/// Not modelled: FREQA and FREQB (they hold), PHASE, DORMANT (a finding), its drift.
final class RP2040ROSC: Peripheral {
  private enum Register: UInt32 {
    case control = 0x00
    case frequencyA = 0x04
    case frequencyB = 0x08
    case dormant = 0x0c
    case divider = 0x10
    case phase = 0x14
    case status = 0x18
    case randomBit = 0x1c
    case count = 0x20
  }

  private static let disable: UInt32 = 0xd1e
  private static let passed: UInt32 = 0xaa0

  private let fabric: Fabric
  private let sources: RP2040Sources
  private var held = RP2040HeldRegisters([0x00: 0xaa0, 0x04: 0, 0x08: 0, 0x10: 0xab0, 0x14: 8])
  private var random: UInt16 = 0xace1

  init(_ context: PeripheralContext) {
    fabric = context.fabric
    sources = fabric.service(RP2040Sources.init)
    run()
  }

  private var isEnabled: Bool { (held[0x00] ?? 0) >> 12 != Self.disable }

  func read(_ offset: UInt32) -> UInt32? {
    switch Register(rawValue: offset) {
    case .dormant: return 0x7761_6b65
    case .status: return isEnabled ? 1 << 31 | 1 << 16 | 1 << 12 : 0
    case .randomBit:
      random = random & 1 == 1 ? random >> 1 ^ 0xb400 : random >> 1
      return UInt32(random & 1)
    case .count: return 0
    default: return held[offset]
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    switch Register(rawValue: offset) {
    case .dormant:
      fabric.findings.note("dormant", "ROSC.DORMANT", "the chip does not sleep here: it goes on")
      return true
    case .status, .randomBit, .count: return true
    default:
      guard held.write(offset, value) else { return false }
      run()
      return true
    }
  }

  func readingActs(at offset: UInt32) -> Bool { offset == Register.randomBit.rawValue }

  private func run() {
    guard isEnabled, let nominal = fabric.oscillators["rosc"]?.frequency else {
      return sources.set("rosc", nil)
    }
    let written = held[0x10] ?? 0
    let divider = written >= Self.passed && written < Self.passed + 32 ? written - Self.passed : 1
    sources.set("rosc", nominal.scaled(by: 16, over: UInt64(divider == 0 ? 32 : divider)))
  }

  func reset() {
    held.reset()
    random = 0xace1
    run()
  }
}

/// PLL_SYS or PLL_USB of an RP2040: the crystal's clock divided, multiplied and divided twice.
///
/// Parameters: `usb` 1 is PLL_USB; `lock-us` what locking takes.
///
/// Reference: RP2040 datasheet 2.18.
/// Not modelled: the limits of its frequencies, BYPASS's phase.
final class RP2040PLL: Peripheral {
  private static let resets: [UInt32: UInt32] = [0x0: 1, 0x4: 0x2d, 0x8: 0, 0xc: 0x77000]

  private let source: String
  private let fabric: Fabric
  private let sources: RP2040Sources
  private let lockTime: Interval
  private lazy var locked = fabric.scheduler.event(source) { [unowned self] in
    isLocked = true
    follow()
  }
  private var held = RP2040HeldRegisters(resets)
  private var isLocked = false

  init(_ context: PeripheralContext) {
    fabric = context.fabric
    source = context.parameters["usb"] == 1 ? "pll-usb" : "pll-sys"
    lockTime = .microseconds(Int64(max(context.parameters["lock-us"] ?? 0, 0)))
    sources = fabric.service(RP2040Sources.init)
    sources.observe { [unowned self] in follow() }
  }

  func read(_ offset: UInt32) -> UInt32? {
    offset == 0 ? held[0].map { $0 & ~(1 << 31) | (isLocked ? 1 << 31 : 0) } : held[offset]
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard held.write(offset, value) else { return false }
    // PD or VCOPD: it does not swing.
    if (held[0x4] ?? 0) & 0x21 != 0 {
      locked.cancel()
      isLocked = false
    } else if !isLocked && !locked.isScheduled {
      locked.schedule(after: lockTime)
    }
    follow()
    return true
  }

  private func follow() {
    guard let reference = sources["xosc"] else { return sources.set(source, nil) }
    let control = held[0] ?? 0
    if control >> 8 & 1 == 1 { return sources.set(source, reference) }
    guard isLocked, (held[0x4] ?? 0) & 0x8 == 0 else { return sources.set(source, nil) }
    let after = held[0xc] ?? 0
    let division =
      UInt64(max(control & 0x3f, 1)) * UInt64(max(after >> 16 & 7, 1))
      * UInt64(max(after >> 12 & 7, 1))
    let multiplier = UInt64((held[0x8] ?? 0) & 0xfff)
    sources.set(source, multiplier == 0 ? nil : reference.scaled(by: multiplier, over: division))
  }

  func reset() {
    locked.cancel()
    held.reset()
    isLocked = false
    follow()
  }
}
