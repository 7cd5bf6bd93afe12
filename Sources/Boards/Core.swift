public import Units

/// The processor core of a chip, as its vendor configured it.
public struct Core: Hashable, Sendable {
  /// The name that timing models go by: `cortex-m4`.
  public var name: String
  public var revision: String?
  public var hasFPU: Bool
  public var hasDSP: Bool
  public var hasMPU: Bool
  /// Regions of the MPU.
  public var mpuRegions: Int
  /// The Security Extension of Armv8-M; without it there is one state, and SAU and its kin read zero.
  public var hasSecurityExtension: Bool
  /// The bit-band aliases at 0x22000000 and 0x42000000.
  public var hasBitBand: Bool
  /// A Cortex-M0 or M0+ that multiplies in 32 cycles instead of one.
  public var hasSmallMultiplier: Bool
  /// A Cortex-M7 whose caches and tightly coupled memories have error correction.
  public var correctsErrors: Bool
  /// Implemented bits of a priority register, from bit 7 down.
  public var priorityBits: Int
  /// External interrupts of the NVIC.
  public var interruptCount: Int
  /// The SysTick's reference clock; nil when there is none.
  public var systickReference: Sourced<Hertz>?
  /// What SYST_CALIB holds besides; nil: what follows from the reference clock.
  public var systickCalibration: SysTickTenMilliseconds?
  /// Its first-level caches; they are off out of reset.
  public var instructionCache: Cache?
  public var dataCache: Cache?
  /// From the wake-up event to the first instruction when the core's clock was off; nil: at once.
  public var wakeUp: Sourced<Interval>?
  public var provenance: Provenance
}

/// SYST_CALIB's TENMS and SKEW.
public struct SysTickTenMilliseconds: Hashable, Sendable {
  /// The reload value for ten milliseconds; 0: unknown.
  public var tenMilliseconds: UInt32
  /// That value is not exact.
  public var isSkewed: Bool
  public var provenance: Provenance
}

/// A clock of the chip.
public struct Clock: Hashable, Sendable {
  public var name: String
  public var frequency: Hertz
  /// How far the oscillator may be off; nil when unknown.
  public var tolerance: Ratio?
  /// From the request to the first usable edge; nil when unknown.
  public var startUp: Sourced<Interval>?
  public var provenance: Provenance
}
