public import Simulation
import Units

/// Bosch BMM150: a magnetometer whose raw counts the host compensates with the part's trim
/// registers.
///
/// Trim: chosen so that Bosch's compensation is a factor: 0.3125 microtesla a count in X and Y,
/// 0.25 in Z, at a Hall resistance equal to `dig_xyz1`. Rounded to nearest; beyond 1300 microtesla
/// in X or Y and 2500 in Z the overflow codes. At rest the field is nil.
///
/// Power: suspended after power-on, when only register 0x4B answers; its bit 0 leads to sleep mode.
/// Normal mode samples at the rate of register 0x4C, the first one period later; forced mode makes
/// one sample and sleeps again. That takes 145 us for each repetition in X and Y, 500 us for each
/// in Z and 980 us. Data ready (0x48 bit 0) rises with a sample and falls when X's low byte is
/// read, in that burst's own copy of 0x48 after it. A sample is read at Z's high byte.
///
/// Reference: BMM150 data sheet (Bosch, BST-BMM150-DS001), sections 4 and 5; trim registers and
/// compensation as in Bosch's BMM150 Sensor API.
/// Self-test, which takes no time: bit 0 of each axis' lower byte says that it passed. The advanced one
/// moves the vertical axis by 105 uT either way: assumed, amid the 180 to 240 that the data sheet asks for.
/// Not modelled: SPI, thresholds, overrun interrupts, the start-up time of 3 ms.
public final class BMM150: Sensor, RegisterFile {
  static let description = SensorDescription(
    part: "BMM150", summary: "magnetometer", attachment: .i2c(addresses: [0x10, 0x11, 0x12, 0x13]),
    quantities: [.magneticField],
    rates: [
      Hertz(10), Hertz(2), Hertz(6), Hertz(8), Hertz(15), Hertz(20), Hertz(25), Hertz(30),
    ],
    pins: ["DRDY"], powerStates: [State.off, State.suspend, State.sleep, State.active],
    reference: "BMM150 data sheet (Bosch, BST-BMM150-DS001)",
    notModelled: "SPI, thresholds, start-up time")

  private enum State {
    static let off = "off"
    static let suspend = "suspend"
    static let sleep = "sleep"
    static let active = "active"
  }

  private enum Register {
    static let chipID = 0x40
    static let outputs = 0x42...0x49
    static let interruptStatus = 0x4a
    static let power = 0x4b
    static let operation = 0x4c
    static let interruptEnable = 0x4d
    static let pins = 0x4e
    static let thresholds = 0x4f...0x50
    static let repetitionsXY = 0x51
    static let repetitionsZ = 0x52
  }

  /// dig_z2 2048, dig_z1 32768 and dig_xyz1 6144; all others nil.
  private static let trim: [(Int, UInt8)] = [(0x69, 0x08), (0x6b, 0x80), (0x6d, 0x18)]
  private static let hallResistance = 6_144

  private let context: SensorContext
  private let consumer: PowerConsumer
  private let clock: SampleClock
  private var forced: Event!
  private var isPowered: Bool
  private var registers: [UInt8] = []
  private var account = SampleAccount()
  /// Register 0x48 as it was when the burst under way began.
  private var hallLow: UInt8 = 0

  init(_ context: SensorContext) {
    self.context = context
    isPowered = context.powerPin?.level ?? true
    consumer = context.fabric.power.consumer(
      context.name, initial: isPowered ? State.suspend : State.off)
    clock = SampleClock(context)
    forced = context.fabric.scheduler.event("\(context.name) forced", order: .world) {
      [unowned self] in
      registers[Register.operation] |= 0x06
      sample()
      retime()
    }
    clock.onTick = { [unowned self] in sample() }
    context.attach(self, address: 0x10)
    context.powerPin?.observe { [unowned self] level in
      isPowered = level
      reset()
    }
    reset()
  }

  public func reset() {
    restart()
    registers[Register.power] = 0
    retime()
  }

  /// Soft reset: all registers but the power bit, which leaves the part in sleep mode.
  private func restart() {
    let power = registers.isEmpty ? 0 : registers[Register.power] & 1
    registers = [UInt8](repeating: 0, count: 0x80)
    registers[Register.chipID] = 0x32
    registers[Register.power] = power
    registers[Register.operation] = 0x06
    registers[Register.interruptEnable] = 0x3f
    registers[Register.pins] = 0x07
    for (register, value) in Self.trim { registers[register] = value }
    account = SampleAccount()
    forced.cancel()
    clock.stop()
    retime()
  }

  var isReachable: Bool { isPowered }

  func decode(_ subaddress: UInt8) -> UInt8 { subaddress & 0x7f }

