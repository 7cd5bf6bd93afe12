import Disassembly
import Engine
import Units

/// Follows register values through a block symbolically, as far as data reads need them: each register
/// is what it was at the block's start plus a constant, a constant, or unknown.
///
/// Not followed: pointers that the block itself loads from RAM, and arithmetic beyond moves, additions
/// of constants and address write-back. Such reads count as reads of fast memory.
struct LoadAddresses {
  private enum Value {
    case initial(UInt8, plus: UInt32)
    case constant(UInt32)
    case unknown
  }

  private var registers: [Value] = (0..<16).map { .initial(UInt8($0), plus: 0) }
  private(set) var programs: [LoadProgram] = []
  /// Reads whose address could not be told.
  private(set) var unresolved = 0

  /// `word` reads a constant of the code's own memory.
  init(_ instructions: [Instruction], word: (Address) -> UInt32?) {
    for instruction in instructions { follow(instruction, word) }
  }

  private mutating func follow(_ instruction: Instruction, _ word: (Address) -> UInt32?) {
    let operand = instruction.memory
    if operand.count > 0 && instruction.kind.loads {
      if operand.base == 15 { noteLiteral(instruction) } else { note(operand) }
    }
    let literal =
      instruction.kind == .load && operand.base == 15 && !operand.hasIndex
        && operand.transferSize == 4
      ? word(Address(operand.address(base: (instruction.address.value &+ 4) & ~3, index: 0))) : nil
    let before = registers
    for number in 0..<15 where instruction.writes & 1 << UInt16(number) != 0 {
      registers[number] = .unknown
    }
    guard !instruction.isConditional else { return }
    if let literal, let target = single(instruction.writes) {
      registers[target] = .constant(literal)
    } else if operand.count > 0 && operand.writebackChange != 0 && operand.base < 15 {
      registers[Int(operand.base)] = Self.add(
        before[Int(operand.base)], UInt32(bitPattern: operand.writebackChange))
    } else if let constant = ConstantMove(instruction), let target = single(instruction.writes) {
      registers[target] = constant.apply(to: before[target]) ?? .unknown
    }
  }

  private func single(_ mask: UInt16) -> Int? {
    mask.nonzeroBitCount == 1 && mask < 0x8000 ? mask.trailingZeroBitCount : nil
  }

  private static func add(_ value: Value, _ change: UInt32) -> Value {
    switch value {
    case .initial(let number, let plus): .initial(number, plus: plus &+ change)
    case .constant(let constant): .constant(constant &+ change)
    case .unknown: .unknown
    }
  }

  /// A constant beside the code; a branch table's index moves within it.
  private mutating func noteLiteral(_ instruction: Instruction) {
    let operand = instruction.memory
    programs.append(
      LoadProgram(
        base: LoadProgram.none, index: LoadProgram.none, shift: 0, transfers: operand.count,
        offset: operand.address(base: (instruction.address.value &+ 4) & ~3, index: 0)))
  }

  private mutating func note(_ operand: MemoryOperand) {
    var program = LoadProgram(
      base: LoadProgram.none, index: LoadProgram.none, shift: operand.shift,
      transfers: operand.count, offset: 0)
    switch registers[Int(operand.base)] {
    case .initial(let number, let plus):
      // Constant distances from the stack pointer are in RAM.
      if number == 13 && !operand.hasIndex { return }
      (program.base, program.offset) = (number, plus)
    case .constant(let constant): program.offset = constant
    case .unknown:
      unresolved += 1
      return
    }
    if operand.hasIndex {
      switch registers[Int(operand.index)] {
      case .initial(let number, let plus):
        program.index = number
        program.offset = program.offset &+ plus << UInt32(operand.shift)
      case .constant(let constant):
        program.offset = program.offset &+ constant << UInt32(operand.shift)
      case .unknown:
        // The base of a table decides where it lies, not the index into it.
        break
      }
    } else if operand.indexing != .postIndexed {
      program.offset = program.offset &+ UInt32(bitPattern: operand.offset)
    }
    programs.append(program)
  }

  /// MOVW, MOVT, and ADD or SUB of a constant to the register itself or from another.
  private struct ConstantMove {
    private let encoding: UInt32
    private let isWide: Bool

    init?(_ instruction: Instruction) {
      guard instruction.kind == .alu else { return nil }
      encoding = instruction.encoding
      isWide = instruction.isWide
    }

    func apply(to old: Value) -> Value? {
      if isWide {
        let immediate =
          encoding & 0xff | encoding >> 4 & 0x700 | encoding >> 15 & 0x800 | encoding >> 4 & 0xf000
        switch encoding & 0xfbf0_8000 {
        case 0xf240_0000: return .constant(immediate)
        case 0xf2c0_0000:
          if case .constant(let low) = old { return .constant(low & 0xffff | immediate << 16) }
          return nil
        default: return nil
        }
      }
      // ADDS and SUBS Rdn, #imm8.
      switch encoding & 0xf800 {
      case 0x3000: return LoadAddresses.add(old, encoding & 0xff)
      case 0x3800: return LoadAddresses.add(old, 0 &- (encoding & 0xff))
      default: return nil
      }
    }
  }
}
