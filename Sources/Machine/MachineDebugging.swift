import CortexM
public import Debugger
import Disassembly
import Engine
import RunRecord
import Units

extension Machine {
  /// Lets a debugger decide when the core runs. Before the run.
  ///
  /// The debugger changes nothing that the run counts: a block is charged as a whole when it is
  /// entered and exceptions are taken behind blocks, also while single instructions are stepped.
  /// A watchpoint makes the run slower: at the start of each block the addresses that it reaches are looked at.
  /// Not modelled: watching what devices or exception entry write.
  public func attach(_ host: any DebugHost, memories: [TargetMemory]) {
    debugging = MachineDebugging(self, host, memories)
  }

  /// The run is over, in this way.
  func tellDebugger(_ outcome: Outcome) {
    switch outcome {
    case .exited(let code):
      debugging?.ended(exitCode: UInt8(truncatingIfNeeded: code), isFault: false)
    case .faulted, .lockedUp: debugging?.ended(exitCode: 1, isFault: true)
    default: debugging?.ended(exitCode: 0, isFault: false)
    }
  }
}

/// The core under a debugger's control.
final class MachineDebugging {
  unowned let machine: Machine
  private let host: any DebugHost
  let layout: TargetLayout
  /// Wall-clock time that the debugger took, which no limit counts.
  private(set) var stoppedSeconds = 0.0
  private(set) var isKilled = false
  private var isAttached = true
  private var mode: Resumption?
  private var resumedAt = Address(0)
  /// Instructions ran since the debugger let the core go.
  private var hasMoved = false
  /// The debugger set the program counter or reset the core.
  var hasJumped = false
  private var touched: Watchpoint?
  private var nextPoll: UInt64 = 0
  private var piecesToPoll = 0
  var watchpoints: [Watchpoint] = []

  init(_ machine: Machine, _ host: any DebugHost, _ memories: [TargetMemory]) {
    self.machine = machine
    self.host = host
    layout = TargetLayout(
      hasMainlineMasks: machine.core.features.architecture != .v6M,
      hasFloatingPoint: machine.core.features.hasFloatingPoint, memories: memories)
  }

  private var engine: Engine { machine.engine }

  private var isStepping: Bool {
    switch mode {
    case .step, .stepRange: true
    default: false
    }
  }

  // MARK: Running

  /// As `Engine.run`, with pauses. Mid-block pauses happen inside; the machine goes on behind blocks.
  func run(until deadline: UInt64) -> EngineStop {
    guard isAttached else { return engine.run(until: deadline) }
    if pauseIfDue() { return .deadline }
    if !isStepping && watchpoints.isEmpty {
      let before = engine.cycles
      let stop = engine.run(until: min(deadline, before + 1_000_000))
      if engine.cycles != before { hasMoved = true }
      guard stop == .reachedBreakpoint else { return examine(stop) }
      if pauseIfDue() { return .deadline }
    }
    if let stop = engine.enterBlock(until: deadline) { return stop }
    return finishBlock()
  }

  /// Runs the block that was entered, in as many pieces as there are reasons to look.
  private func finishBlock() -> EngineStop {
    let block = engine.currentBlock
    let details = machine.analysis.details(of: block.address, size: block.size) {
      engine.bytes(at: block.address, count: Int(block.size))
    }
    guard let instructions = details?.instructions, !instructions.isEmpty else {
      return engine.runPiece(to: nil)
    }
    var index = 0
    while true {
      if index > 0, pauseIfDue(), hasJumped || isKilled { return .deadline }
      let hit = watchpoints.isEmpty ? nil : watchpoint(touchedBy: instructions[index])
      let last = hit == nil ? endOfPiece(instructions, from: index) : index
      let ends = last == instructions.count - 1
      let stop = engine.runPiece(
        to: ends && instructions[last].leavesBlock ? nil : instructions[last].end)
      hasMoved = true
      guard stop == .deadline else { return examine(stop) }
      touched = hit
      guard !ends, engine.programCounter == instructions[last].end else { return .deadline }
      index = last + 1
    }
  }

  /// The last instruction that can run before something must be looked at.
  private func endOfPiece(_ instructions: [Instruction], from index: Int) -> Int {
    guard isAttached else { return instructions.count - 1 }
    if isStepping { return index }
    let isWatching = !watchpoints.isEmpty
    // What the piece itself changes: an address made of it is known only when it is there.
    var changed = instructions[index].changes
    var last = index
    while last + 1 < instructions.count {
      let next = instructions[last + 1]
      if engine.breakpoints.contains(next.address) { break }
      if isWatching && next.memory.count > 0 {
        if next.addressRegisters & 0x7fff & changed != 0 || touched(by: next) != nil { break }
        changed |= next.changes
      } else {
        changed |= next.writes
      }
      last += 1
    }
    return last
  }

