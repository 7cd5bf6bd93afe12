import Disassembly
import Engine
import Units

/// Follows register values through a block symbolically, as far as its accesses to data memory need them:
/// each register is the sum of what up to two were at the block's start and a constant, or a value that the
/// block loads or works out.
///
/// An access of an IT block whose condition the block itself sets goes nowhere where that does not hold.
///
/// Not followed: the arithmetic that `RegisterArithmetic` leaves out, and conditions from before the block.
/// A table whose index is not known counts as read at its start; an address that is not known at all, as one
/// in fast memory.
struct AccessAddresses {
  private var registers: [Value] =
    (0..<15).map { .sum(RegisterSum(base: UInt8($0))) } + [.unknown]
  private var nodes: [Node] = []
  private var flags: Flags?
  /// All ones where the instruction under way is executed; nil: it always is, or nobody knows.
  private var mask: Value?
  private var stores: [Store] = []
  var programs = BlockAccessPrograms()
  /// What its loads read, by instruction: an address in the memory that they reach.
  private(set) var places: [(instruction: Int, place: RegisterSum)] = []
  /// Accesses whose address could not be told.
  private(set) var unresolved = 0
  private let followsAll: Bool
  /// What the instruction before accessed; nil: not known, or nothing.
  private var accessed: RegisterSum?
  /// The instruction under way, and the last of those in `programs.accesses`.
  private var current: (number: Int, overlapsLoad: Bool) = (0, false)
  private var lastNoted: Int?

  /// `word` reads a constant of the code's own memory. `followsAll`: stores and the stack, too, because
  /// RAM may let the core wait. `overlaps`: instructions that overlap the load before them; the first does that
  /// of `previous`.
  init(
    _ instructions: [Instruction], followsAll: Bool = false, overlaps: [UInt16] = [],
    after previous: Instruction? = nil, word: (Address) -> UInt32?
  ) {
    self.followsAll = followsAll
    accessed = previous.flatMap(LoadOverlap.place)
    for (index, instruction) in instructions.enumerated() {
      let first = accessed
      accessed = nil
      current = (index, overlaps.contains(UInt16(clamping: index)))
      if instruction.kind == .divide { noteDivision(instruction, UInt16(clamping: index)) }
      notePlace(instruction, index)
      follow(instruction, word)
      if current.overlapsLoad,
        let pair = LoadOverlap(of: first, and: accessed, instruction: index)
      {
        programs.overlaps.append(pair)
      }
    }
    finish(instructions)
  }

  private mutating func finish(_ instructions: [Instruction]) {
    for number in 0..<15 {
      if case .sum(let sum) = registers[number], sum.base == UInt8(number),
        sum.index == RegisterSum.none
      {
        programs.changes[number] = sum.offset
      }
    }
    programs.stores = stores.map { store in
      StoreProgram(address: store.address, bytes: store.bytes, value: known(store.value))
    }
    if !programs.alignments.isEmpty {
      programs.alignmentValues = Array(programs.derived.prefix(RegisterSum.derivedCapacity))
    }
    DerivedPruning.prune(&programs)
    guard let first = instructions.first, let last = instructions.last else { return }
    programs.isLoop =
      last.hasDirectTarget && !last.isCall && last.target == first.address
      && !instructions.dropLast().contains(where: \.writesPC)
  }

  private mutating func follow(_ instruction: Instruction, _ word: (Address) -> UInt32?) {
    let operand = instruction.memory
    mask = instruction.isInIfThenBlock ? executionMask(instruction.condition) : nil
    let isUncertain = instruction.isConditional && mask == nil
    let accesses = operand.count > 0 && (instruction.kind.loads || instruction.kind.stores)
    let address = accesses ? note(instruction) : nil
    // The stack pointer is always aligned.
    if let address, instruction.alignsAlways, operand.base != 13 {
      programs.alignments.append(address)
    }
    if instruction.kind.stores, let address { noteStore(instruction, address) }
    let before = registers
    for number in 0..<15 where instruction.writes & 1 << UInt16(number) != 0 {
      registers[number] = .unknown
    }
    let arithmetic = RegisterArithmetic(instruction)
    if !isUncertain {
      if instruction.kind.loads { noteLoaded(instruction, address, word) }
      if operand.count > 0 && operand.writebackChange != 0 && operand.base < 15 {
        registers[Int(operand.base)] = make(
          .add, before[Int(operand.base)],
          .constant(UInt32(bitPattern: operand.writebackChange)))
      }
      for (register, value) in arithmetic.results where register < 15 {
        registers[register] = value.map { evaluate($0, before) } ?? .unknown
      }
      merge(instruction, before)
    }
    follow(instruction, arithmetic, before)
  }

  /// What a conditional instruction leaves in the registers that it writes: the new or the old value.
  private mutating func merge(_ instruction: Instruction, _ before: [Value]) {
    guard let mask else { return }
    for number in 0..<15 where instruction.writes & 1 << UInt16(number) != 0 {
      let difference = make(.exclusiveOr, registers[number], before[number])
      registers[number] = make(.exclusiveOr, before[number], make(.and, difference, mask))
    }
  }

