import Disassembly
import Engine
import Units

/// What a conditional branch at the end of a busy wait depends on: which load, which of its bits, and
/// what they must become.
struct SpinCondition {
  /// The load whose value decides.
  private(set) var load: Instruction?
  /// Its address; nil: nobody knows.
  private(set) var address: Address?
  private(set) var mask: UInt32 = .max
  private(set) var awaits = "a condition"
  /// Masked bits, in their place, that would end the wait; nil: nobody knows.
  private(set) var wanted: UInt32?

  private var instructions: [Instruction] = []
  private var registers: [UInt32] = []
  private let word: (Address) -> UInt32?

  /// What leaves the loop: the masked value equals this, differs from it, or compares otherwise.
  private enum Test {
    case equal(UInt32)
    case differs(UInt32)
    case other(UInt32, Condition)
  }
  /// How far to the right the loaded value is moved before it is compared.
  private var shift = 0

  init(_ exit: SpinProbe.Exit, in probe: SpinProbe, word: @escaping (Address) -> UInt32?) {
    self.word = word
    // The compared value may have been loaded some blocks before.
    let first = max(exit.visit - 6, 0)
    registers = probe.visits[first].registers
    instructions = probe.visits[first...exit.visit].flatMap { probe.instructions($0) }
    guard let test = test(exit) else { return }
    awaits = words(test)
    wanted = wanted(test)
  }

  // MARK: The test

  private mutating func test(_ exit: SpinProbe.Exit) -> Test? {
    let end = instructions.count - 1
    if exit.branch.kind == .compareBranch {
      // CBNZ has bit 11.
      let leavesOnZero = (exit.branch.encoding & 0x800 == 0) == exit.isTaken
      guard follow(UInt8(exit.branch.encoding & 7), before: end, .max) else { return nil }
      return leavesOnZero ? .equal(0) : .differs(0)
    }
    let number = exit.branch.condition.rawValue ^ (exit.isTaken ? 0 : 1)
    guard let condition = Condition(rawValue: number),
      let setter = (0..<end).last(where: { instructions[$0].writesFlags })
    else { return nil }
    return test(setter, condition)
  }

  /// Of the instruction that set the flags.
  private mutating func test(_ index: Int, _ condition: Condition) -> Test? {
    let instruction = instructions[index]
    let code = instruction.encoding
    if let shift = Self.leftShift(instruction) {
      switch condition {
      case .mi, .pl:
        guard follow(shift.source, before: index, 1 << (31 - shift.amount)) else { return nil }
        return condition == .mi ? .differs(0) : .equal(0)
      case .eq, .ne:
        guard follow(shift.source, before: index, .max >> shift.amount) else { return nil }
        return condition == .ne ? .differs(0) : .equal(0)
      case .cs, .cc:
        guard shift.amount > 0, follow(shift.source, before: index, 1 << (32 - shift.amount)) else {
          return nil
        }
        return condition == .cs ? .differs(0) : .equal(0)
      default: return nil
      }
    }
    if let masked = masking(instruction, index) {
      guard follow(masked.source, before: index, masked.mask) else { return nil }
      return condition == .ne ? .differs(0) : condition == .eq ? .equal(0) : .other(0, condition)
    }
    if code & 0xffff_ff00 & ~0x700 == 0x2800 || code & 0xfbf0_8f00 == 0xf1b0_0f00 {
      let register = instruction.isWide ? code >> 16 & 0xf : code >> 8 & 7
      let constant = instruction.isWide ? Self.expanded(code) : code & 0xff
      return compare(UInt8(register), constant, index, condition)
    }
    if !instruction.isWide && code & 0xffc0 == 0x4280 {
      let (left, right) = (UInt8(code & 7), UInt8(code >> 3 & 7))
      if let constant = value(right, before: index),
        let test = compare(left, constant, index, condition)
      {
        return test
      }
      return value(left, before: index).flatMap { compare(right, $0, index, condition) }
    }
    return nil
  }

  private mutating func compare(
    _ register: UInt8, _ constant: UInt32, _ index: Int, _ condition: Condition
  ) -> Test? {
    guard follow(register, before: index, .max) else { return nil }
    switch condition {
    case .eq: return .equal(constant)
    case .ne: return .differs(constant)
    default: return .other(constant, condition)
    }
  }

