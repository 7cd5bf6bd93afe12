public import Simulation
import Units

/// What the flash controller of a Nordic chip and the rest of its flash share: whether firmware may
/// write or erase.
public final class NordicFlashAccess {
  public enum Mode: UInt32, Sendable {
    case read = 0
    case write = 1
    case erase = 2
  }

  public internal(set) var mode = Mode.read
  /// Erases the user information: UICR hooks in here.
  var eraseUser: () -> Void = {}

  public init(_ fabric: Fabric) {}
}

/// The controller of flash and of its instruction cache.
///
/// With CONFIG Wen a word that the core stores to flash clears bits there, in 41 us; with Een
/// ERASEPAGE takes 85 ms and ERASEALL 169 ms. Partial erases of one page add up to the time of a whole
/// one. READY is 0 meanwhile, and a core that runs from flash waits. IHIT and IMISS count while
/// ICACHECNF.CACHEPROFEN is set; a write sets them. Parameters: `flash-kib` (1024), `page-bytes` (4096), in
/// microseconds `write-us` (41), `page-us` (85000) and `chip-us` (169000); `nrf51` (1: no partial erase
/// and no cache).
///
/// Reference: nRF52840 Product Specification v1.7, 4.3 NVMC and its electrical specification.
/// Not modelled: wear (nWRITE, endurance), ACL, the buffered write behind READYNEXT; bits change at
/// the start of the time that they take.
final class NordicNVMC: Peripheral {
  private enum Register: UInt32 {
    case ready = 0x400
    case readyNext = 0x408
    case config = 0x504
    case erasePage = 0x508
    case eraseAll = 0x50c
    case erasePage0 = 0x510
    case eraseUser = 0x514
    case erasePagePartial = 0x518
    case partialTime = 0x51c
    case cacheConfiguration = 0x540
    case hits = 0x548
    case misses = 0x54c
  }

  private static let profiling: UInt32 = 1 << 8

  /// A counter that follows a total while profiling is on.
  private struct Counter {
    var held: UInt32 = 0
    var since: UInt64 = 0

    func value(_ total: UInt64, counts: Bool) -> UInt32 {
      counts ? held &+ UInt32(truncatingIfNeeded: total &- since) : held
    }
  }

  private let pageSize: UInt32
  private let writeTime: Interval
  private let pageTime: Interval
  private let chipTime: Interval
  private let isNRF51: Bool

  private let name: String
  private let fabric: Fabric
  private let flash: FlashControl
  private let consumer: PowerConsumer
  private let size: UInt32
  private lazy var finished = fabric.scheduler.event(name) { [unowned self] in
    consumer.enter("off")
  }
  private var busyUntil = Instant.zero
  private var partialTime: UInt32 = 10
  /// The page that is being erased in parts and the milliseconds so far.
  private var partial: (page: UInt32, spent: UInt32) = (.max, 0)
  private let access: NordicFlashAccess
  private let timing: MemoryTiming
  private var cache: UInt32 = 0
  private var hits = Counter()
  private var misses = Counter()

  init(_ context: PeripheralContext) {
    access = context.fabric.service(NordicFlashAccess.init)
    timing = context.fabric.timing(ofMemory: "flash")
    name = context.name
    fabric = context.fabric
    flash = context.fabric.service(FlashControl.init)
    consumer = context.fabric.power.consumer(context.name, initial: "off")
    size = UInt32(min(max(context.parameters["flash-kib"] ?? 1024, 4), 4096)) * 1024
    func time(_ key: String, _ standard: Int) -> Interval {
      .microseconds(Int64(min(max(context.parameters[key] ?? standard, 0), 10_000_000)))
    }
    pageSize = context.parameters["page-bytes"] == 1024 ? 1024 : 4096
    (writeTime, pageTime) = (time("write-us", 41), time("page-us", 85_000))
    chipTime = time("chip-us", 169_000)
    isNRF51 = context.parameters["nrf51"] == 1
    flash.store = { [unowned self] in store($1, at: $0) }
  }

  /// READYNEXT, partial erases and the cache came with the nRF52.
  private func register(_ offset: UInt32) -> Register? {
    guard let register = Register(rawValue: offset) else { return nil }
    switch register {
    case .readyNext, .erasePagePartial, .partialTime, .cacheConfiguration, .hits, .misses:
      return isNRF51 ? nil : register
    default: return register
    }
  }

