import Simulation

/// The BMI270's registers that the model acts on, or names.
///
/// Reference: BMI270 data sheet (Bosch, BST-BMI270-DS000), section 5.2.
extension BMI270 {
  // swift-format-ignore: AlwaysUseLowerCamelCase
  enum Register: UInt8 {
    case CHIP_ID = 0x00
    case ERR_REG = 0x02
    case STATUS = 0x03
    case SENSORTIME_0 = 0x18
    case SENSORTIME_1 = 0x19
    case SENSORTIME_2 = 0x1a
    case EVENT = 0x1b
    case INT_STATUS_0 = 0x1c
    case INT_STATUS_1 = 0x1d
    case INTERNAL_STATUS = 0x21
    case TEMPERATURE_0 = 0x22
    case TEMPERATURE_1 = 0x23
    case ACC_CONF = 0x40
    case ACC_RANGE = 0x41
    case GYR_CONF = 0x42
    case GYR_RANGE = 0x43
    case FIFO_LENGTH_0 = 0x24
    case FIFO_LENGTH_1 = 0x25
    case FIFO_DATA = 0x26
    case FIFO_DOWNS = 0x45
    case FIFO_WTM_0 = 0x46
    case FIFO_WTM_1 = 0x47
    case FIFO_CONFIG_0 = 0x48
    case FIFO_CONFIG_1 = 0x49
    case AUX_IF_CONF = 0x4c
    case INT1_IO_CTRL = 0x53
    case INT2_IO_CTRL = 0x54
    case INT_LATCH = 0x55
    case INT1_MAP_FEAT = 0x56
    case INT2_MAP_FEAT = 0x57
    case INT_MAP_DATA = 0x58
    case INIT_CTRL = 0x59
    case INIT_ADDR_0 = 0x5b
    case INIT_ADDR_1 = 0x5c
    case INIT_DATA = 0x5e
    case ACC_SELF_TEST = 0x6d
    case GYR_SELF_TEST_AXES = 0x6e
    case PWR_CONF = 0x7c
    case PWR_CTRL = 0x7d
    case CMD = 0x7e

    static let resetValues: [(Register, UInt8)] = [
      (.CHIP_ID, 0x24), (.STATUS, 0x10), (.EVENT, 0x01), (.ACC_CONF, 0xa8), (.ACC_RANGE, 0x02),
      (.GYR_CONF, 0xa9), (.FIFO_DOWNS, 0x88), (.FIFO_WTM_1, 0x02), (.FIFO_CONFIG_0, 0x02),
      (.FIFO_CONFIG_1, 0x10), (.PWR_CONF, 0x03),
    ]

    /// The bits whose effect is not modelled: set, they become a finding.
    var unmodelledBits: UInt8 {
      switch self {
      case .FIFO_CONFIG_1: 0x2f
      case .AUX_IF_CONF: 0x80
      case .INT1_MAP_FEAT, .INT2_MAP_FEAT: 0xff
      case .INT_MAP_DATA: 0x88
      case .PWR_CTRL: 0x01
      default: 0
      }
    }
  }

  /// ACC_X_LSB to GYR_Z_MSB.
  private static let outputs: ClosedRange<UInt8> = 0x0c...0x17

  func following(_ address: UInt8, in subaddress: UInt8) -> UInt8 {
    // The two ports of a burst: INIT_DATA and FIFO_DATA.
    address == Register.INIT_DATA.rawValue || address == Register.FIFO_DATA.rawValue
      ? address : (address + 1) & 0x7f
  }

  func decode(_ subaddress: UInt8) -> UInt8 { subaddress & 0x7f }

