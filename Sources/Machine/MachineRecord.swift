import CortexM
import Disassembly
import Engine
import FirmwareImage
import RunRecord
import Simulation
import Timing
import Units

/// What a run leaves behind, and places and faults in words.
extension Machine {
  func exceptionName(_ number: Int) -> String {
    ExceptionName.name(number, interrupts: core.features.interruptNames)
  }

  /// A place in the firmware: function and offset.
  func describe(_ address: Address) -> String {
    guard let function = image.function(at: address) else { return "\(address)" }
    let offset = address - function.address
    return offset == 0 ? function.name : "\(function.name)+\(offset)"
  }

  func text(_ rate: Hertz) -> String {
    rate.denominator == 1 ? "\(rate.numerator) Hz" : "\(rate.value) Hz"
  }

  func faultDescription(cause: String? = nil) -> Outcome.Fault {
    let fault = decisiveFault
    let report = fault?.report ?? core.lastFault
    var address: Address?
    switch report?.fault {
    case .dataBus(let place), .dataAccess(let place), .instructionBus(let place),
      .instructionAccess(let place):
      address = place
    default: break
    }
    return Outcome.Fault(
      exception: report.map { exceptionName($0.exception) } ?? "HardFault",
      cause: cause ?? report?.fault.cause ?? "unknown",
      address: address, programCounter: report?.programCounter ?? engine.programCounter,
      linkRegister: Address(fault?.registers.core[14] ?? engine[.lr]),
      stackPointer: Address(fault?.registers.core[13] ?? engine[.sp]),
      cfsr: fault?.cfsr ?? core.readPrivate(0xe000_ed28) ?? 0,
      hfsr: fault?.hfsr ?? core.readPrivate(0xe000_ed2c) ?? 0,
      backtrace: backtrace(below: report?.exception))
  }

  /// Functions under way when the fault was taken, innermost first; runs of one function as one.
  func backtrace(below exception: Int?) -> [String] {
    var chain = engine.callChain()
    if let exception,
      let barrier = chain.firstIndex(of: .exception(UInt32(exception)))
    {
      chain.removeFirst(barrier + 1)
    }
    var names: [(name: String, count: Int)] = []
    for step in chain {
      let name =
        switch step {
        case .exception(let number): "<\(exceptionName(Int(number)))>"
        case .function(let id):
          Int(id) < image.functions.count ? image.functions[Int(id)].name : "[no symbol]"
        }
      if names.last?.name == name {
        names[names.count - 1].count += 1
      } else {
        names.append((name, 1))
      }
    }
    return names.prefix(64).map { $0.count == 1 ? $0.name : "\($0.name) (\($0.count) times)" }
  }

  func record(_ outcome: Outcome) -> RunRecord {
    fabric.scheduler.advance(to: clock.instant(ofTick: engine.cycles))
    var record = RunRecord(
      outcome: outcome, engine: EngineVersion.current.description,
      coreClock: clock.frequency, end: clock.instant(ofTick: engine.cycles))
    record.inputError = inputError
    record.sleepCycles = sleepCycles
    record.activeCycles = engine.cycles - sleepCycles
    record.exceptionCycles = processor.exceptionCycles
    record.lazyStackingCycles = engine.lazyStackingCycles
    record.wakeUpCycles = wakeUps
    record.blocks = engine.blockCounts().map { count in
      var block = BlockRecord(
        address: count.address, size: count.size,
        function: count.function == BlockDescription.noFunction ? nil : Int(count.function),
        executions: count.executions, instructions: count.instructions,
        baseCycles: count.baseCycles, branchCycles: count.branchCycles,
        stallCycles: count.stallCycles)
      block.causes = causes(of: count)
      return block
    }
    record.layouts = record.blocks.map(layout)
    record.paths = engine.callTree().map(path)
    record.instructions = record.blocks.reduce(0) { $0 + $1.instructions }
    record.functions = image.functions.indices.map { index in
      let counted = engine.calls(of: UInt32(index))
      return FunctionRecord(
        name: image.functions[index].name, address: image.functions[index].address,
        calls: counted.calls, inclusiveCycles: counted.inclusive)
    }
    for index in record.blocks.indices {
      let block = record.blocks[index]
      guard let slack = analysis.slack[BlockAnalysis.key(block.address, block.size)] else {
        continue
      }
      record.blocks[index].spread = UInt64(max(slack.below, slack.above)) * block.executions
      record.cyclesBelow += UInt64(slack.below) * block.executions
      record.cyclesAbove += UInt64(slack.above) * block.executions
    }
    addContention(to: &record)
    record.samples = tracks.map {
      SampleRecord(
        sensor: $0.sensor, produced: $0.produced, read: $0.read, lost: $0.lost,
        duplicate: $0.duplicate)
    }
    record.power = fabric.power.residencies().map { row in
      PowerResidency(
        states: Dictionary(uniqueKeysWithValues: row.states.map { ($0.consumer, $0.state) }),
        time: row.time)
    }
    let steps = fabric.power.timeSteps()
    record.powerSeries.step = steps.width
    record.powerSeries.entries = steps.rows.map {
      PowerSeries.Entry(step: $0.step, states: $0.row, time: $0.time)
    }
    record.findings = fabric.findings.entries.map {
      Finding(kind: $0.kind, place: $0.place, message: $0.message, count: $0.count)
    }
    record.settings = bus.settings
    record.delivery = "within one basic block"
    record.memoryUses = fabric.service { _ in MemoryUses() }.record(until: engine.cycles)
    record.memory.flash = image.loadedBytes
    record.memory.staticRAM = image.staticRAM()
    let lowest = observer.lowestStackPointer
    if observer.initialStack >= lowest {
      record.memory.stackHighWater = UInt64(observer.initialStack - lowest)
    }
    observer.complete(&record)
    for index in record.memory.handlerStacks.indices {
      let number = record.memory.handlerStacks[index].exception
      record.memory.handlerStacks[index].priority = core.priority(ofException: number)
    }
    return record
  }