  /// A BKPT that is no semihosting call halts a core that is being debugged.
  private func examine(_ stop: EngineStop) -> EngineStop {
    guard stop == .breakpoint,
      engine.bytes(at: engine.programCounter, count: 2) != [0xab, 0xbe]
    else { return stop }
    pause(.breakpointInstruction)
    return isAttached ? .deadline : stop
  }

  // MARK: Pausing

  /// True when the core stood still: whatever was decided before may have changed.
  private func pauseIfDue() -> Bool {
    guard isAttached, let reason = dueReason() else { return false }
    pause(reason)
    return true
  }

  private func dueReason() -> StopReason? {
    guard let mode else { return .step }
    if let hit = touched { return .watchpoint(hit) }
    let place = engine.programCounter
    if hasMoved || place != resumedAt {
      if engine.breakpoints.contains(place) { return .breakpoint }
      switch mode {
      case .step: return .step
      case .stepRange(let from, let to): if place < from || place >= to { return .step }
      default: break
      }
    }
    piecesToPoll -= 1
    guard engine.cycles >= nextPoll || piecesToPoll <= 0 else { return nil }
    nextPoll = engine.cycles + 1_000_000
    piecesToPoll = 100
    return host.wantsStop() ? .interrupted : nil
  }

  private func pause(_ reason: StopReason) {
    let start = WallClock.seconds()
    hasJumped = false
    touched = nil
    let resumption = host.converse(reason, with: self)
    mode = resumption
    if resumption == .kill { isKilled = true }
    if resumption == .kill || resumption == .detach {
      isAttached = false
      engine.breakpoints = []
      watchpoints = []
    }
    if hasJumped { engine.breakFlow() }
    resumedAt = engine.programCounter
    hasMoved = false
    stoppedSeconds += WallClock.seconds() - start
  }

  /// The run is over; a firmware that crashed can be looked at first.
  func ended(exitCode: UInt8, isFault: Bool) {
    guard isAttached, mode != nil else { return }
    if isFault { pause(.fault) }
    host.ended(exitCode: exitCode)
  }

  // MARK: Watching

  /// The watchpoint that the instruction, which is about to run, will touch.
  private func watchpoint(touchedBy instruction: Instruction) -> Watchpoint? {
    guard instruction.memory.count > 0, holds(instruction.condition.rawValue) else { return nil }
    return touched(by: instruction)
  }

  /// The watchpoint that the instruction touches if it executes with the present registers.
  private func touched(by instruction: Instruction) -> Watchpoint? {
    let operand = instruction.memory
    guard let base = CoreRegister(rawValue: Int(operand.base)) else { return nil }
    let start =
      operand.base == 15 ? instruction.baseOfLiterals : engine[base]
    let index = operand.hasIndex ? CoreRegister(rawValue: Int(operand.index)) : nil
    let first = operand.address(base: start, index: index.map { engine[$0] } ?? 0)
    let size = UInt32(operand.count) * max(UInt32(operand.transferSize), 1)
    return watchpoints.first {
      $0.isTouched(at: Address(first), count: size, isWrite: instruction.kind.stores)
        || instruction.kind.loads && instruction.kind.stores
          && $0.isTouched(at: Address(first), count: size, isWrite: false)
    }
  }

  /// Whether an instruction with this condition executes.
  /// Reference: Arm DDI 0403E.e, A7.3.
  private func holds(_ condition: UInt8) -> Bool {
    guard condition < 14 else { return true }
    let flags = engine[.xpsr]
    let negative = flags >> 31 & 1 == 1
    let zero = flags >> 30 & 1 == 1
    let carry = flags >> 29 & 1 == 1
    let overflow = flags >> 28 & 1 == 1
    let holds =
      switch condition >> 1 {
      case 0: zero
      case 1: carry
      case 2: negative
      case 3: overflow
      case 4: carry && !zero
      case 5: negative == overflow
      default: negative == overflow && !zero
      }
    return holds == (condition & 1 == 0)
  }
}

extension Instruction {
  /// The registers that it writes, the base register that it steps included.
  fileprivate var changes: UInt16 {
    writes | (memory.count > 0 && memory.writesBack ? 1 << UInt16(memory.base) : 0)
  }

  /// The block that ends in it ends in a wait or a jump.
  fileprivate var leavesBlock: Bool {
    switch kind {
    case .waitForInterrupt, .branch, .conditionalBranch, .compareBranch, .call, .branchExchange,
      .tableBranch:
      true
    default: writesPC
    }
  }
}
