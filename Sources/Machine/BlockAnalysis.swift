import Disassembly
import Engine
import FirmwareImage
import Timing
import Units

/// Describes basic blocks to the engine: what they cost and what must be watched in them.
final class BlockAnalysis {
  /// An instruction of a block that accesses data memory, and when.
  struct Access {
    let instruction: Instruction
    /// Index in the block.
    let index: Int
    /// Cycle of its first access, from the block's start.
    let cycle: UInt32
  }

  /// A block taken apart, kept for blocks that touch devices or fault.
  struct Details {
    let instructions: [Instruction]
    let offsets: [UInt16]
    let accesses: [Access]
  }

  let image: FirmwareImage?
  let timing: any CoreTiming
  /// The memory at an address, where fetches from it may wait.
  let waitingMemory: (Address) -> CodeMemory?
  /// Stores and the stack matter, too: RAM may let the core wait.
  let followsAllAccesses: Bool
  /// What data-dependent instructions may cost less and more than was charged, by block.
  private(set) var slack: [UInt64: (below: UInt32, above: UInt32)] = [:]
  /// What the cycles of blocks at zero wait states are spent on.
  private(set) var splits: [UInt64: CycleSplit] = [:]
  private var details: [UInt64: Details] = [:]
  private var traffic: [UInt64: BlockTraffic] = [:]
  /// The functions that blocks were described of, whole.
  private var lines: [Int: StraightLine] = [:]
  /// Instructions that someone waits for.
  var watchedEntries: [Address] = []

  init(
    image: FirmwareImage?, timing: any CoreTiming, followsAllAccesses: Bool = false,
    waitingMemory: @escaping (Address) -> CodeMemory?
  ) {
    self.image = image
    self.timing = timing
    self.waitingMemory = waitingMemory
    self.followsAllAccesses = followsAllAccesses
  }

  func describe(_ address: Address, _ bytes: UnsafeRawBufferPointer) -> BlockDescription {
    let instructions = Decoder.decodeBlock(bytes: Array(bytes), at: address)
    let (price, addresses) = describe(instructions, at: address)
    let accesses = addresses.programs
    let key = Self.key(address, UInt32(bytes.count))
    details[key] = nil
    traffic[key] = nil
    splits[key] = price.split
    if price.operandsBelow | price.operandsAbove != 0 {
      slack[key] = (price.operandsBelow, price.operandsAbove)
    }
    var description = BlockDescription()
    description.cycles = price.cycles
    description.takenExtra = price.takenExtra
    description.branchedToExtra = price.entryExtraWhenBranchedTo
    description.mispredicted = price.mispredicted
    description.instructions = UInt32(instructions.count)
    description.traits = traits(instructions, at: address)
    description.traits.formUnion(prediction(price, instructions))
    if let function = image?.functionID(at: address) {
      description.function = UInt32(function)
      if image?.functions[function].address == address {
        description.traits.insert(.functionEntry)
      }
    }
    if watchedEntries.contains(where: { $0 >= address && $0 - address < UInt32(bytes.count) }) {
      description.traits.insert(.watched)
    }
    description.stackDescent = descent(instructions)
    if description.stackDescent > 0 { description.traits.insert(.descendsStack) }
    if let memory = waitingMemory(address) {
      description.lines = fetchLines(instructions, at: address, price, memory)
      description.targetLead = targetLead(price, instructions, memory)
      if !timing.predictsBranches {
        description.setLinesBehind(
          timing.fetch.linesBehind(
            instructions, offsets: price.offsets, cycles: Int(price.cycles + price.takenExtra),
            lineBytes: memory.fetched))
      }
      if memory.sharesPort && timing.hasOwnDataBus {
        description.port = portUse(instructions, price.offsets, addresses.places)
      }
    }
    if !accesses.alignments.isEmpty { description.traits.insert(.alignsAlways) }
    description.accesses = accesses
    return description
  }

