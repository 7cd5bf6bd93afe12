import Simulation
import Units

/// One port of general-purpose pins: it drives and senses the board's nets `P0.00` to `P1.15`.
///
/// Parameters: `port` (0 or 1), `pins` (how many it has), `latch` (1; 0: neither LATCH nor DETECTMODE, as
/// in the nRF51). DETECT goes to GPIOTE's PORT event: a pin
/// whose SENSE level is met sets LATCH; DETECTMODE chooses between the pins and LATCH.
///
/// Reference: nRF52840 Product Specification v1.7, 6.9 GPIO.
/// Not modelled: drive strength (only which level an open-drain setting leaves undriven).
final class NordicGPIO: SurvivesSystemOff {
  private enum Register: UInt32 {
    case out = 0x504
    case outSet = 0x508
    case outClear = 0x50c
    case input = 0x510
    case direction = 0x514
    case directionSet = 0x518
    case directionClear = 0x51c
    case latch = 0x520
    case detectMode = 0x524
  }

  private static let pinConfigurations: UInt32 = 0x700

  private let name: String
  private let hasLatch: Bool
  private let pins: NordicPins
  private let off: NordicSystemOff
  private let nets: [Pin]
  private var out: UInt32 = 0
  private var latch: UInt32 = 0
  private var detectMode: UInt32 = 0
  private var configurations: [UInt32]
  /// The level that GPIOTE puts on a pin in its task mode.
  private var overrides: [Bool?]
  private var pulls: [UInt32]
  /// Pins whose SENSE level is met.
  private var sensed: UInt32 = 0
  private var isDetecting = false

  init(_ context: PeripheralContext) {
    let port = context.parameters["port"] ?? 0
    let count = min(max(context.parameters["pins"] ?? 32, 1), 32)
    name = context.name
    hasLatch = context.parameters["latch"] != 0
    pins = context.fabric.service { _ in NordicPins() }
    off = context.fabric.service(NordicSystemOff.init)
    nets = (0..<count).map { context.fabric.pins[NordicPins.name(port: port, pin: $0)] }
    configurations = Array(repeating: 2, count: count)
    overrides = Array(repeating: nil, count: count)
    pulls = Array(repeating: 0, count: count)
    pins.ports[port] = self
    off.addSource { [unowned self] in
      let isArmed = configurations.contains { $0 & 2 == 0 && $0 >> 16 & 3 >= 2 }
      return (isArmed, isDetecting, NordicResetCause.pinsWoke)
    }
    for (pin, net) in nets.enumerated() {
      net.observe { [unowned self] _ in updateSense(pin) }
    }
  }

