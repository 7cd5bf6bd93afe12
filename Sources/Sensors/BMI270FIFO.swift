import Simulation

/// The BMI270's FIFO: 2048 bytes of frames, with a header byte each or without.
///
/// A frame leaves when its last byte has been read; one that a burst left half read begins again in
/// the next. With headers, a burst first tells of frames that were lost (0x40 and how many), and
/// past the last frame gives the sensor time once (0x44, three bytes) where FIFO_CONFIG_0 asks for
/// it. What is read beyond is 0x80 with headers, 0x00 0x80 pairs without.
///
/// Reference: BMI270 data sheet (Bosch, BST-BMI270-DS000), section 4.9 FIFO; frames as in
/// boschsensortec/BMI270_SensorAPI (bmi2.c, bmi2_defs.h).
/// Not modelled: the 6 kB that the maximum_fifo configuration gives, auxiliary frames, tags of the
/// interrupt pins, frames that tell of a changed configuration.
struct BMI270FIFO {
  static let capacity = 2_048

  struct Settings {
    /// FIFO_CONFIG_0.
    var stopsWhenFull: Bool
    var givesTime: Bool
    /// FIFO_CONFIG_1.
    var hasHeaders: Bool
    var dies: Dies

    /// The bytes of a frame of all enabled dies.
    var frameLength: Int {
      (hasHeaders ? 1 : 0) + (dies.contains(.gyroscope) ? 6 : 0)
        + (dies.contains(.accelerometer) ? 6 : 0)
    }
  }

  enum Outcome {
    case stored
    case oldestLost(Int)
    case refused
  }

  private var frames: [[UInt8]] = []
  private(set) var length = 0
  private var lost = 0
  /// Bytes of the first frame that the burst under way has taken.
  private var cursor = 0
  /// What the burst reads before the frames: the frame that tells of lost ones.
  private var prelude: ArraySlice<UInt8> = []
  private var postlude: ArraySlice<UInt8>?
  private var excess = 0

  mutating func clear() { self = BMI270FIFO() }

  func isFull(_ settings: Settings) -> Bool { length + settings.frameLength > Self.capacity }

  /// A new sample's frame: `words` are gyroscope X, Y, Z, then accelerometer X, Y, Z.
  mutating func store(
    _ words: InlineArray<6, Int16>, of fresh: Dies, _ settings: Settings, isFull: Bool = false
  ) -> Outcome {
    let dies = settings.hasHeaders ? fresh.intersection(settings.dies) : settings.dies
    var frame: [UInt8] = []
    if settings.hasHeaders {
      frame.append(
        0x80 | (dies.contains(.gyroscope) ? 0x08 : 0) | (dies.contains(.accelerometer) ? 0x04 : 0))
    }
    let first = dies.contains(.gyroscope) ? 0 : 3
    for word in first..<(dies.contains(.accelerometer) ? 6 : 3) {
      let value = UInt16(bitPattern: words[word])
      frame += [UInt8(value & 0xff), UInt8(value >> 8)]
    }
    let capacity = isFull ? length : Self.capacity
    guard length + frame.count > capacity else {
      append(frame)
      return .stored
    }
    if settings.stopsWhenFull || frames.isEmpty {
      lost += 1
      return .refused
    }
    var dropped = 0
    while length + frame.count > capacity, !frames.isEmpty {
      length -= frames.removeFirst().count
      cursor = 0
      dropped += 1
    }
    lost += dropped
    append(frame)
    return .oldestLost(dropped)
  }

  private mutating func append(_ frame: [UInt8]) {
    frames.append(frame)
    length += frame.count
  }

  /// A burst begins.
  mutating func beginReading(_ settings: Settings, sensorTime: UInt32) {
    cursor = 0
    excess = 0
    prelude = []
    if settings.hasHeaders, lost > 0 { prelude = [0x40, UInt8(clamping: lost)] }
    postlude = nil
    if settings.hasHeaders, settings.givesTime {
      postlude = [
        0x44, UInt8(truncatingIfNeeded: sensorTime), UInt8(truncatingIfNeeded: sensorTime >> 8),
        UInt8(truncatingIfNeeded: sensorTime >> 16),
      ]
    }
  }

  /// The next byte; `whenTaken` is told of each sample's frame that has been read whole.
  mutating func read(_ settings: Settings, whenTaken: () -> Void) -> UInt8 {
    if let byte = prelude.popFirst() {
      if prelude.isEmpty { lost = 0 }
      return byte
    }
    if let frame = frames.first {
      let byte = frame[cursor]
      cursor += 1
      if cursor == frame.count {
        frames.removeFirst()
        length -= frame.count
        cursor = 0
        whenTaken()
      }
      return byte
    }
    if let byte = postlude?.popFirst() { return byte }
    excess += 1
    return settings.hasHeaders || excess % 2 == 0 ? 0x80 : 0x00
  }
}

/// The FIFO's registers, and what it does with samples.
extension BMI270 {
  var fifoSettings: BMI270FIFO.Settings {
    let control = self[.FIFO_CONFIG_1]
    var dies: Dies = []
    if control & 0x80 != 0 { dies.insert(.gyroscope) }
    if control & 0x40 != 0 { dies.insert(.accelerometer) }
    return BMI270FIFO.Settings(
      stopsWhenFull: self[.FIFO_CONFIG_0] & 1 != 0, givesTime: self[.FIFO_CONFIG_0] & 2 != 0,
      hasHeaders: control & 0x10 != 0, dies: dies)
  }

  /// FIFO_WTM in bytes.
  private var watermark: Int { Int(self[.FIFO_WTM_0]) | Int(self[.FIFO_WTM_1] & 0x1f) << 8 }

  /// False: the FIFO takes no part in this sample, and the data registers account for it.
  func buffer(_ words: InlineArray<6, Int16>, of fresh: Dies, tick: UInt64) -> Bool {
    let settings = fifoSettings
    guard !settings.dies.isDisjoint(with: fresh) else { return false }
    let kept = fresh.intersection(downsampled(settings.dies, tick))
    guard !kept.isEmpty else { return true }
    switch fifo.store(words, of: kept, settings, isFull: context.faults.overrunsFIFO()) {
    case .stored: break
    case .oldestLost(let count): context.track.markLost(count)
    case .refused: context.track.markLost()
    }
    updateFIFOInterrupts()
    return true
  }

  /// The dies whose turn it is by FIFO_DOWNS: each second, fourth, ... sample.
  private func downsampled(_ dies: Dies, _ tick: UInt64) -> Dies {
    var kept = dies
    let (gyroscope, accelerometer) = periods
    let factors = (self[.FIFO_DOWNS] & 7, self[.FIFO_DOWNS] >> 4 & 7)
    if let gyroscope, tick % (gyroscope << UInt64(factors.0)) != 0 { kept.remove(.gyroscope) }
    if let accelerometer, tick % (accelerometer << UInt64(factors.1)) != 0 {
      kept.remove(.accelerometer)
    }
    return kept
  }

  func updateFIFOInterrupts() {
    let settings = fifoSettings
    let isActive = !settings.dies.isEmpty
    fifoLevels =
      (isActive && fifo.isFull(settings) ? 0x01 : 0)
      | (isActive && watermark > 0 && fifo.length >= watermark ? 0x02 : 0)
    interrupts |= fifoLevels
  }

  func readFIFO() -> UInt8 {
    let byte = fifo.read(fifoSettings) { context.track.markRead() }
    updateFIFOInterrupts()
    drivePins(hasNewSample: false)
    return byte
  }

  func flushFIFO() {
    fifo.clear()
    updateFIFOInterrupts()
  }
}
