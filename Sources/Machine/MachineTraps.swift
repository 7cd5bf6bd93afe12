import CortexM
import Disassembly
import Engine
import RunRecord
import Simulation
import Units

/// What instructions ask of the exception model: semihosting, faults and where exactly they happened.
extension Machine {
  func breakpoint() -> Outcome? {
    settle()
    let address = engine.programCounter
    guard engine.bytes(at: address, count: 2) == [0xab, 0xbe] else {
      raiseAtInstruction(.breakpointWithoutDebugger, at: address)
      afterException()
      return nil
    }
    // What was said before by Real-Time Transfer comes first.
    transfer.pollNow()
    let answer = semihosting.call(
      operation: engine[.r0], parameter: engine[.r1], host: semihostingConsole)
    switch answer {
    case .exit(let code):
      exitCode = code
    case .result(let value):
      engine[.r0] = value
      passInstruction(to: address + 2)
    case .waits: awaitInput()
    }
    return nil
  }

  /// The core stands still at the breakpoint until something happens, as it would in a debugger; where
  /// nothing ever will, the input has ended.
  private func awaitInput() {
    let next = fabric.scheduler.next
    guard next != .never else {
      semihosting.expectsInput = false
      return
    }
    let start = engine.cycles
    engine.cycles = max(start + 1, min(clock.firstTick(notBefore: next), lastCycle))
    engine.noteSleep(from: start, to: engine.cycles)
    settle()
  }

  /// An endless loop inside a fault handler is how firmware says that it has crashed.
  func endlessLoop() -> Outcome? { .faulted(faultDescription()) }

  func undefinedFault() -> CoreFault {
    engine[.xpsr] & 1 << 24 == 0 ? .invalidState : .undefinedInstruction
  }

  /// The block at the program counter uses the floating-point unit, which is off: run up to that
  /// instruction, then fault there, unless something comes first or its condition does not hold.
  func floatingPointOff() -> Outcome? {
    let start = engine.programCounter
    guard
      let bytes = engine.bytes(at: start, count: 256)
        ?? engine.bytes(at: start, count: 16) ?? engine.bytes(at: start, count: 4)
    else { return nil }
    let instruction = analysis.firstFloatingPoint(bytes, at: start)
    let target = instruction?.address ?? start
    if target != start, let first = engine.runStraight(to: target) { return handle(first) }
    if let instruction, !executesNext {
      passInstruction(to: instruction.end)
      return nil
    }
    raiseAtInstruction(.noCoprocessor, at: target)
    afterException()
    return nil
  }

  func raise(_ fault: MemoryFault) {
    let programCounter = engine.programCounter
    switch fault.kind {
    case .fetch:
      settle()
      let isExecuteNever =
        (0x4000_0000..<0x6000_0000).contains(fault.address.value)
        || fault.address.value >= 0xa000_0000
        || engine.protects && core.permissions(at: fault.address.value) & 4 == 0
      core.raise(
        isExecuteNever ? .instructionAccess(programCounter) : .instructionBus(programCounter),
        at: programCounter)
    case .unaligned: raiseAtInstruction(.unaligned, at: programCounter)
    case .read, .write:
      let programCounter =
        engine.hasExactFaults ? programCounter : instruction(of: fault) ?? programCounter
      if !engine.hasExactFaults { restoreIfThen(at: programCounter) }
      let address = exactAddress(of: fault, at: programCounter)
      if !isRefused(fault, at: address), core.ignoresBusError(at: address),
        passAccess(at: programCounter)
      {
        return
      }
      raiseAtInstruction(
        isRefused(fault, at: address) ? .dataAccess(address) : .dataBus(address),
        at: programCounter)
    }
  }

  /// Whether the MPU forbids what faulted.
  func isRefused(_ fault: MemoryFault, at address: Address) -> Bool {
    engine.protects && core.permissions(at: address.value) & (fault.kind == .read ? 1 : 2) == 0
  }

  /// The engine with a virtual TLB tells the page of a data fault; the instruction's operands tell the
  /// address.
  func exactAddress(of fault: MemoryFault, at programCounter: Address) -> Address {
    guard engine.hasExactFaults, let bytes = engine.bytes(at: programCounter, count: 4),
      let instruction = Decoder.decodeBlock(bytes: bytes, at: programCounter).first,
      let addresses = dataAddresses(of: instruction)
    else { return fault.address }
    let needed: Int32 = fault.kind == .read ? 1 : 2
    let onPage = addresses.filter { $0 >> 10 == fault.address.value >> 10 }
    // Where the MPU divides the page, the first that it forbids.
    let refused = engine.protects ? onPage.first { core.permissions(at: $0) & needed == 0 } : nil
    return (refused ?? onPage.first).map { Address($0) } ?? fault.address
  }

  /// A load or store that nothing answered, and whose bus error is ignored: what it loads is not known,
  /// here zero.
  private func passAccess(at address: Address) -> Bool {
    guard
      let bytes = engine.bytes(at: address, count: 4) ?? engine.bytes(at: address, count: 2),
      let instruction = Decoder.decodeBlock(bytes: bytes, at: address).first,
      !instruction.writesPC
    else { return false }
    let operand = instruction.memory
    let base = CoreRegister(rawValue: Int(operand.base)).map { engine[$0] } ?? 0
    for number in 0..<15 where instruction.writes >> UInt16(number) & 1 != 0 {
      if let register = CoreRegister(rawValue: number) { engine[register] = 0 }
    }
    if operand.writebackChange != 0, let register = CoreRegister(rawValue: Int(operand.base)) {
      engine[register] = base &+ UInt32(bitPattern: operand.writebackChange)
    }
    cutBlockShort(at: instruction.end)
    settle()
    passInstruction(to: instruction.end)
    return true
  }

  /// A fault in the middle of a block: takes back what the block was charged beyond the instruction.
  func raiseAtInstruction(_ fault: CoreFault, at address: Address) {
    cutBlockShort(at: address)
    settle()
    core.raise(fault, at: address)
  }

  /// The block under way has come to that instruction and is left there.
  private func cutBlockShort(at address: Address) {
    let block = engine.currentBlock
    if address >= block.address, address - block.address < block.size,
      let details = analysis.details(
        of: block.address, size: block.size,
        bytes: { engine.bytes(at: block.address, count: Int(block.size)) }),
      let index = details.instructions.firstIndex(where: { $0.address == address })
    {
      engine.cutShort(
        afterCycles: UInt32(details.offsets[index]), instructions: UInt32(index))
    }
  }
}
