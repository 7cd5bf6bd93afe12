public import Simulation
import Units

/// ST LSM6DSOX: an accelerometer and gyroscope with a FIFO of tagged words, on I2C or SPI.
///
/// Sampling: a clock at the nominal rate of the faster die starts when that rate is set; the slower
/// die takes every 2nd, 4th ... sample of it. The first sample stands one period later. Output:
/// `value / sensitivity`, rounded to nearest, ties to even, saturated; the sensitivity is the data
/// sheet's (table 2) or, in 1e-12 g or degrees a second a count, the parameters
/// `accelerometer-sensitivity` and `gyroscope-sensitivity`. X_OFS_USR and its kin are subtracted
/// where USR_OFF_ON_OUT says so. At rest 0, 0, 1 g; no rotation; 25 degrees.
///
/// Self-test moves all axes by 500 mg, and by 400 degrees a second at +-2000 or 50 at less:
/// assumed, within the data sheet's limits.
///
/// Status: XLDA, GDA and TDA fall when the high byte of any axis is read. INT1 and INT2 show
/// data-ready (latched, or 75 us pulses), watermark, overrun, full and the batch counter. Samples
/// are counted as the LSM9DS1's are; those that go into the FIFO by its words.
///
/// Reference: LSM6DSOX data sheet (ST, DS12814), AN5272; register fields as in
/// STMicroelectronics/lsm6dsox-pid.
/// Not modelled: I3C, the auxiliary interface, filters, settling, embedded functions, finite state
/// machines and machine learning core, the sensor hub, interrupt generators (tap, wake-up,
/// free-fall, 6D), boot time. Where a register asks for one of them, that is a finding.
public final class LSM6DSOX: Sensor, RegisterFile {
  static let description = SensorDescription(
    part: "LSM6DSOX", summary: "accelerometer and gyroscope",
    attachment: .i2c(addresses: [0x6a, 0x6b]), hasSPI: true, hasFIFO: true,
    quantities: [.acceleration, .angularRate, .temperature],
    rates: LSM6DSOX.rates, pins: ["INT1", "INT2"], powerStates: State.allCases.map(\.rawValue),
    reference: "LSM6DSOX data sheet (ST, DS12814)",
    notModelled: "I3C, filters, settling, embedded functions, sensor hub, interrupt generators")

  /// The states in which it draws different currents.
  enum State: String, CaseIterable {
    case off
    case powerDown = "power-down"
    case accelerometer
    case accelerometerLowPower = "accelerometer-low-power"
    case gyroscope
    case both = "accelerometer+gyroscope"
    case bothLowPower = "accelerometer+gyroscope-low-power"
  }

  /// By rate code less one: 12.5 Hz to 6.67 kHz.
  private static let rates: [Hertz] = [
    Hertz(25, per: 2), Hertz(26), Hertz(52), Hertz(104), Hertz(208), Hertz(417), Hertz(833),
    Hertz(1_667), Hertz(3_333), Hertz(6_667),
  ]

  let context: SensorContext
  private let consumer: PowerConsumer
  let clock: SampleClock
  private var pulseEnd: Event!
  var isPowered: Bool
  var registers: [UInt8] = []
  /// What is written while FUNC_CFG_ACCESS shows another bank.
  var otherBanks: [UInt16: UInt8] = [:]
  var output = InertialOutput()
  var fifo = LSM6DSOXFIFO()
  private var temperatureClock = ClockDomain(frequency: Hertz(52))
  private var temperatureTick: UInt64 = 0
  var timestampStart: Instant?
  /// Time slots of the FIFO that a timestamp might have gone into.
  var timestampSlots: UInt64 = 0
  /// The data-ready bits that a pulse shows.
  var pulse: UInt8 = 0

  init(_ context: SensorContext) {
    self.context = context
    isPowered = context.powerPin?.level ?? true
    consumer = context.fabric.power.consumer(
      context.name, initial: (isPowered ? State.powerDown : .off).rawValue)
    clock = SampleClock(context)
    clock.onTick = { [unowned self] in sample() }
    pulseEnd = context.fabric.scheduler.event("\(context.name) pulse", order: .world) {
      [unowned self] in
      pulse = 0
      drivePins()
    }
    context.attach(self, address: 0x6a)
    context.powerPin?.observe { [unowned self] level in
      isPowered = level
      reset()
    }
    reset()
  }

  public func reset() {
    registers = (0..<0x80).map { Register(rawValue: $0)?.resetValue ?? 0 }
    otherBanks = [:]
    output = InertialOutput()
    fifo = LSM6DSOXFIFO()
    timestampStart = nil
    timestampSlots = 0
    pulse = 0
    clock.stop()
    retime()
    drivePins()
  }

  subscript(register: Register) -> UInt8 { registers[Int(register.rawValue)] }
}

/// When it samples, and what.
extension LSM6DSOX {
  /// Powers of two between rates: the code, but 1.6 Hz (code 11) lies three below 12.5 Hz.
  static func exponent(_ code: UInt8, eleven: Int = -2) -> Int? {
    switch code {
    case 1...10: Int(code)
    case 11: eleven
    default: nil
    }
  }

  var accelerometerRate: Int? { isPowered ? Self.exponent(self[.CTRL1_XL] >> 4) : nil }

  var gyroscopeRate: Int? {
    let code = self[.CTRL2_G] >> 4
    return isPowered && code <= 10 ? Self.exponent(code) : nil
  }

  private var isGyroscopeAsleep: Bool { self[.CTRL4_C] & 0x40 != 0 }

