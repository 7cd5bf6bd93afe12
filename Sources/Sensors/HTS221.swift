public import Simulation
import Units

/// ST HTS221: humidity and temperature, on I2C, read through two calibration points each.
///
/// Calibration: 20 % and 80 % at counts -7680 and 7680, 10 and 40 degrees at counts -960 and 960,
/// so that the firmware's straight line gives 256 counts a percent around 50 % and 64 counts a
/// degree around 25 degrees. Rounded to nearest, saturated. At rest 50 % and 25 degrees.
///
/// Sampling: 1, 7 or 12.5 Hz from CTRL_REG1, the first one period later, or ONE_SHOT, which falls
/// after 5 ms (assumed: the data sheet has no figure). H_DA and T_DA rise with new data and fall
/// when the high byte is read. DRDY shows both together. A sample is read at the first high byte of
/// it.
///
/// Reference: HTS221 data sheet (ST, DocID026333), sections 6 to 8.
/// Not modelled: SPI, averaging (AV_CONF), the heater, boot time.
public final class HTS221: Sensor, RegisterFile {
  static let description = SensorDescription(
    part: "HTS221", summary: "humidity and temperature", attachment: .i2c(addresses: [0x5f]),
    quantities: [.humidity, .temperature], rates: [Hertz(1), Hertz(7), Hertz(25, per: 2)],
    pins: ["DRDY"], powerStates: [State.off, State.powerDown, State.active],
    reference: "HTS221 data sheet (ST, DocID026333)",
    notModelled: "SPI, averaging, the heater, boot time")

  private enum State {
    static let off = "off"
    static let powerDown = "power-down"
    static let active = "active"
  }

  private enum Register {
    static let whoAmI = 0x0f
    static let averaging = 0x10
    static let control1 = 0x20
    static let control2 = 0x21
    static let control3 = 0x22
    static let status = 0x27
    static let outputs = 0x28...0x2b
  }

  /// 0x30 to 0x3f: two points of humidity and temperature each.
  private static let calibration: [UInt8] = [
    40, 160, 80, 64, 0x00, 0x04, 0x00, 0xe2, 0x00, 0x00, 0x00, 0x1e, 0x40, 0xfc, 0xc0, 0x03,
  ]

  private let context: SensorContext
  private let consumer: PowerConsumer
  private let clock: SampleClock
  private var oneShot: Event!
  private var isPowered: Bool
  private var registers: [UInt8] = []
  private var account = SampleAccount()
  /// Humidity, temperature.
  private var newest: InlineArray<2, Int16> = [0, 0]
  /// What a reader sees: with block data update held from the low byte to the high.
  private var held: [Int16?] = [nil, nil]

  init(_ context: SensorContext) {
    self.context = context
    isPowered = context.powerPin?.level ?? true
    consumer = context.fabric.power.consumer(
      context.name, initial: isPowered ? State.powerDown : State.off)
    clock = SampleClock(context)
    oneShot = context.fabric.scheduler.event("\(context.name) one-shot", order: .world) {
      [unowned self] in
      registers[Register.control2] &= ~1
      sample()
    }
    clock.onTick = { [unowned self] in sample() }
    context.attach(self, address: 0x5f)
    context.powerPin?.observe { [unowned self] level in
      isPowered = level
      reset()
    }
    reset()
  }

  public func reset() {
    registers = [UInt8](repeating: 0, count: 0x80)
    registers[Register.whoAmI] = 0xbc
    registers[Register.averaging] = 0x1b
    registers.replaceSubrange(0x30..<0x40, with: Self.calibration)
    account = SampleAccount()
    newest = [0, 0]
    held = [nil, nil]
    oneShot.cancel()
    retime()
  }

  var isReachable: Bool { isPowered }

  func decode(_ subaddress: UInt8) -> UInt8 { subaddress & 0x7f }

  func following(_ address: UInt8, in subaddress: UInt8) -> UInt8 {
    subaddress & 0x80 != 0 ? (address + 1) & 0x7f : address
  }

  func read(_ address: UInt8) -> UInt8 {
    guard Register.outputs.contains(Int(address)) else { return registers[Int(address)] }
    let index = Int(address) - Register.outputs.lowerBound
    let quantity = index / 2
    let word = UInt16(bitPattern: held[quantity] ?? newest[quantity])
    guard index & 1 == 1 else {
      if registers[Register.control1] & 0x04 != 0 { held[quantity] = Int16(bitPattern: word) }
      account.note(isLast: false, context.track)
      return UInt8(word & 0xff)
    }
    held[quantity] = nil
    let bit: UInt8 = quantity == 0 ? 0x02 : 0x01
    let isFresh = registers[Register.status] & bit != 0
    registers[Register.status] &= ~bit
    // The other quantity of a sample that counts as read is no duplicate.
    if !(isFresh && account.isRead) { account.note(isLast: true, context.track) }
    drivePin()
    return UInt8(word >> 8)
  }

  func write(_ address: UInt8, _ value: UInt8) {
    switch Int(address) {
    case Register.averaging: registers[Int(address)] = value & 0x3f
    case Register.control1: registers[Int(address)] = value & 0x87
    case Register.control2:
      if value & 0x02 != 0 { context.noteUnmodelled("CTRL_REG2", "the heater is not modelled") }
      let isRunning = registers[Int(address)] & 1 != 0
      registers[Int(address)] = value & 0x02 | (isRunning ? 1 : 0)
      if value & 1 != 0, !isRunning, registers[Register.control1] & 0x83 == 0x80 {
        registers[Int(address)] |= 1
        oneShot.schedule(at: context.fabric.scheduler.now + .milliseconds(5))
      }
    case Register.control3: registers[Int(address)] = value & 0xc4
    default: return
    }
    retime()
  }

  private func retime() {
    let control = registers[Register.control1]
    let isOn = isPowered && control & 0x80 != 0
    consumer.enter(isOn ? State.active : isPowered ? State.powerDown : State.off)
    if !isOn {
      oneShot.cancel()
      registers[Register.control2] &= ~1
    }
    let code = Int(control & 3)
    clock.run(at: isOn && code > 0 ? Self.description.rates[code - 1] : nil)
    drivePin()
  }

  private func sample() {
    if context.faults.dropsSample() { return }
    guard let humidity = context.feel(.humidity, atRest: [50])?.first,
      let celsius = context.feel(.temperature, atRest: [25])?.first
    else { return context.endStream() }
    newest = [register16((humidity - 50) * 256), register16((celsius - 25) * 64)]
    registers[Register.status] = 0x03
    account.arrive(context.track)
    drivePin()
  }

  private func drivePin() {
    let control = registers[Register.control3]
    let isReady = control & 0x04 != 0 && registers[Register.status] == 0x03
    let level = isReady != (control & 0x80 != 0)
    context.drive("DRDY", !isPowered || (control & 0x40 != 0 && level) ? nil : level)
  }
}
