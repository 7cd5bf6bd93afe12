import Disassembly
import Engine
import Units

/// Finds which instruction of the block under way is accessing a device, and so at which cycle.
///
/// The engine keeps the core registers current at every device access, so the instruction is the
/// first not yet seen whose address operands give the accessed address. The same on both engines;
/// neither has to tell the program counter.
struct AccessLocator {
  private var block: UInt64 = .max
  private var start: UInt64 = .max
  private var next = 0

  struct Place {
    let instruction: Address
    /// Core clocks since the run began.
    let cycle: UInt64
  }

  mutating func locate(
    _ address: UInt32, isWrite: Bool, engine: Engine, analysis: BlockAnalysis
  ) -> Place {
    let current = engine.currentBlock
    let key = BlockAnalysis.key(current.address, current.size)
    if key != block || current.start != start {
      (block, start, next) = (key, current.start, 0)
    }
    let details = analysis.details(of: current.address, size: current.size) {
      engine.bytes(at: current.address, count: Int(current.size))
    }
    guard let accesses = details?.accesses else {
      return Place(instruction: current.address, cycle: current.start)
    }
    for index in next..<max(next, accesses.count) {
      let access = accesses[index]
      let instruction = access.instruction
      let matches = isWrite ? instruction.kind.stores : instruction.kind.loads
      guard matches, let transfer = transfer(of: instruction, to: address, engine) else { continue }
      // A multiple transfer stays the candidate until its last word.
      next = transfer + 1 < Int(instruction.memory.count) ? index : index + 1
      return Place(
        instruction: instruction.address,
        cycle: current.start
          + engine.cyclesOfBlock(
            upTo: UInt64(access.cycle) + UInt64(transfer)
              + UInt64(engine.divisionCycles(beforeInstruction: access.index))
              + UInt64(engine.overlapCycles(upToInstruction: access.index))))
    }
    return Place(instruction: current.address, cycle: current.start)
  }

  /// Which of the instruction's transfers goes to `address`; nil when none does.
  private func transfer(
    of instruction: Instruction, to address: UInt32, _ engine: Engine
  ) -> Int? {
    let operand = instruction.memory
    guard let base = CoreRegister(rawValue: Int(operand.base)) else { return nil }
    var first =
      operand.base == 15
      ? instruction.baseOfLiterals : engine[base]
    if operand.hasIndex, let index = CoreRegister(rawValue: Int(operand.index)) {
      first = first &+ engine[index] << UInt32(operand.shift)
    } else if operand.indexing != .postIndexed {
      first = first &+ UInt32(bitPattern: operand.offset)
    }
    let distance = address &- first
    let size = max(UInt32(operand.transferSize), 1)
    guard distance < size * UInt32(operand.count) else { return nil }
    return Int(distance / size)
  }
}
