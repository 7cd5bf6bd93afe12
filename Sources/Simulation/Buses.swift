public import Units

public enum I2CDirection: Sendable {
  /// Controller to target.
  case write
  /// Target to controller.
  case read
}

/// A device on an I2C bus, addressed byte by byte. The controller calls each method at the instant
/// at which the ninth bit of that byte has passed.
public protocol I2CTarget: AnyObject {
  /// START, or repeated START, with this target's address; false: not acknowledged.
  func start(_ direction: I2CDirection) -> Bool
  /// A byte from the controller; false: not acknowledged.
  func receive(_ byte: UInt8) -> Bool
  /// A byte to the controller.
  func transmit() -> UInt8
  /// STOP.
  func stop()
  /// How long it holds the clock low before the next byte.
  var stretch: Interval { get }
}

extension I2CTarget {
  public var stretch: Interval { .zero }
}

/// Two wires and the targets on them by their 7-bit address.
public final class I2CBus {
  private var targets: [UInt8: any I2CTarget] = [:]
  /// Told of each byte that a target's register takes, with the target's address and the byte that
  /// named the register.
  public var onRegisterWrite: ((_ address: UInt8, _ register: UInt8, _ value: UInt8) -> Void)?

  public init() {}

  public func attach(_ target: any I2CTarget, address: UInt8) {
    targets[address] = WatchedTarget(target, address: address, bus: self)
  }

  public func target(at address: UInt8) -> (any I2CTarget)? { targets[address] }
}

/// A target whose bytes the bus tells of.
private final class WatchedTarget: I2CTarget {
  private let target: any I2CTarget
  private let address: UInt8
  private unowned let bus: I2CBus
  /// The first byte of the transfer under way; nil: it has not come.
  private var register: UInt8?
  private var offset: UInt8 = 0

  init(_ target: any I2CTarget, address: UInt8, bus: I2CBus) {
    (self.target, self.address, self.bus) = (target, address, bus)
  }

  func start(_ direction: I2CDirection) -> Bool {
    register = nil
    offset = 0
    return target.start(direction)
  }

  func receive(_ byte: UInt8) -> Bool {
    if let register {
      bus.onRegisterWrite?(address, register &+ offset, byte)
      offset &+= 1
    } else {
      register = byte
    }
    return target.receive(byte)
  }

  func transmit() -> UInt8 { target.transmit() }
  func stop() { target.stop() }
  var stretch: Interval { target.stretch }
}

/// A microphone with a pulse-density output, as the decimating interface behind it sees it.
public protocol PDMSource: AnyObject {
  /// The decimated sample that ends at `instant`, at 0 dB of the interface's gain; nil once the
  /// stream has ended. `rate` is the decimated sample rate.
  func sample(at instant: Instant, rate: Hertz) -> Int16?
  /// The `count` bits that end at `instant`, the earliest uppermost, for an interface that hands
  /// them on to firmware as they are; nil once the stream has ended.
  func bits(_ count: Int, endingAt instant: Instant) -> UInt32?
  /// The interface's clock on the microphone's wire starts or stops.
  func clock(running: Bool)
  /// A buffer with `count` of its samples stands in fresh RAM. For every buffer that ends, either
  /// this is called or `overwritten`.
  func delivered(count: Int)
  /// A buffer with `count` of its samples went over the buffer before it, because no fresh pointer
  /// had been given: as many samples are lost.
  func overwritten(count: Int)
}

extension PDMSource {
  public func bits(_ count: Int, endingAt instant: Instant) -> UInt32? { 0 }
  public func clock(running: Bool) {}
  public func delivered(count: Int) {}
  public func overwritten(count: Int) {}
}

/// The data and clock pins of a PDM interface and the microphone on each clock edge.
public final class PDMInput {
  public var left: (any PDMSource)?
  public var right: (any PDMSource)?

  public init() {}
}
