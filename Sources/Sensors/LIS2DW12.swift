public import Simulation
import Units

/// ST LIS2DW12: a low-power accelerometer with thermometer, on I2C or SPI.
///
/// Sampling: at the rate and mode of CTRL1, the first sample one period later; or single
/// conversions by SLP_MODE_1, which falls after 5 ms (assumed: a period of the low-power modes'
/// fastest rate), or by a rising edge on INT2. Output: 14 bits, or 12 in low-power mode 1,
/// left-aligned in 16; rounded to nearest, ties to even, saturated. At rest 0, 0, 1 g and 25
/// degrees. Self-test moves all axes by 500 mg: assumed, within the data sheet's limits.
///
/// Status: DRDY falls when the high byte of any axis is read. FIFO: 32 samples in FIFO and
/// continuous mode; while it is on, a burst goes round through the output registers. INT1 and INT2
/// show data-ready (latched, or 75 us pulses), threshold, full and overrun. Samples are counted as
/// the LSM9DS1's are.
///
/// Reference: LIS2DW12 data sheet (ST, DocID029682), sections 3, 5, 7 and 8; AN5038; register
/// fields as in STMicroelectronics/lis2dw12-pid.
/// Not modelled: filters, settling, interrupt generators (tap, wake-up, free-fall, 6D, activity),
/// the FIFO modes that they switch, boot time, noise by mode. Where a register asks for one of
/// them, that is a finding.
public final class LIS2DW12: Sensor, RegisterFile {
  static let description = SensorDescription(
    part: "LIS2DW12", summary: "low-power accelerometer",
    attachment: .i2c(addresses: [0x19, 0x18]), hasSPI: true, hasFIFO: true,
    quantities: [.acceleration, .temperature], rates: LIS2DW12.rates, pins: ["INT1", "INT2"],
    powerStates: State.allCases.map(\.rawValue),
    reference: "LIS2DW12 data sheet (ST, DocID029682)",
    notModelled: "filters, settling, interrupt generators, noise by mode")

  /// The states in which it draws different currents.
  enum State: String, CaseIterable {
    case off
    case powerDown = "power-down"
    case lowPower = "low-power"
    case highPerformance = "high-performance"
  }

  /// By rate code less one; the first is 12.5 Hz in high-performance mode.
  private static let rates = [
    Hertz(8, per: 5), Hertz(25, per: 2), Hertz(25), Hertz(50), Hertz(100), Hertz(200), Hertz(400),
    Hertz(800), Hertz(1_600),
  ]

  let context: SensorContext
  private let consumer: PowerConsumer
  private let clock: SampleClock
  private var conversion: Event!
  private var pulseEnd: Event!
  var isPowered: Bool
  var registers: [UInt8] = []
  var output = InertialOutput()
  private(set) var temperature: Int16 = 0
  private(set) var isPulsing = false

  init(_ context: SensorContext) {
    self.context = context
    isPowered = context.powerPin?.level ?? true
    consumer = context.fabric.power.consumer(
      context.name, initial: (isPowered ? State.powerDown : .off).rawValue)
    clock = SampleClock(context)
    clock.onTick = { [unowned self] in sample() }
    let scheduler = context.fabric.scheduler
    conversion = scheduler.event("\(context.name) conversion", order: .world) { [unowned self] in
      registers[Int(Register.CTRL3.rawValue)] &= ~0x01
      sample()
      retime()
    }
    pulseEnd = scheduler.event("\(context.name) pulse", order: .world) { [unowned self] in
      isPulsing = false
      drivePins()
    }
    context.attach(self, address: 0x19)
    context.pins["INT2"]?.observe { [unowned self] level in
      if level, isSingle, self[.CTRL3] & 0x02 == 0 { convertOnce() }
    }
    context.powerPin?.observe { [unowned self] level in
      isPowered = level
      reset()
    }
    reset()
  }

  public func reset() {
    registers = [UInt8](repeating: 0, count: 0x40)
    for (register, value) in Register.resetValues { registers[Int(register.rawValue)] = value }
    output = InertialOutput()
    temperature = 0
    isPulsing = false
    conversion.cancel()
    clock.stop()
    retime()
    drivePins()
  }

  subscript(register: Register) -> UInt8 { registers[Int(register.rawValue)] }

  /// Single conversions on demand.
  private var isSingle: Bool { isPowered && self[.CTRL1] >> 4 != 0 && self[.CTRL1] >> 2 & 3 == 2 }

  private var isHighPerformance: Bool { self[.CTRL1] >> 2 & 3 == 1 }

  /// 12 bits instead of 14.
  private var isCoarse: Bool { !isHighPerformance && self[.CTRL1] & 3 == 0 }

  func retime() {
    let code = Int(min(self[.CTRL1] >> 4, 9))
    let isRunning = isPowered && code > 0 && !isSingle
    // 200 Hz is the fastest of the low-power modes, 12.5 Hz the slowest of the other.
    let index = isHighPerformance ? max(code, 2) : min(code, 6)
    let converts = isRunning || conversion.isScheduled
    consumer.enter(
      (!isPowered
        ? State.off
        : !converts ? .powerDown : isHighPerformance ? .highPerformance : .lowPower).rawValue)
    clock.run(at: isRunning ? Self.rates[index - 1] : nil)
  }

  func convertOnce() {
    guard isSingle, !conversion.isScheduled else { return }
    conversion.schedule(after: context.faults.scaled(.milliseconds(5)))
    retime()
  }

  private func sample() {
    if context.faults.dropsSample() { return }
    guard let acceleration = context.feel(.acceleration, atRest: [0, 0, 1]) else {
      return context.endStream()
    }
    var words: InlineArray<6, Int16> = [0, 0, 0, 0, 0, 0]
    for axis in 0..<3 { words[3 + axis] = word(acceleration[axis] + selfTest - offset(axis)) }
    // A stream that ends in temperature alone leaves the part at rest.
    let celsius = context.feel(.temperature, atRest: [25])?.first ?? 25
    temperature = max(-2_048, min(2_047, register16((celsius - 25) * 16)))
    var settings = outputSettings
    settings.isOverrun = settings.isFIFOActive && context.faults.overrunsFIFO()
    output.take(words, from: .accelerometer, settings: settings, track: context.track)
    output.take(temperature: temperature << 4)
    isPulsing = true
    pulseEnd.schedule(after: .microseconds(75))
    drivePins()
  }

  /// Counts of 0.244 mg, or 0.976 mg in 12 bits, at +-2 g.
  private func word(_ acceleration: Double) -> Int16 {
    let drop: Int16 = isCoarse ? 4 : 2
    let override = context.parameters["accelerometer-sensitivity"] ?? 0
    let standard = (isCoarse ? 976_000_000 : 244_000_000) << Int(self[.CTRL6] >> 4 & 3)
    let counts = register16(acceleration / (Double(override > 0 ? override : standard) / 1e12))
    let limit = Int16.max >> drop
    return max(-limit - 1, min(limit, counts)) << drop
  }

  private var selfTest: Double {
    switch self[.CTRL3] >> 6 {
    case 1: 0.5
    case 2: -0.5
    default: 0
    }
  }

  /// USR_OFF_ON_OUT: 977 ug or 15.6 mg a count.
  private func offset(_ axis: Int) -> Double {
    guard self[.CTRL7] & 0x10 != 0 else { return 0 }
    let value = Double(Int8(bitPattern: registers[Int(Register.X_OFS_USR.rawValue) + axis]))
    return value / (self[.CTRL7] & 0x20 != 0 ? 64 : 1_024)
  }
}