  /// What a block costs, divisions whose operands the engine will know taken for the shortest, and how it
  /// accesses memory.
  private func describe(
    _ instructions: [Instruction], at address: Address
  ) -> (BlockPrice, AccessAddresses) {
    let line = line(around: address)
    let (before, branches) = (line?.before(address) ?? [], line?.branches(to: address) ?? [])
    var price = timing.price(instructions, after: before, branchedFrom: branches)
    // Where branches lead to the block, what is before it in memory mostly did not run.
    var addresses = AccessAddresses(
      instructions, followsAll: followsAllAccesses, overlaps: price.overlaps,
      after: branches.isEmpty ? before.last : nil, word: constant)
    if let divider = timing.divider {
      let divisions = addresses.programs.divisions
      price.leaveOut(divisions: divisions.map { Int($0.instruction) }, divider)
    } else {
      addresses.programs.divisions = []
    }
    return (price, addresses)
  }

  /// When a block asks for its lines; where code before it runs on into it, the core has asked ahead by then.
  private func fetchLines(
    _ instructions: [Instruction], at address: Address, _ price: BlockPrice, _ memory: CodeMemory
  ) -> [FetchLine] {
    func lines(after before: [Instruction]) -> [FetchUnit.Line] {
      let earlier = timing.price(before)
      let own = price.offsets.map { UInt16(clamping: earlier.cycles + UInt32($0)) }
      return timing.fetch.lines(
        before + instructions, offsets: earlier.offsets + own, lineBytes: memory.fetched,
        before: before.count)
    }
    let before = line(around: address)?.before(address, reach: StraightLine.settled) ?? []
    let branchedTo = lines(after: [])
    let runOn = before.isEmpty ? branchedTo : lines(after: before)
    return zip(branchedTo, runOn).map { branchedTo, runOn in
      FetchLine(
        offset: branchedTo.offset, slack: branchedTo.slack, slackRunOn: runOn.slack,
        cycles: branchedTo.cycles, pauseOffset: branchedTo.pauseOffset,
        pauseCycles: branchedTo.pauseCycles)
    }
  }

  /// By how much the branch at the end asks early for its target, where it has come with the instruction before.
  private func targetLead(
    _ price: BlockPrice, _ instructions: [Instruction], _ memory: CodeMemory
  ) -> UInt32 {
    guard let last = instructions.last else { return 0 }
    return (last.address.value - 2) / memory.line == (last.end.value - 1) / memory.line
      ? price.targetLead : 0
  }

  /// When the run needs its words, and reads data; nil: it reads none.
  private func portUse(
    _ instructions: [Instruction], _ offsets: [UInt16],
    _ places: [(instruction: Int, place: RegisterSum)]
  ) -> PortUse? {
    guard !places.isEmpty else { return nil }
    return PortUse(
      words: FetchUnit.words(instructions, offsets: offsets).map {
        PortUse.Word(needed: $0.needed, used: $0.used)
      },
      reads: places.map {
        PortUse.Read(
          place: $0.place, cycle: offsets[$0.instruction],
          transfers: UInt16(clamping: instructions[$0.instruction].memory.count))
      })
  }

  private func line(around address: Address) -> StraightLine? {
    image?.functionID(at: address).flatMap { line(of: $0) }
  }

  private func line(of function: Int) -> StraightLine? {
    if let known = lines[function] { return known }
    guard let image else { return nil }
    let start = image.functions[function].address
    let bytes = image.contents(at: start, count: Int(image.functions[function].size)) ?? []
    let line = StraightLine(Array(bytes), at: start)
    lines[function] = line
    return line
  }

  /// What the core predicts of the block's last instruction.
  private func prediction(_ price: BlockPrice, _ instructions: [Instruction]) -> BlockTraits {
    var traits: BlockTraits = []
    if price.leavesSlot { traits.insert(.leavesSlot) }
    if price.gainsFromSlot { traits.insert(.gainsFromSlot) }
    guard price.mispredicted > 0, let last = instructions.last else { return traits }
    traits.insert(last.hasDirectTarget ? .predictsDirection : .predictsTarget)
    return traits
  }

