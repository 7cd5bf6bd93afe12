import Boards
import Disassembly
import Engine
import Simulation
import Units

/// The data reads of the block under way that come after the access to a device, or the store, that is
/// happening: the engine has counted them when the block began.
///
/// Their addresses are told by the core registers as they are now; where only some of a block's reads missed
/// a cache, the earlier ones are taken to have.
struct ReadsAhead {
  let engine: Engine
  let analysis: BlockAnalysis
  let memory: Memory
  let number: Int
  /// The instruction that is happening.
  let origin: () -> Address?

  func count() -> (reads: UInt64, misses: UInt64) {
    let block = engine.currentBlock
    guard let origin = origin(),
      let details = analysis.details(
        of: block.address, size: block.size,
        bytes: { engine.bytes(at: block.address, count: Int(block.size)) })
    else { return (0, 0) }
    var (before, ahead) = (0, 0)
    for access in details.accesses where access.instruction.kind.loads {
      guard let address = address(of: access.instruction), memory.contains(address) else {
        continue
      }
      if access.instruction.address > origin {
        ahead += Int(access.instruction.memory.count)
      } else {
        before += Int(access.instruction.memory.count)
      }
    }
    let missed = Int(engine.dataMissesOfCurrentBlock(ofMemory: number))
    return (UInt64(ahead), UInt64(min(max(missed - before, 0), ahead)))
  }

  private func address(of instruction: Instruction) -> Address? {
    let operand = instruction.memory
    if operand.base == 15 {
      return Address(instruction.baseOfLiterals &+ UInt32(bitPattern: operand.offset))
    }
    guard let base = CoreRegister(rawValue: Int(operand.base)) else { return nil }
    let index = CoreRegister(rawValue: Int(operand.index)).map { engine[$0] } ?? 0
    return Address(operand.address(base: engine[base], index: index))
  }
}
