/// The APDS-9960's gesture FIFO: up to 32 datasets of up, down, left, right.
struct APDS9960Gestures {
  static let capacity = 32

  private(set) var datasets: [InlineArray<4, UInt8>] = []
  /// The FIFO was full when a dataset came.
  private(set) var hasOverflowed = false
  /// GVALID: as many datasets as GFIFOTH asks for have come, and some are left.
  private(set) var isValid = false

  /// False: it was full, and the dataset is lost.
  mutating func store(
    _ dataset: InlineArray<4, UInt8>, threshold: Int, isFull: Bool = false
  ) -> Bool {
    guard datasets.count < Self.capacity, !isFull else {
      hasOverflowed = true
      return false
    }
    datasets.append(dataset)
    if datasets.count >= threshold { isValid = true }
    return true
  }

  /// The gesture is over: what is left becomes valid.
  mutating func end() { isValid = !datasets.isEmpty }

  mutating func clear() { self = APDS9960Gestures() }

  /// One byte of the oldest dataset; reading the last of them lets go of it.
  mutating func read(_ channel: Int, whenReleased: () -> Void) -> UInt8 {
    guard let oldest = datasets.first else { return 0 }
    if channel == 3 {
      datasets.removeFirst()
      whenReleased()
      if datasets.isEmpty { clear() }
    }
    return oldest[channel]
  }
}
