import Disassembly
import Engine
import Units

extension LoadOverlap {
  /// Nil where one memory answers both accesses, or nobody knows.
  init?(of first: RegisterSum?, and second: RegisterSum?, instruction: Int) {
    guard let first, let second else { return nil }
    // Distances from one pointer; constants beside the code.
    let isOnePlace =
      first.base == second.base && first.index == second.index
      && (!first.isConstant || first.offset &- second.offset &+ 0x1000 < 0x2000)
    if isOnePlace { return nil }
    self.init(first: first, second: second, instruction: UInt16(clamping: instruction))
  }

  /// What an instruction reached, as the registers say after it.
  static func place(of instruction: Instruction) -> RegisterSum? {
    let operand = instruction.memory
    if operand.base == 15 { return RegisterSum(offset: instruction.literalAddress) }
    let isLost =
      instruction.isConditional || operand.hasIndex
      || instruction.writes & 1 << UInt16(operand.base) != 0 && !operand.writesBack
    return isLost ? nil : RegisterSum(base: operand.base)
  }
}
