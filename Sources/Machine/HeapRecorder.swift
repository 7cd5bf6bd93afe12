import Engine
import FirmwareImage
import RunRecord
import Units

/// Follows the break that `_sbrk` moves: how far the heap ever grew.
final class HeapRecorder {
  private unowned let engine: Engine
  private let functions: Set<UInt32>
  private var increment: Int32 = 0
  private var base: UInt32?
  private var highest: UInt32 = 0
  /// Every change of its end; only so many.
  private(set) var changes: [MemoryRecord.HeapChange] = []
  private static let capacity = 4_096

  init(engine: Engine, image: FirmwareImage) {
    self.engine = engine
    functions = Set(image.entries(named: "_sbrk").map { UInt32($0.id) })
    for function in functions { engine.watch(function: function) }
  }

  /// Bytes; nil when the firmware never asked for any.
  var highWater: UInt64? { base.map { UInt64(highest &- $0) } }

  func entered(_ function: UInt32) {
    if functions.contains(function) { increment = Int32(bitPattern: engine[.r0]) }
  }

  func returned(_ function: UInt32, at instant: Instant) {
    guard functions.contains(function) else { return }
    let previous = engine[.r0]
    guard previous != .max else { return }
    if base == nil {
      base = previous
      highest = previous
    }
    let end = previous &+ UInt32(bitPattern: increment)
    highest = max(highest, end)
    if increment != 0, let base, end >= base, changes.count < Self.capacity {
      changes.append(.init(at: instant, bytes: UInt64(end - base)))
    }
  }
}
