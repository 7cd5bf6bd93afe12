import Simulation
import Units

/// The LSM9DS1's clocks: when it takes a sample, and what it feels then.
extension LSM9DS1 {
  private var configuredMode: Mode? {
    guard isPowered else { return nil }
    if let rate = Self.commonRate(self[.CTRL_REG1_G] >> 5) { return Mode(dies: .both, rate: rate) }
    return Self.accelerometerRate(self[.CTRL_REG6_XL] >> 5).map {
      Mode(dies: .accelerometer, rate: $0)
    }
  }

  /// Starts or stops the clocks where the registers ask for another rate, and logs the power state.
  func retime() {
    consumer.enter(powerState.rawValue)
    let wanted = configuredMode
    guard wanted != mode else { return }
    mode = wanted
    tick = 0
    temperatureTick = 0
    sampling.cancel()
    guard let wanted else { return }
    let now = context.fabric.scheduler.now
    clock = ClockDomain(frequency: context.faults.scaled(wanted.rate), start: now)
    // Table 5: 59.5 Hz with the gyroscope on, 50 Hz without, 10 Hz with the accelerometer at 10 Hz.
    temperatureClock = ClockDomain(
      frequency: context.faults.scaled(
        wanted.dies == .both ? Hertz(595, per: 10) : min(wanted.rate, Hertz(50))),
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

  func sample() {
    tick += 1
    let fresh = context.faults.dropsSample() ? [] : freshDies
    if !fresh.isEmpty {
      guard let words = measure(fresh) else {
        return context.endStream()
      }
      var settings = outputSettings
      settings.isOverrun = settings.isFIFOActive && context.faults.overrunsFIFO()
      output.take(words, from: fresh, settings: settings, track: context.track)
    }
    takeTemperature()
    drivePins()
    sampling.schedule(at: clock.instant(ofTick: tick + 1))
  }

  /// The words of the `fresh` dies, the others as they were; nil when the stream is over.
  private func measure(_ fresh: Dies) -> InlineArray<6, Int16>? {
    var words = output.newest
    if fresh.contains(.gyroscope) {
      guard let rate = context.feel(.angularRate, atRest: [0, 0, 0]) else { return nil }
      let perCount = sensitivity(
        "gyroscope-sensitivity", Self.gyroscopeSensitivity(self[.CTRL_REG1_G] >> 3 & 3))
      for axis in 0..<3 {
        let isNegated = self[.ORIENT_CFG_G] & (0x20 >> UInt8(axis)) != 0
        let isEnabled = self[.CTRL_REG4] & (0x08 << UInt8(axis)) != 0
        let value = (isNegated ? -rate[axis] : rate[axis]) + gyroscopeTest
        words[axis] = isEnabled ? register16(value / perCount) : 0
      }
    }
    if fresh.contains(.accelerometer) {
      guard let acceleration = context.feel(.acceleration, atRest: [0, 0, 1]) else { return nil }
      let perCount = sensitivity(
        "accelerometer-sensitivity", Self.accelerometerSensitivity(self[.CTRL_REG6_XL] >> 3 & 3))
      let test: Double = self[.CTRL_REG10] & 0x01 != 0 ? 0.4 : 0
      for axis in 0..<3 {
        let isEnabled = self[.CTRL_REG5_XL] & (0x08 << UInt8(axis)) != 0
        words[3 + axis] = isEnabled ? register16((acceleration[axis] + test) / perCount) : 0
      }
    }
    return words
  }

  /// What ST_G adds, in degrees a second.
  private var gyroscopeTest: Double {
    guard self[.CTRL_REG10] & 0x04 != 0 else { return 0 }
    return self[.CTRL_REG1_G] >> 3 & 3 == 0 ? 100 : 300
  }

  private func sensitivity(_ parameter: String, _ standard: Int) -> Double {
    let override = context.parameters[parameter] ?? 0
    return Double(override > 0 ? override : standard) / 1e12
  }

  /// The temperature register follows its own clock, at the next sample of the dies.
  private func takeTemperature() {
    let ticks = temperatureClock.ticks(at: context.fabric.scheduler.now)
    guard ticks > temperatureTick else { return }
    temperatureTick = ticks
    // A stream that ends in temperature alone leaves the module at rest.
    let celsius = context.feel(.temperature, atRest: [25])?.first ?? 25
    output.take(temperature: max(-2_048, min(2_047, register16((celsius - 25) * 16))))
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
