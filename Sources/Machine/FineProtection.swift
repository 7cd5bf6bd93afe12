import CortexM
import Disassembly
import Engine
import Units

/// Accesses to pages of 1 KiB in which the MPU allows one thing here and another there: the engine asks
/// for each of them, and what is allowed is run with the page open.
///
/// Not modelled: on engines without exact faults, see `EngineProcessor`.
extension Machine {
  /// Runs the instruction that `fault` is about and the rest of its block, if the MPU allows each of its
  /// accesses; nil: it does not, or the fault is about something else.
  func accessPermitted(_ fault: MemoryFault) -> EngineStop? {
    guard engine.protects, engine.hasExactFaults, fault.kind == .read || fault.kind == .write,
      core.isMixedPage(fault.address.value)
    else { return nil }
    let start = engine.programCounter
    guard let bytes = engine.bytes(at: start, count: 4) ?? engine.bytes(at: start, count: 2),
      let instruction = Decoder.decodeBlock(bytes: bytes, at: start).first,
      let addresses = dataAddresses(of: instruction), !addresses.isEmpty
    else { return nil }
    let needed: Int32 = fault.kind == .read ? 1 : 2
    let size = UInt32(instruction.memory.transferSize)
    for address in addresses {
      // The first and the last byte: an unaligned access may reach into another region.
      for place in [address, address &+ (size - 1)]
      where core.permissions(at: place) & needed == 0 { return nil }
    }
    let stop = engine.runPiece(to: instruction.end, opening: addresses.map { $0 >> 10 })
    guard stop == .deadline, engine.programCounter == instruction.end else { return stop }
    let block = engine.currentBlock
    let isLast = instruction.end == block.address + block.size
    return isLast ? stop : engine.runPiece(to: nil)
  }

  /// Each access of a load or store, by the registers as they are now.
  func dataAddresses(of instruction: Instruction) -> [UInt32]? {
    let operand = instruction.memory
    guard operand.count > 0, let base = CoreRegister(rawValue: Int(operand.base)) else {
      return nil
    }
    let index = CoreRegister(rawValue: Int(operand.index)).map { engine[$0] } ?? 0
    let start = operand.base == 15 ? instruction.baseOfLiterals : engine[base]
    let first = operand.address(base: start, index: index)
    return (0..<UInt32(operand.count)).map { first &+ $0 * UInt32(operand.transferSize) }
  }
}
