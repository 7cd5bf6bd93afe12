import Simulation
import Units

/// The LSM6DSOX's registers that the model acts on, or names.
///
/// Reference: LSM6DSOX data sheet (ST, DS12814), sections 8 and 9.
extension LSM6DSOX {
  // swift-format-ignore: AlwaysUseLowerCamelCase
  enum Register: UInt8 {
    case FUNC_CFG_ACCESS = 0x01
    case PIN_CTRL = 0x02
    case FIFO_CTRL1 = 0x07
    case FIFO_CTRL2 = 0x08
    case FIFO_CTRL3 = 0x09
    case FIFO_CTRL4 = 0x0a
    case COUNTER_BDR_REG1 = 0x0b
    case COUNTER_BDR_REG2 = 0x0c
    case INT1_CTRL = 0x0d
    case INT2_CTRL = 0x0e
    case WHO_AM_I = 0x0f
    case CTRL1_XL = 0x10
    case CTRL2_G = 0x11
    case CTRL3_C = 0x12
    case CTRL4_C = 0x13
    case CTRL5_C = 0x14
    case CTRL6_C = 0x15
    case CTRL7_G = 0x16
    case CTRL8_XL = 0x17
    case CTRL9_XL = 0x18
    case CTRL10_C = 0x19
    case STATUS_REG = 0x1e
    case OUT_TEMP_L = 0x20
    case OUT_TEMP_H = 0x21
    case FIFO_STATUS1 = 0x3a
    case FIFO_STATUS2 = 0x3b
    case TIMESTAMP0 = 0x40
    case TIMESTAMP1 = 0x41
    case TIMESTAMP2 = 0x42
    case TIMESTAMP3 = 0x43
    case TAP_CFG2 = 0x58
    case MD1_CFG = 0x5e
    case MD2_CFG = 0x5f
    case I3C_BUS_AVB = 0x62
    case X_OFS_USR = 0x73
    case Y_OFS_USR = 0x74
    case Z_OFS_USR = 0x75
    case FIFO_DATA_OUT_TAG = 0x78

    /// What it holds after power-on or SW_RESET.
    var resetValue: UInt8 {
      switch self {
      case .PIN_CTRL: 0x3f
      case .WHO_AM_I: 0x6c
      case .CTRL3_C: 0x04
      case .CTRL9_XL: 0xe0
      default: 0
      }
    }

    var isReadOnly: Bool {
      switch self {
      case .WHO_AM_I, .STATUS_REG, .OUT_TEMP_L, .OUT_TEMP_H, .FIFO_STATUS1, .FIFO_STATUS2,
        .TIMESTAMP0, .TIMESTAMP1, .TIMESTAMP3, .FIFO_DATA_OUT_TAG:
        true
      default: false
      }
    }

    /// The bits whose effect is not modelled: set, they become a finding.
    var unmodelledBits: UInt8 {
      switch self {
      case .FIFO_CTRL2: 0x40
      case .INT1_CTRL: 0x84
      case .CTRL5_C: 0xf0
      case .CTRL6_C: 0xe0
      case .CTRL7_G: 0x05
      case .TAP_CFG2: 0x80
      case .MD1_CFG, .MD2_CFG: 0xff
      default: 0
      }
    }
  }

  static let gyroscopeOutputs: ClosedRange<UInt8> = 0x22...0x27
  static let accelerometerOutputs: ClosedRange<UInt8> = 0x28...0x2d
  private static let fifoOutputs: ClosedRange<UInt8> = 0x78...0x7e

  var isReachable: Bool { isPowered && (context.select != nil || self[.CTRL4_C] & 0x04 == 0) }

  func decode(_ subaddress: UInt8) -> UInt8 { subaddress & 0x7f }

  func following(_ address: UInt8, in subaddress: UInt8) -> UInt8 {
    guard self[.CTRL3_C] & 0x04 != 0 else { return address }
    if address == Self.fifoOutputs.upperBound { return Self.fifoOutputs.lowerBound }
    return (address + 1) & 0x7f
  }

  /// Whether the address is one of the sensor hub's or the embedded functions'.
  private func isElsewhere(_ address: UInt8) -> Bool {
    self[.FUNC_CFG_ACCESS] & 0xc0 != 0 && address != Register.FUNC_CFG_ACCESS.rawValue
  }

  private func bankAddress(_ address: UInt8) -> UInt16 {
    UInt16(self[.FUNC_CFG_ACCESS] & 0xc0) << 8 | UInt16(address)
  }

