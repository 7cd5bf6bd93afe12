import Engine
import FirmwareImage
import Units

/// Follows the break that `_sbrk` moves: how far the heap ever grew.
final class HeapRecorder {
  private unowned let engine: Engine
  private let functions: Set<UInt32>
  private var increment: Int32 = 0
  private var base: UInt32?
  private var highest: UInt32 = 0

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

  func returned(_ function: UInt32) {
    guard functions.contains(function) else { return }
    let previous = engine[.r0]
    guard previous != .max else { return }
    if base == nil {
      base = previous
      highest = previous
    }
    highest = max(highest, previous &+ UInt32(bitPattern: increment))
  }
}
