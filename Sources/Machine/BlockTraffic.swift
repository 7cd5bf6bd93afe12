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
  /// A pointer that moves by less stays in its memory.
  private static let step: UInt32 = 1 << 12

  /// `word` reads a constant of the code's own memory.
  init(
    _ details: BlockAnalysis.Details, _ timing: any CoreTiming,
    word: @escaping (Address) -> UInt32?
  ) {
    (instructions, self.word) = (details.instructions, word)
    let buffersStores = !timing.name.hasPrefix("cortex-m0")
    for (number, access) in details.accesses.enumerated() {
      var count = UInt32(access.instruction.memory.count)
      if access.instruction.kind.stores && buffersStores {
        let next = number + 1 < details.accesses.count ? details.accesses[number + 1].index : nil
        if next != access.index + 1 { count -= 1 }
      }
      guard count > 0, let place = address(of: access.index) else { continue }
      if let known = flows.firstIndex(where: { $0.place == place }) {
        flows[known].accesses += count
      } else {
        flows.append(Flow(place: place, accesses: count))
      }
    }
    let words = FetchAhead.lines(
      details.instructions, offsets: details.offsets, lineBytes: 4,
      bufferWords: timing.fetchBufferWords, lead: timing.fetchLead,
      wordsPerCycle: timing.fetchWordsPerCycle)
    fetches = UInt32(words.count { $0.slack == 0 })
  }

  // MARK: Where

  /// An address in the memory that an instruction accesses: the index into a table decides nothing.
  private func address(of index: Int, _ depth: Int = 0) -> RegisterExpression? {
    let operand = instructions[index].memory
    guard operand.base < 16, let base = value(Int(operand.base), before: index, depth) else {
      return nil
    }
    if operand.hasIndex {
      guard case .constant = base else {
        return value(Int(operand.index), before: index, depth).map {
          base + $0.applying(.shiftLeft, UInt32(operand.shift))
        } ?? base
      }
      return base
    }
    guard case .constant(let start) = base, operand.indexing != .postIndexed else { return base }
    return .constant(start &+ UInt32(bitPattern: operand.offset))
  }

  /// What a register held before an instruction.
  private func value(_ register: Int, before index: Int, _ depth: Int) -> RegisterExpression? {
    if register == 15 { return .constant((instructions[index].address.value &+ 4) & ~3) }
    if instructions[index...].allSatisfy({ keeps($0, register) }) { return .register(register) }
    guard depth < Self.depth,
      let writer = instructions[..<index].lastIndex(where: { !keeps($0, register) }),
      !instructions[writer].isConditional
    else { return nil }
    if instructions[writer].kind.loads { return loaded(register, by: writer, depth + 1) }
    let arithmetic = RegisterArithmetic(instructions[writer])
    return arithmetic.results.first { $0.register == register }?.value.flatMap {
      resolved($0, before: writer, depth + 1)
    }
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
    guard case .constant(let place) = base else {
      return (base + .constant(offset)).applying(.loadWord, 0)
    }
    if operand.base == 15, let constant = word(Address(place &+ offset)) {
      return .constant(constant)
    }
    return RegisterExpression.constant(place &+ offset).applying(.loadWord, 0)
  }

  /// Whether a register points into the same memory after an instruction.
  private func keeps(_ instruction: Instruction, _ register: Int) -> Bool {
    guard instruction.writes & 1 << UInt16(register) != 0 else { return true }
    let operand = instruction.memory
    if operand.count > 0 {
      let isLoaded =
        instruction.kind.loads
        && instruction.transferredWords.contains { $0.register == register }
      return operand.writesBack && Int(operand.base) == register && !isLoaded
    }
    let value = RegisterArithmetic(instruction).results.first { $0.register == register }?.value
    guard case .operation(let operation, .register(register), .constant(let change)) = value else {
      return false
    }
    return (operation == .add || operation == .subtract) && change < Self.step
  }
}

extension RegisterExpression {
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
