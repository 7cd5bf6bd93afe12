import Simulation

/// The output side of an accelerometer, with or without a gyroscope: data registers, FIFO and
/// status bits, and what became of each sample.
///
/// With BDU an output word that has been read by half keeps its other half until that is read too.
///
/// Not modelled: which slot the silicon shows when the two dies are read a different number of
/// times. Here a slot goes when all of it has been read, or when a die that is done with it is read
/// again.
struct InertialOutput {
  /// What the control registers say about reading.
  struct Settings {
    /// Bits 0, 1, 2: X, Y, Z enabled.
    let gyroscopeAxes: UInt8
    let accelerometerAxes: UInt8
    let isBlockUpdate: Bool
    let isBigEndian: Bool
    let isFIFOActive: Bool
    let stopsWhenFull: Bool
    let depth: Int
    /// A fault makes the FIFO behave as if it were full.
    var isOverrun = false
    /// A FIFO that stops when full keeps all that it has.
    var keepsOldest = false
  }

  private(set) var status: UInt8 = 0
  /// What the dies took last, read or not.
  private(set) var newest: InlineArray<6, Int16> = [0, 0, 0, 0, 0, 0]
  var fifo = InertialFIFO()
  /// What the data registers show while the FIFO is empty.
  private var shown = InertialSample()
  /// What they showed before: a word held by BDU may still belong to it.
  private var replaced = InertialSample()
  private var habit = ReadingHabit()
  private var count = 0
  private var temperature: Int16 = 0
  /// By word: three of the gyroscope, three of the accelerometer, the temperature.
  private var held: [(value: Int16, sample: Int)?] = Array(repeating: nil, count: 7)
}

/// New data.
extension InertialOutput {
  /// `isAccounted`: what becomes of the sample is decided here, and not by a FIFO of another kind.
  mutating func take(
    _ words: InlineArray<6, Int16>, from dies: Dies, settings: Settings, track: SensorTrack,
    isAccounted: Bool = true
  ) {
    newest = words
    count += 1
    let sample = InertialSample(words: words, fresh: isAccounted ? dies : [], number: count)
    if dies.contains(.accelerometer) { status |= 0x01 }
    if dies.contains(.gyroscope) { status |= 0x02 }
    if settings.isFIFOActive {
      retireShown(track)
      let arrival = fifo.store(
        sample, depth: settings.isOverrun ? 0 : settings.depth,
        stopsWhenFull: settings.stopsWhenFull, keepsOldest: settings.keepsOldest)
      switch arrival {
      case .stored: break
      case .displaced(let oldest): drop(oldest, track)
      case .refused: drop(sample, track)
      }
    } else {
      drop(shown, track)
      replaced = shown
      shown = sample
    }
    track.markDataReady()
  }

  mutating func take(temperature: Int16) {
    self.temperature = temperature
    status |= 0x04
  }

  private mutating func drop(_ sample: InertialSample, _ track: SensorTrack) {
    if sample.isUntouched, !sample.fresh.isDisjoint(with: habit.wanted) { track.markLost() }
    habit.learn(from: sample)
  }

  /// The FIFO takes over from a data register with an unread sample in it.
  private mutating func retireShown(_ track: SensorTrack) {
    guard shown.isUntouched else { return }
    drop(shown, track)
    shown.fresh = []
  }
}

/// Reading.
extension InertialOutput {
  /// A byte of one die, `offset` from its X low.
  mutating func readByte(
    of die: Dies, _ offset: Int, settings: Settings, track: SensorTrack
  ) -> UInt8 {
    let isGyroscope = die == .gyroscope
    let axes = isGyroscope ? settings.gyroscopeAxes : settings.accelerometerAxes
    if fifo.withOldest({ $0.finished.contains(die) }) == true { releaseSlot() }
    let word = offset / 2 + (isGyroscope ? 0 : 3)
    let isHighAddress = offset % 2 == 1
    let current = fifo.slots.first ?? shown
    let (value, number) = half(
      word, of: (current.words[word], current.number), isHighAddress, settings)
    habit.didRead(die)
    let lastAxis = 7 - axes.leadingZeroBitCount
    note(die, isLast: offset == 2 * lastAxis + 1, number, current.number, track)
    if isHighAddress, number == current.number { status &= isGyroscope ? ~0x02 : ~0x01 }
    return byte(of: value, isHighAddress, settings)
  }

  mutating func readTemperature(highAddress: Bool, settings: Settings) -> UInt8 {
    let (value, _) = half(6, of: (temperature, 0), highAddress, settings)
    if highAddress { status &= ~0x04 }
    return byte(of: value, highAddress, settings)
  }

  /// The word to take a byte from: the present one, or the one that BDU holds.
  private mutating func half(
    _ word: Int, of present: (value: Int16, sample: Int), _ isHighAddress: Bool,
    _ settings: Settings
  ) -> (Int16, Int) {
    if isHighAddress {
      defer { held[word] = nil }
      return held[word] ?? present
    }
    if !settings.isBlockUpdate { return present }
    // Until the other half is read the word stays, however often this half is.
    let word16 = held[word] ?? present
    held[word] = word16
    return word16
  }

  private func byte(of value: Int16, _ isHighAddress: Bool, _ settings: Settings) -> UInt8 {
    UInt8(truncatingIfNeeded: isHighAddress != settings.isBigEndian ? value >> 8 : value)
  }

  private mutating func note(
    _ die: Dies, isLast: Bool, _ number: Int, _ current: Int, _ track: SensorTrack
  ) {
    let wanted = habit.wanted
    guard number == current else {
      if number == replaced.number,
        replaced.note(die, isLast: isLast, wanted: wanted) == .read
      {
        track.markRead()
      }
      return
    }
    if let progress = fifo.withOldest({ $0.note(die, isLast: isLast, wanted: wanted) }) {
      if progress == .read {
        track.markRead()
        releaseSlot()
      }
      return
    }
    switch shown.note(die, isLast: isLast, wanted: wanted) {
    case .partial: break
    case .read: track.markRead()
    case .readAgain: track.markDuplicate()
    }
  }

  private mutating func releaseSlot() {
    guard let sample = fifo.release() else { return }
    habit.learn(from: sample)
    replaced = shown
    shown = sample
  }
}
