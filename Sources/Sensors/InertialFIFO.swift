/// The buffer of 32 samples that several parts of ST have.
///
/// In FIFO mode the sample that finds it full overwrites the oldest and collecting stops until
/// Bypass mode (LSM9DS1), or is refused (LIS2DW12); in Continuous mode every such sample overwrites
/// the oldest. OVRN falls when a slot is read.
///
/// Reference: LSM9DS1 data sheet (DocID025715 Rev 2), sections 3.5, 7.34 and 7.35; LIS2DW12 data
/// sheet (DocID029682), sections 3.2.6, 8.19 and 8.20.
struct InertialFIFO {
  private(set) var slots: [InertialSample] = []
  private(set) var hasOverrun = false
  private var hasStopped = false

  enum Arrival {
    case stored
    case displaced(InertialSample)
    /// Collecting had stopped: the new sample itself is gone.
    case refused
  }

  mutating func store(
    _ sample: InertialSample, depth: Int, stopsWhenFull: Bool, keepsOldest: Bool = false
  ) -> Arrival {
    if hasStopped { return .refused }
    guard slots.count >= depth else {
      slots.append(sample)
      return .stored
    }
    if stopsWhenFull && keepsOldest { return .refused }
    hasOverrun = true
    hasStopped = stopsWhenFull
    if slots.isEmpty { return .refused }
    let oldest = slots.removeFirst()
    slots.append(sample)
    return .displaced(oldest)
  }

  /// Works on the oldest sample in place; nil when there is none.
  mutating func withOldest<Result>(_ body: (inout InertialSample) -> Result) -> Result? {
    slots.isEmpty ? nil : body(&slots[0])
  }

  mutating func release() -> InertialSample? {
    guard !slots.isEmpty else { return nil }
    hasOverrun = false
    return slots.removeFirst()
  }

  mutating func clear() { self = InertialFIFO() }

  /// FIFO_SRC: FTH, OVRN and the number of unread samples.
  func source(threshold: Int) -> UInt8 {
    UInt8(slots.count) | (hasOverrun ? 0x40 : 0)
      | (reaches(threshold) ? 0x80 : 0)
  }

  func reaches(_ threshold: Int) -> Bool { threshold > 0 && slots.count >= threshold }

  var isFull: Bool { slots.count == 32 }
}
