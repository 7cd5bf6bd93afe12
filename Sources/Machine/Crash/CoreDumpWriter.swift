import CortexM
import Disassembly
import Engine
import FirmwareImage
import RunRecord
import Simulation
import Units

/// Puts a core dump together when a run is over.
extension Machine {
  /// nil: the run came to a good end.
  func coreDump(_ outcome: Outcome) -> CoreDump? {
    switch outcome {
    case .faulted: return faultDump(.fault)
    case .lockedUp: return faultDump(.lockUp)
    case .exited(code: 0), .reachedLimit, .sleepsForever: return overflowDump()
    case .exited: return crash.faults.isEmpty ? present(.exit) : faultDump(.exit)
    case .timedOut, .scriptFailed: return present(.stopped)
    }
  }

  /// The newest fault and, of several at its depth, the first: what the others follow from.
  var decisiveFault: CapturedFault? {
    guard let last = crash.faults.last else { return nil }
    return crash.faults.first { $0.depth == last.depth }
  }

  private func faultDump(_ reason: CoreDump.Reason) -> CoreDump {
    guard let fault = decisiveFault else { return present(reason) }
    var dump = dump(reason, fault.registers, isEntering: fault.isVectorFetch)
    dump.status = FaultStatus.registers(fault)
    dump.escalation = escalation(fault)
    dump.stackedFrame = stackedFrame(fault)
    describeInstruction(fault, &dump)
    dump.earlier = crash.faults.reversed().filter { $0.depth < fault.depth }.map { earlier in
      CoreDump.EarlierFault(
        exception: exceptionName(earlier.report.exception), cause: earlier.report.fault.cause,
        programCounter: earlier.report.programCounter,
        place: describe(earlier.report.programCounter),
        at: clock.instant(ofTick: earlier.registers.cycle))
    }
    return dump
  }

  /// The core as it stands.
  func present(_ reason: CoreDump.Reason) -> CoreDump {
    let registers = RegisterSnapshot(processor, at: engine.programCounter)
    var dump = dump(reason, registers)
    dump.instruction = listing(of: registers, at: engine.programCounter)
    return dump
  }

  private func overflowDump() -> CoreDump? {
    crash.overflow.map { dump(.stackOverflow, $0.registers) }
  }

  /// `isEntering`: an exception has stacked its frame, but its handler has not begun.
  private func dump(
    _ reason: CoreDump.Reason, _ registers: RegisterSnapshot, isEntering: Bool = false
  ) -> CoreDump {
    let isPrivileged = registers.exception != 0 || registers.control & 1 == 0
    let mode =
      registers.exception == 0
      ? isPrivileged ? "thread mode" : "unprivileged thread mode"
      : exceptionName(registers.exception)
    var dump = CoreDump(
      reason: reason, at: clock.instant(ofTick: registers.cycle), mode: mode,
      registers: registers.registers(core.features))
    if reason == .stackOverflow, let overflow = crash.overflow {
      dump.frames = frames(overflow.steps)
    } else {
      dump.frames = frames(
        Backtrace.steps(
          from: registers, isEntering: isEntering, image, crash.unwinding, engine))
    }
    dump.overflow = stackOverflow()
    dump.stacks = stacks(registers, dump.frames)
    dump.exceptions = exceptionEvents(until: registers.cycle)
    dump.calls = callEvents(until: registers.cycle)
    return dump
  }

  // MARK: The fault

  /// Why the fault's own exception did not take it.
  private func escalation(_ fault: CapturedFault) -> String? {
    if fault.isVectorFetch {
      return "no vector for \(exceptionName(fault.registers.exception)): HardFault"
    }
    let wanted = fault.report.fault.exception
    guard wanted != fault.report.exception else { return nil }
    let taken = exceptionName(fault.report.exception)
    let name = exceptionName(wanted)
    if core.features.architecture == .v6M { return "\(taken): Armv6-M has no other" }
    let enable = fault.handlers >> UInt32(16 + wanted - 4) & 1
    if enable == 0 { return "\(name) is not enabled: \(taken)" }
    let by =
      fault.registers.primask & 1 != 0
      ? "PRIMASK is set"
      : fault.registers.faultmask & 1 != 0
        ? "FAULTMASK is set"
        : fault.registers.exception == 0
          ? "BASEPRI masks it" : "\(exceptionName(fault.registers.exception)) is as urgent"
    return "\(name) cannot run, \(by): \(taken)"
  }

  private func stackedFrame(_ fault: CapturedFault) -> CoreDump.StackedFrame? {
    guard let address = observer.frame(depth: fault.depth) else { return nil }
    let words = (0..<8).compactMap { engine.word(at: address + UInt32($0) * 4) }
    guard words.count == 8 else { return nil }
    return CoreDump.StackedFrame(
      address: address, stack: fault.registers.usesProcessStack ? "PSP" : "MSP",
      registers: zip(["r0", "r1", "r2", "r3", "r12", "lr", "pc", "xPSR"], words).map {
        CoreDump.Register($0, $1)
      })
  }

