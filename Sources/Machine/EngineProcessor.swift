import CortexM
import Engine
import Simulation
import Units

/// The engine's registers and memory as the exception model sees them, and the clock that it charges.
final class EngineProcessor: Processor {
  let engine: Engine
  private let fabric: Fabric
  private let clock: ClockSignal
  /// Core clocks spent on entering and leaving exceptions.
  private(set) var exceptionCycles: UInt64 = 0

  init(engine: Engine, fabric: Fabric, clock: ClockSignal) {
    self.engine = engine
    self.fabric = fabric
    self.clock = clock
  }

  /// The engine hides the banked stack pointers and the masks from unprivileged threads; the exception
  /// model is the hardware and sees them.
  private func privileged<Result>(_ body: () -> Result) -> Result {
    guard engine[.control] & 1 != 0, engine[.xpsr] & 0x1ff == 0 else { return body() }
    engine.setExceptionNumber(3)
    defer { engine.setExceptionNumber(0) }
    return body()
  }

  subscript(register: CoreRegister) -> UInt32 {
    get {
      switch register {
      case .msp, .psp, .primask, .basepri, .faultmask: privileged { engine[register] }
      case .control: engine.architecturalControl
      default: engine[register]
      }
    }
    set {
      switch register {
      case .msp, .psp, .primask, .basepri, .faultmask: privileged { engine[register] = newValue }
      case .control: setControl(newValue)
      default: engine[register] = newValue
      }
    }
  }

  /// The engine takes SPSEL in thread mode only, and nothing of CONTROL from an unprivileged thread.
  private func setControl(_ value: UInt32) {
    if engine[.control] & 1 != 0 && engine[.xpsr] & 0x1ff == 0 {
      engine.setExceptionNumber(3)
      engine[.control] = engine[.control] & ~1
      engine.setExceptionNumber(0)
    }
    engine[.control] = engine.separateContext(value)
    engine.rebuildFlags()
  }

  subscript(single index: Int) -> UInt32 {
    get { engine[single: index] }
    set { engine[single: index] = newValue }
  }

  func word(at address: Address) -> UInt32? { engine.word(at: address) }

  func setWord(_ value: UInt32, at address: Address) -> Bool {
    engine.setWord(value, at: address)
  }

  func setExceptionNumber(_ number: UInt32) { engine.setExceptionNumber(number) }
  func setExecutionState(_ epsr: UInt32) { engine.setExecutionState(epsr) }
  func setApplicationFlags(_ xpsr: UInt32) { engine.setApplicationFlags(xpsr) }

  func waits(forVectorAt vector: Address, handler: Address) -> UInt32 {
    let first = engine.waitsForCode(at: vector, after: 0)
    return first + engine.waitsForCode(at: handler, after: first)
  }

  func charge(_ cycles: UInt32, for cause: ExceptionCost) {
    exceptionCycles += UInt64(cycles)
    engine.cycles += UInt64(cycles)
    fabric.scheduler.advance(to: clock.instant(ofTick: engine.cycles))
  }

  func reserveLazyStacking(_ cycles: UInt32) { engine.reserveLazyStacking(cycles) }
  var pendingLazyStacking: UInt32 { engine.pendingLazyStacking }

  func requestCheck() { engine.requestStop() }

  var hasPending: Bool {
    get { engine.isPending }
    set { engine.isPending = newValue }
  }

  var floatingPointOff: Bool {
    get { engine.floatingPointOff }
    set { engine.floatingPointOff = newValue }
  }

  var defaultStatus: UInt32 {
    get { engine.defaultStatus }
    set { engine.defaultStatus = newValue }
  }

  func protectionChanged(_ isEnabled: Bool) {
    engine.protects = isEnabled
    if isEnabled && !engine.hasExactFaults {
      fabric.findings.note(
        "unenforced-protection", "MPU", "this engine does not enforce it; version 2.1 does")
    }
  }

  func setTraps(division: Bool, unaligned: Bool) {
    engine.setTraps(division: division, unaligned: unaligned)
  }

  func setAutomaticContext(_ isAutomatic: Bool) { engine.setAutomaticContext(isAutomatic) }

  func stackLimit(process: Bool) -> UInt32 {
    process ? engine.stackLimits.process : engine.stackLimits.main
  }

  func resetStackLimits() { engine.resetStackLimits() }

  func clearExclusiveMonitor() { engine.clearExclusiveMonitor() }
}

/// RAM as the chip's bus masters see it.
final class EngineMemory: BusMemory {
  unowned var engine: Engine?

  func read(_ address: Address, count: Int) -> [UInt8]? {
    guard let engine, engine.isWritable(address, count: count) else { return nil }
    return engine.bytes(at: address, count: count)
  }

  func write(_ address: Address, _ bytes: [UInt8]) -> Bool {
    guard let engine, engine.isWritable(address, count: bytes.count) else { return false }
    return engine.store(bytes, at: address)
  }

  func program(_ address: Address, _ bytes: [UInt8]) -> Bool {
    guard let engine, !engine.isWritable(address, count: bytes.count) else { return false }
    return engine.reprogram(bytes, at: address)
  }

  func stored(_ address: Address, count: Int) -> [UInt8]? {
    guard let engine, !engine.isWritable(address, count: count) else { return nil }
    return engine.bytes(at: address, count: count)
  }
}
