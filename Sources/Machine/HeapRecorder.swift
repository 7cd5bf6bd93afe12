import Engine
import FirmwareImage
import RunRecord
import Units

/// Follows the break that `_sbrk` moves, and the blocks that the C library's allocator gives out and takes
/// back: how far the heap ever grew, how much of it was in use and in how large pieces the rest lay.
///
/// Not modelled: allocators under other names, whose blocks are not seen; headers of blocks count as not in
/// use.
final class HeapRecorder {
  private enum Operation {
    case moveBreak
    /// Register of the size; calloc multiplies two.
    case allocate(size: CoreRegister, by: CoreRegister?)
    case reallocate(block: CoreRegister, size: CoreRegister)
    case free(CoreRegister)
  }

  private struct Call {
    let operation: Operation
    var increment: Int32 = 0
    var size: UInt32 = 0
    var block: UInt32 = 0
  }

  private unowned let engine: Engine
  private var functions: [UInt32: Operation] = [:]
  private var hasAllocator = false
  /// Under way, the outermost first: `malloc` calls `_malloc_r`, which counts once.
  private var calls: [(function: UInt32, call: Call)] = []
  private var blocks: [UInt32: UInt32] = [:]
  private var base: UInt32?
  private var end: UInt32 = 0
  private var highest: UInt32 = 0
  /// Every change of its end or of what is in use; only so many.
  private(set) var changes: [MemoryRecord.HeapChange] = []
  private static let capacity = 4_096

  /// Reference: newlib's libc, "Reentrancy"; the `_r` functions take their context first.
  private static let operations: [(String, Operation)] = [
    ("_sbrk", .moveBreak),
    ("malloc", .allocate(size: .r0, by: nil)), ("_malloc_r", .allocate(size: .r1, by: nil)),
    ("calloc", .allocate(size: .r0, by: .r1)), ("_calloc_r", .allocate(size: .r1, by: .r2)),
    ("realloc", .reallocate(block: .r0, size: .r1)),
    ("_realloc_r", .reallocate(block: .r1, size: .r2)),
    ("free", .free(.r0)), ("_free_r", .free(.r1)),
  ]

  init(engine: Engine, image: FirmwareImage) {
    self.engine = engine
    let hasBreak = !image.entries(named: "_sbrk").isEmpty
    for (name, operation) in Self.operations where hasBreak {
      for entry in image.entries(named: name) {
        functions[UInt32(entry.id)] = operation
        if name.hasSuffix("malloc") || name.hasSuffix("malloc_r") { hasAllocator = true }
        engine.watch(function: UInt32(entry.id))
      }
    }
  }

  /// Bytes; nil when the firmware never asked for any.
  var highWater: UInt64? { base.map { UInt64(highest &- $0) } }

  func entered(_ function: UInt32) {
    guard let operation = functions[function] else { return }
    var call = Call(operation: operation)
    switch operation {
    case .moveBreak: call.increment = Int32(bitPattern: engine[.r0])
    case .allocate(let size, let factor):
      call.size = engine[size] &* (factor.map { engine[$0] } ?? 1)
    case .reallocate(let block, let size): (call.block, call.size) = (engine[block], engine[size])
    case .free(let block): call.block = engine[block]
    }
    calls.append((function, call))
  }

  func returned(_ function: UInt32, at instant: Instant) {
    guard functions[function] != nil,
      let index = calls.lastIndex(where: { $0.function == function })
    else { return }
    let call = calls[index].call
    calls.removeSubrange(index...)
    if case .moveBreak = call.operation { return moved(call.increment, at: instant) }
    // An allocator that another calls is the same one's inner part.
    let isInner = calls.contains { if case .moveBreak = $0.call.operation { false } else { true } }
    if !isInner { finish(call, at: instant) }
  }

  private func moved(_ increment: Int32, at instant: Instant) {
    let previous = engine[.r0]
    guard previous != .max else { return }
    if base == nil {
      base = previous
      highest = previous
    }
    end = previous &+ UInt32(bitPattern: increment)
    highest = max(highest, end)
    if increment != 0 { note(at: instant) }
  }

  private func finish(_ call: Call, at instant: Instant) {
    switch call.operation {
    case .moveBreak: return
    case .free:
      if blocks.removeValue(forKey: call.block) == nil { return }
    case .allocate, .reallocate:
      let block = engine[.r0]
      if block == 0 { return }
      blocks[call.block] = nil
      blocks[block] = call.size
    }
    note(at: instant)
  }

  private func note(at instant: Instant) {
    guard let base, end >= base, changes.count < Self.capacity else { return }
    var change = MemoryRecord.HeapChange(at: instant, bytes: UInt64(end - base))
    if hasAllocator {
      change.used = blocks.values.reduce(0) { $0 + UInt64($1) }
      change.largestHole = UInt64(largestHole(from: base))
    }
    changes.append(change)
  }

  private func largestHole(from base: UInt32) -> UInt32 {
    var (place, largest) = (base, UInt32(0))
    for (block, size) in blocks.sorted(by: { $0.key < $1.key }) where block >= base {
      if block > place { largest = max(largest, block - place) }
      place = max(place, block &+ size)
    }
    return end > place ? max(largest, end - place) : largest
  }
}
