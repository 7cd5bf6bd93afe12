import Simulation
import Units

/// WATCHDOG of an RP2040: a down-counter that resets the chip, the generator of the microsecond tick that
/// it and the timer count, and eight words that a reset leaves alone.
///
/// The tick is clk_ref divided by TICK's CYCLES; the counter falls by two each tick (erratum RP2040-E1).
///
/// Reference: RP2040 datasheet 4.7.
/// Not modelled: pausing for a debugger, a choice of blocks by WDSEL: all are reset.
final class RP2040Watchdog: Peripheral {
  private enum Register: UInt32 {
    case control = 0x00
    case load = 0x04
    case reason = 0x08
    case tick = 0x2c
  }

  private static let enable: UInt32 = 1 << 30
  private static let pauses: UInt32 = 0x0700_0000

  private let fabric: Fabric
  private let reference: ClockSignal
  private let tick: ClockSignal
  private lazy var expired = fabric.scheduler.event("WATCHDOG") { [unowned self] in fire(1) }
  private var control = pauses
  private var tickControl: UInt32 = 0x200
  private var reason: UInt32 = 0
  private var scratch = [UInt32](repeating: 0, count: 8)
  /// What the counter held at a tick.
  private var value: UInt32 = 0
  private var loaded: UInt64 = 0

  init(_ context: PeripheralContext) {
    fabric = context.fabric
    reference = fabric.clock("clk-ref")
    tick = fabric.clock("tick")
    tick.stop(at: .zero)
    reference.observe { [unowned self] in runTick() }
    tick.observe { [unowned self] in plan() }
  }

  func read(_ offset: UInt32) -> UInt32? {
    switch Register(rawValue: offset) {
    case .control: return control | time
    case .load: return 0
    case .reason: return reason
    case .tick: return tickControl | (tick.isStopped ? 0 : 1 << 10)
    case nil:
      guard (0x0c..<0x2c).contains(offset), offset & 3 == 0 else { return nil }
      return scratch[Int(offset - 0x0c) / 4]
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    switch Register(rawValue: offset) {
    case .control:
      if value >> 31 == 1 { return fire(2) }
      let remaining = time
      control = value & (Self.enable | Self.pauses)
      (self.value, loaded) = (remaining, tick.ticks(at: fabric.scheduler.now))
    case .load: (self.value, loaded) = (value & 0xff_ffff, tick.ticks(at: fabric.scheduler.now))
    case .reason: break
    case .tick:
      tickControl = value & 0x3ff
      runTick()
    case nil:
      guard (0x0c..<0x2c).contains(offset), offset & 3 == 0 else { return false }
      scratch[Int(offset - 0x0c) / 4] = value
    }
    plan()
    return true
  }

  private func runTick() {
    let now = fabric.scheduler.now
    let cycles = UInt64(tickControl & 0x1ff)
    guard tickControl >> 9 & 1 == 1, cycles > 0, !reference.isStopped else {
      return tick.stop(at: now)
    }
    tick.change(to: reference.frequency.scaled(by: 1, over: cycles), at: now)
  }

  private var time: UInt32 {
    guard control & Self.enable != 0 else { return value }
    let passed = 2 * (tick.ticks(at: fabric.scheduler.now) - loaded)
    return value - UInt32(min(passed, UInt64(value)))
  }

  private func plan() {
    guard control & Self.enable != 0 else { return expired.cancel() }
    expired.schedule(at: tick.instant(ofTick: loaded + UInt64(value + 1) / 2))
  }

  @discardableResult
  private func fire(_ cause: UInt32) -> Bool {
    reason = cause
    fabric.resetRequested = true
    return true
  }

  /// The words and the reason stay.
  func reset() {
    expired.cancel()
    control = Self.pauses
    tickControl = 0x200
    (value, loaded) = (0, 0)
    runTick()
  }
}
