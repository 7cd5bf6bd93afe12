public import Simulation
import Units

/// ST LSM9DS1: the accelerometer and gyroscope die of an inertial module, on I2C.
///
/// Sampling: when a rate is set in CTRL_REG1_G (both dies) or CTRL_REG6_XL (accelerometer alone), a
/// clock of exactly that frequency starts; the first sample stands one period later. A change of full
/// scale does not disturb the clock. Writing CTRL_REG6_XL leaves a running gyroscope running, as every
/// driver expects that writes it after CTRL_REG1_G.
///
/// Output: `value / sensitivity`, rounded to nearest, ties to even, saturated at int16. The
/// sensitivity is the data sheet's (table 3) or, in 1e-12 g or degrees a second a count, the parameters
/// `accelerometer-sensitivity` and `gyroscope-sensitivity`. A disabled axis gives 0. Without a stream
/// the module lies still: 0, 0, 1 g; no rotation; 25 degrees.
///
/// Status: XLDA, GDA and TDA rise with new data and fall when the high byte of any axis of that die is
/// read (the data sheet does not say; ST's application notes on its siblings do).
///
/// Samples: what all enabled dies take at one tick of the clock is one sample. It is read at the last
/// byte of the last of its dies, each die being done with the high byte of its last enabled axis, in
/// any order; a die that the firmware left out twice running is not waited for. It is lost when it is
/// overwritten, or refused by a FIFO that stopped, before any byte of it was read.
///
/// Reference: LSM9DS1 data sheet (DocID025715 Rev 2), sections 2 to 7; register fields as in
/// STMicroelectronics/lsm9ds1-pid.
/// Not modelled: the magnetometer, SPI, filters and bandwidths, settling after a change of mode (tables
/// 11 and 12: samples to be discarded), interrupt generators and activity detection, self-test, Orient,
/// temperature in the FIFO, boot time (BOOT and SW_RESET take none). Where a register asks for one of
/// them, that is a finding.
public final class LSM9DS1: Sensor, I2CTarget {
  static let description = SensorDescription(
    part: "LSM9DS1", summary: "accelerometer and gyroscope (magnetometer not modelled)",
    attachment: .i2c(addresses: [0x6b, 0x6a]),
    quantities: [.acceleration, .angularRate, .temperature],
    rates: [
      Hertz(10), Hertz(149, per: 10), Hertz(50), Hertz(595, per: 10), Hertz(119), Hertz(238),
      Hertz(476), Hertz(952),
    ],
    pins: ["INT1_A/G", "INT2_A/G"], powerStates: LSM9DS1PowerState.allCases.map(\.rawValue),
    reference: "LSM9DS1 data sheet (ST, DocID025715 Rev 2)",
    notModelled: "magnetometer, SPI, filters, settling, interrupt generators, self-test")

  let context: SensorContext
  private let consumer: PowerConsumer
  private var sampling: Event!
  private(set) var isPowered = true
  private(set) var registers: [UInt8] = []
  /// The registers that the dies fill.
  var output = LSM9DS1Output()

  /// Which dies run, and how fast.
  private struct Mode: Equatable {
    let dies: Dies
    let rate: Hertz
  }

  private var mode: Mode?
  private var clock = ClockDomain(frequency: Hertz(1))
  private var tick: UInt64 = 0
  private var temperatureClock = ClockDomain(frequency: Hertz(1))
  private var temperatureTick: UInt64 = 0
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
    context.fabric.i2c(context.bus).attach(self, address: context.address ?? 0x6b)
    context.powerPin?.observe { [unowned self] level in
      isPowered = level
      reset()
    }
    reset()
  }

  public func reset() {
    registers = (0..<0x80).map { Register(rawValue: $0)?.resetValue ?? 0 }
    output = LSM9DS1Output()
    isAddressNext = false
    retime()
    drivePins()
  }

  subscript(register: Register) -> UInt8 { registers[Int(register.rawValue)] }
}

// MARK: - The bus

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

// MARK: - The registers

extension LSM9DS1 {
  private func read(_ address: UInt8) -> UInt8 {
    switch address {
    case Self.gyroscopeOutputs, Self.accelerometerOutputs: return readOutput(address)
    default: break
    }
    guard let register = Register(rawValue: address) else {
      note("0x" + String(address, radix: 16), "a register that the data sheet reserves was read")
      return 0
    }
    switch register {
    case .STATUS_REG, .STATUS_REG_XL: return output.status
    case .FIFO_SRC: return output.fifo.source(threshold: threshold)
    case .OUT_TEMP_L, .OUT_TEMP_H:
      let value = output.readTemperature(highAddress: address & 1 == 0, settings: outputSettings)
      drivePins()
      return value
    default: return self[register]
    }
  }