  // MARK: Flags

  private mutating func follow(
    _ instruction: Instruction, _ arithmetic: RegisterArithmetic, _ before: [Value]
  ) {
    if instruction.kind == .fpSystem && instruction.writesFlags { flags = nil }
    guard instruction.setsCondition else { return }
    flags = nil
    guard !instruction.isConditional, let (first, second) = arithmetic.comparison else { return }
    flags = Flags(
      first: evaluate(first, before), second: evaluate(second, before),
      isWhole: arithmetic.givesAllFlags)
  }

  /// All ones where a condition holds; nil: the block does not tell.
  private mutating func executionMask(_ condition: Condition) -> Value? {
    guard let flags, condition.rawValue < 14 else { return nil }
    let needsAll = condition.rawValue >> 1 != 0 && condition.rawValue >> 1 != 2
    guard flags.isWhole || !needsAll else { return nil }
    if case .unknown = flags.first { return nil }
    if case .unknown = flags.second { return nil }
    return make(.holds, flags.first, flags.second, detail: condition.rawValue)
  }

  // MARK: Values

  private mutating func evaluate(_ expression: RegisterExpression, _ before: [Value]) -> Value {
    switch expression {
    case .register(let number): return before[number]
    case .constant(let value): return .constant(value)
    case .operation(let operation, let first, let second):
      return make(operation, evaluate(first, before), evaluate(second, before))
    }
  }

  /// The result of an operation: a sum where it is one, else a node.
  private mutating func make(
    _ operation: DerivedValue.Operation, _ first: Value, _ second: Value, detail: UInt8 = 0
  ) -> Value {
    if case .unknown = first { return .unknown }
    if case .unknown = second { return .unknown }
    if let a = first.constant, let b = second.constant {
      return .constant(DerivedValue.result(operation, a, b, detail: detail))
    }
    if case (.sum(let a), .sum(let b)) = (first, second), let sum = Self.sum(operation, a, b) {
      return .sum(sum)
    }
    nodes.append(Node(operation: operation, first: first, second: second, detail: detail))
    return .made(nodes.count - 1)
  }

  /// The result of an operation, where it is a sum.
  private static func sum(
    _ operation: DerivedValue.Operation, _ a: RegisterSum, _ b: RegisterSum
  ) -> RegisterSum? {
    switch operation {
    case .add: a.adding(b, shift: 0) ?? b.adding(a, shift: 0)
    case .subtract: b.isConstant ? a.adding(0 &- b.offset) : nil
    case .shiftLeft:
      b.isConstant && b.offset < 32 ? RegisterSum().adding(a, shift: UInt8(b.offset)) : nil
    default: nil
    }
  }

  // MARK: Accesses

  /// Where a load reads: the base of a table decides that, not the index into it.
  private mutating func notePlace(_ instruction: Instruction, _ index: Int) {
    let operand = instruction.memory
    guard instruction.kind.loads && operand.count > 0 && operand.base != 13 else { return }
    if operand.base == 15 {
      places.append((index, RegisterSum(offset: instruction.literalAddress)))
    } else if case .sum(let place) = registers[Int(operand.base)] {
      places.append((index, place))
    }
  }

  /// Writes an access down; its address, if that is exact.
  private mutating func note(_ instruction: Instruction) -> RegisterSum? {
    let operand = instruction.memory
    if operand.base == 15 {
      // A constant beside the code; a branch table's index moves within it.
      append(instruction, RegisterSum(offset: instruction.literalAddress))
      return nil
    }
    guard let base = settled(registers[Int(operand.base)]) else {
      unresolved += 1
      return nil
    }
    var address: RegisterSum? = base
    if operand.hasIndex {
      address = indexed(base, registers[Int(operand.index)], operand.shift)
    } else if operand.indexing != .postIndexed {
      address?.offset = base.offset &+ UInt32(bitPattern: operand.offset)
    }
    // The base of a table decides where it lies, not the index into it.
    let place = guarded(address ?? base)
    append(instruction, place)
    return address == nil ? nil : place
  }

  private mutating func indexed(
    _ base: RegisterSum, _ index: Value, _ shift: UInt8
  ) -> RegisterSum? {
    guard let second = settled(index) else { return nil }
    if let sum = base.adding(second, shift: shift) { return sum }
    let offset = make(.shiftLeft, index, .constant(UInt32(shift)))
    return settled(make(.add, .sum(base), offset))
  }

  /// An address that lies in no memory while the instruction is not executed.
  private mutating func guarded(_ address: RegisterSum) -> RegisterSum {
    guard let mask else { return address }
    let inverse = make(.exclusiveOr, mask, .constant(.max))
    return settled(make(.or, .sum(address), inverse)) ?? address
  }