  /// Each word that met accesses of a block may have held it up for a cycle, or for none.
  private func addContention(to record: inout RunRecord) {
    guard let places = contention?.met, !places.isEmpty else { return }
    var all = Contention()
    for index in record.blocks.indices {
      let block = record.blocks[index]
      guard let met = places[BlockAnalysis.key(block.address, block.size)] else { continue }
      let above = met.words - min(met.words, met.cycles)
      record.blocks[index].spread = (block.spread ?? 0) + max(met.cycles, above)
      record.cyclesBelow += met.cycles
      record.cyclesAbove += above
      all.add(words: met.words, cycles: met.cycles)
    }
    record.contention = all
  }

  /// What the DWT's profiling counters have counted: worked out when they are touched, of all blocks.
  func profileCounts() -> ProfileCounts {
    var counts = ProfileCounts(
      exceptions: processor.exceptionCycles + engine.lazyStackingCycles, sleep: sleepCycles)
    for block in engine.blockCounts() {
      let causes = causes(of: block)
      counts.loadStore += causes[.loadStore] + causes[.data]
      counts.instructions +=
        causes[.operands] + causes[.branch] + causes[.fetch] + causes[.divide] + causes[.float]
        + causes[.unattributed]
      let issue = causes[.issue]
      if issue < block.instructions {
        counts.folded += block.instructions - issue
      } else {
        counts.instructions += issue - block.instructions
      }
    }
    return counts
  }

  /// Why a block took its cycles.
  private func causes(of count: BlockCount) -> CycleCauses {
    var causes = CycleCauses()
    if let split = analysis.splits[BlockAnalysis.key(count.address, count.size)] {
      for cause in CycleSplit.Cause.allCases {
        causes[cause.recorded] &+= UInt64(split[cause]) &* count.executions
      }
    }
    causes[.divide] &+= count.divisionCycles
    causes[.loadStore] &+= count.overlapCycles
    causes.balance(to: count.baseCycles)
    causes[.branch] &+= count.branchCycles
    causes[.fetch] &+= count.fetchStallCycles
    causes[.data] &+= count.stallCycles &- count.fetchStallCycles
    return causes
  }
}

extension CycleSplit.Cause {
  fileprivate var recorded: CycleCauses.Cause {
    switch self {
    case .issue: .issue
    case .memory: .loadStore
    case .branch: .branch
    case .fetch: .fetch
    case .data: .operands
    case .divide: .divide
    case .float: .float
    }
  }
}

extension Machine {
  private func layout(_ block: BlockRecord) -> BlockLayout {
    guard
      let details = analysis.details(
        of: block.address, size: block.size,
        bytes: { engine.bytes(at: block.address, count: Int(block.size)) })
    else { return BlockLayout(offsets: [], cycles: []) }
    return BlockLayout(
      offsets: details.instructions.map { UInt16(clamping: $0.address - block.address) },
      cycles: details.offsets)
  }

  private func path(_ node: CallNode) -> CallPath {
    var path = CallPath(
      parent: node.parent, site: node.site, calls: node.calls, cycles: node.cycles)
    switch node.place {
    case .thread: break
    case .exception(let number): path.exception = Int(number)
    case .function(let id): path.function = Int(id) < image.functions.count ? Int(id) : nil
    }
    return path
  }
}