  func read(_ address: UInt8) -> UInt8 {
    if isElsewhere(address) { return otherBanks[bankAddress(address)] ?? 0 }
    defer { drivePins() }
    let track = context.track
    switch address {
    case Self.gyroscopeOutputs:
      return output.readByte(
        of: .gyroscope, Int(address - 0x22), settings: outputSettings, track: track)
    case Self.accelerometerOutputs:
      return output.readByte(
        of: .accelerometer, Int(address - 0x28), settings: outputSettings, track: track)
    case Self.fifoOutputs:
      return fifo.read(Int(address - 0x78)) { track.markRead() }
    default: break
    }
    switch Register(rawValue: address) {
    case .STATUS_REG: return output.status
    case .OUT_TEMP_L, .OUT_TEMP_H:
      return output.readTemperature(highAddress: address & 1 == 1, settings: outputSettings)
    case .FIFO_STATUS1: return UInt8(fifo.count & 0xff)
    case .FIFO_STATUS2: return fifo.readStatus(fifoSettings)
    case .TIMESTAMP0, .TIMESTAMP1, .TIMESTAMP2, .TIMESTAMP3:
      return UInt8(truncatingIfNeeded: timestamp >> UInt32(8 * (address - 0x40)))
    default: return registers[Int(address)]
    }
  }

  func write(_ address: UInt8, _ value: UInt8) {
    if isElsewhere(address) {
      context.noteUnmodelled(
        "FUNC_CFG_ACCESS", "embedded functions and the sensor hub are not modelled")
      otherBanks[bankAddress(address)] = value
      return
    }
    guard let register = Register(rawValue: address) else {
      registers[Int(address)] = value
      return
    }
    guard !register.isReadOnly else { return }
    context.noteIgnored("\(register)", value & register.unmodelledBits)
    switch register {
    case .CTRL3_C where value & 0x01 != 0: return reset()
    case .CTRL3_C: registers[Int(address)] = value & 0x7e
    case .TIMESTAMP2:
      if value == 0xaa, timestampStart != nil { timestampStart = context.fabric.scheduler.now }
    case .COUNTER_BDR_REG1:
      registers[Int(address)] = value & ~0x40
      if value & 0x40 != 0 { fifo.resetCounter() }
    default: registers[Int(address)] = value
    }
    follow(register)
    retime()
    drivePins()
  }

  private func follow(_ register: Register) {
    switch register {
    case .CTRL10_C:
      let isOn = self[.CTRL10_C] & 0x20 != 0
      if !isOn {
        timestampStart = nil
      } else if timestampStart == nil {
        timestampStart = context.fabric.scheduler.now
      }
    case .FIFO_CTRL4:
      let mode = self[.FIFO_CTRL4] & 7
      if [3, 4, 7].contains(mode) {
        context.noteUnmodelled(
          "FIFO_CTRL4", "FIFO modes that an interrupt generator switches are not modelled")
      }
      if !isFIFOActive { fifo = LSM6DSOXFIFO() }
    default: break
    }
  }

  /// Steps of 25 us, by the part's own clock, since TIMESTAMP_EN was set.
  var timestamp: UInt32 {
    guard let start = timestampStart else { return 0 }
    let clock = ClockDomain(frequency: context.faults.scaled(Hertz(40_000)), start: start)
    return UInt32(truncatingIfNeeded: clock.ticks(at: context.fabric.scheduler.now))
  }

  var outputSettings: InertialOutput.Settings {
    InertialOutput.Settings(
      gyroscopeAxes: 7, accelerometerAxes: 7, isBlockUpdate: self[.CTRL3_C] & 0x40 != 0,
      isBigEndian: false, isFIFOActive: false, stopsWhenFull: false, depth: 0)
  }

  /// INT1 and INT2; INT2's signals on INT1, too, where INT2_ON_INT1 says so.
  func drivePins() {
    let status = output.status
    let isPulsed = self[.COUNTER_BDR_REG1] & 0x80 != 0
    let ready = isPulsed ? pulse : status & 3
    let levels = ready | fifo.interrupts(fifoSettings)
    let first = self[.INT1_CTRL] & 0x7b & levels != 0
    let second = self[.INT2_CTRL] & 0x7f & (levels | status & 4) != 0
    let isJoined = self[.CTRL4_C] & 0x20 != 0
    drive("INT1", first || isJoined && second)
    drive("INT2", second && !isJoined)
  }

  private func drive(_ pin: String, _ isActive: Bool) {
    let level = isActive != (self[.CTRL3_C] & 0x20 != 0)
    let isReleased = !isPowered || self[.CTRL3_C] & 0x10 != 0 && level
    context.drive(pin, isReleased ? nil : level)
  }
}
