internal import CUnicorn
public import Units

/// Which core the engine decodes for.
public enum CoreModel: String, Sendable, CaseIterable {
  case cortexM0, cortexM3, cortexM4, cortexM7, cortexM33

  var unicornModel: Int32 {
    switch self {
    case .cortexM0: Int32(UC_CPU_ARM_CORTEX_M0.rawValue)
    case .cortexM3: Int32(UC_CPU_ARM_CORTEX_M3.rawValue)
    case .cortexM4: Int32(UC_CPU_ARM_CORTEX_M4.rawValue)
    case .cortexM7: Int32(UC_CPU_ARM_CORTEX_M7.rawValue)
    case .cortexM33: Int32(UC_CPU_ARM_CORTEX_M33.rawValue)
    }
  }
}

/// Why the engine came back.
public enum EngineStop: Sendable, Equatable {
  /// The deadline has come, or something asked to be looked at. The next block has not begun.
  case deadline
  /// WFI.
  case waitForInterrupt
  /// WFE.
  case waitForEvent
  /// SVC; the program counter is behind it.
  case supervisorCall
  /// BKPT; the program counter is at it.
  case breakpoint
  /// A jump to an EXC_RETURN value in handler mode.
  case exceptionReturn(UInt32)
  /// An instruction that is undefined on this core; the program counter is at it.
  case undefinedInstruction
  /// A floating-point instruction in the block at the program counter while the unit is off.
  case floatingPointOff
  /// The block at the program counter, which has not begun, holds one of `breakpoints`.
  case reachedBreakpoint
  /// The block at the program counter starts a floating-point context that does not begin with zeros.
  case startsFloatingPoint
  /// MSR wrote CONTROL while FPCCR.ASPEN is off.
  case wroteControl
  /// The block at the program counter may fault for what its operands hold.
  case mayTrap
  /// A stack pointer would go below its limit; the program counter is at the instruction.
  case stackOverflow
  /// A jump to itself, while `stopsAtEndlessLoop`.
  case endlessLoop
  /// An access or fetch that nothing answers, or that is not allowed.
  case memoryFault(MemoryFault)
  /// What the engine itself could not do.
  case engineError(String)
}

public struct MemoryFault: Sendable, Equatable {
  public enum Kind: Sendable { case read, write, fetch, unaligned }
  public let kind: Kind
  public let address: Address

  public init(kind: Kind, address: Address) {
    self.kind = kind
    self.address = address
  }
}

/// What watched code did.
public enum WatchEvent: Sendable {
  case entered(function: UInt32, cycle: UInt64)
  case returned(function: UInt32, entered: UInt64, cycle: UInt64)
  case reached(UInt32, cycle: UInt64)
  /// The block that is about to run reaches below the stack's limit.
  case stackOverflowed(UInt32, reach: UInt32)
  /// SEV comes in the block that is about to run.
  case sentEvent
}

/// A device as the engine's bus sees it: absolute addresses, widths of 1, 2 and 4 bytes.
public protocol DeviceBus: AnyObject {
  func read(_ address: UInt32, width: UInt32) -> UInt32
  func write(_ address: UInt32, width: UInt32, value: UInt32)
}

public enum EngineError: Error, CustomStringConvertible {
  case refused(operation: String, reason: String)

  public var description: String {
    switch self {
    case .refused(let operation, let reason): "error: engine: \(operation): \(reason)"
    }
  }
}

