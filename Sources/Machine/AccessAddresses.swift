import Disassembly
import Engine
import Units

/// Follows register values through a block symbolically, as far as its accesses to data memory need them:
/// each register is the sum of what up to two were at the block's start, or of a word that the block
/// loads, and a constant.
///
/// Not followed: arithmetic beyond moves, additions and shifts to the left. A table whose index is not
/// known counts as read at its start; an address that is not known at all, as one in fast memory.
struct AccessAddresses {
  private enum Value {
    case sum(RegisterSum)
    /// What a load of the block brings, by number of `loads`.
    case loaded(Int)
    case unknown
  }

  /// A load whose result a later address may need.
  private struct Load {
    var address: RegisterSum
    var bytes: UInt8
    var isSigned: Bool
    /// Stores of the block that come before it.
    var earlierStores: Int
    /// Its place among the pointers, once it has one.
    var pointer: UInt8?
  }

  /// A store, whose value may be that of a load.
  private struct Store {
    var address: RegisterSum
    var bytes: UInt8
    var value: Value
  }

  private var registers: [Value] =
    (0..<15).map { .sum(RegisterSum(base: UInt8($0))) } + [.unknown]
  private var loads: [Load] = []
  private var stores: [Store] = []
  private(set) var programs = BlockAccessPrograms()
  /// Accesses whose address could not be told.
  private(set) var unresolved = 0
  private let followsAll: Bool

  /// `word` reads a constant of the code's own memory. `followsAll`: stores and the stack, too, because
  /// RAM may let the core wait.
  init(
    _ instructions: [Instruction], followsAll: Bool = false, word: (Address) -> UInt32?
  ) {
    self.followsAll = followsAll
    for instruction in instructions { follow(instruction, word) }
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
    PointerPruning.prune(&programs)
    guard let first = instructions.first, let last = instructions.last else { return }
    programs.isLoop =
      last.hasDirectTarget && !last.isCall && last.target == first.address
      && !instructions.dropLast().contains(where: \.writesPC)
  }

