import CortexM
import Disassembly
import Engine
import FirmwareImage
import RunRecord
import Simulation
import Units

/// Tells of a run that ended while it waited for what never comes.
extension Machine {
  /// A busy wait shorter than this is none.
  private static let shortest = Interval.milliseconds(1)

  /// Runs on for a moment: only when everything that counts is in the record.
  func addSpin(to record: inout RunRecord, _ dump: inout CoreDump?) {
    guard debugging == nil else { return }
    var isAsleep = false
    switch record.outcome {
    case .reachedLimit, .timedOut, .scriptFailed: break
    case .sleepsForever: isAsleep = true
    default: return
    }
    var probe = SpinProbe(self)
    guard probe.look(throughSleep: isAsleep), let spin = spin(probe, record) else { return }
    var told = dump ?? present(.spin)
    if dump == nil { told.at = record.end }
    told.spin = spin
    dump = told
    record.findings.append(finding(spin))
  }

  private func spin(_ probe: SpinProbe, _ record: RunRecord) -> CoreDump.Spin? {
    guard let loop = probe.loop else { return nil }
    let exits = probe.exits(of: loop)
    let ran = Set(record.blocks.lazy.filter { $0.executions > 0 }.map(\.address))
    // What was left once may be left again.
    guard !exits.contains(where: { ran.contains($0.address) }) else { return nil }
    guard !exits.isEmpty else { return deadEnd(probe, record) }
    for exit in exits {
      let condition = SpinCondition(exit, in: probe) { [engine] in engine.word(at: $0) }
      guard let load = condition.load, let address = condition.address,
        var spin = spin(at: load.address, exit.visit, probe, record, condition.awaits)
      else { continue }
      spin.address = address
      spin.mask = condition.mask == .max ? nil : condition.mask
      spin.value =
        probe.reads[load.address]?.value ?? stored(at: address, size: load.memory.transferSize)
      let register = SpinRegister(address, load, condition, bus)
      spin.target = register?.name ?? place.variable(at: address) ?? "\(address)"
      spin.hold = register?.hold(from: spin.value ?? 0)
      return spin
    }
    return nil
  }

  private func stored(at address: Address, size: UInt8) -> UInt32? {
    engine.bytes(at: address, count: Int(size))?.reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// A loop without a way out is how firmware stops; it is a bad end in a handler, with interrupts off
  /// and in functions that are called for it.
  private func deadEnd(_ probe: SpinProbe, _ record: RunRecord) -> CoreDump.Spin? {
    guard let last = probe.visits.indices.last else { return nil }
    let place = probe.visits[last].address
    let exception = core.exceptionNumber
    let symbol = image.function(at: place)?.name.lowercased() ?? ""
    // "default" is no fault.
    let name = symbol.replacing("default", with: "")
    let words = ["abort", "assert", "panic", "error", "fault"]
    guard exception != 0 || processor[.primask] & 1 != 0 || words.contains(where: name.contains)
    else { return nil }
    let why =
      exception != 0
      ? "goes round for ever in the handler of \(exceptionName(exception))" : "goes round for ever"
    return spin(at: place, last, probe, record, why)
  }

  private func spin(
    at address: Address, _ visit: Int, _ probe: SpinProbe, _ record: RunRecord, _ awaits: String
  ) -> CoreDump.Spin? {
    let block = probe.visits[visit]
    let rounds = record.blocks.filter { $0.address == block.address && $0.size == block.size }
      .reduce(UInt64(0)) { $0 + $1.executions }
    let times = probe.visits.filter { $0.address == block.address }
    guard let first = times.first, let last = times.last, times.count > 1 else { return nil }
    let period = (last.cycle - first.cycle) / UInt64(times.count - 1)
    let end = clock.ticks(at: record.end)
    let (product, overflow) = rounds.multipliedReportingOverflow(by: period)
    let since = clock.instant(ofTick: overflow || product > end ? 0 : end - product)
    guard record.outcome == .sleepsForever || record.end - since >= Self.shortest else {
      return nil
    }
    return CoreDump.Spin(
      function: image.function(at: address)?.demangledName ?? "[no symbol]",
      programCounter: address, source: source(of: address), awaits: awaits, since: since,
      rounds: rounds)
  }

  private func finding(_ spin: CoreDump.Spin) -> Finding {
    let target = spin.target.map { "waits for \($0) " } ?? ""
    let line = spin.source.map { ", \(lastPart($0.file)):\($0.line)" } ?? ""
    return Finding(
      kind: "endless-wait", place: spin.function,
      message: "\(target)\(spin.awaits) (pc \(spin.programCounter)\(line))"
        + (spin.hold.map { "; --hold \($0) goes on" } ?? ""),
      count: max(Int(clamping: spin.rounds), 1))
  }
}
