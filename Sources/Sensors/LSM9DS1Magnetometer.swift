import Simulation
import Units

/// The LSM9DS1's second die: a magnetometer with its own address, registers and clock.
///
/// Sampling: continuous mode starts a clock of exactly the rate in CTRL_REG1_M; single mode makes
/// one conversion, one period later, and then powers down. Output: `gauss / sensitivity` (table 3),
/// less the offset registers, rounded to nearest and saturated. At rest the field is nil on every
/// axis.
///
/// STATUS_REG_M rises with new data; each axis' bit falls at the read of its high byte, ZYXDA with
/// the last of them. DRDY_M is high while ZYXDA is. Bursts step on when bit 7 of the sub-address is
/// set. Its samples are not in the module's sample counts, which are the inertial die's.
///
/// Reference: LSM9DS1 data sheet (DocID025715 Rev 2), sections 5.1.1, 6.9 and 8.
/// Not modelled: FAST_ODR, temperature compensation, self-test, the threshold interrupt INT_M,
/// LP (low-power) and performance modes, which change noise and current alone.
final class LSM9DS1Magnetometer: RegisterFile {
  static let rates: [Hertz] = [
    Hertz(625, per: 1_000), Hertz(125, per: 100), Hertz(25, per: 10), Hertz(5), Hertz(10),
    Hertz(20),
    Hertz(40), Hertz(80),
  ]

  /// M_So (table 3) by FS, in 1e-12 gauss a count.
  private static let sensitivities = [140_000_000, 290_000_000, 430_000_000, 580_000_000]

  private let context: SensorContext
  private let clock: SampleClock
  private var registers: [UInt8] = []
  private var words: InlineArray<3, Int16> = [0, 0, 0]
  /// An axis whose high byte waits for its reader, with block data update.
  private var pending: [Int16?] = [nil, nil, nil]
  private var status: UInt8 = 0
  private let isPowered: () -> Bool

  private enum Register {
    static let offsets = 0x05...0x0a
    static let whoAmI = 0x0f
    static let control1 = 0x20
    static let control2 = 0x21
    static let control3 = 0x22
    static let control4 = 0x23
    static let control5 = 0x24
    static let status = 0x27
    static let outputs = 0x28...0x2d
    static let interrupt = 0x30...0x33
  }

  init(_ context: SensorContext, isPowered: @escaping () -> Bool) {
    self.context = context
    self.isPowered = isPowered
    clock = SampleClock(context)
    clock.onTick = { [unowned self] in sample() }
    reset()
  }

  func reset() {
    registers = [UInt8](repeating: 0, count: 0x80)
    registers[Register.whoAmI] = 0x3d
    registers[Register.control1] = 0x10
    registers[Register.control3] = 0x03
    registers[0x30] = 0x08
    words = [0, 0, 0]
    pending = [nil, nil, nil]
    status = 0
    clock.stop()
    drivePin()
  }

  var isReachable: Bool { isPowered() }

  func decode(_ subaddress: UInt8) -> UInt8 { subaddress & 0x7f }

  func following(_ address: UInt8, in subaddress: UInt8) -> UInt8 {
    subaddress & 0x80 != 0 ? (address + 1) & 0x7f : address
  }

  func read(_ address: UInt8) -> UInt8 {
    switch Int(address) {
    case Register.status: return status
    case Register.outputs: return readOutput(Int(address) - Register.outputs.lowerBound)
    default: return registers[Int(address)]
    }
  }

  func write(_ address: UInt8, _ value: UInt8) {
    switch Int(address) {
    case Register.offsets: registers[Int(address)] = value
    case Register.control1:
      // TEMP_COMP changes nothing: the recording is what a compensated part gives.
      context.noteIgnored("CTRL_REG1_M", value & 0x03)
      registers[Int(address)] = value
      retime()
    case Register.control2:
      registers[Int(address)] = value & 0x60
      // SOFT_RST; REBOOT only reads the factory's trimming again.
      if value & 0x04 != 0 { reset() }
    case Register.control3:
      context.noteIgnored("CTRL_REG3_M", value & 0x04)
      registers[Int(address)] = value
      retime()
    case Register.control4, Register.control5: registers[Int(address)] = value
    case Register.interrupt:
      if Int(address) == 0x31 { return }
      if Int(address) == 0x30 { context.noteIgnored("INT_CFG_M", value & 0xe1) }
      registers[Int(address)] = value
    case Register.whoAmI, Register.status, Register.outputs: return
    default:
      if value != 0 {
        context.noteUnmodelled(
          "magnetometer.0x" + String(address, radix: 16),
          "a register that the data sheet reserves was written")
      }
    }
  }

  private func retime() {
    let mode = registers[Register.control3] & 3
    guard isPowered(), mode < 2 else { return clock.stop() }
    clock.run(at: Self.rates[Int(registers[Register.control1] >> 2 & 7)])
  }

  private func sample() {
    if context.faults.dropsSample() { return }
    guard let field = context.feel(.magneticField, atRest: [0, 0, 0]) else {
      return context.endStream()
    }
    let perCount = Double(Self.sensitivities[Int(registers[Register.control2] >> 5 & 3)]) / 1e12
    for axis in 0..<3 {
      let word = register16(field[axis] / 100 / perCount - Double(offset(axis)))
      if pending[axis] != nil { pending[axis] = word } else { words[axis] = word }
    }
    // XDA to ZYXDA, and the overrun bits of the axes that nobody had read.
    status = (status & 7) << 4 | (status & 7 != 0 ? 0x80 : 0) | 0x0f
    if registers[Register.control3] & 3 == 1 {
      registers[Register.control3] |= 0x03
      clock.stop()
    }
    drivePin()
  }

  private func offset(_ axis: Int) -> Int16 {
    let low = Register.offsets.lowerBound + 2 * axis
    return Int16(bitPattern: UInt16(registers[low]) | UInt16(registers[low + 1]) << 8)
  }

  private func readOutput(_ index: Int) -> UInt8 {
    let axis = index / 2
    let isSecond = index & 1 == 1
    let isHigh = isSecond != (registers[Register.control4] & 0x02 != 0)
    let word = UInt16(bitPattern: words[axis])
    if isSecond {
      if let newer = pending[axis] { words[axis] = newer }
      pending[axis] = nil
      status &= ~(0x11 << UInt8(axis))
      if status & 7 == 0 { status = 0 }
      drivePin()
    } else if registers[Register.control5] & 0x40 != 0, pending[axis] == nil {
      pending[axis] = words[axis]
    }
    return UInt8(isHigh ? word >> 8 : word & 0xff)
  }

  private func drivePin() {
    context.drive("DRDY_M", isPowered() ? status & 0x08 != 0 : nil)
  }
}
