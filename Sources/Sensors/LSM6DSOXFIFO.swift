import Simulation

/// The LSM6DSOX's FIFO: 512 words of a tag and six bytes.
///
/// A tag names the sensor, counts the time slots modulo four and makes the parity even. A word
/// leaves when its last byte is read. In FIFO mode, and at the watermark with STOP_ON_WTM, what
/// finds it full is refused; in continuous mode the oldest words go. Within a slot the gyroscope's
/// word is first, then the accelerometer's, the temperature's, the timestamp's (the order is
/// assumed).
///
/// Reference: LSM6DSOX data sheet (ST, DS12814), sections 6.5, 9.4 to 9.8, 9.41, 9.42 and 9.70.
/// Not modelled: compression, words that tell of a changed rate, words of embedded functions and
/// hub.
struct LSM6DSOXFIFO {
  static let capacity = 512

  enum Tag: UInt8 {
    case gyroscope = 1
    case accelerometer = 2
    case temperature = 3
    case timestamp = 4
  }

  struct Settings {
    let watermark: Int
    let stopsWhenFull: Bool
    let depth: Int
    let counterThreshold: Int
  }

  private struct Word {
    let tag: UInt8
    let bytes: InlineArray<6, UInt8>
    /// The sample that it belongs to is complete with it.
    let endsSample: Bool
  }

  private var words: [Word] = []
  private var slot: UInt8 = 0
  private var slotLength = 1
  private var hasOverrun = false
  private var hasLatchedOverrun = false
  private var batchEvents = 0
  private var hasCounted = false

  var count: Int { words.count }

  mutating func beginSlot(words count: Int) {
    slot = (slot + 1) & 3
    slotLength = max(count, 1)
  }

  /// How many samples are lost by that.
  mutating func store(
    _ tag: Tag, _ bytes: InlineArray<6, UInt8>, endsSample: Bool, _ settings: Settings,
    isFull: Bool
  ) -> Int {
    let code = tag.rawValue << 3 | slot << 1
    let word = Word(
      tag: code | UInt8(code.nonzeroBitCount & 1), bytes: bytes, endsSample: endsSample)
    guard isFull || words.count >= settings.depth else {
      words.append(word)
      return 0
    }
    hasOverrun = true
    hasLatchedOverrun = true
    if settings.stopsWhenFull || words.isEmpty { return endsSample ? 1 : 0 }
    let oldest = words.removeFirst()
    words.append(word)
    return oldest.endsSample ? 1 : 0
  }

  mutating func read(_ index: Int, whenSampleEnds: () -> Void) -> UInt8 {
    guard let word = words.first else { return 0 }
    if index == 0 { return word.tag }
    if index == 6 {
      words.removeFirst()
      hasOverrun = false
      if word.endsSample { whenSampleEnds() }
    }
    return word.bytes[index - 1]
  }

  mutating func countBatch(_ settings: Settings) {
    batchEvents += 1
    guard settings.counterThreshold > 0, batchEvents >= settings.counterThreshold else { return }
    batchEvents = 0
    hasCounted = true
  }

  mutating func resetCounter() { batchEvents = 0 }

  /// FIFO_STATUS2; reading it ends what it latches.
  mutating func readStatus(_ settings: Settings) -> UInt8 {
    let levels = interrupts(settings)
    defer { (hasCounted, hasLatchedOverrun) = (false, false) }
    return UInt8(words.count >> 8 & 3) | (hasLatchedOverrun ? 0x08 : 0) | (hasCounted ? 0x10 : 0)
      | (levels & 0x20) | (levels & 0x10 != 0 ? 0x40 : 0) | (levels & 0x08 != 0 ? 0x80 : 0)
  }

  /// Watermark, overrun, full and counter as bits 3 to 6 of INT1_CTRL.
  func interrupts(_ settings: Settings) -> UInt8 {
    let reaches = settings.watermark > 0 && words.count >= settings.watermark
    let isFull = words.count + slotLength > settings.depth
    return (reaches ? 0x08 : 0) | (hasOverrun ? 0x10 : 0) | (isFull ? 0x20 : 0)
      | (hasCounted ? 0x40 : 0)
  }
}

/// What goes into the FIFO, and when.
extension LSM6DSOX {
  var isFIFOActive: Bool { [1, 3, 6].contains(self[.FIFO_CTRL4] & 7) }

