public import Registers
import Units

extension Block {
  /// No block of registers is larger; what is, is a window to memory.
  private static let largest: UInt32 = 1 << 20

  /// The peripherals of a vendor's description as blocks without a model, by address; those that share
  /// an address are one block with several names.
  public static func unmodelled(of device: DeviceDescription, _ provenance: Provenance) -> [Block] {
    var blocks: [Block] = []
    var extents: [Range<UInt32>?] = []
    var places: [Address: Int] = [:]
    for peripheral in device.peripherals {
      let lines = peripheral.interrupts.map(\.number)
      if let place = places[peripheral.base] {
        blocks[place].aliases.append(peripheral.name)
        blocks[place].size = max(blocks[place].size, size(of: peripheral))
        blocks[place].interrupts += lines.filter { !blocks[place].interrupts.contains($0) }
        extents[place] = union(extents[place], peripheral.extent)
        continue
      }
      places[peripheral.base] = blocks.count
      extents.append(peripheral.extent)
      blocks.append(
        Block(
          name: peripheral.name, aliases: [], type: "unmodelled", base: peripheral.base, first: 0,
          size: size(of: peripheral), interrupts: lines, parameters: [:], provenance: provenance))
    }
    return parted(zip(blocks, extents).sorted { $0.0.base < $1.0.base })
  }

  private static func size(of peripheral: DeviceDescription.Peripheral) -> UInt32 {
    let end = peripheral.extent?.upperBound ?? 4
    let size = max(min(peripheral.size, largest), min(end, largest))
    // The address space ends.
    return min(size, UInt32.max - peripheral.base.value)
  }

  private static func union(_ a: Range<UInt32>?, _ b: Range<UInt32>?) -> Range<UInt32>? {
    guard let a, let b else { return a ?? b }
    return min(a.lowerBound, b.lowerBound)..<max(a.upperBound, b.upperBound)
  }

  /// Blocks whose ranges overlap keep to their registers.
  private static func parted(_ sorted: [(block: Block, extent: Range<UInt32>?)]) -> [Block] {
    var blocks = sorted.map(\.block)
    for index in blocks.indices.dropLast() {
      let (end, next) = (UInt64(blocks[index].base.value) + UInt64(blocks[index].size), index + 1)
      guard end > UInt64(blocks[next].base.value) else { continue }
      for place in [index, next] {
        guard let extent = sorted[place].extent else { continue }
        blocks[place].first = min(extent.lowerBound, 0xffff)
        blocks[place].size = min(extent.upperBound, largest)
      }
      let start = blocks[next].base + blocks[next].first
      let room = start.value - blocks[index].base.value
      blocks[index].size = min(blocks[index].size, room)
      blocks[index].first = min(blocks[index].first, blocks[index].size)
    }
    return blocks.filter { $0.size > $0.first }
  }
}
