import Disassembly
import Engine
import Simulation
import Units

/// A store by the core to flash whose controller lets it write: the engine knows flash only as
/// read-only memory, so the store is done here and the core waits as long as it takes.
///
/// Not modelled: stores of several words, and stores in an IT block: they stay bus faults.
struct FlashStore {
  let engine: Engine
  let analysis: BlockAnalysis
  let fabric: Fabric
  let clock: ClockSignal

  /// Lets the flash controller stall a core that runs from read-only memory; `origin` tells where the
  /// access under way comes from.
  func connect(origin: @escaping () -> Address?) {
    let control = fabric.service(FlashControl.init)
    control.stall = { interval in
      guard let address = origin(), !engine.isWritable(address, count: 2) else { return }
      stall(interval)
    }
    control.holdAccess = { stall($0) }
  }

  /// Does the store that `fault` is about; false where it is none that the controller takes.
  ///
  /// The engine may say no more than the block and the page, and its program counter may still be
  /// that of an earlier block: the store is the first one of the block, from the program counter on
  /// where it lies in the block, that reaches that page.
  func perform(_ fault: MemoryFault) -> Bool {
    let block = engine.currentBlock
    let counter = engine.programCounter
    let isInside = counter >= block.address && counter - block.address < block.size
    let from = isInside ? counter : block.address
    guard
      let details = analysis.details(
        of: block.address, size: block.size,
        bytes: { engine.bytes(at: block.address, count: Int(block.size)) }),
      let index = details.instructions.firstIndex(where: {
        $0.address >= from && reaches($0, fault.address)
      })
    else { return false }
    let instruction = details.instructions[index]
    let control = fabric.service(FlashControl.init)
    control.storing = instruction.address
    defer { control.storing = nil }
    guard !instruction.isInIfThenBlock, let target = target(of: instruction),
      let source = CoreRegister(rawValue: sourceRegister(of: instruction)),
      let wait = store(engine[source], Int(instruction.memory.transferSize), at: target)
    else { return false }
    if index + 1 < details.offsets.count {
      engine.cutShort(
        afterCycles: UInt32(details.offsets[index + 1]), instructions: UInt32(index + 1))
    }
    let operand = instruction.memory
    if operand.writesBack, let base = CoreRegister(rawValue: Int(operand.base)) {
      engine[base] = engine[base] &+ UInt32(bitPattern: operand.offset)
    }
    if !engine.isWritable(instruction.address, count: 2) { stall(wait) }
    engine.programCounter = instruction.end
    engine.breakFlow()
    return true
  }

  private func store(_ value: UInt32, _ size: Int, at address: Address) -> Interval? {
    let control = fabric.service(FlashControl.init)
    return size == 4 ? control.store(address, value) : control.storeNarrow(address, value, size)
  }

  private func reaches(_ instruction: Instruction, _ address: Address) -> Bool {
    target(of: instruction).map { $0.value >> 10 == address.value >> 10 } ?? false
  }

  /// Where a store of one register goes, by the registers as they are now; nil for other instructions.
  private func target(of instruction: Instruction) -> Address? {
    let operand = instruction.memory
    guard instruction.kind == .store, operand.transferSize <= 4, operand.count == 1,
      let base = CoreRegister(rawValue: Int(operand.base))
    else { return nil }
    let offset = CoreRegister(rawValue: Int(operand.index)).map { engine[$0] } ?? 0
    return Address(operand.address(base: engine[base], index: offset))
  }

  private func sourceRegister(of instruction: Instruction) -> Int {
    if instruction.isWide { return Int(instruction.encoding >> 12 & 0xf) }
    // STR (immediate, SP-relative) has its register elsewhere.
    let isStackRelative = instruction.encoding >> 11 == 0b10010
    return Int(instruction.encoding >> (isStackRelative ? 8 : 0) & 7)
  }

  private func stall(_ interval: Interval) {
    engine.stall(cycles: clock.ticks(in: interval))
  }
}
