import Simulation

/// SIO of an RP2040 as its first core sees it: pins, spinlocks, divider and interpolators.
///
/// Reference: RP2040 datasheet 2.3.1.
/// Not modelled: the second core, which is held in reset (what is sent to it is a finding), the pins of
/// the flash, one-cycle access: loads and stores take what those of memory do.
final class RP2040SIO: Peripheral {
  private enum Register: UInt32 {
    case processor = 0x00
    case input = 0x04
    case flashInput = 0x08
    case fifoStatus = 0x50
    case fifoWrite = 0x54
    case fifoRead = 0x58
    case locks = 0x5c
  }

  private let fabric: Fabric
  private let pins: RP2040Pins
  private var divider: RP2040Divider
  private var interpolators = [
    RP2040Interpolator(.blending), RP2040Interpolator(.clamping),
  ]
  private var taken: UInt32 = 0
  private var flashPins: [UInt32: UInt32] = [:]
  /// Words for the second core, which reads none, and whether one came too many.
  private var sent = 0
  private var hasOverflowed = false
  private var hasReadEmpty = false

  init(_ context: PeripheralContext) {
    fabric = context.fabric
    pins = fabric.service(RP2040Pins.init)
    divider = RP2040Divider(context)
  }

  func read(_ offset: UInt32) -> UInt32? {
    switch offset {
    case 0x10..<0x30: return offset & 0xc == 0 ? pinRegister(offset) : 0
    case 0x30..<0x50: return flashPins[offset & ~0xc] ?? 0
    case 0x60..<0x7c: return divider.read(offset)
    case 0x80..<0x100: return interpolators[Int(offset >> 6 & 1)].read(offset & 0x3f)
    case 0x100..<0x180: return claim(UInt32(1) << (offset >> 2 & 31))
    default: break
    }
    switch Register(rawValue: offset) {
    case .processor: return 0
    case .input: return pins.inputs
    case .flashInput: return 0x2
    case .fifoStatus:
      return (sent < 8 ? 2 : 0) | (hasOverflowed ? 4 : 0) | (hasReadEmpty ? 8 : 0)
    case .fifoWrite: return 0
    case .fifoRead:
      hasReadEmpty = true
      return 0
    case .locks: return taken
    case nil: return nil
    }
  }

  func readingActs(at offset: UInt32) -> Bool {
    switch offset {
    case 0x58, 0x70, 0x94...0x9c, 0xd4...0xdc, 0x100..<0x180: true
    default: false
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    switch offset {
    case 0x10..<0x30: writePins(offset, value)
    case 0x30..<0x50:
      flashPins[offset & ~0xc] = combine(flashPins[offset & ~0xc] ?? 0, offset, value)
    case 0x60..<0x7c: return divider.write(offset, value)
    case 0x80..<0x100: return interpolators[Int(offset >> 6 & 1)].write(offset & 0x3f, value)
    case 0x100..<0x180: taken &= ~(1 << (offset >> 2 & 31))
    case 0x54: send()
    case 0x50: (hasOverflowed, hasReadEmpty) = (false, false)
    default: return Register(rawValue: offset) != nil
    }
    return true
  }

  /// A narrow write fills the word.
  func writeNarrow(_ offset: UInt32, _ value: UInt32, _ width: AccessWidth) -> Bool {
    let word = width == .byte ? (value & 0xff) &* 0x0101_0101 : (value & 0xffff) &* 0x0001_0001
    return write(offset & ~3, word)
  }

  private func pinRegister(_ offset: UInt32) -> UInt32 {
    offset < 0x20 ? pins.softwareOutput : pins.softwareEnable
  }

  /// Each register has itself, then the views that set, clear and exclusive-or its bits.
  private func combine(_ old: UInt32, _ offset: UInt32, _ value: UInt32) -> UInt32 {
    switch offset >> 2 & 3 {
    case 0: value
    case 1: old | value
    case 2: old & ~value
    default: old ^ value
    }
  }

  private func writePins(_ offset: UInt32, _ value: UInt32) {
    let new = combine(pinRegister(offset), offset, value)
    if offset < 0x20 {
      pins.setSoftware(output: new, enable: pins.softwareEnable)
    } else {
      pins.setSoftware(output: pins.softwareOutput, enable: new)
    }
  }

  /// Zero where it was taken.
  private func claim(_ lock: UInt32) -> UInt32 {
    defer { taken |= lock }
    return taken & lock == 0 ? lock : 0
  }

  private func send() {
    fabric.findings.note(
      "second-core", "SIO.FIFO_WR", "the second core is held in reset: it answers nothing")
    if sent < 8 { sent += 1 } else { hasOverflowed = true }
  }

  func reset() {
    pins.setSoftware(output: 0, enable: 0)
    divider.reset()
    interpolators = [RP2040Interpolator(.blending), RP2040Interpolator(.clamping)]
    taken = 0
    flashPins = [:]
    sent = 0
    (hasOverflowed, hasReadEmpty) = (false, false)
  }
}
