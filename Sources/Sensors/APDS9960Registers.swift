import Simulation
import Units

/// The APDS-9960's registers.
///
/// Reference: APDS-9960 data sheet (Broadcom, AV02-4191EN), "Register Set".
extension APDS9960 {
  enum Register: UInt8 {
    case enable = 0x80
    case lightTime = 0x81
    case waitTime = 0x83
    case configuration1 = 0x8d
    case persistence = 0x8c
    case proximityPulse = 0x8e
    case control = 0x8f
    case configuration2 = 0x90
    case identity = 0x92
    case status = 0x93
    case proximityData = 0x9c
    case configuration3 = 0x9f
    case gestureEntry = 0xa0
    case gestureExit = 0xa1
    case gestureConfiguration1 = 0xa2
    case gestureConfiguration2 = 0xa3
    case gesturePulse = 0xa6
    case gestureConfiguration3 = 0xaa
    case gestureConfiguration4 = 0xab
    case gestureLevel = 0xae
    case gestureStatus = 0xaf
  }

  static let resetValues: [(Register, UInt8)] = [
    (.lightTime, 0xff), (.waitTime, 0xff), (.configuration1, 0x40), (.proximityPulse, 0x40),
    (.configuration2, 0x01), (.identity, 0xab), (.gesturePulse, 0x40),
  ]

  private static let lightData: ClosedRange<UInt8> = 0x94...0x9b
  private static let gestureFIFO: ClosedRange<UInt8> = 0xfc...0xff
  private static let offsets: Set<UInt8> = [0x9d, 0x9e, 0xa4, 0xa5, 0xa7, 0xa9]

  /// The interrupts' clear commands act as soon as they are named, without data.
  func decode(_ subaddress: UInt8) -> UInt8 {
    switch subaddress {
    case 0xe5: clearInterrupts(proximity: true, light: false)
    case 0xe6: clearInterrupts(proximity: false, light: true)
    case 0xe7: clearInterrupts(proximity: true, light: true)
    default: return subaddress
    }
    drivePin()
    return subaddress
  }

  func following(_ address: UInt8, in subaddress: UInt8) -> UInt8 {
    address == Self.gestureFIFO.upperBound ? Self.gestureFIFO.lowerBound : address &+ 1
  }

  func read(_ address: UInt8) -> UInt8 {
    if Self.lightData.contains(address) { return readLight(Int(address - 0x94)) }
    if Self.gestureFIFO.contains(address) {
      defer { drivePin() }
      return gestures.read(Int(address - 0xfc)) { context.track.markRead() }
    }
    switch Register(rawValue: address) {
    case .status: return status
    case .proximityData:
      isProximityValid = false
      proximityAccount.note(isLast: true, context.track)
      return self[.proximityData]
    case .gestureLevel: return UInt8(gestures.datasets.count)
    case .gestureStatus: return (gestures.isValid ? 1 : 0) | (gestures.hasOverflowed ? 2 : 0)
    default: return registers[Int(address)]
    }
  }

  /// The low byte of a pair takes its high byte with it.
  private func readLight(_ index: Int) -> UInt8 {
    isLightValid = false
    lightAccount.note(isLast: index == 7, context.track)
    let word = light[index / 2]
    if index & 1 == 0 {
      lightShadow = UInt8(word >> 8)
      return UInt8(word & 0xff)
    }
    return lightShadow
  }

  private var status: UInt8 {
    (isLightValid ? 0x01 : 0) | (isProximityValid ? 0x02 : 0) | (gestures.isValid ? 0x04 : 0)
      | (hasLightInterrupt ? 0x10 : 0) | (hasProximityInterrupt ? 0x20 : 0)
  }

  func write(_ address: UInt8, _ value: UInt8) {
    if Self.offsets.contains(address) {
      context.noteIgnored("offset 0x\(String(address, radix: 16))", value)
    }
    switch Register(rawValue: address) {
    case .identity, .status, .proximityData, .gestureLevel, .gestureStatus: return
    case .enable: return enable(value & 0x7f)
    case .configuration2: context.noteIgnored("CONFIG2", value & 0xc0)
    case .configuration3: context.noteIgnored("CONFIG3", value & 0x3f)
    case .gestureConfiguration3: context.noteIgnored("GCONF3", value & 0x03)
    case .gestureConfiguration4:
      if value & 0x04 != 0 { gestures.clear() }
      if self[.gestureConfiguration4] & 1 == 1, value & 1 == 0 { gestures.end() }
      registers[Int(address)] = value & 0x03
      advanceIdle()
      return drivePin()
    default:
      if Self.lightData.contains(address) || address >= 0xe4 { return }
    }
    registers[Int(address)] = value
    drivePin()
  }

  /// INT is open drain and active low.
  func drivePin() {
    let enable = self[.enable]
    let isActive =
      enable & 0x10 != 0 && hasLightInterrupt || enable & 0x20 != 0 && hasProximityInterrupt
      || self[.gestureConfiguration4] & 0x02 != 0 && gestures.isValid
    context.drive("INT", isPowered ? !isActive : nil)
  }
}
