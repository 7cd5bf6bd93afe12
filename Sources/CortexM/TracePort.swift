import Simulation
import Units

/// The Trace Port Interface Unit, as far as it sets the rate of the serial wire output.
///
/// Reference: Arm DDI 0403E.e, C1.10. Reset values are from memory.
/// Not modelled: the parallel port, the formatter's overhead, a trace clock other than the core's. In
/// Manchester coding a byte is taken to need eight bit times, in NRZ ten.
final class TracePort {
  private enum Register: UInt32 {
    case supportedSizes = 0xe004_0000
    case currentSize = 0xe004_0004
    case prescaler = 0xe004_0010
    case protocolSelection = 0xe004_00f0
    case formatterStatus = 0xe004_0300
    case formatterControl = 0xe004_0304
    case lockAccess = 0xe004_0fb0
    case lockStatus = 0xe004_0fb4
    case type = 0xe004_0fc8
  }

  private static let manchester: UInt32 = 1
  private static let nrz: UInt32 = 2

  private let clock: ClockSignal
  private var currentSize: UInt32 = 1
  private var prescaler: UInt32 = 0
  private var protocolSelection = manchester
  private var formatterControl: UInt32 = 0x102
  /// Firmware set the rate; else a debugger has.
  private var isProgrammed = false

  init(clock: ClockSignal) { self.clock = clock }

  func reset() {
    currentSize = 1
    prescaler = 0
    protocolSelection = Self.manchester
    formatterControl = 0x102
    isProgrammed = false
  }

  static func contains(_ address: UInt32) -> Bool { Register(rawValue: address) != nil }

  /// How long a byte takes on the wire; nil where nobody waits for it.
  var byteTime: Interval? {
    let bits: UInt64
    switch protocolSelection {
    case Self.manchester: bits = 8
    case Self.nrz: bits = 10
    default: return nil
    }
    return isProgrammed ? clock.duration(ofTicks: (UInt64(prescaler) + 1) * bits) : nil
  }

  func read(_ address: UInt32) -> UInt32? {
    switch Register(rawValue: address) {
    case .supportedSizes: 1
    case .currentSize: currentSize
    case .prescaler: prescaler
    case .protocolSelection: protocolSelection
    case .formatterStatus: 8
    case .formatterControl: formatterControl
    case .lockAccess, .lockStatus: 0
    case .type: 0xca1
    case nil: nil
    }
  }

  func write(_ address: UInt32, _ value: UInt32) {
    switch Register(rawValue: address) {
    case .currentSize: currentSize = value
    case .prescaler:
      prescaler = value & 0x1fff
      isProgrammed = true
    case .protocolSelection: protocolSelection = value & 3
    case .formatterControl: formatterControl = value & 0x142 | 0x100
    case .supportedSizes, .formatterStatus, .lockAccess, .lockStatus, .type, nil: break
    }
  }
}
