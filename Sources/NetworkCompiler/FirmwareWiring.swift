/// How the sensors hang on the chip. A pin is counted as port times 32 plus number: P1.00 is 32.
public struct FirmwareWiring: Hashable, Sendable {
  /// What starts a read of the IMU.
  public enum Pacing: Hashable, Sendable {
    /// No interrupt is wired: a timer, of a period shorter than the sensor's.
    case timer(microseconds: Int)
    /// The sensor's INT1 output.
    case dataReady(pin: Int)
  }

  /// A PDM microphone.
  public struct Microphone: Hashable, Sendable {
    public var clock: Int
    public var data: Int
    /// The pin that powers it, if there is one.
    public var power: Int?

    public init(clock: Int, data: Int, power: Int? = nil) {
      self.clock = clock
      self.data = data
      self.power = power
    }
  }

  /// The LSM9DS1's accelerometer and gyroscope: 0x6A or 0x6B.
  public var address: Int
  public var sda: Int
  public var scl: Int
  /// The pin that feeds the bus's pull-ups; without one the chip's own are used.
  public var pullUp: Int?
  /// The pin that powers the sensors.
  public var power: Int?
  public var pacing: Pacing
  public var microphone: Microphone?
  /// Lit while a class other than the first is recognised.
  public var led: Int?
  public var ledIsActiveLow: Bool

  public init(
    address: Int, sda: Int, scl: Int, pullUp: Int? = nil, power: Int? = nil, pacing: Pacing,
    microphone: Microphone? = nil, led: Int? = nil, ledIsActiveLow: Bool = false
  ) {
    self.address = address
    self.sda = sda
    self.scl = scl
    self.pullUp = pullUp
    self.power = power
    self.pacing = pacing
    self.microphone = microphone
    self.led = led
    self.ledIsActiveLow = ledIsActiveLow
  }

  /// The nRF52840 has 32 pins on P0 and 16 on P1.
  private static let pins = 0..<48

  private var used: [(name: String, pin: Int)] {
    var used = [("sda", sda), ("scl", scl)]
    if let pullUp { used.append(("pull-up", pullUp)) }
    if let power { used.append(("power", power)) }
    if case .dataReady(let pin) = pacing { used.append(("data-ready", pin)) }
    if let microphone {
      used += [("microphone clock", microphone.clock), ("microphone data", microphone.data)]
      if let power = microphone.power { used.append(("microphone power", power)) }
    }
    if let led { used.append(("led", led)) }
    return used
  }

  func check() throws(FirmwareError) {
    if address != 0x6A && address != 0x6B {
      throw FirmwareError(
        .invalid, "an LSM9DS1 answers at 0x6a or 0x6b, not at 0x\(String(address, radix: 16))")
    }
    if case .timer(let microseconds) = pacing, !(100...1_000_000).contains(microseconds) {
      throw FirmwareError(
        .invalid, "the timer's period must be 100 us to 1 s, not \(microseconds) us")
    }
    for (index, (name, pin)) in used.enumerated() {
      if !Self.pins.contains(pin) {
        throw FirmwareError(
          .invalid, "\(name) is pin \(pin); the nRF52840 has P0.00 to P1.15, 0 to 47")
      }
      if let other = used[..<index].first(where: { $0.pin == pin }) {
        throw FirmwareError(.invalid, "\(name) and \(other.name) are both on pin \(pin)")
      }
    }
  }
}
