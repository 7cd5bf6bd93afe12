import Disassembly
import Engine
import Timing
import Units

/// What a block asks of the bus in one execution: from which places, told by what the registers hold when it
/// has run, and how many times the core would stand still if another master were served first.
///
/// A store goes into the core's buffer and lets it run on, unless another access follows at once: a Cortex-M0
/// or M0+ has no such buffer. A word of code that is asked for a cycle before it is needed comes in time.
///
/// Reference: Arm DDI 0439D 3.3 (the store buffer of one entry), DDI 0484C.
/// Not followed: a pointer that the block has overwritten since, unless what it was can be loaded or worked
/// out again; conditions.
struct BlockTraffic {
  /// Accesses through one pointer.
  struct Flow {
    let place: RegisterExpression
    fileprivate(set) var accesses: UInt32
  }

  private(set) var flows: [Flow] = []
  /// Words of its code that come too late as soon as they are late at all.
  private(set) var fetches: UInt32 = 0

  private let instructions: [Instruction]
  private let word: (Address) -> UInt32?
  /// Steps back from the end of the block.
  private static let depth = 8
  /// Places that are less apart are in one memory.
  private static let reach: UInt32 = 1 << 12

  /// `word` reads a constant of the code's own memory.
  init(
    _ details: BlockAnalysis.Details, _ timing: any CoreTiming,
    word: @escaping (Address) -> UInt32?
  ) {
    (instructions, self.word) = (details.instructions, word)
    for (number, access) in details.accesses.enumerated() {
      var count = UInt32(access.instruction.memory.count)
      if access.instruction.kind.stores && timing.buffersStores {
        let next = number + 1 < details.accesses.count ? details.accesses[number + 1].index : nil
        if next != access.index + 1 { count -= 1 }
      }
      guard count > 0, let place = place(of: access.index) else { continue }
      if let known = flows.firstIndex(where: { $0.place == place }) {
        flows[known].accesses += count
      } else {
        flows.append(Flow(place: place, accesses: count))
      }
    }
    let words = timing.fetch.lines(
      details.instructions, offsets: details.offsets, lineBytes: 4)
    fetches = UInt32(words.count { $0.slack == 0 })
  }

  // MARK: Where

  /// An address in the memory that an instruction accesses: a small distance decides nothing.
  private func place(of index: Int) -> RegisterExpression? {
    switch address(of: index) {
    case .operation(.add, let place, .constant(let distance))
    where distance < Self.reach || 0 &- distance < Self.reach:
      place
    case let place: place
    }
  }

  /// What an instruction accesses; nor does an index that is not known.
  private func address(of index: Int) -> RegisterExpression? {
    let operand = instructions[index].memory
    guard operand.base < 16, let base = value(Int(operand.base), before: index, 0) else {
      return nil
    }
    if operand.hasIndex {
      if case .constant = base { return base }
      return value(Int(operand.index), before: index, 0).map {
        base + $0.applying(.shiftLeft, UInt32(operand.shift))
      } ?? base
    }
    return operand.indexing == .postIndexed
      ? base : base.advanced(by: UInt32(bitPattern: operand.offset))
  }

  /// What a register held before an instruction.
  private func value(_ register: Int, before index: Int, _ depth: Int) -> RegisterExpression? {
    if register == 15 { return .constant(instructions[index].baseOfLiterals) }
    if let since = change(of: register, in: index..<instructions.count) {
      return RegisterExpression.register(register).advanced(by: 0 &- since)
    }
    guard depth < Self.depth,
      let writer = instructions[..<index].lastIndex(where: { change(of: register, by: $0) == nil }),
      !instructions[writer].isConditional,
      let since = change(of: register, in: writer + 1..<index)
    else { return nil }
    var written: RegisterExpression?
    if instructions[writer].kind.loads {
      written = loaded(register, by: writer, depth + 1)
    } else {
      written = RegisterArithmetic(instructions[writer]).results.first { $0.register == register }?
        .value.flatMap { resolved($0, before: writer, depth + 1) }
    }
    return written?.advanced(by: since)
  }

  /// An expression of registers before an instruction as one of registers at the end.
  private func resolved(
    _ expression: RegisterExpression, before index: Int, _ depth: Int
  ) -> RegisterExpression? {
    switch expression {
    case .constant: return expression
    case .register(let register): return value(register, before: index, depth)
    case .operation(let operation, let first, let second):
      guard let first = resolved(first, before: index, depth),
        let second = resolved(second, before: index, depth)
      else { return nil }
      if case .constant(let a) = first, case .constant(let b) = second {
        return .constant(DerivedValue.result(operation, a, b))
      }
      return .operation(operation, first, second)
    }
  }

  private func loaded(_ register: Int, by index: Int, _ depth: Int) -> RegisterExpression? {
    let operand = instructions[index].memory
    let transfer = instructions[index].transferredWords.first { $0.register == register }
    guard let transfer, operand.transferSize == 4, !operand.hasIndex,
      let base = value(Int(operand.base), before: index, depth)
    else { return nil }
    let start = operand.indexing == .postIndexed ? 0 : UInt32(bitPattern: operand.offset)
    let offset = start &+ transfer.offset
    if case .constant(let place) = base, operand.base == 15,
      let constant = word(Address(place &+ offset))
    {
      return .constant(constant)
    }
    return base.advanced(by: offset).applying(.loadWord, 0)
  }

  /// By how much some instructions move a pointer; nil: one of them makes it another.
  private func change(of register: Int, in range: Range<Int>) -> UInt32? {
    var sum: UInt32 = 0
    for instruction in instructions[range] {
      guard let change = change(of: register, by: instruction) else { return nil }
      sum &+= change
    }
    return sum
  }

  private func change(of register: Int, by instruction: Instruction) -> UInt32? {
    guard instruction.writes & 1 << UInt16(register) != 0 else { return 0 }
    if instruction.isConditional { return nil }
    let operand = instruction.memory
    if operand.count > 0 {
      let isLoaded =
        instruction.kind.loads
        && instruction.transferredWords.contains { $0.register == register }
      guard operand.writesBack && Int(operand.base) == register && !isLoaded else { return nil }
      return UInt32(bitPattern: operand.writebackChange)
    }
    let value = RegisterArithmetic(instruction).results.first { $0.register == register }?.value
    switch value {
    case .operation(.add, .register(register), .constant(let change)): return change
    case .operation(.subtract, .register(register), .constant(let change)): return 0 &- change
    default: return nil
    }
  }
}

extension RegisterExpression {
  fileprivate func advanced(by distance: UInt32) -> RegisterExpression {
    if distance == 0 { return self }
    if case .constant(let value) = self { return .constant(value &+ distance) }
    if case .operation(.add, let base, .constant(let first)) = self {
      return base.advanced(by: first &+ distance)
    }
    return self + .constant(distance)
  }

  /// What it is for these registers and this memory; nil where it depends on what is no memory.
  func value(_ engine: Engine) -> UInt32? {
    switch self {
    case .constant(let value): return value
    case .register(let number): return CoreRegister(rawValue: number).map { engine[$0] }
    case .operation(let operation, let first, let second):
      guard let first = first.value(engine), let second = second.value(engine) else { return nil }
      if operation == .loadWord { return engine.word(at: Address(first)) }
      return DerivedValue.result(operation, first, second)
    }
  }
}
