import Simulation
import Units

/// The four large banks of an RP2040's SRAM one after another, 64 KiB each, as the bus shows them beside
/// the memory whose words are striped over them.
///
/// Reference: RP2040 datasheet 2.6.2.
/// Not modelled: running code from there.
final class RP2040Banks: Peripheral {
  private static let striped = Address(0x2000_0000)

  private let memory: any BusMemory

  init(_ context: PeripheralContext) { memory = context.fabric.memory }

  /// Where a byte of a bank lies in the striped memory: each fourth word is the bank's.
  private func place(_ offset: UInt32) -> Address {
    let (bank, inside) = (offset >> 16 & 3, offset & 0xffff)
    return Self.striped + ((inside & ~3) * 4 + bank * 4 + (inside & 3))
  }

  func read(_ offset: UInt32) -> UInt32? { readNarrow(offset, .word) }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool { writeNarrow(offset, value, .word) }

  func readNarrow(_ offset: UInt32, _ width: AccessWidth) -> UInt32? {
    memory.read(place(offset), count: Int(width.rawValue))?.reversed().reduce(0) {
      $0 << 8 | UInt32($1)
    }
  }

  func writeNarrow(_ offset: UInt32, _ value: UInt32, _ width: AccessWidth) -> Bool {
    memory.write(
      place(offset),
      (0..<width.rawValue).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) })
  }

  /// What memory holds stays.
  func reset() {}
}
