/// The two sensing dies of an inertial module.
struct Dies: OptionSet, Hashable {
  let rawValue: UInt8

  static let gyroscope = Dies(rawValue: 1)
  static let accelerometer = Dies(rawValue: 2)
  static let both: Dies = [.gyroscope, .accelerometer]
}

/// One sampling instant's output words, and how much of them has been read.
struct InertialSample {
  /// Gyroscope X, Y, Z, then accelerometer X, Y, Z.
  var words: InlineArray<6, Int16> = [0, 0, 0, 0, 0, 0]
  /// The dies that took new data at this instant.
  var fresh: Dies = []
  /// Counts samples, so that two are never mistaken for one another.
  var number = 0
  /// The dies of which any byte has been read.
  private(set) var touched: Dies = []
  /// The dies read through their last byte since the sample was last complete.
  private(set) var finished: Dies = []
  /// It has been read whole.
  private(set) var isDelivered = false

  enum Progress {
    case partial
    /// Whole, for the first time.
    case read
    /// Whole, once more.
    case readAgain
  }

  /// Reading a byte of `die`; `isLast`: it was the last that this die has to give. The sample is whole
  /// when each of the dies in `wanted` that took new data has been read through its last byte.
  mutating func note(_ die: Dies, isLast: Bool, wanted: Dies) -> Progress {
    guard fresh.contains(die) else { return .partial }
    touched.insert(die)
    guard isLast else { return .partial }
    finished.insert(die)
    guard finished.isSuperset(of: fresh.intersection(wanted)) else { return .partial }
    finished = []
    defer { isDelivered = true }
    return isDelivered ? .readAgain : .read
  }

  /// Nobody has read a byte of it.
  var isUntouched: Bool { !fresh.isEmpty && touched.isEmpty }
}

/// Which dies the firmware reads, learnt from what it does: an accelerometer's sample is complete
/// without the gyroscope when the gyroscope is enabled but its output is never fetched.
struct ReadingHabit {
  private var skippedGyroscope = 0
  private var skippedAccelerometer = 0

  /// A die skipped in two samples running, of which the other was read, is not waited for.
  var wanted: Dies {
    var dies = Dies.both
    if skippedGyroscope >= 2 { dies.remove(.gyroscope) }
    if skippedAccelerometer >= 2 { dies.remove(.accelerometer) }
    return dies
  }

  mutating func didRead(_ die: Dies) {
    if die == .gyroscope { skippedGyroscope = 0 } else { skippedAccelerometer = 0 }
  }

  /// `sample` makes room for another.
  mutating func learn(from sample: InertialSample) {
    guard !sample.touched.isEmpty else { return }
    let skipped = sample.fresh.subtracting(sample.touched)
    if skipped.contains(.gyroscope) { skippedGyroscope += 1 }
    if skipped.contains(.accelerometer) { skippedAccelerometer += 1 }
  }
}
