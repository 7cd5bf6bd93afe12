import Simulation
import Units

/// XIP_CTRL of an RP2040: the cache before its flash, switched, flushed and counted.
///
/// Reference: RP2040 datasheet 2.6.3.
/// Not modelled: the look-ups that the alias without allocation makes, and what the one
/// without look-up leaves in the cache; the counters count neither those, nor data that are read while
/// the cache is off, nor words fetched ahead in vain.
final class RP2040XIP: Peripheral {
  private enum Register: UInt32 {
    case control = 0x00
    case flush = 0x04
    case status = 0x08
    case hits = 0x0c
    case accesses = 0x10
    case streamAddress = 0x14
    case streamCount = 0x18
    case streamWord = 0x1c
  }

  private static let cacheBase = Address(0x1000_0000)
  /// One for each set.
  private static let flushCycles: UInt64 = 1024

  private let fabric: Fabric
  private let timing: MemoryTiming
  private let stream: RP2040Stream
  private var control: UInt32 = 3
  private var flushed: UInt64 = 0
  private var hits: UInt64 = 0
  private var accesses: UInt64 = 0
  /// What the run had counted when these were brought up to date.
  private var seen = (hits: UInt64(0), misses: UInt64(0), reads: UInt64(0), lookUps: UInt64(0))

  init(_ context: PeripheralContext) {
    fabric = context.fabric
    timing = fabric.timing(ofMemory: "flash")
    stream = fabric.service(RP2040Stream.init)
    fabric.service(FlashControl.init).storeNarrow = { [unowned self] address, _, _ in
      store(address)
    }
    fabric.service(FlashControl.init).store = { [unowned self] address, _ in store(address) }
    setCache()
  }

  private var isOn: Bool { control & 1 == 1 }

  func read(_ offset: UInt32) -> UInt32? {
    switch Register(rawValue: offset) {
    case .control: return control
    case .flush:
      // It answers once the flush is over.
      let now = fabric.coreClock.ticks(at: fabric.scheduler.now)
      if now < flushed {
        fabric.service(FlashControl.init)
          .holdAccess(fabric.coreClock.duration(ofTicks: flushed - now))
      }
      return 0
    case .status:
      return (stream.isFull ? 4 : 0) | (stream.isEmpty ? 2 : 0)
        | (fabric.coreClock.ticks(at: fabric.scheduler.now) >= flushed ? 1 : 0)
    case .hits:
      update()
      return UInt32(clamping: hits)
    case .accesses:
      update()
      return UInt32(clamping: accesses)
    case .streamAddress: return stream.address
    case .streamCount: return stream.remaining
    case .streamWord: return stream.take()
    case nil: return nil
    }
  }

  func readingActs(at offset: UInt32) -> Bool { offset == 0x04 || offset == 0x1c }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    switch Register(rawValue: offset) {
    case .control:
      update()
      // Powered down it cannot be on.
      control = value >> 3 & 1 == 1 ? value & 0xa : value & 0xb
      setCache()
    case .flush:
      guard value & 1 == 1 else { break }
      timing.invalidateInstructions()
      flushed = fabric.coreClock.ticks(at: fabric.scheduler.now) + Self.flushCycles
    case .status: break
    case .hits:
      update()
      hits = 0
    case .accesses:
      update()
      accesses = 0
    case .streamAddress: stream.setAddress(value)
    case .streamCount: stream.begin(value)
    case .streamWord: break
    case nil: return false
    }
    return true
  }

  private func setCache() {
    var setting = timing.setting
    setting.cachesInstructions = isOn
    setting.cachesData = isOn
    timing.setting = setting
  }

  /// A write to the cached alias takes the line out of the cache; to others it is a bus fault where
  /// ERR_BADWRITE is set.
  private func store(_ address: Address) -> Interval? {
    guard address >= Self.cacheBase, address - Self.cacheBase < 4 << 24 else { return nil }
    let offset = address - Self.cacheBase
    if offset < 1 << 24 {
      // What follows in its block is looked at again.
      update(dropsAhead: true)
      timing.invalidateLine(at: offset)
      return .zero
    }
    return control & 2 == 0 ? .zero : nil
  }

  /// Each word of code is an access, and each data access through the cache. Data that are yet to be read
  /// count the next time.
  private func update(dropsAhead: Bool = false) {
    let (reads, lookUps) = timing.codeReads()
    let total = (hits: timing.hits(), misses: timing.misses(), reads: reads, lookUps: lookUps)
    var now = total
    if isOn {
      let ahead = timing.readsAhead()
      now.misses -= min(ahead.misses, total.misses)
      now.hits -= min(ahead.reads - ahead.misses, total.hits)
    }
    let words = now.reads - seen.reads
    accesses += words
    if isOn {
      let found = (now.hits + now.misses).subtracting(seen.hits + seen.misses)
      let data = found.subtracting(now.lookUps - seen.lookUps)
      accesses += data
      hits += (words + data).subtracting(now.misses.subtracting(seen.misses))
    }
    seen = dropsAhead ? total : now
  }

  func reset() {
    update()
    control = 3
    setCache()
    stream.reset()
    timing.invalidateInstructions()
    (hits, accesses, flushed) = (0, 0, 0)
  }
}

extension UInt64 {
  /// Not below zero: what was ahead may have been told by registers that changed.
  fileprivate func subtracting(_ other: UInt64) -> UInt64 { self > other ? self - other : 0 }
}