  func following(_ address: UInt8, in subaddress: UInt8) -> UInt8 { (address + 1) & 0x7f }

  func beginReading() { hallLow = registers[0x48] }

  private var isSuspended: Bool { registers[Register.power] & 1 == 0 }

  func read(_ address: UInt8) -> UInt8 {
    let index = Int(address)
    if index == Register.power { return registers[index] }
    guard !isSuspended else { return 0 }
    let value = index == 0x48 ? hallLow : registers[index]
    if Register.outputs.contains(index) { note(index) }
    return value
  }

  /// A sample is complete at Z: not all drivers ask for the Hall resistance.
  private func note(_ index: Int) {
    if index == Register.outputs.lowerBound {
      registers[0x48] &= ~1
      drivePin()
    }
    if index <= 0x47 { account.note(isLast: index == 0x47, context.track) }
  }

  func write(_ address: UInt8, _ value: UInt8) {
    let index = Int(address)
    if index == Register.power {
      registers[index] = value & 1
      if value & 0x82 == 0x82 { restart() }
      if isSuspended {
        restart()
        registers[index] = 0
      }
      return retime()
    }
    guard !isSuspended else { return }
    switch index {
    case Register.operation:
      // Only a sleeping part tests itself; the bit falls as it is done.
      if value & 0x07 == 0x07 { for low in [0x42, 0x44, 0x46] { registers[low] |= 1 } }
      registers[index] = value & ~1
      if value & 0x06 == 0x02, !forced.isScheduled { beginForced() }
    case Register.interruptEnable:
      if value & 0xc0 != 0 { context.noteUnmodelled("0x4D", "overrun interrupts are not modelled") }
      registers[index] = value
    case Register.pins:
      if value & 0x40 != 0 { context.noteUnmodelled("0x4E", "the interrupt pin is not modelled") }
      registers[index] = value
    case Register.thresholds, Register.repetitionsXY, Register.repetitionsZ:
      registers[index] = value
    default: return
    }
    retime()
  }

  private func beginForced() {
    let planes = 1 + 2 * Int64(registers[Register.repetitionsXY])
    let vertical = 1 + Int64(registers[Register.repetitionsZ])
    forced.schedule(
      at: context.fabric.scheduler.now + .microseconds(145 * planes + 500 * vertical + 980))
  }

  private func retime() {
    let operation = registers[Register.operation] >> 1 & 3
    let isNormal = isPowered && !isSuspended && operation == 0
    let isForced = isPowered && !isSuspended && operation == 1
    if !isForced { forced.cancel() }
    clock.run(
      at: isNormal ? Self.description.rates[Int(registers[Register.operation] >> 3 & 7)] : nil)
    consumer.enter(
      !isPowered
        ? State.off
        : isSuspended ? State.suspend : isNormal || isForced ? State.active : State.sleep)
    drivePin()
  }

  private func sample() {
    if context.faults.dropsSample() { return }
    guard var field = context.feel(.magneticField, atRest: [0, 0, 0]) else {
      return context.endStream()
    }
    // Bits 3 to 5 switch an axis off.
    func counts(_ axis: Int, _ perCount: Double, limit: Double, overflow: Int16) -> UInt16 {
      if registers[Register.pins] & (0x08 << UInt8(axis)) != 0 { return 0 }
      let isInside = field[axis] >= -limit && field[axis] <= limit
      return UInt16(
        bitPattern: isInside ? register16(field[axis] / perCount) : overflow)
    }
    let x = counts(0, 0.3125, limit: 1_300, overflow: -4_096)
    let y = counts(1, 0.3125, limit: 1_300, overflow: -4_096)
    field[2] += advancedTest
    let z = counts(2, 0.25, limit: 2_500, overflow: -16_384)
    let hall = UInt16(Self.hallResistance)
    for (index, word) in [x << 3, y << 3, z << 1, hall << 2 | 1].enumerated() {
      registers[0x42 + 2 * index] = UInt8(word & 0xff)
      registers[0x43 + 2 * index] = UInt8(word >> 8)
    }
    account.arrive(context.track)
    drivePin()
  }

  /// What a current through the part's own coil adds, in uT.
  private var advancedTest: Double {
    switch registers[Register.operation] >> 6 {
    case 2: -105
    case 3: 105
    default: 0
    }
  }

  private func drivePin() {
    let control = registers[Register.pins]
    guard isPowered, control & 0x80 != 0 else { return context.drive("DRDY", nil) }
    let isReady = registers[0x48] & 1 != 0
    context.drive("DRDY", isReady == (control & 0x04 != 0))
  }
}