  var fifoSettings: LSM6DSOXFIFO.Settings {
    let watermark = Int(self[.FIFO_CTRL1]) | Int(self[.FIFO_CTRL2] & 1) << 8
    let stops = self[.FIFO_CTRL2] & 0x80 != 0 && watermark > 0
    return LSM6DSOXFIFO.Settings(
      watermark: watermark, stopsWhenFull: self[.FIFO_CTRL4] & 7 == 1,
      depth: stops ? watermark : LSM6DSOXFIFO.capacity,
      counterThreshold: Int(self[.COUNTER_BDR_REG1] & 7) << 8 | Int(self[.COUNTER_BDR_REG2]))
  }

  /// The dies whose turn it is by BDR_GY and BDR_XL; `ticks` are the samples that each has made.
  private func batched(
    _ fresh: Dies, _ ticks: (gyroscope: UInt64, accelerometer: UInt64)
  ) -> Dies {
    func isDue(_ batch: Int?, _ rate: Int?, _ tick: UInt64) -> Bool {
      guard let batch, let rate else { return false }
      return tick % (1 << UInt64(max(rate - batch, 0))) == 0
    }
    var dies = fresh
    let control = self[.FIFO_CTRL3]
    if !isDue(Self.exponent(control >> 4, eleven: 0), gyroscopeRate, ticks.gyroscope) {
      dies.remove(.gyroscope)
    }
    if !isDue(Self.exponent(control & 0x0f), accelerometerRate, ticks.accelerometer) {
      dies.remove(.accelerometer)
    }
    return dies
  }

  /// False: the FIFO takes no part, and the data registers account for the sample.
  func batch(
    _ words: InlineArray<6, Int16>, _ fresh: Dies,
    _ ticks: (gyroscope: UInt64, accelerometer: UInt64)
  ) -> Bool {
    guard isFIFOActive, self[.FIFO_CTRL3] != 0 else { return false }
    let dies = batched(fresh, ticks)
    guard !dies.isEmpty else { return true }
    fifo.beginSlot(words: dies == .both ? 2 : 1)
    if dies.contains(.gyroscope) {
      store(.gyroscope, [words[0], words[1], words[2]], endsSample: dies == .gyroscope)
    }
    if dies.contains(.accelerometer) {
      store(.accelerometer, [words[3], words[4], words[5]], endsSample: true)
    }
    let counted: Dies = self[.COUNTER_BDR_REG1] & 0x20 != 0 ? .gyroscope : .accelerometer
    if dies.contains(counted) { fifo.countBatch(fifoSettings) }
    batchTimestamp()
    return true
  }

  private func batchTimestamp() {
    guard self[.FIFO_CTRL4] >> 6 != 0, timestampStart != nil else { return }
    timestampSlots += 1
    let every: UInt64 = [1, 1, 8, 32][Int(self[.FIFO_CTRL4] >> 6)]
    guard timestampSlots % every == 0 else { return }
    let now = timestamp
    store(
      .timestamp,
      [Int16(truncatingIfNeeded: now), Int16(truncatingIfNeeded: now >> 16), 0], endsSample: false)
  }

  /// ODR_T_BATCH: 1.6, 12.5 or 52 Hz of the thermometer's 52.
  func batch(temperature: Int16, _ tick: UInt64) {
    let code = Int(self[.FIFO_CTRL4] >> 4 & 3)
    guard isFIFOActive, code != 0 else { return }
    let every: UInt64 = [0, 32, 4, 1][code]
    if tick % every == 0 { store(.temperature, [temperature, 0, 0], endsSample: false) }
  }

  private func store(
    _ tag: LSM6DSOXFIFO.Tag, _ words: InlineArray<3, Int16>, endsSample: Bool
  ) {
    var bytes: InlineArray<6, UInt8> = [0, 0, 0, 0, 0, 0]
    for index in 0..<3 {
      bytes[2 * index] = UInt8(truncatingIfNeeded: words[index])
      bytes[2 * index + 1] = UInt8(truncatingIfNeeded: words[index] >> 8)
    }
    let lost = fifo.store(
      tag, bytes, endsSample: endsSample, fifoSettings, isFull: context.faults.overrunsFIFO())
    if lost > 0 { context.track.markLost(lost) }
  }
}