/// Runs Thumb code on Unicorn and counts its blocks: the only face of the engine.
///
/// Reference: measured behaviour of libunicorn 2.0.1 and 2.1.4. Newer ones get a virtual TLB, which
/// makes them two to three times as fast and gives exact fault addresses.
public final class Engine {
  let handle: OpaquePointer
  let state: UnsafeMutablePointer<HotState>
  var regions: [Region] = []
  var windows: [DeviceWindow] = []
  /// Writable 1 KiB pages that code was fetched from.
  var executedPages: Set<UInt32> = []
  /// What is allowed at an address beyond what its memory allows: read 1, write 2, execute 4.
  public var protection: (_ address: UInt32, _ isFetch: Bool) -> Int32 = { _, _ in 7 }
  /// A page whose data are open for the instruction under way, whatever `protection` says.
  var openPages: [UInt32] = []
  /// Asks `protection` for each page; setting it forgets the answers so far.
  public var protects = false {
    didSet {
      state.pointee.protectedFaultMask = protects ? self[.faultmask] : nil
      if protects || oldValue { _ = thumbprint_flush_tlb(handle) }
    }
  }
  let analyse: (Address, UnsafeRawBufferPointer) -> BlockDescription
  public unowned var devices: (any DeviceBus)?
  /// Calls of threads that do not run now, by where their registers are stacked, and since when.
  var suspended: [UInt32: (CallStack.Suspended, UInt64)] = [:]
  var usesExclusiveMonitor = false
  var hasScratchCode = false
  let model: CoreModel
  var knownStackLimits = StackLimits()
  /// A change of FPCCR.ASPEN that the next run begins with.
  var asksForContext: Bool?
  var breakpointAddresses: [Address] = []
  /// Cycles that a division takes for its operands beyond those that its block is described with; nil: they
  /// turn out not to be known.
  public var divider: (Division?) -> UInt32 = { _ in 0 }
  /// Told what watched code did, between two blocks.
  public var watcher: (WatchEvent) -> Void = { _ in }
  /// Faults below this engine's version are only known by block.
  public let hasExactFaults: Bool
  /// Told of each access to data memory, once `observeAccesses` asked for it.
  var accessObserver: (Address, Int, Bool) -> Void = { _, _, _ in }
  /// Cycles of sleep so far.
  public internal(set) var sleptCycles: UInt64 = 0
  /// Cycles of lazy floating-point stacking so far.
  public private(set) var lazyStackingCycles: UInt64 = 0

  /// The cycle at which the last block that ran ended; `.max` while blocks run.
  public private(set) var ranUntil: UInt64 = 0

  func noteLazyStacking(_ cycles: UInt32) { lazyStackingCycles += UInt64(cycles) }

  /// FPDSCR: what FPSCR holds when a floating-point context starts. The engine itself starts each with
  /// zeros.
  public var defaultStatus: UInt32 = 0 {
    didSet { expectContext() }
  }