  private func readOutput(_ address: UInt8) -> UInt8 {
    let byte = output.readByte(at: address, settings: outputSettings, track: context.track)
    drivePins()
    return byte
  }

  private func write(_ address: UInt8, _ value: UInt8) {
    guard let register = Register(rawValue: address) else {
      if value != 0 {
        note(
          "0x" + String(address, radix: 16), "a register that the data sheet reserves was written")
      }
      return
    }
    guard !register.isReadOnly else { return }
    checkModelled(register, value)
    registers[Int(address)] = value
    if register == .CTRL_REG8 {
      if value & 0x01 != 0 { return reset() }
      registers[Int(address)] = value & 0x7f
    }
    if register == .FIFO_CTRL || register == .CTRL_REG9, !isFIFOActive { output.fifo.clear() }
    retime()
    drivePins()
  }

  private func checkModelled(_ register: Register, _ value: UInt8) {
    let ignored = value & register.unmodelledBits
    if ignored != 0 {
      note("\(register)", "bits 0x\(String(ignored, radix: 16)) are written but not modelled")
    }
    switch register {
    case .CTRL_REG1_G where value >> 5 == 7 || value & 0x18 == 0x10,
      .CTRL_REG6_XL where value >> 5 == 7:
      note("\(register)", "a setting that the data sheet calls not available was written")
    case .FIFO_CTRL where ![0, 1, 6].contains(value >> 5):
      note("\(register)", "FIFO modes that an interrupt generator switches are not modelled")
    default: break
    }
  }

  private func note(_ register: String, _ message: String) {
    context.fabric.findings.note("unmodelled-register", "\(context.name).\(register)", message)
  }

  private var threshold: Int { Int(self[.FIFO_CTRL] & 0x1f) }

  /// The trigger of modes 3 and 4 never comes: they stay in Continuous and in Bypass.
  private var isFIFOActive: Bool {
    self[.CTRL_REG9] & 0x02 != 0 && [1, 3, 6].contains(self[.FIFO_CTRL] >> 5)
  }

  var outputSettings: LSM9DS1Output.Settings {
    LSM9DS1Output.Settings(
      gyroscopeAxes: self[.CTRL_REG4] >> 3 & 7, accelerometerAxes: self[.CTRL_REG5_XL] >> 3 & 7,
      isBlockUpdate: self[.CTRL_REG8] & 0x40 != 0, isBigEndian: self[.CTRL_REG8] & 0x02 != 0,
      isFIFOActive: isFIFOActive, stopsWhenFull: self[.FIFO_CTRL] >> 5 == 1,
      depth: self[.CTRL_REG9] & 0x01 != 0 ? threshold + 1 : 32)
  }
}

// MARK: - Sampling

extension LSM9DS1 {
  private var configuredMode: Mode? {
    guard isPowered else { return nil }
    if let rate = Self.commonRate(self[.CTRL_REG1_G] >> 5) { return Mode(dies: .both, rate: rate) }
    return Self.accelerometerRate(self[.CTRL_REG6_XL] >> 5).map {
      Mode(dies: .accelerometer, rate: $0)
    }
  }

  /// Starts or stops the clocks where the registers ask for another rate, and logs the power state.
  private func retime() {
    consumer.enter(powerState.rawValue)
    let wanted = configuredMode
    guard wanted != mode else { return }
    mode = wanted
    tick = 0
    temperatureTick = 0
    sampling.cancel()
    guard let wanted else { return }
    let now = context.fabric.scheduler.now
    clock = ClockDomain(frequency: wanted.rate, start: now)
    // Table 5: 59.5 Hz with the gyroscope on, 50 Hz without, 10 Hz with the accelerometer at 10 Hz.
    temperatureClock = ClockDomain(
      frequency: wanted.dies == .both ? Hertz(595, per: 10) : min(wanted.rate, Hertz(50)),
      start: now)
    sampling.schedule(at: clock.instant(ofTick: 1))
  }

  private var isGyroscopeAsleep: Bool { self[.CTRL_REG9] & 0x40 != 0 }

  private var powerState: LSM9DS1PowerState {
    guard isPowered else { return .off }
    guard let configured = configuredMode else { return .powerDown }
    guard configured.dies == .both else { return .accelerometer }
    if isGyroscopeAsleep { return .sleep }
    guard self[.CTRL_REG3_G] & 0x80 != 0 else { return .both }
    switch self[.CTRL_REG1_G] >> 5 {
    case 1: return .lowPower15
    case 2: return .lowPower60
    case 3: return .lowPower119
    default: return .both
    }
  }

