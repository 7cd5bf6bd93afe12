import Disassembly
import Engine
import Units

/// Finds which instruction of a block a memory fault belongs to, where the engine only tells the block.
///
/// The engine has executed what comes before it and nothing behind, so its address operands give the
/// faulting address with the registers as they are; constants that the block itself has loaded by then
/// must be in their registers. Where two instructions fit all the same, it is the first.
struct FaultingInstruction {
  let instructions: [Instruction]
  let register: (Int) -> UInt32
  /// A word of memory that holds the code's constants.
  let word: (Address) -> UInt32?

  func find(_ address: UInt32, isWrite: Bool) -> Address? {
    var constants: [Int: UInt32] = [:]
    for instruction in instructions {
      let matches = isWrite ? instruction.kind.stores : instruction.kind.loads
      if matches, reaches(instruction, address),
        constants.allSatisfy({ register($0.key) == $0.value })
      {
        return instruction.address
      }
      follow(instruction, &constants)
    }
    return nil
  }

  private func reaches(_ instruction: Instruction, _ address: UInt32) -> Bool {
    let operand = instruction.memory
    guard operand.count > 0, operand.base < 16 else { return false }
    let base =
      operand.base == 15 ? instruction.baseOfLiterals : register(Int(operand.base))
    let first = operand.address(
      base: base, index: operand.hasIndex ? register(Int(operand.index)) : 0)
    return address &- first < UInt32(max(operand.byteCount, 1))
  }

  /// Notes which registers hold constants behind an instruction.
  private func follow(_ instruction: Instruction, _ constants: inout [Int: UInt32]) {
    for number in 0..<15 where instruction.writes >> UInt16(number) & 1 == 1 {
      constants[number] = nil
    }
    let operand = instruction.memory
    guard instruction.kind == .load, operand.base == 15, !operand.hasIndex,
      operand.transferSize == 4, !instruction.isConditional,
      instruction.writes.nonzeroBitCount == 1,
      let value = word(
        Address(instruction.literalAddress))
    else { return }
    constants[instruction.writes.trailingZeroBitCount] = value
  }
}

extension Machine {
  /// The instruction of the block under way that made a data access fault, or whose abort was asked for.
  func instruction(of fault: MemoryFault) -> Address? {
    let block = engine.currentBlock
    let details = analysis.details(of: block.address, size: block.size) {
      engine.bytes(at: block.address, count: Int(block.size))
    }
    guard let details else { return nil }
    let search = FaultingInstruction(
      instructions: details.instructions,
      register: { [processor] in
        CoreRegister(rawValue: $0).map { processor[$0] } ?? 0
      }, word: { [engine] in engine.word(at: $0) })
    return search.find(fault.address.value, isWrite: fault.kind == .write)
  }
}
