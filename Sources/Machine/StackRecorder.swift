import Engine
import Units

/// How deep each handler takes the main stack, apart from what it interrupted: what the worst nesting of
/// interrupts could come to.
///
/// Not modelled: the word that aligns a frame; handlers' depth below what they interrupted while thread
/// mode runs on the process stack is the main stack's own.
struct StackRecorder {
  /// What the core stacks: eight words, with floating point 26.
  private static let (basicFrame, extendedFrame): (UInt64, UInt64) = (32, 104)

  private struct Level {
    let number: Int
    /// The stack pointer at the handler's entry.
    let top: UInt32
    /// The lowest that what it interrupted had reached.
    let outside: UInt32
    let frame: UInt64
  }

  private var levels: [Level] = []
  /// Bytes by exception, its frame included.
  private(set) var depths: [Int: UInt64] = [:]
  /// The lowest address of any that has ended.
  private var lowest = UInt32.max

  /// What the present context had reached before its registers were stacked.
  private var beforeFrame: UInt32?

  /// The core is about to stack registers.
  mutating func stacking(_ engine: Engine) { beforeFrame = engine.lowestStackPointer }

  mutating func entered(_ number: Int, _ engine: Engine) {
    let link = engine[.lr]
    levels.append(
      Level(
        number: number, top: engine[.sp], outside: beforeFrame ?? engine.lowestStackPointer,
        frame: link & 0x10 == 0 ? Self.extendedFrame : Self.basicFrame))
    beforeFrame = nil
    engine.lowestStackPointer = engine[.sp]
  }

  mutating func left(_ engine: Engine) {
    guard let level = levels.popLast() else { return }
    close(level, engine.lowestStackPointer)
    engine.lowestStackPointer = level.outside
  }

  private mutating func close(_ level: Level, _ reached: UInt32) {
    lowest = min(lowest, reached)
    let own = level.top >= reached ? UInt64(level.top - reached) : 0
    depths[level.number] = max(depths[level.number] ?? 0, own + level.frame)
  }

  /// A reset ends them all.
  mutating func end(_ engine: Engine) { while !levels.isEmpty { left(engine) } }

  /// The lowest address of all contexts, those under way included.
  func lowest(_ engine: Engine) -> UInt32 {
    levels.reduce(min(lowest, engine.lowestStackPointer)) { min($0, $1.outside) }
  }

  /// The lowest of thread mode.
  func thread(_ engine: Engine) -> UInt32 {
    levels.first?.outside ?? engine.lowestStackPointer
  }
}
