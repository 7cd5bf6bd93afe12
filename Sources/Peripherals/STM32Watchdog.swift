import Simulation
import Units

/// The independent watchdog of an STM32: a 12-bit down-counter on LSI that resets the chip at zero.
///
/// Its start switches LSI on for good; the counter is reloaded by key 0xAAAA.
///
/// Reference: RM0432 44, RM0444 31, RM0090 21.
/// Not modelled: freezing in Stop and Standby by option bytes, the hardware start by option byte, the
/// time that PR and RLR take to be updated (SR reads 0).
final class STM32IWDG: SurvivesSystemOff {
  private let fabric: Fabric
  private let system: STM32System
  private let frequency: Hertz
  private var isUnlocked = false
  private var isRunning = false
  private var prescaler: UInt32 = 0
  private var reload: UInt32 = 0xfff
  private var window: UInt32 = 0xfff
  private var start = Instant.zero
  private var due: Event?

  init(_ context: PeripheralContext) {
    fabric = context.fabric
    system = fabric.service(STM32System.init)
    frequency = fabric.oscillators["lsi"]?.frequency ?? Hertz(32_000)
    due = fabric.scheduler.event(context.name) { [unowned self] in
      system.requestReset(fabric, .independentWatchdog)
    }
  }

  func read(_ offset: UInt32) -> UInt32? {
    switch offset {
    case 0x00, 0x0c: 0
    case 0x04: prescaler
    case 0x08: reload
    case 0x10: window
    default: nil
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    switch offset {
    case 0x00: key(value & 0xffff)
    case 0x04: if isUnlocked { prescaler = value & 7 }
    case 0x08: if isUnlocked { reload = value & 0xfff }
    case 0x0c: break
    case 0x10:
      guard isUnlocked else { break }
      window = value & 0xfff
      refresh()
    default: return false
    }
    return true
  }

  /// A running watchdog stops only by a reset.
  func reset() {
    due?.cancel()
    isUnlocked = false
    isRunning = false
    (prescaler, reload, window) = (0, 0xfff, 0xfff)
  }

  private func key(_ key: UInt32) {
    isUnlocked = key == 0x5555
    switch key {
    case 0xcccc:
      isRunning = true
      refresh()
    case 0xaaaa:
      if isRunning && window < 0xfff && count > window {
        return system.requestReset(fabric, .independentWatchdog)
      }
      refresh()
    default: break
    }
  }

  private var clock: ClockDomain {
    ClockDomain(
      frequency: frequency.scaled(by: 1, over: 4 << UInt64(min(prescaler, 6))), start: start)
  }

  private var count: UInt32 {
    reload - UInt32(min(clock.ticks(at: fabric.scheduler.now), UInt64(reload)))
  }

  private func refresh() {
    guard isRunning else { return }
    start = fabric.scheduler.now
    due?.schedule(at: clock.instant(ofTick: UInt64(reload) + 1))
  }
}

/// The window watchdog of an STM32: a 7-bit down-counter on PCLK1 that resets the chip when it falls
/// below 0x40, or is refreshed while above its window.
///
/// Parameter: `prescaler-bits` of WDGTB (2, or 3 on G0).
///
/// Reference: RM0432 45, RM0444 32, RM0090 22.
final class STM32WWDG: Peripheral {
  private let fabric: Fabric
  private let system: STM32System
  private let clock: ClockSignal
  private let line: InterruptLine?
  private let prescalerMask: UInt32
  private let prescalerShift: UInt32
  private var isRunning = false
  private var held: UInt32 = 0x7f
  private var origin: UInt64 = 0
  private var configuration: UInt32 = 0x7f
  private var flag = false
  private var due: Event?

  init(_ context: PeripheralContext) {
    fabric = context.fabric
    system = fabric.service(STM32System.init)
    clock = context.clock
    line = context.interrupts.first
    let isWide = context.parameters["prescaler-bits"] == 3
    prescalerMask = isWide ? 7 : 3
    prescalerShift = isWide ? 11 : 7
    due = fabric.scheduler.event(context.name) { [unowned self] in expire() }
    clock.observe { [unowned self] in plan() }
  }

  private var divider: UInt64 {
    4096 << UInt64(configuration >> prescalerShift & prescalerMask)
  }

  private var elapsed: UInt64 { clock.ticks(at: fabric.scheduler.now) &- origin }
  private var count: UInt32 {
    isRunning ? held &- UInt32(truncatingIfNeeded: min(elapsed / divider, 0x7f)) & 0x7f : held
  }

  func read(_ offset: UInt32) -> UInt32? {
    switch offset {
    case 0: (isRunning ? 0x80 : 0) | count
    case 4: configuration
    case 8: flag ? 1 : 0
    default: nil
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    switch offset {
    case 0:
      if isRunning && count > configuration & 0x7f {
        system.requestReset(fabric, .windowWatchdog)
        return true
      }
      isRunning = isRunning || value & 0x80 != 0
      held = value & 0x7f
      origin = clock.ticks(at: fabric.scheduler.now)
      if isRunning && held < 0x40 { system.requestReset(fabric, .windowWatchdog) }
    case 4: configuration = value
    case 8:
      if value & 1 == 0 { flag = false }
      updateLine()
    default: return false
    }
    plan()
    return true
  }

  func reset() {
    due?.cancel()
    isRunning = false
    held = 0x7f
    configuration = 0x7f
    flag = false
    updateLine()
  }

  private func updateLine() { line?.set(flag && configuration >> 9 & 1 == 1) }

  /// At 0x40 the early wake-up, a step later the reset.
  private func plan() {
    guard isRunning, held >= 0x40 else { return }
    let steps = count > 0x40 ? UInt64(held - 0x40) : UInt64(held - 0x3f)
    due?.schedule(at: clock.instant(ofTick: origin + steps * divider))
  }

  private func expire() {
    guard count > 0x3f else { return system.requestReset(fabric, .windowWatchdog) }
    flag = true
    updateLine()
    plan()
  }
}
