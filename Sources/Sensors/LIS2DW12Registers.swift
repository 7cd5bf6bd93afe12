import Simulation

/// The LIS2DW12's registers that the model acts on, or names, and what reading and writing them
/// does.
///
/// Reference: LIS2DW12 data sheet (ST, DocID029682), sections 7 and 8.
extension LIS2DW12 {
  // swift-format-ignore: AlwaysUseLowerCamelCase
  enum Register: UInt8 {
    case OUT_T_L = 0x0d
    case OUT_T_H = 0x0e
    case WHO_AM_I = 0x0f
    case CTRL1 = 0x20
    case CTRL2 = 0x21
    case CTRL3 = 0x22
    case CTRL4 = 0x23
    case CTRL5 = 0x24
    case CTRL6 = 0x25
    case OUT_T = 0x26
    case STATUS = 0x27
    case FIFO_CTRL = 0x2e
    case FIFO_SAMPLES = 0x2f
    case WAKE_UP_THS = 0x34
    case STATUS_DUP = 0x37
    case ALL_INT_SRC = 0x3b
    case X_OFS_USR = 0x3c
    case CTRL7 = 0x3f

    static let resetValues: [(Register, UInt8)] = [(.WHO_AM_I, 0x44), (.CTRL2, 0x04)]

    /// The bits whose effect is not modelled: set, they become a finding.
    var unmodelledBits: UInt8 {
      switch self {
      case .CTRL2: 0x01
      case .CTRL3: 0x10
      case .CTRL4: 0xf8
      case .CTRL5: 0xe0
      case .CTRL6: 0x08
      case .WAKE_UP_THS: 0x40
      default: 0
      }
    }
  }

  private static let outputs: ClosedRange<UInt8> = 0x28...0x2d

  var isReachable: Bool { isPowered && (context.select != nil || self[.CTRL2] & 0x02 == 0) }

  func decode(_ subaddress: UInt8) -> UInt8 { subaddress & 0x3f }

  func following(_ address: UInt8, in subaddress: UInt8) -> UInt8 {
    guard self[.CTRL2] & 0x04 != 0 else { return address }
    if address == Self.outputs.upperBound, isFIFOActive { return Self.outputs.lowerBound }
    return (address + 1) & 0x3f
  }

  func read(_ address: UInt8) -> UInt8 {
    if Self.outputs.contains(address) {
      defer { drivePins() }
      return output.readByte(
        of: .accelerometer, Int(address - 0x28), settings: outputSettings, track: context.track)
    }
    switch Register(rawValue: address) {
    case .OUT_T_L, .OUT_T_H:
      defer { drivePins() }
      return output.readTemperature(highAddress: address & 1 == 0, settings: outputSettings)
    case .OUT_T: return UInt8(truncatingIfNeeded: temperature >> 4)
    case .STATUS: return (output.status & 0x01) | (reachesThreshold ? 0x80 : 0)
    case .STATUS_DUP:
      return (output.status & 0x01) | (output.status & 0x04) << 4
        | (output.fifo.hasOverrun ? 0x80 : 0)
    case .FIFO_SAMPLES: return output.fifo.source(threshold: threshold)
    default: return registers[Int(address)]
    }
  }

  func write(_ address: UInt8, _ value: UInt8) {
    let register = Register(rawValue: address)
    switch register {
    case .OUT_T_L, .OUT_T_H, .WHO_AM_I, .OUT_T, .STATUS, .FIFO_SAMPLES, .STATUS_DUP, .ALL_INT_SRC:
      return
    case .CTRL2:
      if value & 0x40 != 0 { return reset() }
      registers[Int(address)] = value & 0x1f
    default: registers[Int(address)] = value
    }
    if let register { context.noteIgnored("\(register)", value & register.unmodelledBits) }
    if register == .FIFO_CTRL {
      if [3, 4].contains(value >> 5) {
        context.noteUnmodelled(
          "FIFO_CTRL", "FIFO modes that an interrupt generator switches are not modelled")
      }
      if !isFIFOActive { output.fifo.clear() }
    }
    if register == .CTRL3, value & 0x03 == 0x03 { convertOnce() }
    retime()
    drivePins()
  }

  private var threshold: Int { Int(self[.FIFO_CTRL] & 0x1f) }

  private var reachesThreshold: Bool { output.fifo.reaches(threshold) }

  /// The trigger of mode 4 never comes: it stays in Bypass; that of mode 3 in Continuous.
  private var isFIFOActive: Bool { [1, 3, 6].contains(self[.FIFO_CTRL] >> 5) }

  var outputSettings: InertialOutput.Settings {
    InertialOutput.Settings(
      gyroscopeAxes: 0, accelerometerAxes: 7, isBlockUpdate: self[.CTRL2] & 0x08 != 0,
      isBigEndian: false, isFIFOActive: isFIFOActive,
      stopsWhenFull: self[.FIFO_CTRL] >> 5 == 1, depth: 32, isOverrun: false, keepsOldest: true)
  }

  /// INT1 and INT2; INT2's signals on INT1, too, where INT2_ON_INT1 says so.
  func drivePins() {
    let isPulsed = self[.CTRL7] & 0x80 != 0
    let isReady = isPulsed ? isPulsing : output.status & 1 != 0
    let levels: UInt8 =
      (isReady ? 0x01 : 0) | (reachesThreshold ? 0x02 : 0) | (output.fifo.isFull ? 0x04 : 0)
    let extra: UInt8 =
      (output.fifo.hasOverrun ? 0x08 : 0) | (output.status & 4 != 0 ? 0x10 : 0)
    let first = self[.CTRL4] & 0x07 & levels != 0
    let second = self[.CTRL5] & 0x1f & (levels | extra) != 0
    let isJoined = self[.CTRL7] & 0x40 != 0
    drive("INT1", first || isJoined && second)
    // An input while it asks for conversions.
    let isInput = self[.CTRL1] >> 2 & 3 == 2 && self[.CTRL3] & 0x02 == 0
    if isInput { context.drive("INT2", nil) } else { drive("INT2", second && !isJoined) }
  }

  private func drive(_ pin: String, _ isActive: Bool) {
    let level = isActive != (self[.CTRL3] & 0x08 != 0)
    let isReleased = !isPowered || self[.CTRL3] & 0x20 != 0 && level
    context.drive(pin, isReleased ? nil : level)
  }
}
