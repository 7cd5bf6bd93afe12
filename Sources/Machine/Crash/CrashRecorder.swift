import CortexM
import Disassembly
import Engine
import FirmwareImage
import RunRecord
import Simulation
import Units

/// Remembers while a run goes on what a dump will need: faults under way, and the stack's first
/// overflow. Nothing here is on the path of a block.
final class CrashRecorder {
  /// The stack as it left its room.
  struct Overflow {
    let registers: RegisterSnapshot
    let reach: Address
    let limit: Address
    let steps: [Backtrace.Step]
  }

  private(set) var faults: [CapturedFault] = []
  private(set) var overflow: Overflow?
  var bounds: StackBounds?
  /// Made at the first need.
  private var madeUnwinding: Unwinding?
  let image: FirmwareImage

  init(image: FirmwareImage) { self.image = image }

  var unwinding: Unwinding {
    if let madeUnwinding { return madeUnwinding }
    let made = Unwinding(image)
    madeUnwinding = made
    return made
  }

  func note(_ fault: CapturedFault) {
    // Handlers that never return can fault for ever.
    if faults.count >= 64 { faults.removeFirst(32) }
    faults.append(fault)
  }

  /// Handlers at that depth and above have returned.
  func left(depth: Int) {
    if !faults.isEmpty { faults.removeAll { $0.depth >= depth } }
  }

  func reset() { faults = [] }

  func note(_ overflow: Overflow) { self.overflow = self.overflow ?? overflow }
}

extension Machine {
  /// Keeps the registers of a fault before its exception changes them.
  func capture(_ report: CortexM.FaultReport) {
    func word(_ address: UInt32) -> UInt32 { core.readPrivate(address) ?? 0 }
    let depth = observer.handlerDepth
    // Stacking that fails, too, is not the cause.
    if !crash.faults.contains(where: { $0.depth == depth }) { find(report) }
    let status = core.features.architecture == .v8M ? core.readPrivate(0xe000_ede4) : nil
    crash.note(
      CapturedFault(
        report: report, registers: RegisterSnapshot(processor, at: report.programCounter),
        cfsr: word(0xe000_ed28), hfsr: word(0xe000_ed2c), mmfar: word(0xe000_ed34),
        bfar: word(0xe000_ed38),
        secure: status.map { ($0, word(0xe000_ede8)) }, handlers: word(0xe000_ed24),
        jump: jump(to: report), depth: depth))
  }

  private func find(_ report: CortexM.FaultReport) {
    findingPlace = report.programCounter
    defer { findingPlace = nil }
    fabric.findings.note(
      "fault", describe(report.programCounter),
      "\(exceptionName(report.exception)): \(report.fault.cause)")
  }

  /// What led to where nothing can be executed: the end of the block that ran last.
  private func jump(to report: CortexM.FaultReport) -> Address? {
    switch report.fault {
    case .instructionBus, .instructionAccess, .invalidState: break
    default: return nil
    }
    let block = engine.currentBlock
    let details = analysis.details(of: block.address, size: block.size) {
      engine.bytes(at: block.address, count: Int(block.size))
    }
    guard let last = details?.instructions.last, last.writesPC,
      last.address != report.programCounter
    else { return nil }
    return last.address
  }

  func stackOverflowed(at address: Address, reach: Address) {
    let registers = RegisterSnapshot(processor, at: address)
    let limit = Address(engine.stackLimit)
    crash.note(
      CrashRecorder.Overflow(
        registers: registers, reach: reach, limit: limit,
        steps: Backtrace.steps(from: registers, image, crash.unwinding, engine)))
    let below = place.variable(at: reach).map { ", into \($0)" } ?? ""
    fabric.findings.note(
      "stack-overflow", describe(address),
      "the stack reaches \(reach), \(limit.value &- reach.value) bytes below its limit \(limit)"
        + (crash.bounds?.limitedBy.map { " (\($0))" } ?? "") + below)
  }
}