  func read(_ offset: UInt32) -> UInt32? {
    if let pin = configurationIndex(offset) { return configurations[pin] }
    guard let register = Register(rawValue: offset) else { return nil }
    switch register {
    case .out, .outSet, .outClear: return out
    case .input: return inputs
    case .direction, .directionSet, .directionClear: return directions
    case .latch: return hasLatch ? latch : nil
    case .detectMode: return hasLatch ? detectMode : nil
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    if let pin = configurationIndex(offset) {
      configurations[pin] = value & 0x3_070f
      apply(pin)
      return true
    }
    guard let register = Register(rawValue: offset) else { return false }
    switch register {
    case .out: setOutputs(value)
    case .outSet: setOutputs(out | value)
    case .outClear: setOutputs(out & ~value)
    case .input: break
    case .direction: setDirections(value)
    case .directionSet: setDirections(directions | value)
    case .directionClear: setDirections(directions & ~value)
    case .latch where !hasLatch, .detectMode where !hasLatch: return false
    case .latch:
      latch = latch & ~value | sensed
      // LDETECT drops for a moment whenever LATCH is written and rises again while a bit is set.
      if detectMode == 1 { isDetecting = false }
      updateDetect()
    case .detectMode:
      detectMode = value & 1
      updateDetect()
    }
    return true
  }

  func reset() {
    out = 0
    latch = 0
    detectMode = 0
    for pin in nets.indices {
      configurations[pin] = 2
      overrides[pin] = nil
      apply(pin)
    }
    isDetecting = false
  }

  /// GPIOTE takes the pin in task mode and gives it that level, or returns it with nil.
  func override(_ pin: Int, _ level: Bool?) {
    guard nets.indices.contains(pin) else { return }
    overrides[pin] = level
    apply(pin)
  }

  func net(_ pin: Int) -> Pin? { nets.indices.contains(pin) ? nets[pin] : nil }

  private func configurationIndex(_ offset: UInt32) -> Int? {
    guard offset >= Self.pinConfigurations, offset & 3 == 0 else { return nil }
    let pin = Int(offset - Self.pinConfigurations) / 4
    return nets.indices.contains(pin) ? pin : nil
  }

  private var directions: UInt32 {
    configurations.indices.reduce(0) { $0 | (configurations[$1] & 1) << UInt32($1) }
  }

  /// IN: pins whose input buffer is disconnected read 0.
  private var inputs: UInt32 {
    nets.indices.reduce(0) { value, pin in
      configurations[pin] & 2 == 0 && nets[pin].level ? value | 1 << UInt32(pin) : value
    }
  }

  private func setOutputs(_ value: UInt32) {
    let changed = out ^ value
    out = value
    for pin in nets.indices where changed >> UInt32(pin) & 1 == 1 { apply(pin) }
  }

  private func setDirections(_ value: UInt32) {
    for pin in nets.indices where configurations[pin] & 1 != value >> UInt32(pin) & 1 {
      configurations[pin] ^= 1
      apply(pin)
    }
  }

  /// Puts on the net what OUT, DIR, PULL and DRIVE say.
  private func apply(_ pin: Int) {
    let configuration = configurations[pin]
    let pull = configuration >> 2 & 3
    if pull != pulls[pin] {
      pulls[pin] = pull
      nets[pin].setPull(pull == 3 ? true : pull == 1 ? false : nil)
    }
    let level = overrides[pin] ?? (out >> UInt32(pin) & 1 == 1)
    let drive = configuration >> 8 & 7
    let leavesLevel = level ? drive >= 6 : drive == 4 || drive == 5
    let isOutput = configuration & 1 == 1 || overrides[pin] != nil
    nets[pin].drive(name, isOutput && !leavesLevel ? level : nil)
    updateSense(pin)
  }

  private func updateSense(_ pin: Int) {
    let bit: UInt32 = 1 << UInt32(pin)
    let configuration = configurations[pin]
    let sense = configuration >> 16 & 3
    let isMet = configuration & 2 == 0 && sense >= 2 && nets[pin].level == (sense == 2)
    if isMet && sensed & bit == 0 { latch |= bit }
    sensed = isMet ? sensed | bit : sensed & ~bit
    updateDetect()
  }

  private func updateDetect() {
    let detects = (detectMode == 1 ? latch : sensed) != 0
    let rises = detects && !isDetecting
    isDetecting = detects
    guard rises else { return }
    pins.onDetect()
    off.sourceMet(NordicResetCause.pinsWoke)
  }
}

/// The ports of a Nordic chip for GPIOTE, which works on single pins of them.
final class NordicPins {
  var ports: [Int: NordicGPIO] = [:]
  /// Told when the DETECT signal of a port rises.
  var onDetect: () -> Void = {}

  /// The chip's name of a pin: `P0.14`, `P1.00`.
  static func name(port: Int, pin: Int) -> String { "P\(port).\(pin < 10 ? "0" : "")\(pin)" }

  /// Gives the pin that a PSEL register selects to a peripheral's output, or back with nil.
  func override(_ selection: UInt32, _ level: Bool?) {
    guard selection >> 31 == 0 else { return }
    ports[Int(selection >> 5 & 1)]?.override(Int(selection & 0x1f), level)
  }

  /// The pin that a PSEL register selects.
  static func name(_ selection: UInt32) -> String {
    name(port: Int(selection >> 5 & 1), pin: Int(selection & 0x1f))
  }
}