  private func wanted(_ test: Test) -> UInt32? {
    let lowest = mask & (~mask &+ 1)
    switch test {
    case .differs(0): return lowest
    case .equal(0): return 0
    case .differs(let value): return inPlace(value).map { $0 ^ lowest }
    case .equal(let value): return inPlace(value)
    case .other(let value, let condition):
      switch condition {
      case .cs, .ls, .ge, .le: return inPlace(value)
      case .hi, .gt: return inPlace(value &+ 1)
      case .cc, .lt: return value == 0 ? nil : inPlace(value - 1)
      default: return nil
      }
    }
  }

  /// Where a compared constant's bits come from; nil where the mask cannot hold them.
  private func inPlace(_ value: UInt32) -> UInt32? {
    let placed = shift < 0 ? value >> UInt32(-shift) : value << UInt32(shift)
    return placed & ~mask == 0 ? placed : nil
  }

  private func words(_ test: Test) -> String {
    let isBit = mask.nonzeroBitCount == 1
    let bits = isBit ? "bit \(mask.trailingZeroBitCount)" : "bits \(hexadecimal(mask))"
    // A byte or halfword is looked at as a whole.
    let isWhole = mask == .max || mask == 0xff || mask == 0xffff
    switch test {
    case .differs(0): return isWhole ? "to become non-zero" : "\(bits) to be set"
    case .equal(0): return isWhole ? "to become zero" : "\(bits) to be cleared"
    case .equal(let value): return "\(isWhole ? "" : bits + " ")to become \(value)"
    case .differs(let value): return "\(isWhole ? "" : bits + " ")to change from \(value)"
    case .other(let value, _): return "a comparison with \(value) to hold"
    }
  }

  // MARK: Decoding

  private static func leftShift(_ instruction: Instruction) -> (source: UInt8, amount: UInt32)? {
    let code = instruction.encoding
    if !instruction.isWide && code & 0xf800 == 0 && instruction.kind != .undefined {
      return (UInt8(code >> 3 & 7), code >> 6 & 31)
    }
    // LSLS.W (MOVS.W with a shift)
    if instruction.isWide && code & 0xffff_8030 == 0xea5f_0000 {
      return (UInt8(code & 0xf), code >> 10 & 0x1c | code >> 6 & 3)
    }
    return nil
  }

  /// TST and AND, with a constant or with a register whose value is known.
  private func masking(_ instruction: Instruction, _ index: Int) -> (source: UInt8, mask: UInt32)? {
    let code = instruction.encoding
    if instruction.isWide {
      if code & 0xfbe0_8000 == 0xf000_0000 {
        return (UInt8(code >> 16 & 0xf), Self.expanded(code))
      }
      // UBFX
      if code & 0xfff0_8020 == 0xf3c0_0000 { return nil }
      guard code & 0xffe0_f0f0 & ~0xf00 == 0xea00_0000 else { return nil }
      return known(UInt8(code >> 16 & 0xf), UInt8(code & 0xf), index)
    }
    guard code & 0xffc0 == 0x4200 || code & 0xffc0 == 0x4000 else { return nil }
    return known(UInt8(code & 7), UInt8(code >> 3 & 7), index)
  }

  private func known(
    _ first: UInt8, _ second: UInt8, _ index: Int
  ) -> (source: UInt8, mask: UInt32)? {
    if writer(of: first, before: index).map({ instructions[$0].kind.loads }) == true,
      let mask = value(second, before: index)
    {
      return (first, mask)
    }
    return value(first, before: index).map { (second, $0) }
  }

  /// ThumbExpandImm. Reference: Arm DDI 0403E.e, A5.3.2.
  private static func expanded(_ code: UInt32) -> UInt32 {
    let field = code >> 15 & 0x800 | code >> 4 & 0x700 | code & 0xff
    let byte = field & 0xff
    switch field >> 8 {
    case 0: return byte
    case 1: return byte << 16 | byte
    case 2: return byte << 24 | byte << 8
    case 3: return byte * 0x0101_0101
    default:
      let value = 0x80 | field & 0x7f
      let rotation = field >> 7
      return value >> rotation | value << (32 - rotation)
    }
  }

