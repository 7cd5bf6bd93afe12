import Simulation
import Units

/// The system timer: a 24-bit down-counter on the core clock or the chip's reference.
///
/// Reference: Arm DDI 0403E.e, B3.3. The counter is computed from the clock when it is read; only its
/// expiry is an event.
struct SysTick {
  private let coreClock: ClockSignal
  private let referenceClock: ClockSignal?
  private let fabric: Fabric
  private var expiry: Event?
  private(set) var isEnabled = false
  private(set) var interrupts = false
  private(set) var usesCoreClock: Bool
  private(set) var countFlag = false
  private(set) var reload: UInt32 = 0
  /// The counter's value at tick `base` of the clock in use.
  private var value: UInt32 = 0
  private var base: UInt64 = 0
  private var isHeld = false
  var onExpiry: () -> Void = {}

  private let wired: SysTickCalibration?

  init(
    clock: ClockSignal, reference: Hertz?, calibration: SysTickCalibration? = nil, fabric: Fabric
  ) {
    wired = calibration
    coreClock = clock
    referenceClock = reference.map {
      let clock = fabric.clock("systick")
      clock.change(to: $0, at: .zero)
      return clock
    }
    usesCoreClock = reference == nil
    self.fabric = fabric
  }

  mutating func reset() {
    expiry?.cancel()
    isEnabled = false
    interrupts = false
    usesCoreClock = referenceClock == nil
    countFlag = false
    reload = 0
    value = 0
  }

  private var clock: ClockSignal { usesCoreClock ? coreClock : referenceClock ?? coreClock }
  private var now: UInt64 { clock.ticks(at: fabric.scheduler.now) }

  /// Brings `value` to the present; expiries in between set the flag.
  private mutating func settle() {
    let present = now
    defer { base = present }
    guard isEnabled, !isHeld, present > base else { return }
    let elapsed = present - base
    if value == 0 {
      // Loading takes the first tick; nothing counts with a reload value of zero.
      guard reload > 0 else { return }
      value = reload
      count(elapsed - 1)
    } else {
      count(elapsed)
    }
  }

  private mutating func count(_ ticks: UInt64) {
    if ticks < UInt64(value) {
      value -= UInt32(ticks)
      return
    }
    countFlag = true
    let beyond = ticks - UInt64(value)
    guard reload > 0 else {
      value = 0
      return
    }
    let period = UInt64(reload) + 1
    let phase = beyond % period
    value = phase == 0 ? 0 : reload - UInt32(phase - 1)
  }

  private mutating func plan(_ makeEvent: () -> Event) {
    let event = expiry ?? makeEvent()
    expiry = event
    guard isEnabled, !isHeld, value > 0 || reload > 0 else { return event.cancel() }
    let ticks = value > 0 ? UInt64(value) : UInt64(reload) + 1
    event.schedule(at: clock.instant(ofTick: base + ticks))
  }

  /// The clock in use has another frequency from now on.
  mutating func reclock(_ makeEvent: () -> Event) {
    settle()
    plan(makeEvent)
  }

  /// The chip has stopped the core's clock, or lets it run again: the counter keeps its value.
  mutating func hold(_ isHeld: Bool, _ makeEvent: () -> Event) {
    settle()
    self.isHeld = isHeld
    plan(makeEvent)
  }

  mutating func expire(_ makeEvent: () -> Event) {
    settle()
    countFlag = true
    plan(makeEvent)
    if interrupts { onExpiry() }
  }

  mutating func readControl() -> UInt32 {
    settle()
    defer { countFlag = false }
    return (isEnabled ? 1 : 0) | (interrupts ? 2 : 0) | (usesCoreClock ? 4 : 0)
      | (countFlag ? 1 << 16 : 0)
  }

  mutating func writeControl(_ word: UInt32, _ makeEvent: () -> Event) {
    settle()
    isEnabled = word & 1 != 0
    interrupts = word & 2 != 0
    usesCoreClock = referenceClock == nil || word & 4 != 0
    base = now
    plan(makeEvent)
  }

  mutating func writeReload(_ word: UInt32, _ makeEvent: () -> Event) {
    settle()
    reload = word & 0xff_ffff
    plan(makeEvent)
  }

  mutating func readValue() -> UInt32 {
    settle()
    return value
  }

  /// Any write clears the counter and the flag; it reloads on the next tick.
  mutating func clearValue(_ makeEvent: () -> Event) {
    settle()
    value = 0
    countFlag = false
    plan(makeEvent)
  }

  /// NOREF where the chip has no reference clock; TENMS and SKEW as the chip says, else from the
  /// reference.
  var calibration: UInt32 {
    if let wired {
      return (referenceClock == nil ? 1 << 31 : 0) | (wired.isSkewed ? 1 << 30 : 0)
        | min(wired.tenMilliseconds, 0xff_ffff)
    }
    guard let reference = referenceClock?.frequency else { return 1 << 31 | 1 << 30 }
    let ticks = reference.numerator / reference.denominator / 100
    return ticks > 0 ? UInt32(min(ticks - 1, 0xff_ffff)) : 0
  }
}