  func read(_ offset: UInt32) -> UInt32? {
    guard let register = register(offset) else { return nil }
    switch register {
    case .ready, .readyNext: return fabric.scheduler.now < busyUntil ? 0 : 1
    case .config: return access.mode.rawValue
    case .erasePage, .eraseAll, .erasePage0, .eraseUser, .erasePagePartial: return 0
    case .partialTime: return partialTime
    case .cacheConfiguration: return cache
    case .hits: return hits.value(timing.hits(), counts: isProfiling)
    case .misses: return misses.value(timing.misses(), counts: isProfiling)
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard let register = register(offset) else { return false }
    switch register {
    case .ready, .readyNext: break
    case .config: access.mode = NordicFlashAccess.Mode(rawValue: value & 3) ?? .read
    case .erasePage, .erasePage0: erasePage(at: value)
    case .erasePagePartial: erasePart(ofPageAt: value)
    case .partialTime: partialTime = value & 0x7f
    case .eraseAll:
      guard value & 1 == 1, mayErase else { break }
      for page in 0..<(size / pageSize) { clear(page * pageSize) }
      access.eraseUser()
      occupy(chipTime)
    case .eraseUser:
      guard value & 1 == 1, mayErase else { break }
      access.eraseUser()
      occupy(pageTime)
    case .cacheConfiguration: configureCache(value & (1 | Self.profiling))
    case .hits: hits = Counter(held: value, since: timing.hits())
    case .misses: misses = Counter(held: value, since: timing.misses())
    }
    return true
  }

  func reset() {
    access.mode = .read
    finished.cancel()
    consumer.enter("off")
    busyUntil = .zero
    partialTime = 10
    partial = (.max, 0)
    configureCache(0)
    hits = Counter()
    misses = Counter()
  }

  /// A word stored by the core; nil where it is not allowed.
  private func store(_ word: UInt32, at address: Address) -> Interval? {
    guard access.mode == .write, address.value & 3 == 0, address.value < size,
      let old = fabric.memory.stored(address, count: 4)
    else { return nil }
    let bytes = old.enumerated().map { index, byte in
      byte & UInt8(truncatingIfNeeded: word >> UInt32(8 * index))
    }
    guard fabric.memory.program(address, bytes) else { return nil }
    return occupy(writeTime, stalls: false)
  }

  private var mayErase: Bool {
    if access.mode == .erase { return true }
    fabric.findings.note(
      "erase-disabled", "\(name).CONFIG", "an erase is asked for while CONFIG is not Een: ignored")
    return false
  }

  private func erasePage(at address: UInt32) {
    guard mayErase, address < size else { return }
    clear(address & ~(pageSize - 1))
    occupy(pageTime)
  }

  private func erasePart(ofPageAt address: UInt32) {
    guard mayErase, address < size else { return }
    let page = address & ~(pageSize - 1)
    if partial.page != page { partial = (page, 0) }
    partial.spent += partialTime
    occupy(.milliseconds(Int64(partialTime)))
    guard Interval.milliseconds(Int64(partial.spent)) >= pageTime else { return }
    clear(page)
    partial = (.max, 0)
  }

  private func clear(_ page: UInt32) {
    _ = fabric.memory.program(
      Address(page), Array(repeating: 0xff, count: Int(pageSize)))
  }

  /// Keeps flash busy for so long, after what it is busy with; gives how long from now.
  @discardableResult
  private func occupy(_ time: Interval, stalls: Bool = true) -> Interval {
    let now = fabric.scheduler.now
    busyUntil = max(busyUntil, now) + time
    consumer.enter("active")
    finished.schedule(at: busyUntil)
    if stalls { flash.stall(busyUntil - now) }
    return busyUntil - now
  }

  private var isProfiling: Bool { cache & Self.profiling != 0 }

  private func configureCache(_ value: UInt32) {
    let (hit, miss) = (timing.hits(), timing.misses())
    hits = Counter(held: hits.value(hit, counts: isProfiling), since: hit)
    misses = Counter(held: misses.value(miss, counts: isProfiling), since: miss)
    cache = value
    timing.setting.cachesInstructions = value & 1 == 1
  }
}
