public import Simulation
import Units

/// ST LSM9DS1: an inertial module, on I2C; here its accelerometer and gyroscope die. The
/// magnetometer die answers where the board's addresses have a `magnetometer`.
///
/// Sampling: when a rate is set in CTRL_REG1_G (both dies) or CTRL_REG6_XL (accelerometer alone), a
/// clock of exactly that frequency starts; the first sample stands one period later. A change of
/// full scale does not disturb the clock. Writing CTRL_REG6_XL leaves a running gyroscope running,
/// as every driver expects that writes it after CTRL_REG1_G.
///
/// Output: `value / sensitivity`, rounded to nearest, ties to even, saturated at int16. The
/// sensitivity is the data sheet's (table 3) or, in 1e-12 g or degrees a second a count, the
/// parameters `accelerometer-sensitivity` and `gyroscope-sensitivity`. A disabled axis gives 0.
/// Without a stream the module lies still: 0, 0, 1 g; no rotation; 25 degrees.
///
/// Status: XLDA, GDA and TDA rise with new data and fall when the high byte of any axis of that die
/// is read (the data sheet does not say; ST's application notes on its siblings do).
///
/// Samples: what all enabled dies take at one tick of the clock is one sample. It is read at the
/// last byte of the last of its dies, each die being done with the high byte of its last enabled
/// axis, in any order; a die that the firmware left out twice running is not waited for. It is lost
/// when it is overwritten, or refused by a FIFO that stopped, before any byte of it was read.
///
/// Reference: LSM9DS1 data sheet (DocID025715 Rev 2), sections 2 to 7; register fields as in
/// STMicroelectronics/lsm9ds1-pid. Self-test moves all axes by 400 mg, and by 100 degrees a second
/// at +-245 or 300 at more: assumed.
/// Not modelled: SPI, filters and bandwidths, settling after a change of mode (tables 11 and 12:
/// samples to be discarded), interrupt generators and activity detection, Orient, temperature in
/// the FIFO, boot time (BOOT and SW_RESET take none). Where a register asks for one of them, that
/// is a finding.
public final class LSM9DS1: Sensor, I2CTarget {
  static let description = SensorDescription(
    part: "LSM9DS1", summary: "accelerometer, gyroscope and magnetometer",
    attachment: .i2c(addresses: [0x6b, 0x6a]), hasFIFO: true,
    quantities: [.acceleration, .angularRate, .temperature, .magneticField],
    rates: [
      Hertz(10), Hertz(149, per: 10), Hertz(50), Hertz(595, per: 10), Hertz(119), Hertz(238),
      Hertz(476), Hertz(952),
    ],
    pins: ["INT1_A/G", "INT2_A/G", "DRDY_M"],
    powerStates: LSM9DS1PowerState.allCases.map(\.rawValue),
    reference: "LSM9DS1 data sheet (ST, DocID025715 Rev 2)",
    notModelled: "SPI, filters, settling, interrupt generators, magnetometer's self-test")

  let context: SensorContext
  let consumer: PowerConsumer
  var sampling: Event!
  private(set) var isPowered = true
  private var magnetometer: LSM9DS1Magnetometer!
  var registers: [UInt8] = []
  /// The registers that the dies fill.
  var output = InertialOutput()

  /// Which dies run, and how fast.
  struct Mode: Equatable {
    let dies: Dies
    let rate: Hertz
  }

  var mode: Mode?
  var clock = ClockDomain(frequency: Hertz(1))
  var tick: UInt64 = 0
  var temperatureClock = ClockDomain(frequency: Hertz(1))
  var temperatureTick: UInt64 = 0
  private var address: UInt8 = 0
  private var isAddressNext = false

  init(_ context: SensorContext) {
    self.context = context
    isPowered = context.powerPin?.level ?? true
    consumer = context.fabric.power.consumer(
      context.name,
      initial: (isPowered ? LSM9DS1PowerState.powerDown : .off).rawValue)
    sampling = context.fabric.scheduler.event("\(context.name) sample", order: .world) {
      [unowned self] in sample()
    }
    context.attach(self, at: context.address ?? 0x6b)
    magnetometer = LSM9DS1Magnetometer(context) { [unowned self] in isPowered }
    if let address = context.addresses["magnetometer"] {
      context.attach(RegisterTarget(magnetometer), at: address)
    }
    context.powerPin?.observe { [unowned self] level in
      isPowered = level
      reset()
    }
    context.faults.onClockChange { [unowned self] in
      mode = nil
      retime()
    }
    reset()
  }

  public func reset() {
    magnetometer.reset()
    resetInertialDie()
  }

  /// SW_RESET leaves the magnetometer alone.
  func resetInertialDie() {
    registers = (0..<0x80).map { Register(rawValue: $0)?.resetValue ?? 0 }
    output = InertialOutput()
    isAddressNext = false
    retime()
    drivePins()
  }

  subscript(register: Register) -> UInt8 { registers[Int(register.rawValue)] }
}

extension LSM9DS1 {
  private var isReachable: Bool { isPowered && self[.CTRL_REG9] & 0x04 == 0 }

  public func start(_ direction: I2CDirection) -> Bool {
    isAddressNext = direction == .write
    return isReachable
  }

  public func receive(_ byte: UInt8) -> Bool {
    guard isReachable else { return false }
    if isAddressNext {
      // Bit 7 is not decoded here; drivers set it out of habit with ST's other parts.
      address = byte & 0x7f
      isAddressNext = false
    } else {
      let target = address
      if incrementsAddress { address = (address + 1) & 0x7f }
      write(target, byte)
    }
    return true
  }

  public func transmit() -> UInt8 {
    guard isReachable else { return 0xff }
    let target = address
    if incrementsAddress { address = following(address) }
    return read(target)
  }

  public func stop() {}

  private var incrementsAddress: Bool { self[.CTRL_REG8] & 0x04 != 0 }

  /// Section 3.3: a burst runs through the output registers of the active dies in a circle.
  private func following(_ address: UInt8) -> UInt8 {
    if let mode {
      let hasGyroscope = mode.dies.contains(.gyroscope)
      if address == Self.accelerometerOutputs.upperBound {
        return (hasGyroscope ? Self.gyroscopeOutputs : Self.accelerometerOutputs).lowerBound
      }
      if address == Self.gyroscopeOutputs.upperBound, hasGyroscope {
        return Self.accelerometerOutputs.lowerBound
      }
    }
    return (address + 1) & 0x7f
  }
}