  // MARK: Where values come from

  private func writer(of register: UInt8, before index: Int) -> Int? {
    (0..<max(index, 0)).last { instructions[$0].writes >> UInt16(register) & 1 == 1 }
  }

  /// Goes back to the load that a register's value comes from, narrowing the bits that matter.
  private mutating func follow(_ register: UInt8, before index: Int, _ bits: UInt32) -> Bool {
    var (register, index, bits) = (register, index, bits)
    for _ in 0..<8 {
      guard let place = writer(of: register, before: index) else { return false }
      let instruction = instructions[place]
      let code = instruction.encoding
      if instruction.kind == .load || instruction.kind == .loadExclusive {
        load = instruction
        mask = bits & (instruction.memory.transferSize == 1 ? 0xff : .max)
        if instruction.memory.transferSize == 2 { mask &= 0xffff }
        address = self.address(of: instruction, at: place)
        return address != nil
      }
      if code & 0xfff0_8020 == 0xf3c0_0000, instruction.isWide {
        let low = code >> 10 & 0x1c | code >> 6 & 3
        bits = (bits & (.max >> (31 - (code & 31)))) << low
        shift += Int(low)
        register = UInt8(code >> 16 & 0xf)
      } else if let masked = masking(instruction, place) {
        (bits, register) = (bits & masked.mask, masked.source)
      } else if let left = Self.leftShift(instruction) {
        (bits, register) = (bits >> left.amount, left.source)
        shift -= Int(left.amount)
      } else if !instruction.isWide, code & 0xf800 == 0x0800 {
        (bits, register) = (bits << (code >> 6 & 31), UInt8(code >> 3 & 7))
        shift += Int(code >> 6 & 31)
      } else if !instruction.isWide, code & 0xff80 == 0xb280 {
        (bits, register) = (bits & (code & 0x40 != 0 ? 0xff : 0xffff), UInt8(code >> 3 & 7))
      } else if !instruction.isWide, code & 0xff00 == 0x4600 {
        register = UInt8(code >> 3 & 0xf)
      } else {
        return false
      }
      index = place
    }
    return false
  }

  private func address(of instruction: Instruction, at place: Int) -> Address? {
    let operand = instruction.memory
    guard operand.count > 0 else { return nil }
    let base =
      operand.base == 15
      ? instruction.baseOfLiterals : value(operand.base, before: place)
    let index = operand.hasIndex ? value(operand.index, before: place) : 0
    guard let base, let index else { return nil }
    return Address(operand.address(base: base, index: index))
  }

  /// What a register holds before an instruction: as the first block found it, a constant, or what a
  /// load before gets from memory.
  private func value(_ register: UInt8, before index: Int, depth: Int = 0) -> UInt32? {
    guard register < 15, depth < 4 else { return nil }
    guard let place = writer(of: register, before: index) else {
      return registers[Int(register)]
    }
    let instruction = instructions[place]
    let code = instruction.encoding
    if instruction.kind == .load, instruction.memory.transferSize == 4 {
      let operand = instruction.memory
      let base =
        operand.base == 15
        ? instruction.baseOfLiterals
        : value(operand.base, before: place, depth: depth + 1)
      guard let base, !operand.hasIndex else { return nil }
      return word(Address(operand.address(base: base, index: 0)))
    }
    // MOVS, MOV.W and MOVW with a constant; MOV of a register.
    if !instruction.isWide && code & 0xf800 == 0x2000 { return code & 0xff }
    if code & 0xfbef_8000 == 0xf04f_0000 { return Self.expanded(code) }
    if code & 0xfbf0_8000 == 0xf240_0000 {
      return code >> 4 & 0xf000 | code >> 15 & 0x800 | code >> 4 & 0x700 | code & 0xff
    }
    if !instruction.isWide && code & 0xff00 == 0x4600 {
      return value(UInt8(code >> 3 & 0xf), before: place, depth: depth + 1)
    }
    return nil
  }
}