  /// The dies that have new data at this tick.
  private var freshDies: Dies {
    guard let mode else { return [] }
    var dies = mode.dies
    if isGyroscopeAsleep || self[.CTRL_REG4] & 0x38 == 0 { dies.remove(.gyroscope) }
    let decimation = UInt64(1) << (self[.CTRL_REG5_XL] >> 6)
    if tick % decimation != 0 || self[.CTRL_REG5_XL] & 0x38 == 0 { dies.remove(.accelerometer) }
    return dies
  }

  private func sample() {
    tick += 1
    let fresh = freshDies
    if !fresh.isEmpty {
      guard let words = measure(fresh) else {
        return context.fabric.requestStop(.streamEnded(sensor: context.name))
      }
      output.take(words, from: fresh, settings: outputSettings, track: context.track)
    }
    takeTemperature()
    drivePins()
    sampling.schedule(at: clock.instant(ofTick: tick + 1))
  }

  /// The words of the `fresh` dies, the others as they were; nil when the stream is over.
  private func measure(_ fresh: Dies) -> InlineArray<6, Int16>? {
    var words = output.newest
    if fresh.contains(.gyroscope) {
      guard let rate = feel(.angularRate, atRest: [0, 0, 0]) else { return nil }
      let perCount = sensitivity(
        "gyroscope-sensitivity", Self.gyroscopeSensitivity(self[.CTRL_REG1_G] >> 3 & 3))
      for axis in 0..<3 {
        let isNegated = self[.ORIENT_CFG_G] & (0x20 >> UInt8(axis)) != 0
        let isEnabled = self[.CTRL_REG4] & (0x08 << UInt8(axis)) != 0
        let value = isNegated ? -rate[axis] : rate[axis]
        words[axis] = isEnabled ? register16(value / perCount) : 0
      }
    }
    if fresh.contains(.accelerometer) {
      guard let acceleration = feel(.acceleration, atRest: [0, 0, 1]) else { return nil }
      let perCount = sensitivity(
        "accelerometer-sensitivity", Self.accelerometerSensitivity(self[.CTRL_REG6_XL] >> 3 & 3))
      for axis in 0..<3 {
        let isEnabled = self[.CTRL_REG5_XL] & (0x08 << UInt8(axis)) != 0
        words[3 + axis] = isEnabled ? register16(acceleration[axis] / perCount) : 0
      }
    }
    return words
  }

  private func sensitivity(_ parameter: String, _ standard: Int) -> Double {
    let override = context.parameters[parameter] ?? 0
    return Double(override > 0 ? override : standard) / 1e12
  }

  private func feel(_ quantity: PhysicalQuantity, atRest rest: [Double]) -> [Double]? {
    switch context.stimulus?.values(of: quantity, at: context.fabric.scheduler.now) {
    case .values(let values): values.count >= rest.count ? values : rest
    case .ended: nil
    case .absent, nil: rest
    }
  }

  /// The temperature register follows its own clock, at the next sample of the dies.
  private func takeTemperature() {
    let ticks = temperatureClock.ticks(at: context.fabric.scheduler.now)
    guard ticks > temperatureTick else { return }
    temperatureTick = ticks
    // A stream that ends in temperature alone leaves the module at rest.
    let celsius = feel(.temperature, atRest: [25])?.first ?? 25
    output.take(temperature: max(-2_048, min(2_047, register16((celsius - 25) * 16))))
  }
}

// MARK: - The interrupt pins

extension LSM9DS1 {
  private func drivePins() {
    drive("INT1_A/G", isActive: isRequested(by: self[.INT1_CTRL] & 0xfb))
    drive("INT2_A/G", isActive: isRequested(by: self[.INT2_CTRL]))
  }

  private func isRequested(by enables: UInt8) -> Bool {
    let fifo = output.fifo
    var sources = output.status & 0x07
    if fifo.reaches(threshold) { sources |= 0x08 }
    if fifo.hasOverrun { sources |= 0x10 }
    if fifo.isFull { sources |= 0x20 }
    return enables & sources != 0
  }

  private func drive(_ name: String, isActive: Bool) {
    guard let pin = context.pins[name] else { return }
    let level = isActive != (self[.CTRL_REG8] & 0x20 != 0)
    let isReleased = !isPowered || (self[.CTRL_REG8] & 0x10 != 0 && level)
    pin.drive("\(context.name) \(name)", isReleased ? nil : level)
  }
}

/// The states in which the module draws different currents (data sheet tables 4, 9 and 10).
enum LSM9DS1PowerState: String, CaseIterable {
  case off
  case powerDown = "power-down"
  case accelerometer
  case both = "accelerometer+gyroscope"
  case lowPower15 = "accelerometer+gyroscope-low-power-15hz"
  case lowPower60 = "accelerometer+gyroscope-low-power-60hz"
  case lowPower119 = "accelerometer+gyroscope-low-power-119hz"
  case sleep = "accelerometer+gyroscope-sleep"
}
