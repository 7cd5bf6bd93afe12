import Simulation

/// The thirty pins of an RP2040's bank 0, between the functions that drive them and the board's nets
/// `GPIO0` to `GPIO29`.
///
/// Only SIO's and PWM's outputs show at the nets; other functions are wired by the names of their
/// controllers.
///
/// Reference: RP2040 datasheet 2.19.
/// Not modelled: drive strength, slew rate, the Schmitt trigger, the synchronizers' two cycles.
final class RP2040Pins {
  static let count = 30
  static let mask: UInt32 = 1 << 30 - 1

  enum Function {
    static let pulseWidth: UInt32 = 4
    static let software: UInt32 = 5
  }

  private let nets: [Pin]
  /// By pin, as IO_BANK0 and PADS_BANK0 hold them.
  private(set) var controls = [UInt32](repeating: 0x1f, count: count)
  private(set) var pads = [UInt32](repeating: 0x56, count: count)
  private(set) var softwareOutput: UInt32 = 0
  private(set) var softwareEnable: UInt32 = 0
  private var pulseWidthOutput: UInt32 = 0
  private var observers: [(_ pin: Int) -> Void] = []

  init(_ fabric: Fabric) {
    nets = (0..<Self.count).map { fabric.pins["GPIO\($0)"] }
    for pin in nets.indices {
      nets[pin].observe { [unowned self] _ in for observer in observers { observer(pin) } }
      apply(pin)
    }
  }

  /// Calls `observer` at each change of a pin's level.
  func observe(_ observer: @escaping (_ pin: Int) -> Void) { observers.append(observer) }

  func setControl(_ pin: Int, _ value: UInt32) {
    controls[pin] = value & 0x3003_331f
    apply(pin)
  }

  func setPad(_ pin: Int, _ value: UInt32) {
    pads[pin] = value & 0xff
    apply(pin)
  }

  func setSoftware(output: UInt32, enable: UInt32) {
    let changed = (output ^ softwareOutput) | (enable ^ softwareEnable)
    (softwareOutput, softwareEnable) = (output & Self.mask, enable & Self.mask)
    for pin in nets.indices where changed >> UInt32(pin) & 1 == 1 { apply(pin) }
  }

  func setPulseWidth(_ pin: Int, _ level: Bool) {
    let bit = UInt32(1) << UInt32(pin)
    pulseWidthOutput = level ? pulseWidthOutput | bit : pulseWidthOutput & ~bit
    apply(pin)
  }

  func reset() {
    controls = [UInt32](repeating: 0x1f, count: Self.count)
    for pin in nets.indices { apply(pin) }
  }

  func resetPads() {
    pads = [UInt32](repeating: 0x56, count: Self.count)
    for pin in nets.indices { apply(pin) }
  }

  /// What the pad's input buffer lets through, before INOVER.
  func rawInput(_ pin: Int) -> Bool { pads[pin] >> 6 & 1 == 1 && nets[pin].level }

  /// What functions and SIO see.
  func input(_ pin: Int) -> Bool { Self.override(controls[pin] >> 16, rawInput(pin)) }

  var inputs: UInt32 {
    nets.indices.reduce(0) { input($1) ? $0 | 1 << UInt32($1) : $0 }
  }

  /// What drives a pin: level and enable after the overrides; nil level: nothing that is modelled.
  func output(_ pin: Int) -> (level: Bool, isEnabled: Bool) {
    let bit = UInt32(pin)
    let control = controls[pin]
    var (level, isEnabled) = (false, false)
    switch control & 0x1f {
    case Function.software:
      (level, isEnabled) = (softwareOutput >> bit & 1 == 1, softwareEnable >> bit & 1 == 1)
    case Function.pulseWidth: (level, isEnabled) = (pulseWidthOutput >> bit & 1 == 1, true)
    default: break
    }
    return (Self.override(control >> 8, level), Self.override(control >> 12, isEnabled))
  }

  /// As it is, inverted, low, high.
  private static func override(_ field: UInt32, _ level: Bool) -> Bool {
    switch field & 3 {
    case 0: level
    case 1: !level
    case 2: false
    default: true
    }
  }

  private func apply(_ pin: Int) {
    let pad = pads[pin]
    // Both pulls at once keep the level; up is taken.
    nets[pin].setPull(pad >> 3 & 1 == 1 ? true : pad >> 2 & 1 == 1 ? false : nil)
    let (level, isEnabled) = output(pin)
    nets[pin].drive("RP2040", isEnabled && pad >> 7 & 1 == 0 ? level : nil)
  }
}