  private func traits(_ instructions: [Instruction], at address: Address) -> BlockTraits {
    var traits: BlockTraits = []
    for instruction in instructions {
      switch instruction.kind {
      case .changeProcessorState: traits.insert(.changesMasks)
      case .writeSpecial:
        traits.insert(.changesMasks)
        // MSP and PSP.
        if (8...9).contains(instruction.encoding & 0xff) { traits.insert(.writesStackPointer) }
        switch instruction.specialRegister {
        case .mainStackLimit, .processStackLimit: traits.insert(.writesStackLimit)
        case .control: traits.insert(.writesControl)
        case nil: break
        }
      case .readSpecial where instruction.specialRegister == .control:
        traits.insert(.readsControl)
      case .divide: traits.insert(.divides)
      case .loadExclusive: traits.insert(.usesExclusiveMonitor)
      case .sendEvent: traits.insert(.sendsEvent)
      default: break
      }
      if timing.name == "cortex-m33" && instruction.mayLeaveSecureState {
        traits.insert(.leavesSecureState)
      }
      if instruction.alignsWhenAsked { traits.insert(.alignsWhenAsked) }
      if instruction.kind.isFloatingPoint { traits.insert(.usesFloatingPoint) }
      if instruction.movesStackUnpredictably { traits.insert(.descendsStack) }
    }
    guard let last = instructions.last else { return traits }
    if last.isCall { traits.insert(.calls) }
    if last.writesPC && !last.isCall && !last.hasDirectTarget { traits.insert(.mayReturn) }
    if last.kind == .branch && last.hasDirectTarget && last.target == address
      && instructions.allSatisfy({
        !$0.kind.loads && !$0.kind.stores && $0.kind != .waitForInterrupt
      })
    {
      traits.insert(.loopsForever)
    }
    return traits
  }

  /// The deepest that the block moves SP below where it starts.
  private func descent(_ instructions: [Instruction]) -> UInt32 {
    var change: Int32 = 0
    var deepest: Int32 = 0
    for instruction in instructions {
      change &+= instruction.stackChange
      deepest = min(deepest, change)
    }
    return UInt32(bitPattern: -deepest)
  }

  /// A word of the code's own constants.
  private func constant(_ address: Address) -> UInt32? {
    guard let bytes = image?.contents(at: address, count: 4), bytes.count == 4 else { return nil }
    return bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// The block's instructions and when each accesses memory; decoded again at first use.
  func details(
    of address: Address, size: UInt32, bytes: () -> [UInt8]?
  ) -> Details? {
    let key = Self.key(address, size)
    if let known = details[key] { return known }
    guard let bytes = bytes() else { return nil }
    let instructions = Decoder.decodeBlock(bytes: bytes, at: address)
    let offsets = describe(instructions, at: address).0.offsets
    let accesses = instructions.indices.compactMap { index -> Access? in
      let instruction = instructions[index]
      guard instruction.memory.count > 0 else { return nil }
      return Access(
        instruction: instruction, index: index, cycle: UInt32(offsets[index]))
    }
    let made = Details(instructions: instructions, offsets: offsets, accesses: accesses)
    details[key] = made
    return made
  }

  /// What a block asks of the bus; worked out at first use.
  func traffic(
    of address: Address, size: UInt32, bytes: () -> [UInt8]?
  ) -> BlockTraffic? {
    let key = Self.key(address, size)
    if let known = traffic[key] { return known }
    guard let details = details(of: address, size: size, bytes: bytes) else { return nil }
    let made = BlockTraffic(details, timing, word: constant)
    traffic[key] = made
    return made
  }

  /// The first floating-point instruction of the straight line from `address`.
  func firstFloatingPoint(_ bytes: [UInt8], at address: Address) -> Instruction? {
    Decoder.decodeBlock(bytes: bytes, at: address).first { $0.kind.isFloatingPoint }
  }

  static func key(_ address: Address, _ size: UInt32) -> UInt64 {
    UInt64(address.value) << 32 | UInt64(size)
  }
}