  func read(_ address: UInt8) -> UInt8 {
    if Self.outputs.contains(address) { return readData(Int(address - Self.outputs.lowerBound)) }
    switch Register(rawValue: address) {
    case .SENSORTIME_0: return UInt8(truncatingIfNeeded: sensorTime)
    case .SENSORTIME_1: return UInt8(truncatingIfNeeded: sensorTime >> 8)
    case .SENSORTIME_2: return UInt8(truncatingIfNeeded: sensorTime >> 16)
    case .FIFO_LENGTH_0: return UInt8(fifo.length & 0xff)
    case .FIFO_LENGTH_1: return UInt8(fifo.length >> 8)
    case .FIFO_DATA: return readFIFO()
    case .EVENT:
      defer { self[.EVENT] = 0 }
      return self[.EVENT]
    case .INT_STATUS_1:
      defer {
        interrupts = fifoLevels
        drivePins(hasNewSample: false)
      }
      return interrupts
    case .TEMPERATURE_0, .TEMPERATURE_1:
      guard isInitialized, self[.PWR_CTRL] & 0x08 != 0 else { return address & 1 == 0 ? 0 : 0x80 }
      return UInt8(address & 1 == 0 ? temperature & 0xff : temperature >> 8)
    default: return registers[Int(address)]
    }
  }

  func write(_ address: UInt8, _ value: UInt8) {
    // The registers before FEAT_PAGE are the part's to write.
    guard address >= 0x2f else { return }
    guard let register = Register(rawValue: address) else {
      registers[Int(address)] = value
      return
    }
    let ignored = value & register.unmodelledBits
    context.noteIgnored("\(register)", ignored)
    let before = registers[Int(address)]
    registers[Int(address)] = value
    switch register {
    case .INIT_CTRL:
      if value & 1 == 0 { upload.begin() } else { beginInitialization() }
    case .INIT_ADDR_0, .INIT_ADDR_1:
      upload.seek(word: Int(self[.INIT_ADDR_0] & 0x0f) | Int(self[.INIT_ADDR_1]) << 4)
    case .INIT_DATA:
      if self[.INIT_CTRL] & 1 == 0 { upload.take() }
      return
    case .CMD:
      self[.CMD] = 0
      if value == 0xb6 { return reset() }
      if value == 0xb0 { flushFIFO() }
      // The gyroscope's trigger: done, and every axis right.
      if value == 0x02 && isInitialized { registers[0x6e] = 0x0f }
    case .GYR_SELF_TEST_AXES: registers[Int(address)] = before
    // A FIFO holds frames of one shape.
    case .FIFO_CONFIG_0, .FIFO_CONFIG_1: flushFIFO()
    case .FIFO_WTM_0, .FIFO_WTM_1: updateFIFOInterrupts()
    default: break
    }
    retime()
    drivePins(hasNewSample: false)
  }

  /// The data interrupts of both pins.
  func drivePins(hasNewSample: Bool) {
    let map = self[.INT_MAP_DATA]
    drive("INT1", map: map & 0x0f, control: self[.INT1_IO_CTRL], hasNewSample)
    drive("INT2", map: map >> 4, control: self[.INT2_IO_CTRL], hasNewSample)
  }

  /// `map`: bit 0 the full FIFO, bit 1 its watermark, bit 2 new data.
  private func drive(_ pin: String, map: UInt8, control: UInt8, _ hasNewSample: Bool) {
    guard isReachable, control & 0x08 != 0 else { return context.drive(pin, nil) }
    let isMapped = map & 0x04 != 0
    let isLatched = self[.INT_LATCH] & 1 != 0
    let dataReady = (isLatched ? interrupts : self[.STATUS]) & 0xc0
    let conditions = (isLatched ? interrupts : fifoLevels) & map & 0x03
    func put(_ isActive: Bool) {
      let level = isActive == (control & 0x02 != 0)
      context.drive(pin, control & 0x04 != 0 && level ? nil : level)
    }
    if isMapped, hasNewSample, !isLatched { put(conditions != 0) }
    put(isMapped && dataReady != 0 || conditions != 0)
  }
}

/// The configuration that the host sends: which of its 8192 bytes have come.
struct BMI270Upload {
  private static let size = 8_192

  private var hasCome = [Bool](repeating: false, count: size)
  private var position = 0
  private var count = 0

  var isComplete: Bool { count == Self.size }

  /// INIT_CTRL 0: from the start.
  mutating func begin() { self = BMI270Upload() }

  /// INIT_ADDR counts words of two bytes.
  mutating func seek(word: Int) { position = 2 * word }

  mutating func take() {
    guard position < Self.size else { return }
    if !hasCome[position] { count += 1 }
    hasCome[position] = true
    position += 1
  }
}
