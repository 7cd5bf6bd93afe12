import Boards
import Engine
import FirmwareImage
import Units

/// The memory of a machine before its first instruction: what the vendor and the firmware's image put there, and
/// where the core starts.
extension Assembly {
  func mapMemories(_ engine: Engine) throws(MachineError) {
    func isAlias(_ memory: Memory) -> Bool {
      if case .alias = memory.kind { true } else { false }
    }
    do throws(EngineError) {
      for memory in board.chip.memories where !isAlias(memory) {
        try engine.mapMemory(
          at: memory.base, size: memory.size, isWritable: memory.kind == .ram)
        // Erased flash reads as ones.
        if memory.kind == .flash { engine.fill(0xff, at: memory.base, count: Int(memory.size)) }
      }
      for memory in board.chip.memories {
        guard case .alias(let name) = memory.kind, let original = board.chip.memory(name) else {
          continue
        }
        try engine.mapAlias(of: original.base, at: memory.base, size: memory.size)
      }
    } catch { throw .engine("\(error)") }
  }

  /// What the vendor has put into the chip.
  func fillROMs(_ engine: Engine) throws(MachineError) {
    for memory in board.chip.memories {
      guard let path = memory.contents else { continue }
      let contents: FirmwareImage
      do throws(FirmwareError) { contents = try FirmwareImage(file: path) } catch {
        throw .badInput(error.description)
      }
      for segment in contents.segments
      where !engine.store(Array(segment.bytes), at: segment.loadAddress) {
        throw .badInput("\(path): error: it does not fit memory '\(memory.name)'")
      }
    }
  }

  /// Writes the image into memory; what lies where a device may be is left over.
  func load(_ engine: Engine) throws(MachineError) -> [Segment] {
    var outside: [Segment] = []
    for segment in image.segments where !segment.bytes.isEmpty {
      let isTaken = board.chip.memories.contains {
        $0.contents != nil && $0.contains(segment.loadAddress)
      }
      if isTaken { throw doesNotFit(segment) }
      if engine.store(Array(segment.bytes), at: segment.loadAddress) { continue }
      guard board.chip.blocks.contains(where: { $0.contains(segment.loadAddress) }) else {
        throw doesNotFit(segment)
      }
      outside.append(segment)
    }
    return outside
  }

  /// Configuration words that an image brings: the device takes what it has cells for.
  func program(_ segment: Segment, _ bus: SystemBus) throws(MachineError) {
    for (index, byte) in segment.bytes.enumerated() {
      let address = segment.loadAddress + UInt32(index)
      guard bus.program(byte, at: address) else { throw doesNotFit(segment) }
    }
  }

  private func doesNotFit(_ segment: Segment) -> MachineError {
    .outsideMemory(
      path: image.path, address: segment.loadAddress, size: UInt64(segment.bytes.count),
      memories: board.chip.memories.map {
        "\($0.name) \($0.base)...\($0.base + ($0.size &- 1))"
      })
  }

  func vectorTable(_ engine: Engine) throws(MachineError) -> Address {
    // A chip with a boot ROM starts there, whatever it will find in flash.
    let isFixed = board.chip.memories.contains {
      $0.contents != nil && $0.contains(board.vectorTable.value)
    }
    let table = isFixed ? board.vectorTable.value : image.vectorTable ?? board.vectorTable.value
    func refuse(_ reason: String) -> MachineError {
      .badVectorTable(path: image.path, table: table, reason: reason)
    }
    guard let stack = engine.word(at: table), let start = engine.word(at: table + 4) else {
      throw refuse("no memory there")
    }
    guard stack >= 4, engine.isWritable(Address(stack &- 4), count: 4) else {
      throw refuse("its stack pointer \(Address(stack)) is not in RAM")
    }
    guard engine.word(at: Address(start & ~3)) != nil else {
      throw refuse("its reset vector \(Address(start)) is not in memory")
    }
    guard start & 1 == 1 else {
      throw refuse("its reset vector \(Address(start)) lacks the Thumb bit")
    }
    return table
  }
}
