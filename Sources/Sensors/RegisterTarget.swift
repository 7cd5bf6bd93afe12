import Simulation

/// A part as its registers: what an I2C transfer reads, writes and steps through.
protocol RegisterFile: AnyObject {
  /// It acknowledges its address.
  var isReachable: Bool { get }
  /// The register that a sub-address byte names.
  func decode(_ subaddress: UInt8) -> UInt8
  /// The register after `address` in a burst that `subaddress` began.
  func following(_ address: UInt8, in subaddress: UInt8) -> UInt8
  func read(_ address: UInt8) -> UInt8
  func write(_ address: UInt8, _ value: UInt8)
  /// A read burst begins.
  func beginReading()
}

extension RegisterFile {
  func decode(_ subaddress: UInt8) -> UInt8 { subaddress }
  func beginReading() {}
}

/// The I2C side that parts with registers share: the first byte written is a sub-address, each
/// other byte goes to or comes from the register that it names, then from those after it.
///
/// Reference: LSM9DS1 data sheet (DocID025715 Rev 2), section 5.1.1; BMI270 data sheet
/// (BST-BMI270-DS000), section 6.
final class RegisterTarget: I2CTarget {
  private unowned let file: any RegisterFile
  private var subaddress: UInt8 = 0
  private var address: UInt8 = 0
  private var isAddressNext = false

  init(_ file: any RegisterFile) { self.file = file }

  func start(_ direction: I2CDirection) -> Bool {
    isAddressNext = direction == .write
    guard file.isReachable else { return false }
    if direction == .read { file.beginReading() }
    return true
  }

  func receive(_ byte: UInt8) -> Bool {
    guard file.isReachable else { return false }
    if isAddressNext {
      subaddress = byte
      address = file.decode(byte)
      isAddressNext = false
    } else {
      let target = address
      address = file.following(target, in: subaddress)
      file.write(target, byte)
    }
    return true
  }

  func transmit() -> UInt8 {
    guard file.isReachable else { return 0xff }
    let target = address
    address = file.following(target, in: subaddress)
    return file.read(target)
  }

  func stop() {}
}

/// The SPI side that parts with registers share: the first byte is a register's address with the
/// read bit on top, each other byte goes to or comes from that register, then from those after it.
///
/// Reference: LSM6DSOX data sheet (DS12814), section 5.1.4; BMI270 data sheet (BST-BMI270-DS000),
/// section 6.
/// Not modelled: three-wire mode.
final class SPIRegisterTarget: SPITarget {
  private unowned let file: any RegisterFile
  private let dummyBytes: Int
  private var subaddress: UInt8?
  private var address: UInt8 = 0
  private var isReading = false
  private var skipped = 0

  init(_ file: any RegisterFile, dummyBytes: Int) {
    self.file = file
    self.dummyBytes = dummyBytes
  }

  func select() { subaddress = nil }

  func exchange(_ byte: UInt8) -> UInt8 {
    guard file.isReachable else { return 0xff }
    guard let subaddress else {
      isReading = byte & 0x80 != 0
      address = byte & 0x7f
      self.subaddress = address
      skipped = 0
      if isReading { file.beginReading() }
      return 0xff
    }
    if isReading && skipped < dummyBytes {
      skipped += 1
      return 0
    }
    let target = address
    address = file.following(target, in: subaddress)
    if isReading { return file.read(target) }
    file.write(target, byte)
    return 0xff
  }

  func deselect() {}
}
