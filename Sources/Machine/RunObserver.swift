import CortexM
import Deployments
import Engine
import FirmwareImage
import RunRecord
import Simulation
import Units

/// Watches a run from outside the firmware: exceptions, measures, inferences, heap.
final class RunObserver: ExceptionObserver {
  private unowned let engine: Engine
  private let image: FirmwareImage
  private let fabric: Fabric
  private let clock: ClockSignal
  private let names: [Int: String]
  let measures: MeasureRecorder
  let inferences: InferenceRecorder
  private let heap: HeapRecorder
  let timeline: TimelineRecorder
  var initialStack: UInt32 = 0
  var isSleeping = false

  private struct Handler {
    let number: Int
    let entered: UInt64
    /// Where the registers of what it interrupted are stacked.
    let frame: Address
    /// Cycles of handlers that ran on top of it.
    var nested: UInt64 = 0
  }

  private var records: [Int: ExceptionRecord] = [:]
  private var pendedAt: [Int: UInt64] = [:]
  private var handlers: [Handler] = []
  private var entryBegan: UInt64 = 0
  private var entryFrame = Address(0)
  private(set) var exceptionLog = ExceptionLog()
  let crash: CrashRecorder
  private var stacks = StackRecorder()

  init(
    engine: Engine, image: FirmwareImage, fabric: Fabric, clock: ClockSignal,
    interruptNames: [Int: String], measures: MeasureRecorder, inferences: InferenceRecorder,
    heap: HeapRecorder, timeline: TimelineRecorder, crash: CrashRecorder
  ) {
    self.timeline = timeline
    self.engine = engine
    self.image = image
    self.fabric = fabric
    self.clock = clock
    names = interruptNames
    self.measures = measures
    self.inferences = inferences
    self.heap = heap
    self.crash = crash
    for stage in RunTimeline.stages {
      for function in image.entries(named: stage) { engine.watch(function: UInt32(function.id)) }
    }
  }

  /// Whether the handler of a fault is under way.
  var isHandlingFault: Bool { handlers.contains { (3...6).contains($0.number) } }

  /// How many handlers are under way.
  var handlerDepth: Int { handlers.count }

  /// Where the frame below a handler lies; nil: no such handler is under way.
  func frame(depth: Int) -> Address? {
    handlers.indices.contains(depth) ? handlers[depth].frame : nil
  }

  // MARK: Exceptions

  func exceptionPended(_ number: Int) {
    if pendedAt[number] == nil {
      pendedAt[number] = clock.ticks(at: fabric.scheduler.now)
      measures.interruptPended(number, at: fabric.scheduler.now)
      timeline.pended(number, mask: mask)
    } else {
      records[number, default: record(number)].pendedTwice += 1
    }
  }

  /// The mask register that keeps interrupts from being taken; nil: none is set. NMI and faults are not
  /// asked for.
  private var mask: String? {
    if engine[.faultmask] & 1 == 1 { return "FAULTMASK" }
    if engine[.primask] & 1 == 1 { return "PRIMASK" }
    return engine[.basepri] & 0xff != 0 ? "BASEPRI" : nil
  }

  func exceptionEntryBegan() { entryBegan = engine.cycles }

  func exceptionEntered(_ number: Int, isTailChained: Bool) {
    let now = engine.cycles
    let began = isTailChained ? min(entryBegan, now) : entryBegan
    engine.enterHandler(UInt32(number), started: began, frame: entryFrame)
    handlers.append(Handler(number: number, entered: began, frame: entryFrame))
    stacks.entered(number, engine)
    timeline.exception(.handlerEntered, number, at: began)
    exceptionLog.note(
      .init(number: number, cycle: began, programCounter: engine.word(at: entryFrame + 24)))
    let pended = pendedAt.removeValue(forKey: number) ?? began
    var record = records[number] ?? self.record(number)
    record.entries += 1
    record.maxLatencyCycles = max(record.maxLatencyCycles, now >= pended ? now - pended : 0)
    records[number] = record
  }

  func exceptionReturned(_ number: Int, frame: Address?) {
    let now = engine.cycles
    entryBegan = now
    engine.leaveHandler(at: now, frame: frame)
    guard let handler = handlers.popLast() else { return }
    timeline.exception(.handlerLeft, number, at: now)
    stacks.left(engine)
    // Another exception takes over the frame.
    if frame == nil { entryFrame = handler.frame }
    exceptionLog.note(
      .init(
        number: number, isReturn: true, cycle: now,
        programCounter: frame.flatMap { engine.word(at: $0 + 24) }))
    crash.left(depth: handlers.count)
    let length = now - handler.entered
    records[handler.number]?.cycles += length - min(handler.nested, length)
    if let below = handlers.indices.last { handlers[below].nested += length }
  }

  func stackReached(_ address: Address) {
    entryFrame = address
    stacks.stacking(engine)
    if engine.tracksStack && address.value < engine.lowestStackPointer {
      engine.lowestStackPointer = address.value
    }
  }

  /// The lowest address that the main stack reached, whoever ran.
  var lowestStackPointer: UInt32 { stacks.lowest(engine) }

  func systemReset() {
    stacks.end(engine)
    handlers = []
    pendedAt = [:]
    crash.reset()
  }

  private func record(_ number: Int) -> ExceptionRecord {
    ExceptionRecord(number: number, name: ExceptionName.name(number, interrupts: names))
  }

  // MARK: Functions

  func entered(_ function: UInt32, at cycle: UInt64) {
    let instant = clock.instant(ofTick: cycle)
    if let name = name(of: function) { timeline.function(.functionEntered, name, at: instant) }
    inferences.entered(function)
    heap.entered(function)
    measures.entered(function, at: instant)
  }

  func returned(_ function: UInt32, entered: UInt64, at cycle: UInt64) {
    let instant = clock.instant(ofTick: cycle)
    if let name = name(of: function) { timeline.function(.functionLeft, name, at: instant) }
    inferences.returned(function, at: instant, cycles: cycle - entered)
    heap.returned(function, at: instant)
    measures.returned(function, entered: clock.instant(ofTick: entered), at: instant)
  }

  private func name(of function: UInt32) -> String? {
    image.functions.indices.contains(Int(function))
      ? image.functions[Int(function)].sourceName : nil
  }

  // MARK: The record

  func complete(_ record: inout RunRecord) {
    for handler in handlers {
      records[handler.number]?.cycles += engine.cycles - handler.entered
    }
    record.exceptions = records.keys.sorted().compactMap { records[$0] }.filter { $0.entries > 0 }
    for (number, bytes) in stacks.depths.sorted(by: { $0.key < $1.key }) {
      record.memory.handlerStacks.append(
        MemoryRecord.HandlerStack(exception: number, priority: 0, bytes: bytes))
    }
    let thread = stacks.thread(engine)
    if initialStack >= thread { record.memory.threadStack = UInt64(initialStack - thread) }
    record.measures = measures.finish()
    record.inferences = inferences.records
    record.memory.heapHighWater = heap.highWater
    record.memory.heap = heap.changes
    record.timeline = timeline.record
  }
}
