import Disassembly
import Engine
import Simulation
import Units

/// A store by the core to flash whose controller lets it write: the engine knows flash only as
/// read-only memory, so the store is done here and the core waits as long as it takes.
///
/// Not modelled: stores other than of single words, and stores in an IT block: they stay bus faults.
struct FlashStore {
  let engine: Engine
  let analysis: BlockAnalysis
  let fabric: Fabric
  let clock: ClockDomain

  /// Lets the flash controller stall a core that runs from read-only memory; `origin` tells where the
  /// access under way comes from.
  func connect(origin: @escaping () -> Address?) {
    let control = fabric.service(FlashControl.init)
    control.stall = { interval in
      guard let address = origin(), !engine.isWritable(address, count: 2) else { return }
      stall(interval)
    }
  }

  /// Does the store at the program counter; false where it is none that the controller takes.
  func perform() -> Bool {
    let block = engine.currentBlock
    let address = engine.programCounter
    guard address >= block.address, address - block.address < block.size,
      let details = analysis.details(
        of: block.address, size: block.size,
        bytes: { engine.bytes(at: block.address, count: Int(block.size)) }),
      let index = details.instructions.firstIndex(where: { $0.address == address })
    else { return false }
    let instruction = details.instructions[index]
    let operand = instruction.memory
    guard instruction.kind == .store, operand.transferSize == 4, operand.count == 1,
      !instruction.isInIfThenBlock, let base = CoreRegister(rawValue: Int(operand.base)),
      let source = CoreRegister(rawValue: sourceRegister(of: instruction))
    else { return false }
    let start = engine[base]
    let offset = CoreRegister(rawValue: Int(operand.index)).map { engine[$0] } ?? 0
    let target = Address(operand.address(base: start, index: offset))
    guard let wait = fabric.service(FlashControl.init).store(target, engine[source]) else {
      return false
    }
    if index + 1 < details.offsets.count {
      engine.cutShort(
        afterCycles: UInt32(details.offsets[index + 1]), instructions: UInt32(index + 1))
    }
    if operand.writesBack { engine[base] = start &+ UInt32(bitPattern: operand.offset) }
    if !engine.isWritable(address, count: 2) { stall(wait) }
    engine.programCounter = instruction.end
    engine.breakFlow()
    return true
  }

  private func sourceRegister(of instruction: Instruction) -> Int {
    if instruction.isWide { return Int(instruction.encoding >> 12 & 0xf) }
    // STR (immediate, SP-relative) has its register elsewhere.
    let isStackRelative = instruction.encoding >> 11 == 0b10010
    return Int(instruction.encoding >> (isStackRelative ? 8 : 0) & 7)
  }

  private func stall(_ interval: Interval) {
    let now = fabric.scheduler.now
    engine.stall(cycles: clock.firstTick(notBefore: now + interval) - clock.ticks(at: now))
  }
}
