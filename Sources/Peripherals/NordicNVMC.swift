public import Simulation

/// What the flash controller of a Nordic chip and the rest of its flash share: whether firmware may
/// write or erase.
public final class NordicFlashAccess {
  public enum Mode: UInt32, Sendable {
    case read = 0
    case write = 1
    case erase = 2
  }

  public internal(set) var mode = Mode.read

  public init(_ fabric: Fabric) {}
}

/// The controller of flash and of its instruction cache.
///
/// IHIT and IMISS count while ICACHECNF.CACHEPROFEN is set; a write sets them.
///
/// Reference: nRF52840 Product Specification v1.7, 4.3 NVMC.
/// Not modelled: erasing and the time that erasing and writing take: READY is always 1.
final class NordicNVMC: Peripheral {
  private enum Register: UInt32 {
    case ready = 0x400
    case readyNext = 0x408
    case config = 0x504
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

  private let access: NordicFlashAccess
  private let control: InstructionCacheControl
  private var cache: UInt32 = 0
  private var hits = Counter()
  private var misses = Counter()

  init(_ context: PeripheralContext) {
    access = context.fabric.service(NordicFlashAccess.init)
    control = context.fabric.service(InstructionCacheControl.init)
  }

  func read(_ offset: UInt32) -> UInt32? {
    guard let register = Register(rawValue: offset) else { return nil }
    switch register {
    case .ready, .readyNext: return 1
    case .config: return access.mode.rawValue
    case .cacheConfiguration: return cache
    case .hits: return hits.value(control.hits(), counts: isProfiling)
    case .misses: return misses.value(control.misses(), counts: isProfiling)
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard let register = Register(rawValue: offset) else { return false }
    switch register {
    case .ready, .readyNext: break
    case .config: access.mode = NordicFlashAccess.Mode(rawValue: value & 3) ?? .read
    case .cacheConfiguration: configureCache(value & (1 | Self.profiling))
    case .hits: hits = Counter(held: value, since: control.hits())
    case .misses: misses = Counter(held: value, since: control.misses())
    }
    return true
  }

  func reset() {
    access.mode = .read
    configureCache(0)
    hits = Counter()
    misses = Counter()
  }

  private var isProfiling: Bool { cache & Self.profiling != 0 }

  private func configureCache(_ value: UInt32) {
    let (hit, miss) = (control.hits(), control.misses())
    hits = Counter(held: hits.value(hit, counts: isProfiling), since: hit)
    misses = Counter(held: misses.value(miss, counts: isProfiling), since: miss)
    cache = value
    control.isEnabled = value & 1 == 1
  }
}
