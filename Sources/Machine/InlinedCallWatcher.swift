import Disassembly
import Engine
import FirmwareImage
import Units

/// Sees calls that the compiler put into their callers: entered where the debug information says the
/// body begins, returned where control first leaves its ranges in the same call of the function that
/// holds it.
///
/// Reference: DWARF 5, 3.3.8.2 (concrete inlined instances).
/// Not modelled: bodies that the compiler mixed with their caller's code without ranges of their own.
final class InlinedCallWatcher {
  private struct Active {
    let call: Int
    let entered: UInt64
    let depth: Int
  }

  private unowned let engine: Engine
  private let analysis: BlockAnalysis
  private var calls: [(function: UInt32, call: InlinedCall)] = []
  private var active: [Active] = []
  /// Told of entries and returns as of functions that were not inlined.
  var onEntered: (_ function: UInt32, _ cycle: UInt64) -> Void = { _, _ in }
  var onReturned: (_ function: UInt32, _ entered: UInt64, _ cycle: UInt64) -> Void = { _, _, _ in }

  init(engine: Engine, analysis: BlockAnalysis) {
    self.engine = engine
    self.analysis = analysis
  }

  /// Watches these places under the id `function`, one that no function of the image has.
  func watch(_ places: [InlinedCall], as function: UInt32) {
    for place in places where !place.ranges.isEmpty {
      calls.append((function, place))
      analysis.watchedEntries.append(place.entry)
    }
  }

  /// A block begins that holds a watched entry, or any block while an inlined call is under way.
  func reached(_ address: Address, cycle: UInt64) {
    let block = engine.enteringBlock
    leave(at: address, cycle)
    guard
      let details = analysis.details(
        of: block.address, size: block.size,
        bytes: { engine.bytes(at: block.address, count: Int(block.size)) })
    else { return }
    for (index, instruction) in details.instructions.enumerated() {
      let now = cycle + UInt64(details.offsets[index])
      leave(at: instruction.address, now)
      for call in calls.indices where calls[call].call.entry == instruction.address {
        guard !active.contains(where: { $0.call == call && $0.depth == engine.callDepth }) else {
          continue
        }
        active.append(Active(call: call, entered: now, depth: engine.callDepth))
        onEntered(calls[call].function, now)
      }
    }
    engine.watchesEveryBlock = !active.isEmpty
  }

  /// Ends the innermost calls whose ranges do not hold `address`; code that they called does not count.
  private func leave(at address: Address, _ cycle: UInt64) {
    while let last = active.last, engine.callDepth <= last.depth,
      engine.callDepth < last.depth || !calls[last.call].call.contains(address)
    {
      active.removeLast()
      onReturned(calls[last.call].function, last.entered, cycle)
    }
  }
}
