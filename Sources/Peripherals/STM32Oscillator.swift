import Simulation
import Units

/// A clock source of an STM32: off, starting, ready.
final class STM32Oscillator {
  private let name: String
  private let fabric: Fabric
  private let startUp: Interval
  /// Nil: the board has none.
  var frequency: Hertz?
  private(set) var isOn = false
  private(set) var isReady = false
  private var started: Event?
  /// Told when it becomes ready or stops.
  var changed: () -> Void = {}

  /// `startUp` counts unless the chip's or the board's description knows better.
  init(_ name: String, _ fabric: Fabric, startUp: Interval) {
    self.name = name
    self.fabric = fabric
    let described = fabric.oscillators[name]
    frequency = described?.frequency
    self.startUp = described?.startUp ?? startUp
    started = fabric.scheduler.event("\(name) ready") { [unowned self] in
      isReady = true
      changed()
    }
  }

  func set(_ isOn: Bool) {
    guard isOn != self.isOn else { return }
    self.isOn = isOn
    if !isOn {
      started?.cancel()
      isReady = false
      return changed()
    }
    guard frequency != nil else {
      fabric.findings.note(
        "no-oscillator", name, "switched on, but the board has none: it never becomes ready")
      return
    }
    started?.schedule(after: startUp)
  }

  /// Ready at once, as after a reset that leaves it running.
  func force(_ isOn: Bool) {
    started?.cancel()
    self.isOn = isOn
    isReady = isOn && frequency != nil
  }
}

/// A phase-locked loop: its input divided and multiplied, ready some time after its input is.
final class STM32PLL {
  /// Its input once divided, and its outputs by name; nil where it has no input.
  typealias Decode = (STM32RCC) -> [(name: String, frequency: Hertz)]?

  let on: UInt32
  let decode: Decode
  private(set) var isReady = false
  private(set) var isOn = false
  private var locked: Event?
  private let lockTime: Interval
  var changed: () -> Void = {}

  init(_ fabric: Fabric, on: UInt32, lockTime: Interval, decode: @escaping Decode) {
    self.on = on
    self.decode = decode
    self.lockTime = lockTime
    locked = fabric.scheduler.event("PLL lock") { [unowned self] in
      isReady = true
      changed()
    }
  }

  func set(_ isOn: Bool) {
    guard isOn != self.isOn else { return }
    self.isOn = isOn
    if isOn {
      locked?.schedule(after: lockTime)
    } else {
      locked?.cancel()
      isReady = false
      changed()
    }
  }
}
