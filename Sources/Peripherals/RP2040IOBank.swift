import Simulation

/// IO_BANK0 of an RP2040: which function each pin has, its overrides, and the pins' interrupts.
///
/// Reference: RP2040 datasheet 2.19.
/// Not modelled: DORMANT_WAKE, interrupts of the second core (they hold).
final class RP2040IOBank: Peripheral {
  /// Interrupts by words of eight pins with four bits: level low, level high, falling, rising.
  private enum Register {
    static let raw: UInt32 = 0xf0
    static let enable: UInt32 = 0x100
    static let force: UInt32 = 0x110
    static let status: UInt32 = 0x120
    static let others: Range<UInt32> = 0x130..<0x190
  }

  private let pins: RP2040Pins
  private let line: InterruptLine?
  private var levels: UInt32 = 0
  private var edges: [UInt32] = [0, 0, 0, 0]
  private var enabled: [UInt32] = [0, 0, 0, 0]
  private var forced: [UInt32] = [0, 0, 0, 0]
  private var others: [UInt32: UInt32] = [:]

  init(_ context: PeripheralContext) {
    pins = context.fabric.service(RP2040Pins.init)
    line = context.interrupts.first
    levels = pins.inputs
    pins.observe { [unowned self] in changed($0) }
  }

  func read(_ offset: UInt32) -> UInt32? {
    if offset < Register.raw {
      let pin = Int(offset / 8)
      return offset & 4 == 4 ? pins.controls[pin] : status(pin)
    }
    let word = Int(offset >> 2 & 3)
    switch offset & ~0xf {
    case Register.raw: return raw(word)
    case Register.enable: return enabled[word]
    case Register.force: return forced[word]
    case Register.status: return raw(word) & enabled[word] | forced[word]
    default: return Register.others.contains(offset) ? others[offset] ?? 0 : nil
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    if offset < Register.raw {
      if offset & 4 == 4 {
        pins.setControl(Int(offset / 8), value)
        changed(Int(offset / 8))
      }
      return true
    }
    let word = Int(offset >> 2 & 3)
    switch offset & ~0xf {
    case Register.raw: edges[word] &= ~value
    case Register.enable: enabled[word] = value
    case Register.force: forced[word] = value
    case Register.status: break
    default:
      guard Register.others.contains(offset) else { return false }
      others[offset] = value
    }
    drive()
    return true
  }

  private func status(_ pin: Int) -> UInt32 {
    let output = pins.output(pin)
    var value: UInt32 = 0
    if output.level { value |= 1 << 9 }
    if output.isEnabled { value |= 1 << 13 }
    if pins.rawInput(pin) { value |= 1 << 17 }
    if pins.input(pin) { value |= 1 << 19 | 1 << 24 }
    return value
  }

  private func raw(_ word: Int) -> UInt32 {
    var value = edges[word]
    for index in 0..<8 where word * 8 + index < RP2040Pins.count {
      let isHigh = pins.input(word * 8 + index)
      value |= (isHigh ? 2 : 1) << UInt32(4 * index)
    }
    return value
  }

  private func changed(_ pin: Int) {
    let bit = UInt32(1) << UInt32(pin)
    let isHigh = pins.input(pin)
    if isHigh != (levels & bit != 0) {
      levels ^= bit
      edges[pin / 8] |= (isHigh ? 8 : 4) << UInt32(4 * (pin % 8))
    }
    drive()
  }

  private func drive() {
    line?.set((0..<4).contains { raw($0) & enabled[$0] | forced[$0] != 0 })
  }

  func reset() {
    pins.reset()
    levels = pins.inputs
    (edges, enabled, forced) = ([0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0])
    others = [:]
    drive()
  }
}

/// PADS_BANK0 of an RP2040: pulls and input buffers of its pins.
///
/// Reference: RP2040 datasheet 2.19.6.3.
/// Not modelled: what `RP2040Pins` does not.
final class RP2040Pads: Peripheral {
  private let pins: RP2040Pins
  private var held = RP2040HeldRegisters([0x00: 0, 0x7c: 0xda, 0x80: 0x5a])

  init(_ context: PeripheralContext) { pins = context.fabric.service(RP2040Pins.init) }

  private func pin(_ offset: UInt32) -> Int? {
    (0x04..<0x7c).contains(offset) ? Int(offset / 4) - 1 : nil
  }

  func read(_ offset: UInt32) -> UInt32? { pin(offset).map { pins.pads[$0] } ?? held[offset] }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard let pin = pin(offset) else { return held.write(offset, value) }
    pins.setPad(pin, value)
    return true
  }

  func reset() {
    pins.resetPads()
    held.reset()
  }
}
