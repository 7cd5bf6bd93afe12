import Boards
import Engine
import RunRecord
import Simulation
import Units

/// Where the core and the chip's other bus masters meet: one of them at a time is served by each slave of the
/// bus matrix.
///
/// A word that DMA moves takes its memory for a cycle. The core waits for it where it wanted the same memory
/// in that cycle: as often as the block under way accesses it in the cycles that it takes. Those fractions add
/// up, and the core is charged by whole cycles; asleep, it waits for nothing. All of it is worked out when DMA moves
/// something, so that a run without DMA pays nothing.
///
/// Reference: ST RM0490 and RM0041, bus matrix (its arbitration uses a round robin algorithm; said the same of every
/// STM32); RP2040 datasheet 2.1.1, from memory.
/// Not modelled: what DMA itself waits for, flash and device registers as places to meet, exception entry and
/// return, a miss of a first-level cache.
final class BusContention {
  /// One memory as the bus matrix has it.
  private struct Slave {
    let start: UInt32
    let size: UInt32
    /// Windows on the same cells have the same number.
    let number: Int
    let banks: UInt64
    /// First-level caches of the core stand before it.
    let isCached: Bool
  }

  /// What one execution of a block asks of each slave.
  private struct Demand {
    static let scale: UInt64 = 256
    var start: UInt64 = .max
    /// In 256ths.
    var cycles: UInt64 = scale
    /// What it was held up just now.
    var stalls: UInt64 = 0
    /// When it had run, and which cycle that was.
    var end: (tick: UInt64, instant: Instant) = (.max, .never)
    var data: [UInt64]
    var code: [UInt64]
  }

  /// Cycles with a fraction of 32 bits.
  private struct Fraction {
    private var value: UInt64 = 0

    static let one: UInt64 = 1 << 32

    /// Adds so many parts and takes the whole cycles out.
    mutating func add(_ part: UInt64) -> UInt64 {
      value += part
      defer { value %= Self.one }
      return value / Self.one
    }
  }

  private let slaves: [Slave]
  private let slaveCount: Int
  private unowned let engine: Engine
  private let analysis: BlockAnalysis
  private unowned let fabric: Fabric
  private let clock: ClockSignal
  private var demand: Demand
  private var data = Fraction()
  private var code = Fraction()
  /// The block that was met last, and what became of it so far.
  private var last: (key: UInt64, traffic: BlockTraffic?, met: Contention) = (
    .max, nil, Contention()
  )
  private var earlier: [UInt64: Contention] = [:]

  /// nil: nothing on this chip makes the core wait.
  init?(_ chip: Chip, _ engine: Engine, _ analysis: BlockAnalysis, _ fabric: Fabric) {
    (slaves, slaveCount) = Self.slaves(of: chip)
    if slaves.isEmpty { return nil }
    (self.engine, self.analysis, self.fabric) = (engine, analysis, fabric)
    clock = fabric.coreClock
    let none = [UInt64](repeating: 0, count: slaveCount)
    demand = Demand(data: none, code: none)
  }

  private static func slaves(of chip: Chip) -> ([Slave], count: Int) {
    var slaves: [Slave] = []
    var count = 0
    for memory in chip.memories where memory.kind == .ram && !memory.isCoreOnly {
      if memory.sharing?.isCoreFirst == true { continue }
      let windows = chip.memories.filter {
        $0.name == memory.name || $0.kind == .alias(of: memory.name)
      }
      var offset: UInt32 = 0
      let sizes = memory.sharing?.slaves ?? []
      for (index, size) in (sizes.isEmpty ? [memory.size] : sizes).enumerated() {
        let banks = index == 0 ? memory.sharing?.banks ?? 1 : 1
        for window in windows where window.size > offset {
          slaves.append(
            Slave(
              start: window.base.value + offset, size: min(size, window.size - offset),
              number: count, banks: UInt64(banks),
              isCached: memory.isSlow && !memory.isTightlyCoupled))
        }
        offset += size
        count += 1
      }
    }
    return (slaves, count)
  }

  /// By block: words that met accesses of it, and cycles charged.
  var met: [UInt64: Contention] {
    var met = earlier
    met[last.key] = last.met
    return met.filter { $0.value.words > 0 }
  }

  private func slave(at address: UInt32) -> Slave? {
    slaves.first { address &- $0.start < $0.size }
  }

  // MARK: Meeting

  /// Another master has moved some bytes.
  func moved(_ address: Address, _ bytes: Int) {
    guard !fabric.isCoreAsleep, let slave = slave(at: address.value) else { return }
    let block = engine.currentBlock
    // Before the first block and between exceptions, none is under way.
    guard block.address.value & 1 == 0 else { return }
    if demand.start != block.start { look(block) }
    guard fabric.scheduler.now <= end else { return }
    let (reads, fetches) = (demand.data[slave.number], demand.code[slave.number])
    guard reads + fetches > 0 else { return }
    let words = UInt64(bytes + 3) / 4
    let slots = demand.cycles * slave.banks
    func wait(_ accesses: UInt64) -> UInt64 {
      min(accesses * Demand.scale * Fraction.one / slots, Fraction.one) * words
    }
    let (dataWait, codeWait) = (data.add(wait(reads)), code.add(wait(fetches)))
    if dataWait > 0 { engine.stall(cycles: dataWait) }
    if codeWait > 0 { engine.stall(cycles: codeWait, isFetch: true) }
    demand.stalls += dataWait + codeWait
    last.met.add(words: words, cycles: dataWait + codeWait)
  }

  /// When the block under way has run, and what held it up is over; never, while it runs.
  private var end: Instant {
    let tick = engine.ranUntil
    if tick == .max { return .never }
    if demand.end.tick != tick + demand.stalls {
      demand.end = (tick + demand.stalls, clock.instant(ofTick: tick + demand.stalls))
    }
    return demand.end.instant
  }

  /// Sees what the block under way asks for.
  private func look(_ block: (address: Address, size: UInt32, start: UInt64)) {
    demand.start = block.start
    demand.stalls = 0
    for number in 0..<slaveCount { (demand.data[number], demand.code[number]) = (0, 0) }
    turn(to: block.address, block.size)
    demand.cycles = max(
      engine.cyclesOfTurn(besides: last.met.cycles, scale: Demand.scale), Demand.scale)
    guard let traffic = last.traffic else { return }
    let caches = engine.coreCachesInUse
    for flow in traffic.flows {
      guard let place = flow.place.value(engine), let slave = slave(at: place),
        !(slave.isCached && caches.data)
      else { continue }
      demand.data[slave.number] += UInt64(flow.accesses)
    }
    if let slave = slave(at: block.address.value), !(slave.isCached && caches.instructions) {
      demand.code[slave.number] = UInt64(traffic.fetches)
    }
  }

  private func turn(to address: Address, _ size: UInt32) {
    let key = BlockAnalysis.key(address, size)
    guard key != last.key else { return }
    if last.met.words > 0 { earlier[last.key] = last.met }
    let traffic = analysis.traffic(of: address, size: size) {
      engine.bytes(at: address, count: Int(size))
    }
    last = (key, traffic, earlier[key] ?? Contention())
  }
}