  private func describeInstruction(_ fault: CapturedFault, _ dump: inout CoreDump) {
    let address = fault.report.programCounter
    var fetched: Address?
    switch fault.report.fault {
    case .instructionBus(let target), .instructionAccess(let target): fetched = target
    case .invalidState: fetched = address
    default: break
    }
    if let fetched {
      dump.access = CoreDump.Access(
        kind: .fetch, address: fetched, size: 2, place: place.text(of: fetched, for: .fetch))
      dump.instruction = fault.jump.flatMap { listing(of: fault.registers, at: $0) }
      return
    }
    if fault.isVectorFetch {
      if case .dataBus(let vector) = fault.report.fault {
        dump.access = CoreDump.Access(
          kind: .read, address: vector, size: 4, place: place.text(of: vector, for: .read))
      }
      return
    }
    dump.instruction = listing(of: fault.registers, at: address)
    dump.access = access(fault)
    if case .dataBus = fault.report.fault, dump.access?.kind == .write,
      core.features.architecture == .v7M
    {
      dump.notes.append(
        "a chip's write buffer makes such a store imprecise: IMPRECISERR, pc behind it")
    }
  }

  private func access(_ fault: CapturedFault) -> CoreDump.Access? {
    let programCounter = fault.report.programCounter
    guard let code = engine.bytes(at: programCounter, count: 4),
      let decoded = Decoder.decodeBlock(bytes: code, at: programCounter).first,
      decoded.memory.count > 0, decoded.memory.base < 16
    else { return nil }
    let operand = decoded.memory
    func value(_ register: UInt8) -> UInt32 { fault.registers.core[Int(register)] }
    let base = operand.base == 15 ? (programCounter.value &+ 4) & ~3 : value(operand.base)
    var address = Address(
      operand.address(base: base, index: operand.hasIndex ? value(operand.index) : 0))
    switch fault.report.fault {
    case .dataBus(let target), .dataAccess(let target): address = target
    case .unaligned: break
    default: return nil
    }
    let kind: CoreDump.Access.Kind = decoded.kind.stores ? .write : .read
    let size = Int(operand.transferSize)
    var place = place.text(of: address, for: kind)
    if fault.report.fault == .unaligned {
      let step = max(size, decoded.alignsAlways ? 4 : 1)
      place = "not a multiple of \(step), \(place)"
    }
    return CoreDump.Access(kind: kind, address: address, size: size, place: place)
  }

  // MARK: What went before

  private func exceptionEvents(until cycle: UInt64) -> [CoreDump.ExceptionEvent] {
    observer.exceptionLog.newest(until: cycle).prefix(8).map { entry in
      CoreDump.ExceptionEvent(
        kind: entry.isReturn ? .exit : .entry, name: exceptionName(entry.number),
        at: clock.instant(ofTick: entry.cycle),
        programCounter: entry.programCounter.map { Address($0 & ~1) })
    }
  }

  private func callEvents(until cycle: UInt64) -> [CoreDump.CallEvent] {
    var events: [CoreDump.CallEvent] = []
    for entry in engine.newestTrace(8192) where entry.kind == .function && entry.cycle <= cycle {
      guard Int(entry.id) < image.functions.count else { continue }
      let event = CoreDump.CallEvent(
        function: image.functions[Int(entry.id)].demangledName,
        at: clock.instant(ofTick: entry.cycle))
      events.append(event)
      if events.count == 8 { break }
    }
    return events
  }

  // MARK: Stacks

  private func stackOverflow() -> CoreDump.StackOverflow? {
    guard let overflow = crash.overflow else { return nil }
    var frames = frames(overflow.steps)
    // The innermost has not taken its room yet.
    if !frames.isEmpty {
      frames[0].size = (frames[0].size ?? 0) + (overflow.registers.core[13] &- overflow.reach.value)
    }
    return CoreDump.StackOverflow(
      at: clock.instant(ofTick: overflow.registers.cycle),
      programCounter: Address(overflow.registers.core[15]), reach: overflow.reach,
      limit: overflow.limit, into: overrun(overflow), frames: frames)
  }

  /// What lies between the limit and the deepest that the stack ever reached.
  private func overrun(_ overflow: CrashRecorder.Overflow) -> String {
    let deepest = Address(min(overflow.reach.value, observer.lowestStackPointer))
    let names = image.symbols.filter {
      $0.kind == .object && $0.address < overflow.limit && $0.address + $0.size > deepest
    }.reversed().map(\.name)
    if names.isEmpty { return "what is \(place.text(of: overflow.reach, for: .read))" }
    let shown = names.prefix(4).joined(separator: ", ")
    return names.count > 4 ? "\(shown) and \(names.count - 4) more" : shown
  }

  private func stacks(
    _ registers: RegisterSnapshot, _ frames: [CoreDump.Frame]
  ) -> [CoreDump.Stack] {
    var main = CoreDump.Stack(name: "main", pointer: Address(registers.msp))
    main.top = Address(observer.initialStack)
    main.limit = crash.bounds?.limit.map(Address.init)
    main.limitedBy = crash.bounds?.limitedBy
    if observer.initialStack >= observer.lowestStackPointer {
      main.highWater = UInt64(observer.initialStack - observer.lowestStackPointer)
    }
    guard registers.psp != 0 else { return [main] }
    var process = CoreDump.Stack(name: "process", pointer: Address(registers.psp))
    // A thread that ran out of its stack still has its outermost frames in it.
    let used = frames.reduce(UInt32(0)) { $0 &+ ($1.size ?? 0) &* UInt32(clamping: $1.count) }
    let outermost = registers.usesProcessStack ? registers.psp &+ used &- 1 : registers.psp
    if let object = place.object(at: Address(outermost)) {
      process.limit = object.address
      process.top = object.address + object.size
      process.limitedBy = object.name
    }
    return [main, process]
  }
}
