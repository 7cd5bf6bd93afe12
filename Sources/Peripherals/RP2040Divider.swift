import Simulation
import Units

/// The integer divider in an RP2040's SIO: eight cycles from the operand to quotient and remainder.
///
/// Reference: RP2040 datasheet 2.3.1.5.
/// Not modelled: what quotient and remainder hold while a division is under way: they are read as the
/// result, which is a finding.
struct RP2040Divider {
  private static let cycles: UInt64 = 8

  private let fabric: Fabric
  private let name: String
  private var dividend: UInt32 = 0
  private var divisor: UInt32 = 0
  private var quotient: UInt32 = 0
  private var remainder: UInt32 = 0
  private var isDirty = false
  private var ready: UInt64 = 0

  init(_ context: PeripheralContext) {
    fabric = context.fabric
    name = context.name
  }

  private var isReady: Bool { fabric.coreClock.ticks(at: fabric.scheduler.now) >= ready }

  mutating func read(_ offset: UInt32) -> UInt32? {
    switch offset {
    case 0x60, 0x68: return dividend
    case 0x64, 0x6c: return divisor
    case 0x70:
      check()
      isDirty = false
      return quotient
    case 0x74:
      check()
      return remainder
    case 0x78: return (isReady ? 1 : 0) | (isDirty ? 2 : 0)
    default: return nil
    }
  }

  mutating func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    switch offset {
    case 0x60, 0x68: dividend = value
    case 0x64, 0x6c: divisor = value
    case 0x70: quotient = value
    case 0x74: remainder = value
    default: return offset == 0x78
    }
    isDirty = true
    if offset < 0x70 { divide(isSigned: offset >= 0x68) }
    return true
  }

  /// Division by zero gives all ones, or one with the dividend's opposite sign.
  private mutating func divide(isSigned: Bool) {
    ready = fabric.coreClock.ticks(at: fabric.scheduler.now) + Self.cycles
    guard isSigned else {
      quotient = divisor == 0 ? .max : dividend / divisor
      remainder = divisor == 0 ? dividend : dividend % divisor
      return
    }
    let (a, b) = (Int32(bitPattern: dividend), Int32(bitPattern: divisor))
    if b == 0 {
      quotient = a < 0 ? 1 : .max
      remainder = dividend
    } else {
      quotient = UInt32(bitPattern: a.dividedReportingOverflow(by: b).partialValue)
      remainder = b == -1 ? 0 : UInt32(bitPattern: a % b)
    }
  }

  private func check() {
    guard !isReady else { return }
    fabric.findings.note(
      "read-early", "\(name).DIV_QUOTIENT", "read within eight cycles of its operands")
  }

  mutating func reset() {
    (dividend, divisor, quotient, remainder) = (0, 0, 0, 0)
    (isDirty, ready) = (false, 0)
  }
}