  /// `analyse` describes a block from its address and bytes; called once for each.
  public init(
    model: CoreModel, functionCount: Int,
    analyse: @escaping (Address, UnsafeRawBufferPointer) -> BlockDescription
  ) throws(EngineError) {
    var opened: OpaquePointer?
    try check(uc_open(UC_ARCH_ARM, UC_MODE_THUMB, &opened), "open")
    guard let opened else { throw .refused(operation: "open", reason: "no handle") }
    handle = opened
    self.analyse = analyse
    self.model = model
    hasExactFaults = EngineVersion.current.isModern
    state = Self.makeState(functionCount: functionCount)
    try check(thumbprint_set_cpu_model(handle, model.unicornModel), "choose the core")
    if hasExactFaults {
      try check(thumbprint_use_virtual_tlb(handle), "use a virtual TLB")
      // The default reserves a gigabyte of address space.
      try check(thumbprint_set_tcg_buffer_size(handle, 32 << 20), "size the buffer")
    }
    UnsafeMutableRawPointer(state + 1).storeBytes(
      of: UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque()), as: UnsafeRawPointer.self)
    try addHooks()
    setTraps(division: false, unaligned: false)
  }

  deinit {
    uc_close(handle)
    state.pointee.table.destroy()
    state.pointee.paths.destroy()
    state.pointee.memories.destroy()
    state.pointee.values.deallocate()
    state.pointee.scratchValues.deallocate()
    state.pointee.predictor.destroy()
    state.pointee.calls.destroy()
    for region in regions where region.isOwner { region.unmap() }
    UnsafeMutableRawPointer(state).deallocate()
  }

  /// The hot state, and behind it the pointer back to the engine.
  private static func makeState(functionCount: Int) -> UnsafeMutablePointer<HotState> {
    var table = BlockTable()
    // What runs before the first block: nothing, ending at no address that code can have.
    let nothing = table.insert(
      Block(
        address: 1, end: 1, traits: 0, cycles: 0, takenExtra: 0, branchedToExtra: 0,
        fixedWaits: 0, function: BlockDescription.noFunction, description: BlockDescription()))
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: MemoryLayout<HotState>.stride + MemoryLayout<UnsafeRawPointer>.stride,
      alignment: 64)
    let state = memory.bindMemory(to: HotState.self, capacity: 1)
    let values = (0..<2).map { _ in
      let values = UnsafeMutablePointer<UInt32>.allocate(capacity: RegisterSum.values)
      values.initialize(repeating: 0, count: RegisterSum.values)
      return values
    }
    let entering: BlockTraits = [
      .functionEntry, .descendsStack, .inRAM, .watched, .sendsEvent, .samplesLoads,
      .followsDivisions, .followsOverlaps,
    ]
    let leaving: BlockTraits = [.calls, .mayReturn, .changesMasks, .predicting]
    state.initialize(
      to: HotState(
        previous: nothing, enteringMask: entering.rawValue, leavingMask: leaving.rawValue,
        values: values[0], table: table, entering: nothing, paths: MemoryPaths(),
        scratchValues: values[1], calls: CallStack(functionCount: functionCount)))
    return state
  }

  private func addHooks() throws(EngineError) {
    var hook = uc_hook()
    let user = UnsafeMutableRawPointer(state)
    let hookBlock: thumbprint_block_hook =
      if model == .cortexM7 { predictingBlockHook } else { blockHook }
    try check(thumbprint_hook_block(handle, &hook, hookBlock, user), "hook blocks")
    try check(
      thumbprint_hook_translation(handle, &hook, translationHook, user), "hook translation")
    try check(thumbprint_hook_interrupt(handle, &hook, interruptHook, user), "hook interrupts")
    try check(
      thumbprint_hook_invalid_instruction(handle, &hook, invalidInstructionHook, user),
      "hook undefined instructions")
    // Any memory hook, even for faults alone, keeps the engine from writing RAM directly; with a
    // virtual TLB the faults come from there.
    if hasExactFaults {
      try check(thumbprint_hook_tlb(handle, &hook, addressHook, user), "hook the TLB")
    } else {
      try check(thumbprint_hook_invalid_memory(handle, &hook, memoryHook, user), "hook faults")
    }
  }

  // MARK: Running

  /// Core clocks since the run began, sleep included.
  public var cycles: UInt64 {
    get { state.pointee.cycles }
    set { state.pointee.cycles = newValue }
  }

  /// Runs until the core clock reaches `deadline` at the end of a block, or something happens.
  public func run(until deadline: UInt64) -> EngineStop {
    state.pointee.deadline = deadline
    state.pointee.stop = .none
    endCalm()
    applyContextControl()
    // The first block of a run is not announced when it is translated.
    state.pointee.enteringMask |= BlockTraits.inRAM.rawValue
    let start = UInt64(programCounter.value | 1)
    ranUntil = .max
    let error = uc_emu_start(handle, start, 0, 0, 0)
    ranUntil = state.pointee.cycles
    return explain(error)
  }

  /// Makes the run come back before its next block.
  public func requestStop() { state.pointee.deadline = 0 }

  /// Runs the straight line from the program counter up to, not including, `target`; what came first,
  /// if anything.
  @discardableResult
  public func runStraight(to target: Address) -> EngineStop? {
    state.pointee.deadline = .max
    state.pointee.stop = .none
    let start = programCounter
    _ = thumbprint_remove_cache(handle, UInt64(start.value), UInt64(target.value) + 4)
    let error = uc_emu_start(handle, UInt64(start.value | 1), UInt64(target.value), 0, 0)
    // What was translated stops at the target for ever: nobody else may run it.
    _ = thumbprint_remove_cache(handle, UInt64(start.value), UInt64(target.value) + 4)
    let isThere = error == UC_ERR_OK && state.pointee.stop == .none && programCounter == target
    return isThere ? nil : explain(error)
  }

  /// Brings the deadline of the run under way forward.
  public func lowerDeadline(to cycle: UInt64) {
    if cycle < state.pointee.deadline { state.pointee.deadline = cycle }
  }

  /// Gives up the device access under way: it faults. Exact on libraries with exact faults.
  public func abortAccess(to address: Address, isWrite: Bool) {
    state.pointee.stop = .memory
    state.pointee.faultAddress = address.value
    state.pointee.faultKind = Int32((isWrite ? UC_MEM_WRITE : UC_MEM_READ).rawValue)
    uc_emu_stop(handle)
  }

  /// Come back at a block that jumps to itself: nothing but an interrupt would leave it.
  public var stopsAtEndlessLoop: Bool {
    get { state.pointee.enteringMask & BlockTraits.loopsForever.rawValue != 0 }
    set {
      if newValue {
        state.pointee.enteringMask |= BlockTraits.loopsForever.rawValue
      } else {
        state.pointee.enteringMask &= ~BlockTraits.loopsForever.rawValue
      }
    }
  }

  /// Whether a change of the interrupt masks must bring the run back.
  public var isPending: Bool {
    get { state.pointee.isPending }
    set { state.pointee.isPending = newValue }
  }

  /// Forgets which block ran last, after control went elsewhere by an exception.
  public func breakFlow() {
    let nothing = oldestBlock
    nothing.pointee.end = programCounter.value
    state.pointee.previous = nothing
    state.pointee.masksChecked = false
    if defaultStatus != 0 { expectContext() }
  }

  lazy var oldestBlock: UnsafeMutablePointer<Block> = {
    var oldest = state.pointee.previous
    state.pointee.table.visitAll { oldest = $0 }
    return oldest
  }()

  func explain(_ error: uc_err) -> EngineStop {
    switch state.pointee.stop {
    case .deadline: return .deadline
    case .floatingPointOff: return .floatingPointOff
    case .loopsForever: return .endlessLoop
    case .breakpoint: return .reachedBreakpoint
    case .mayTrap: return .mayTrap
    case .startsContext: return .startsFloatingPoint
    case .wroteControl: return .wroteControl
    case .interrupt: return explainInterrupt()
    case .memory:
      return .memoryFault(
        MemoryFault(
          kind: memoryFaultKind(state.pointee.faultKind),
          address: Address(state.pointee.faultAddress)))
    case .invalidInstruction: return explainInvalidInstruction()
    case .none: break
    }
    if error == UC_ERR_OK { return .waitForInterrupt }
    if error == UC_ERR_INSN_INVALID { return explainInvalidInstruction() }
    if error == UC_ERR_EXCEPTION || error == UC_ERR_FETCH_UNMAPPED {
      return .memoryFault(MemoryFault(kind: .fetch, address: programCounter))
    }
    return .engineError(String(cString: uc_strerror(error)))
  }

  private func explainInterrupt() -> EngineStop {
    switch state.pointee.interruptNumber {
    case 2: return .supervisorCall
    case 7: return .breakpoint
    case 8: return .exceptionReturn(programCounter.value | 1)
    case 17: return .floatingPointOff
    case 19: return .stackOverflow
    case 3:
      // A fetch that the core's own tables refuse, EXC_RETURN without a handler included.
      return .memoryFault(MemoryFault(kind: .fetch, address: programCounter))
    case 4:
      return .memoryFault(
        MemoryFault(kind: .unaligned, address: Address(state.pointee.faultAddress)))
    case let number: return .engineError("interrupt \(number)")
    }
  }

  /// WFE and YIELD come as undefined instructions with the program counter behind them, where their
  /// block ends; an undefined instruction lies inside its block.
  private func explainInvalidInstruction() -> EngineStop {
    guard state.pointee.previous.pointee.end == programCounter.value else {
      return .undefinedInstruction
    }
    let behind = programCounter + UInt32(bitPattern: -2)
    if let bytes = bytes(at: behind, count: 2) {
      let halfword = UInt16(bytes[0]) | UInt16(bytes[1]) << 8
      if halfword == 0xbf20 { return .waitForEvent }
      if halfword == 0xbf10 { return .deadline }
    }
    return .undefinedInstruction
  }
}

func check(_ error: uc_err, _ operation: String) throws(EngineError) {
  if error == UC_ERR_OK { return }
  throw .refused(operation: operation, reason: String(cString: uc_strerror(error)))
}