  private mutating func append(_ instruction: Instruction, _ address: RegisterSum) {
    accessed = address
    // Constant distances from the stack pointer are in RAM.
    let isStack = address.base == 13 && address.index == RegisterSum.none
    if !followsAll && (isStack || instruction.kind.stores) { return }
    let followsLoad = current.overlapsLoad && lastNoted == current.number - 1
    lastNoted = current.number
    programs.accesses.append(
      AccessProgram(
        address: address, transfers: Int(instruction.memory.count),
        bytes: instruction.memory.byteCount, isStore: instruction.kind.stores,
        followsLoad: followsLoad,
        alignmentMask: instruction.kind == .load ? instruction.memory.transferSize - 1 : 0))
  }

  /// Writes a division down whose operands are known.
  private mutating func noteDivision(_ instruction: Instruction, _ index: UInt16) {
    let encoding = instruction.encoding
    guard !instruction.isConditional, let dividend = settled(registers[Int(encoding >> 16 & 15)]),
      let divisor = settled(registers[Int(encoding & 15)])
    else { return }
    programs.divisions.append(
      DivisionProgram(
        dividend: dividend, divisor: divisor, isSigned: encoding & 0x0020_0000 == 0,
        instruction: index))
  }

  private mutating func noteLoaded(
    _ instruction: Instruction, _ address: RegisterSum?, _ word: (Address) -> UInt32?
  ) {
    let operand = instruction.memory
    if operand.base == 15 && !operand.hasIndex && operand.transferSize == 4 && operand.count == 1 {
      let target = instruction.writes & 0x7fff
      if target.nonzeroBitCount == 1, let constant = word(Address(instruction.literalAddress)) {
        registers[target.trailingZeroBitCount] = .constant(constant)
      }
      return
    }
    guard let address else { return }
    for (register, offset) in instruction.transferredWords where register < 15 {
      guard instruction.writes & 1 << UInt16(register) != 0 else { continue }
      let place = address.adding(offset)
      let bytes = operand.transferSize
      registers[register] =
        forwarded(place, bytes)
        ?? load(place, bytes, isSigned: instruction.traits.contains(.signExtends))
    }
  }

  private mutating func load(_ address: RegisterSum, _ bytes: UInt8, isSigned: Bool) -> Value {
    let operation: DerivedValue.Operation =
      switch (bytes, isSigned) {
      case (1, false): .loadByte
      case (1, true): .loadSignedByte
      case (2, false): .loadHalfword
      case (2, true): .loadSignedHalfword
      default: .loadWord
      }
    nodes.append(
      Node(operation: operation, first: .sum(address), detail: UInt8(clamping: stores.count)))
    return .made(nodes.count - 1)
  }

  private mutating func noteStore(_ instruction: Instruction, _ address: RegisterSum) {
    let words = instruction.transferredWords
    guard !words.isEmpty, stores.count + words.count < 255 else {
      stores.append(
        Store(
          address: address, bytes: UInt8(clamping: instruction.memory.byteCount), value: .unknown))
      return
    }
    for (register, offset) in words {
      let isCertain = register < 15 && (!instruction.isConditional || mask != nil)
      stores.append(
        Store(
          address: address.adding(offset), bytes: instruction.memory.transferSize,
          value: isCertain ? registers[register] : .unknown))
    }
  }

  /// What a load gets from a store of the block to the same place, where nothing in between can have
  /// written there.
  private func forwarded(_ address: RegisterSum, _ bytes: UInt8) -> Value? {
    for store in stores.reversed() {
      var distance = store.address
      distance.offset = address.offset
      // Another base: only the registers tell.
      guard distance == address else { return nil }
      let (from, to) = (address.offset, store.address.offset)
      if from &- to >= UInt32(store.bytes) && to &- from >= UInt32(bytes) { continue }
      return from == to && bytes == 4 && store.bytes == 4 ? store.value : .unknown
    }
    return nil
  }

  // MARK: Derived values

  /// A value as a sum; what the block makes gets its place among the derived values.
  private mutating func settled(_ value: Value) -> RegisterSum? {
    switch value {
    case .sum(let sum): return sum
    case .unknown: return nil
    case .made(let index):
      if let known = nodes[index].settled { return known }
      guard let first = settled(nodes[index].first), let second = settled(nodes[index].second)
      else { return nil }
      let sum = Self.sum(nodes[index].operation, first, second) ?? derived(index, first, second)
      nodes[index].settled = sum
      return sum
    }
  }

  private mutating func derived(
    _ index: Int, _ first: RegisterSum, _ second: RegisterSum
  ) -> RegisterSum? {
    guard programs.derived.count < 200 else { return nil }
    programs.derived.append(
      DerivedValue(nodes[index].operation, first, second, detail: nodes[index].detail))
    return RegisterSum(base: RegisterSum.firstDerived + UInt8(programs.derived.count - 1))
  }

  /// A value as far as it needs no further derived value.
  private func known(_ value: Value) -> RegisterSum? {
    switch value {
    case .sum(let sum): sum
    case .unknown: nil
    case .made(let index): nodes[index].settled
    }
  }
}