  private mutating func follow(_ instruction: Instruction, _ word: (Address) -> UInt32?) {
    let operand = instruction.memory
    let accesses = operand.count > 0 && (instruction.kind.loads || instruction.kind.stores)
    let address = accesses ? note(instruction) : nil
    if instruction.kind.stores, let address { noteStore(instruction, address) }
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
      registers[target] = .sum(RegisterSum(offset: literal))
      return
    }
    if instruction.kind.loads, let address { noteLoaded(instruction, address) }
    if operand.count > 0 {
      if operand.writebackChange != 0 && operand.base < 15 {
        registers[Int(operand.base)] = add(
          before[Int(operand.base)], UInt32(bitPattern: operand.writebackChange))
      }
    } else if let target = single(instruction.writes),
      let sum = RegisterArithmetic(instruction).result({ settled(before[$0]) })
    {
      registers[target] = .sum(sum)
    }
  }

  private func single(_ mask: UInt16) -> Int? {
    let core = mask & 0x7fff
    return core.nonzeroBitCount == 1 && mask < 0x8000 ? core.trailingZeroBitCount : nil
  }

  private func add(_ value: Value, _ change: UInt32) -> Value {
    guard case .sum(var sum) = value else { return .unknown }
    sum.offset = sum.offset &+ change
    return .sum(sum)
  }

  // MARK: Accesses

  /// Writes an access down; its address, if that is exact.
  private mutating func note(_ instruction: Instruction) -> RegisterSum? {
    let operand = instruction.memory
    if operand.base == 15 {
      // A constant beside the code; a branch table's index moves within it.
      let place = operand.address(base: (instruction.address.value &+ 4) & ~3, index: 0)
      append(instruction, RegisterSum(offset: place))
      return nil
    }
    guard let base = settled(registers[Int(operand.base)]) else {
      unresolved += 1
      return nil
    }
    var address: RegisterSum? = base
    if operand.hasIndex {
      address = settled(registers[Int(operand.index)]).flatMap {
        base.adding($0, shift: operand.shift)
      }
    } else if operand.indexing != .postIndexed {
      address?.offset = base.offset &+ UInt32(bitPattern: operand.offset)
    }
    // The base of a table decides where it lies, not the index into it.
    append(instruction, address ?? base)
    return address
  }

  private mutating func append(_ instruction: Instruction, _ address: RegisterSum) {
    // Constant distances from the stack pointer are in RAM.
    let isStack = address.base == 13 && address.index == RegisterSum.none
    if !followsAll && (isStack || instruction.kind.stores) { return }
    programs.accesses.append(
      AccessProgram(
        address: address, transfers: Int(instruction.memory.count),
        bytes: instruction.memory.byteCount, isStore: instruction.kind.stores))
  }

  /// Each word that the instruction moves: its register and its distance from the first address.
  private func words(_ i: Instruction) -> [(register: Int, offset: UInt32)] {
    switch i.kind {
    case .load, .store:
      let narrow = i.encoding & 0xf000 == 0x9000 ? i.encoding >> 8 & 7 : i.encoding & 7
      return [(Int(i.isWide ? i.encoding >> 12 & 15 : narrow), 0)]
    case .loadDouble, .storeDouble:
      return [(Int(i.encoding >> 12 & 15), 0), (Int(i.encoding >> 8 & 15), 4)]
    case .loadMultiple, .storeMultiple:
      var list = i.encoding & (i.isWide ? 0xdfff : 0xff)
      // PUSH with LR, POP with PC.
      if !i.isWide && i.encoding & 0xf100 == 0xb100 { list |= i.kind.stores ? 0x4000 : 0x8000 }
      let registers = (0..<16).filter { list & 1 << UInt32($0) != 0 }
      return registers.enumerated().map { ($1, UInt32($0) * 4) }
    default: return []
    }
  }

  private mutating func noteLoaded(_ instruction: Instruction, _ address: RegisterSum) {
    for (register, offset) in words(instruction) where register < 15 {
      guard instruction.writes & 1 << UInt16(register) != 0 else { continue }
      var place = address
      place.offset = place.offset &+ offset
      loads.append(
        Load(
          address: place, bytes: instruction.memory.transferSize,
          isSigned: instruction.traits.contains(.signExtends), earlierStores: stores.count))
      registers[register] = forwarded(loads[loads.count - 1]) ?? .loaded(loads.count - 1)
    }
  }

  private mutating func noteStore(_ instruction: Instruction, _ address: RegisterSum) {
    let words = words(instruction)
    guard !words.isEmpty, stores.count + words.count < 255 else {
      stores.append(
        Store(
          address: address, bytes: UInt8(clamping: instruction.memory.byteCount), value: .unknown))
      return
    }
    for (register, offset) in words {
      var place = address
      place.offset = place.offset &+ offset
      let isCertain = register < 15 && !instruction.isConditional
      stores.append(
        Store(
          address: place, bytes: instruction.memory.transferSize,
          value: isCertain ? registers[register] : .unknown))
    }
  }

  /// What a load gets from a store of the block to the same place, where nothing in between can have
  /// written there.
  private func forwarded(_ load: Load) -> Value? {
    for store in stores.reversed() {
      var distance = store.address
      distance.offset = load.address.offset
      // Another base: only the registers tell.
      guard distance == load.address else { return nil }
      let (from, to) = (load.address.offset, store.address.offset)
      if from &- to >= UInt32(store.bytes) && to &- from >= UInt32(load.bytes) { continue }
      return from == to && load.bytes == 4 && store.bytes == 4 ? store.value : .unknown
    }
    return nil
  }

  // MARK: Loaded words

  /// A value as a sum; a loaded word gets its place among the pointers.
  private mutating func settled(_ value: Value) -> RegisterSum? {
    switch value {
    case .sum(let sum): return sum
    case .unknown: return nil
    case .loaded(let index):
      if let pointer = loads[index].pointer { return RegisterSum(base: pointer) }
      guard programs.pointers.count < 200 else { return nil }
      let load = loads[index]
      let pointer = RegisterSum.firstPointer + UInt8(programs.pointers.count)
      programs.pointers.append(
        PointerProgram(
          address: load.address, bytes: load.bytes, isSigned: load.isSigned,
          earlierStores: UInt8(clamping: load.earlierStores)))
      loads[index].pointer = pointer
      return RegisterSum(base: pointer)
    }
  }

  /// A value as far as it needs no further pointer.
  private func known(_ value: Value) -> RegisterSum? {
    switch value {
    case .sum(let sum): sum
    case .unknown: nil
    case .loaded(let index): loads[index].pointer.map { RegisterSum(base: $0) }
    }
  }
}