  func retime() {
    consumer.enter(powerState.rawValue)
    guard let fastest = [accelerometerRate, gyroscopeRate].compactMap({ $0 }).max() else {
      return clock.stop()
    }
    let rate = fastest > 0 ? Self.rates[fastest - 1] : Hertz(8, per: 5)
    if rate != clock.rate {
      temperatureClock = ClockDomain(frequency: Hertz(52), start: context.fabric.scheduler.now)
      temperatureTick = 0
    }
    clock.run(at: rate)
  }

  private var powerState: State {
    guard isPowered else { return .off }
    let isLow = self[.CTRL6_C] & 0x10 != 0
    switch (accelerometerRate != nil, gyroscopeRate != nil && !isGyroscopeAsleep) {
    case (false, false): return .powerDown
    case (true, false): return isLow ? .accelerometerLowPower : .accelerometer
    case (false, true): return .gyroscope
    case (true, true): return isLow && self[.CTRL7_G] & 0x80 != 0 ? .bothLowPower : .both
    }
  }

  /// How many samples of the clock one of a die takes.
  private func divider(_ rate: Int?) -> UInt64? {
    guard let rate, let fastest = [accelerometerRate, gyroscopeRate].compactMap({ $0 }).max() else {
      return nil
    }
    return 1 << UInt64(fastest - rate)
  }

  private func sample() {
    var fresh: Dies = []
    let dividers = (gyroscope: divider(gyroscopeRate), accelerometer: divider(accelerometerRate))
    if let every = dividers.gyroscope, clock.tick % every == 0, !isGyroscopeAsleep {
      fresh.insert(.gyroscope)
    }
    if let every = dividers.accelerometer, clock.tick % every == 0 { fresh.insert(.accelerometer) }
    if !fresh.isEmpty, context.faults.dropsSample() { fresh = [] }
    if !fresh.isEmpty {
      guard let words = measure(fresh) else { return context.endStream() }
      let isBatched = batch(
        words, fresh,
        (clock.tick / (dividers.gyroscope ?? 1), clock.tick / (dividers.accelerometer ?? 1)))
      output.take(
        words, from: fresh, settings: outputSettings, track: context.track,
        isAccounted: !isBatched)
      pulse = (fresh.contains(.accelerometer) ? 1 : 0) | (fresh.contains(.gyroscope) ? 2 : 0)
      pulseEnd.schedule(after: .microseconds(75))
    }
    takeTemperature()
    drivePins()
  }

  private func takeTemperature() {
    let ticks = temperatureClock.ticks(at: context.fabric.scheduler.now)
    guard ticks > temperatureTick else { return }
    temperatureTick = ticks
    // A stream that ends in temperature alone leaves the module at rest.
    let celsius = context.feel(.temperature, atRest: [25])?.first ?? 25
    let counts = register16((celsius - 25) * 256)
    output.take(temperature: counts)
    batch(temperature: counts, ticks)
  }

  /// The words of the `fresh` dies, the others as they were; nil when the stream is over.
  private func measure(_ fresh: Dies) -> InlineArray<6, Int16>? {
    var words = output.newest
    if fresh.contains(.gyroscope) {
      guard let rate = context.feel(.angularRate, atRest: [0, 0, 0]) else { return nil }
      let perCount = sensitivity("gyroscope-sensitivity", gyroscopeSensitivity)
      let test = selfTest(self[.CTRL5_C] >> 2 & 3, negative: 3) * gyroscopeTest
      for axis in 0..<3 { words[axis] = register16((rate[axis] + test) / perCount) }
    }
    if fresh.contains(.accelerometer) {
      guard let acceleration = context.feel(.acceleration, atRest: [0, 0, 1]) else { return nil }
      let perCount = sensitivity("accelerometer-sensitivity", accelerometerSensitivity)
      let test = selfTest(self[.CTRL5_C] & 3, negative: 2) * 0.5
      for axis in 0..<3 {
        words[3 + axis] = register16((acceleration[axis] + test - offset(axis)) / perCount)
      }
    }
    return words
  }

  private func sensitivity(_ parameter: String, _ standard: Int) -> Double {
    let override = context.parameters[parameter] ?? 0
    return Double(override > 0 ? override : standard) / 1e12
  }

  private func selfTest(_ code: UInt8, negative: UInt8) -> Double {
    code == 1 ? 1 : code == negative ? -1 : 0
  }

  private func offset(_ axis: Int) -> Double {
    guard self[.CTRL7_G] & 0x02 != 0 else { return 0 }
    let register = Int(Register.X_OFS_USR.rawValue) + axis
    let value = Double(Int8(bitPattern: registers[register]))
    return value / (self[.CTRL6_C] & 0x08 != 0 ? 64 : 1_024)
  }

  /// FS_XL in 1e-12 g a count; with XL_FS_MODE 16 g is 2 g.
  private var accelerometerSensitivity: Int {
    switch self[.CTRL1_XL] >> 2 & 3 {
    case 0: 61_000_000
    case 1: self[.CTRL8_XL] & 0x02 != 0 ? 61_000_000 : 488_000_000
    case 2: 122_000_000
    default: 244_000_000
    }
  }

  /// FS_125 and FS_G in 1e-12 degrees a second a count.
  private var gyroscopeSensitivity: Int {
    if self[.CTRL2_G] & 0x02 != 0 { return 4_375_000_000 }
    return 8_750_000_000 << Int(self[.CTRL2_G] >> 2 & 3)
  }

  private var gyroscopeTest: Double {
    self[.CTRL2_G] & 0x0e == 0x0c ? 400 : 50
  }
}
