import Units

/// A serial NOR flash memory: MX25R6435F, 8 MiB, erased by 4 KiB, 32 KiB, 64 KiB or whole.
///
/// Only what was written takes memory. A page program takes 0.85 ms, erasing 40 ms, 240 ms, 480 ms or
/// 50 s (typical, high-performance mode).
///
/// Reference: Macronix MX25R6435F data sheet, AC characteristics (the times are remembered).
struct SerialFlash {
  static let size: UInt32 = 8 << 20
  static let pageTime = Interval.microseconds(850)

  private static let sectorSize: UInt32 = 4096
  private var sectors: [UInt32: [UInt8]] = [:]

  func read(_ address: UInt32, count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    for offset in 0..<UInt32(count) {
      let place = (address &+ offset) % Self.size
      let sector = sectors[place / Self.sectorSize]
      bytes.append(sector?[Int(place % Self.sectorSize)] ?? 0xff)
    }
    return bytes
  }

  /// Clears bits; gives the time of the pages that this takes.
  mutating func program(_ address: UInt32, _ bytes: [UInt8]) -> Interval {
    for (offset, byte) in bytes.enumerated() {
      let place = (address &+ UInt32(offset)) % Self.size
      sectors[
        place / Self.sectorSize,
        default: [UInt8](repeating: 0xff, count: Int(Self.sectorSize))][
          Int(place % Self.sectorSize)] &= byte
    }
    let pages = bytes.isEmpty ? 0 : (Int(address & 0xff) + bytes.count + 255) / 256
    return Self.pageTime * Int64(pages)
  }

  /// Erases the block of `size` bytes around the address; the time that it takes.
  mutating func erase(_ address: UInt32, size: UInt32) -> Interval {
    let first = (address % Self.size) / size * size / Self.sectorSize
    for sector in first..<(first + size / Self.sectorSize) { sectors[sector] = nil }
    switch size {
    case 4096: return .milliseconds(40)
    case 32_768: return .milliseconds(240)
    case 65_536: return .milliseconds(480)
    default: return .seconds(50)
    }
  }
}
