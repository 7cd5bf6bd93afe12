import Simulation
import Units

/// The bus port of a DMA controller: memory, flash and device registers alike, but not what only the
/// core reaches.
struct BusPort {
  let fabric: Fabric

  func read(_ address: UInt32, _ size: Int) -> UInt32? {
    guard fabric.coreOnlyMemory(at: address) == nil else { return nil }
    let place = Address(address)
    if let bytes = fabric.memory.read(place, count: size)
      ?? fabric.memory.stored(place, count: size)
    {
      fabric.onTransfer(place, size)
      return bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
    return fabric.devices?.read(place, width(size))
  }

  func write(_ address: UInt32, _ value: UInt32, _ size: Int) -> Bool {
    guard fabric.coreOnlyMemory(at: address) == nil else { return false }
    let bytes = (0..<size).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) }
    if fabric.memory.write(Address(address), bytes) {
      fabric.onTransfer(Address(address), size)
      return true
    }
    return fabric.devices?.write(Address(address), value, width(size)) ?? false
  }

  private func width(_ size: Int) -> AccessWidth {
    AccessWidth(rawValue: UInt32(size)) ?? .word
  }
}
