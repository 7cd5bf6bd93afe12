import Testing
import Timing
import Units

@testable import Engine
@testable import Machine

/// Thumb code at 0x100 of a core with nothing about it but code memory at zero and RAM at 0x20000000, which
/// stands at 0x10000000 a second time.
struct CodeBench {
  let engine: Engine
  private static let start = Address(0x100)

  /// `memory`: what the code memory makes the core wait for; `fetched`: bytes that the core asks it for at once.
  init(
    _ code: [UInt16], on core: String = "cortex-m4", memory: Engine.SlowMemory? = nil,
    fetched: UInt32? = nil
  ) throws {
    let timing = try #require(TimingCatalog.timing(of: core))
    let analysis = BlockAnalysis(image: nil, timing: timing) { _ in
      memory.map { CodeMemory(line: $0.line, fetched: fetched) }
    }
    engine = try Engine(model: .cortexM4, functionCount: 0) { analysis.describe($0, $1) }
    try engine.mapMemory(at: Address(0), size: 0x4000, isWritable: false)
    try engine.mapMemory(at: Address(0x2000_0000), size: 0x4000, isWritable: true)
    try engine.mapAlias(of: Address(0x2000_0000), at: Address(0x1000_0000), size: 0x4000)
    if var memory {
      memory.windows = [(Address(0), 0x4000)]
      _ = engine.addSlowMemory(memory)
    }
    let waitForInterrupt: UInt16 = 0xbf30
    let bytes = (code + [waitForInterrupt]).flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
    try #require(engine.store(bytes, at: Self.start))
  }

  /// Runs it once more, to the end; the cycles that this took.
  @discardableResult
  func run(_ registers: [CoreRegister: UInt32]) throws -> UInt64 {
    for (register, value) in registers { engine[register] = value }
    let before = engine.cycles
    engine.programCounter = Self.start
    try #require(engine.run(until: .max) == .waitForInterrupt)
    return engine.cycles - before
  }

  /// A sum over all of its blocks and runs.
  func sum(_ figure: KeyPath<BlockCount, UInt64>) -> UInt64 {
    engine.blockCounts().reduce(0) { $0 + $1[keyPath: figure] }
  }
}
