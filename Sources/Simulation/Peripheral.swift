public import Units

/// How wide an access to a register is.
public enum AccessWidth: UInt32, Sendable {
  case byte = 1
  case halfword = 2
  case word = 4
}

/// A device on the chip, seen through its registers.
///
/// Offsets are relative to the instance's base address. A peripheral knows nothing of the core or
/// the engine: it is handed a `PeripheralContext` and acts on what that offers.
public protocol Peripheral: AnyObject {
  /// The value of the register at a word-aligned offset, with the side effects of reading it; nil
  /// when the register is not modelled (the run then gives its reset value and notes a finding).
  func read(_ offset: UInt32) -> UInt32?

  /// Writes the register at a word-aligned offset; false when it is not modelled.
  func write(_ offset: UInt32, _ value: UInt32) -> Bool

  /// As `read`, for a byte or halfword at any offset; nil when not modelled.
  func readNarrow(_ offset: UInt32, _ width: AccessWidth) -> UInt32?

  /// As `write`, for a byte or halfword at any offset; false when not modelled.
  func writeNarrow(_ offset: UInt32, _ value: UInt32, _ width: AccessWidth) -> Bool

  /// Whether reading the register at that offset does something: a debugger does not read it then.
  func readingActs(at offset: UInt32) -> Bool

  /// Puts every register to its reset value and cancels what was under way.
  func reset()
}

/// A device that goes on, or keeps its registers, while the chip is switched off.
public protocol SurvivesSystemOff: Peripheral {}

extension Peripheral {
  public func readingActs(at offset: UInt32) -> Bool { false }

  public func readNarrow(_ offset: UInt32, _ width: AccessWidth) -> UInt32? {
    guard let word = read(offset & ~3) else { return nil }
    let mask: UInt32 = width == .byte ? 0xff : width == .halfword ? 0xffff : .max
    return (word >> ((offset & 3) * 8)) & mask
  }

  public func writeNarrow(_ offset: UInt32, _ value: UInt32, _ width: AccessWidth) -> Bool {
    offset & 3 == 0 && write(offset, value)
  }
}

/// What one instance of a peripheral is made from.
public struct PeripheralContext {
  /// The data sheet's name of the instance: `TIMER0`.
  public let name: String
  public let base: Address
  /// Its interrupt lines in the order of the chip's description.
  public let interrupts: [InterruptLine]
  /// What the chip's description says of this instance: `channels: 4`.
  public let parameters: [String: Int]
  /// The clock that it runs on: the core's unless the chip's description names one.
  public let clock: ClockSignal
  public let fabric: Fabric

  public init(
    name: String, base: Address, interrupts: [InterruptLine] = [],
    parameters: [String: Int] = [:], clock: ClockSignal? = nil, fabric: Fabric
  ) {
    self.name = name
    self.base = base
    self.interrupts = interrupts
    self.parameters = parameters
    self.clock = clock ?? fabric.coreClock
    self.fabric = fabric
  }
}

/// The wire from a peripheral to the interrupt controller.
public final class InterruptLine {
  public let number: Int
  public private(set) var level = false
  /// Told of each change of level; the interrupt controller hooks in here.
  public var observer: ((Bool) -> Void)?

  public init(number: Int) { self.number = number }

  public func set(_ level: Bool) {
    guard level != self.level else { return }
    self.level = level
    observer?(level)
  }
}
