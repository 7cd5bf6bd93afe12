import Simulation

/// The registers that the serial controllers at one address share: firmware may set them before
/// ENABLE says which controller they are for.
///
/// PSEL: SCL or SCK, SDA or MOSI, MISO, CSN. CONFIG is SPI's order, phase and polarity. ADDRESS is
/// the I2C target's.
///
/// Reference: nRF52840 Product Specification v1.7, 6.1.2 Peripherals with shared ID, 6.24 SPI,
/// 6.25 SPIM, 6.30 TWI, 6.31 TWIM.
final class NordicSerialRegisters {
  private enum Register: UInt32 {
    case stallStatus = 0x400
    case errorSource = 0x4c4
    case frequency = 0x524
    case rxdPointer = 0x534
    case rxdMaxCount = 0x538
    case rxdAmount = 0x53c
    case rxdList = 0x540
    case txdPointer = 0x544
    case txdMaxCount = 0x548
    case txdAmount = 0x54c
    case txdList = 0x550
    case config = 0x554
    case receiveDelay = 0x560
    case selectDuration = 0x564
    case selectPolarity = 0x568
    case pselDCX = 0x56c
    case commandCount = 0x570
    case address = 0x588
    case overread = 0x5c0
  }

  private static let pinSelection: UInt32 = 0x508

  var transmitter: EasyDMA
  var receiver: EasyDMA
  var errorSource: UInt32 = 0
  private(set) var pins = [UInt32](repeating: .max, count: 4)
  private(set) var frequency: UInt32 = 0x0400_0000
  private(set) var config: UInt32 = 0
  /// CSNDUR: in cycles of 64 MHz.
  private(set) var selectDuration: UInt32 = 2
  /// CSNPOL: whether chip select is active high.
  private(set) var selectsHigh = false
  /// ORC: what is sent when TXD.MAXCNT is used up.
  private(set) var overread: UInt8 = 0
  private var receiveDelay: UInt32 = 2
  private var pselDCX = UInt32.max
  private var commandCount: UInt32 = 0
  private var address: UInt32 = 0
  private var stallStatus: UInt32 = 0

  init(_ context: PeripheralContext) {
    transmitter = EasyDMA(context, "TXD")
    receiver = EasyDMA(context, "RXD")
  }

  var targetAddress: UInt8 { UInt8(address & 0x7f) }

  func read(_ offset: UInt32) -> UInt32? {
    if let pin = pinIndex(offset) { return pins[pin] }
    guard let register = Register(rawValue: offset) else { return nil }
    switch register {
    case .stallStatus: return stallStatus
    case .errorSource: return errorSource
    case .frequency: return frequency
    case .rxdPointer: return receiver.pointer
    case .rxdMaxCount: return receiver.maximumCount
    case .rxdAmount: return receiver.amount
    case .rxdList: return receiver.list
    case .txdPointer: return transmitter.pointer
    case .txdMaxCount: return transmitter.maximumCount
    case .txdAmount: return transmitter.amount
    case .txdList: return transmitter.list
    case .config: return config
    case .receiveDelay: return receiveDelay
    case .selectDuration: return selectDuration
    case .selectPolarity: return selectsHigh ? 1 : 0
    case .pselDCX: return pselDCX
    case .commandCount: return commandCount
    case .address: return address
    case .overread: return UInt32(overread)
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    if let pin = pinIndex(offset) {
      pins[pin] = value
      return true
    }
    guard let register = Register(rawValue: offset) else { return false }
    switch register {
    case .stallStatus: stallStatus = value & 3
    case .errorSource: errorSource &= ~value
    case .frequency: frequency = value
    case .rxdPointer: receiver.pointer = value
    case .rxdMaxCount: receiver.maximumCount = value
    case .rxdList: receiver.list = value & 7
    case .txdPointer: transmitter.pointer = value
    case .txdMaxCount: transmitter.maximumCount = value
    case .txdList: transmitter.list = value & 7
    case .rxdAmount, .txdAmount: break
    case .config: config = value & 7
    case .receiveDelay: receiveDelay = value & 7
    case .selectDuration: selectDuration = value & 0xff
    case .selectPolarity: selectsHigh = value & 1 == 1
    case .pselDCX: pselDCX = value
    case .commandCount: commandCount = value & 0xf
    case .address: address = value & 0x7f
    case .overread: overread = UInt8(truncatingIfNeeded: value)
    }
    return true
  }

  func reset() {
    transmitter.reset()
    receiver.reset()
    errorSource = 0
    pins = [UInt32](repeating: .max, count: 4)
    frequency = 0x0400_0000
    config = 0
    selectDuration = 2
    selectsHigh = false
    overread = 0
    receiveDelay = 2
    pselDCX = .max
    commandCount = 0
    address = 0
    stallStatus = 0
  }

  private func pinIndex(_ offset: UInt32) -> Int? {
    guard offset >= Self.pinSelection, offset & 3 == 0 else { return nil }
    let pin = Int(offset - Self.pinSelection) / 4
    return pins.indices.contains(pin) ? pin : nil
  }
}
