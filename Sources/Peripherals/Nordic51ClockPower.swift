import Simulation

/// The nRF51's clock and power control: that of the nRF52840 as far as both have it, and what only the
/// nRF51 has.
///
/// HFCLKSTART starts the 16 MHz crystal. RAMON and RAMONB supply two blocks of 8 KiB of RAM each, bits 0
/// and 1 in System ON, bits 16 and 17 in System OFF. RESET, for the reset pin in debug mode, and XTALFREQ,
/// which crystal is fitted, hold what is written.
///
/// Reference: nRF51 Series Reference Manual v3.0, chapters 11 POWER and 12 CLOCK (offsets and reset values
/// from the vendor's register file).
/// Not modelled: the current of RAM; the memory protection unit at the same address (MPU).
final class Nordic51ClockPower: SurvivesSystemOff {
  private static let resetValues: [UInt32: UInt32] = [
    0x524: 3,  // RAMON
    0x544: 0,  // RESET
    0x550: .max,  // XTALFREQ
    0x554: 3,  // RAMONB
    0xa08: 0,  // DCDCFORCE
  ]
  /// Registers of the nRF52840 that the nRF51 does not have, or has other ones at.
  private static let absent: Set<UInt32> = [
    0x114, 0x118, 0x11c, 0x120, 0x124, 0x438, 0x520, 0x528, 0x55c, 0x580, 0x5b4, 0x640,
  ]

  private let common: NordicClockPower
  private var values = resetValues

  init(_ context: PeripheralContext) { common = NordicClockPower(context) }

  func read(_ offset: UInt32) -> UInt32? {
    if let value = values[offset] { return value }
    return Self.absent.contains(offset) || offset >= 0x900 ? nil : common.read(offset)
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    if values[offset] != nil {
      values[offset] = value
      if offset == 0x524 { supply(blocksFrom: 0, value) }
      if offset == 0x554 { supply(blocksFrom: 2, value) }
      return true
    }
    return !Self.absent.contains(offset) && offset < 0x900 && common.write(offset, value)
  }

  /// A block is what one RAM[n].POWER of the nRF52840 switches: two sections of 4 KiB.
  private func supply(blocksFrom first: UInt32, _ value: UInt32) {
    for block: UInt32 in 0..<2 {
      let isOn = value >> block & 1 == 1
      let isRetained = value >> (16 + block) & 1 == 1
      _ = common.write(
        0x900 + 16 * (first + block), (isOn ? 3 : 0) | (isRetained ? 3 << 16 : 0))
    }
  }

  func reset() {
    values = Self.resetValues
    common.reset()
  }
}
