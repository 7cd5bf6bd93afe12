public import Simulation
import Units

/// Bosch BMI270: an accelerometer and gyroscope whose features run from a configuration that the
/// host uploads after power-on.
///
/// Start: ADV_POWER_SAVE off, INIT_CTRL 0, 8192 bytes to INIT_DATA in bursts at the word address in
/// INIT_ADDR, INIT_CTRL 1; 20 ms later INTERNAL_STATUS says init_ok when every byte had come, else
/// init_err. What the bytes are is not looked at. Before init_ok the dies take no samples.
///
/// Sampling: the sensor time counts 25.6 kHz from power-on or soft reset; a die samples whenever
/// the bit of its rate turns over, so that equal rates sample together. Output: `value x 32768 /
/// range`, rounded to nearest, ties to even, saturated. At rest 0, 0, 1 g; no rotation; 23 degrees.
///
/// Status: the drdy bits of STATUS fall when a data register of that die is read, those of
/// INT_STATUS_1 when it is read. A mapped INT pin, not latched, gives an edge with each sample and
/// falls when the data are read; latched, it stays until INT_STATUS_1 is read. A burst reads one
/// sample. Samples are counted as the LSM9DS1's are.
///
/// Reference: BMI270 data sheet (Bosch, BST-BMI270-DS000), sections 4 and 5; register fields as in
/// boschsensortec/BMI270_SensorAPI. With the FIFO (`BMI270FIFO`) samples are counted by its frames;
/// a full or watermark interrupt stands while its condition holds. By SPI a read gives a dummy byte
/// first; the switch to SPI at the first rising edge of CSB takes no time.
/// Not modelled: the auxiliary interface, features (step counter, motion, gestures), filters,
/// settling, offset compensation, the time that a soft reset takes, that the gyroscope's self-test takes (its
/// trigger, CMD 2, passes at once) and that a write needs in power-save mode. Where a register asks for one of them, that is a finding.
public final class BMI270: Sensor, RegisterFile {
  static let description = SensorDescription(
    part: "BMI270", summary: "accelerometer and gyroscope",
    attachment: .i2c(addresses: [0x68, 0x69]), hasSPI: true, hasFIFO: true,
    quantities: [.acceleration, .angularRate, .temperature],
    rates: [
      Hertz(25, per: 32), Hertz(25, per: 16), Hertz(25, per: 8), Hertz(25, per: 4),
      Hertz(25, per: 2),
      Hertz(25), Hertz(50), Hertz(100), Hertz(200), Hertz(400), Hertz(800), Hertz(1_600),
      Hertz(3_200),
    ],
    pins: ["INT1", "INT2"], powerStates: State.allCases.map(\.rawValue),
    reference: "BMI270 data sheet (Bosch, BST-BMI270-DS000)",
    notModelled: "auxiliary interface, features, filters, settling")

  /// The states in which it draws different currents.
  enum State: String, CaseIterable {
    case off
    case suspend
    case accelerometer
    case accelerometerLowPower = "accelerometer-low-power"
    case gyroscope
    case both = "accelerometer+gyroscope"
    case performance = "accelerometer+gyroscope-performance"
  }

  let context: SensorContext
  private let consumer: PowerConsumer
  private var sampling: Event!
  private var initialization: Event!
  private var powered: Bool
  var registers: [UInt8] = []
  var upload = BMI270Upload()
  var isInitialized = false
  /// Sensor time: 25.6 kHz.
  private var time = ClockSignal(frequency: Hertz(25_600))
  private var nextTick: UInt64?
  var newest = InertialSample()
  /// What the burst under way reads.
  private var shown = InertialSample()
  private var habit = ReadingHabit()
  var sensorTime: UInt32 = 0
  /// INT_STATUS_1.
  var interrupts: UInt8 = 0
  var fifo = BMI270FIFO()
  /// The FIFO's conditions that hold, as bits of INT_STATUS_1.
  var fifoLevels: UInt8 = 0

  init(_ context: SensorContext) {
    self.context = context
    powered = context.powerPin?.level ?? true
    consumer = context.fabric.power.consumer(
      context.name, initial: (powered ? State.suspend : .off).rawValue)
    let scheduler = context.fabric.scheduler
    sampling = scheduler.event("\(context.name) sample", order: .world) {
      [unowned self] in sample()
    }
    initialization = scheduler.event("\(context.name) initialization", order: .world) {
      [unowned self] in initialize()
    }
    context.attach(self, address: 0x68, spiDummyBytes: 1)
    context.powerPin?.observe { [unowned self] level in
      powered = level
      reset()
    }
    context.faults.onClockChange { [unowned self] in
      let now = context.fabric.scheduler.now
      time.change(to: context.faults.scaled(Hertz(25_600)), at: now)
      nextTick = nil
      retime()
    }
    reset()
  }

  public func reset() {
    registers = [UInt8](repeating: 0, count: 0x80)
    for (register, value) in Register.resetValues { self[register] = value }
    upload = BMI270Upload()
    isInitialized = false
    newest = InertialSample()
    shown = InertialSample()
    interrupts = 0
    fifo.clear()
    fifoLevels = 0
    initialization.cancel()
    time = ClockSignal(
      frequency: context.faults.scaled(Hertz(25_600)), start: context.fabric.scheduler.now)
    nextTick = nil
    retime()
    drivePins(hasNewSample: false)
  }

  subscript(register: Register) -> UInt8 {
    get { registers[Int(register.rawValue)] }
    set { registers[Int(register.rawValue)] = newValue }
  }

  var isReachable: Bool { powered }

  func beginReading() {
    shown = newest
    sensorTime = UInt32(truncatingIfNeeded: time.ticks(at: context.fabric.scheduler.now))
    fifo.beginReading(fifoSettings, sensorTime: sensorTime)
  }

  func beginInitialization() {
    self[.INTERNAL_STATUS] = 0
    initialization.schedule(at: context.fabric.scheduler.now + .milliseconds(20))
  }

  private func initialize() {
    isInitialized = upload.isComplete
    self[.INTERNAL_STATUS] = isInitialized ? 1 : 2
    retime()
  }
}

/// The BMI270's clock and what it feels.
extension BMI270 {
  /// The sensor-time ticks between two samples of each die that runs.
  var periods: (gyroscope: UInt64?, accelerometer: UInt64?) {
    guard powered, isInitialized else { return (nil, nil) }
    func period(_ isEnabled: Bool, _ code: UInt8, _ codes: ClosedRange<UInt8>) -> UInt64? {
      isEnabled && codes.contains(code) ? 1 << (16 - UInt64(code)) : nil
    }
    return (
      period(self[.PWR_CTRL] & 0x02 != 0, self[.GYR_CONF] & 0x0f, 6...13),
      period(self[.PWR_CTRL] & 0x04 != 0, self[.ACC_CONF] & 0x0f, 1...12)
    )
  }

  func retime() {
    consumer.enter(powerState.rawValue)
    let (gyroscope, accelerometer) = periods
    guard let period = [gyroscope, accelerometer].compactMap({ $0 }).min() else {
      nextTick = nil
      return sampling.cancel()
    }
    let next = (time.ticks(at: context.fabric.scheduler.now) / period + 1) * period
    guard next != nextTick else { return }
    nextTick = next
    sampling.schedule(at: time.instant(ofTick: next))
  }

  private var powerState: State {
    guard powered else { return .off }
    let (gyroscope, accelerometer) = periods
    switch (gyroscope != nil, accelerometer != nil) {
    case (false, false): return .suspend
    case (true, false): return .gyroscope
    case (false, true): return self[.ACC_CONF] & 0x80 != 0 ? .accelerometer : .accelerometerLowPower
    case (true, true): return self[.GYR_CONF] & 0x40 != 0 ? .performance : .both
    }
  }

  private func sample() {
    guard let tick = nextTick else { return }
    let (gyroscope, accelerometer) = periods
    var fresh: Dies = []
    if let gyroscope, tick % gyroscope == 0 { fresh.insert(.gyroscope) }
    if let accelerometer, tick % accelerometer == 0 { fresh.insert(.accelerometer) }
    if context.faults.dropsSample() { fresh = [] }
    if !fresh.isEmpty {
      guard let words = measure(fresh) else {
        return context.endStream()
      }
      let isBuffered = buffer(words, of: fresh, tick: tick)
      if newest.isUntouched { context.track.markLost() }
      habit.learn(from: newest)
      newest = InertialSample(
        words: words, fresh: isBuffered ? [] : fresh, number: newest.number + 1)
      context.track.markDataReady()
      let bits =
        (fresh.contains(.accelerometer) ? 0x80 : 0) as UInt8
        | (fresh.contains(.gyroscope) ? 0x40 : 0)
      self[.STATUS] |= bits
      interrupts |= bits
    }
    retime()
    drivePins(hasNewSample: !fresh.isEmpty)
  }

  /// The words of the `fresh` dies, the others as they were; nil when the stream is over.
  private func measure(_ fresh: Dies) -> InlineArray<6, Int16>? {
    var words = newest.words
    if fresh.contains(.gyroscope) {
      guard let rate = context.feel(.angularRate, atRest: [0, 0, 0]) else { return nil }
      let range = Double(2_000 >> Int(min(self[.GYR_RANGE] & 7, 4)))
      for axis in 0..<3 { words[axis] = register16(rate[axis] * 32_768 / range) }
    }
    if fresh.contains(.accelerometer) {
      guard let acceleration = context.feel(.acceleration, atRest: [0, 0, 1]) else { return nil }
      let range = Double(2 << Int(self[.ACC_RANGE] & 3))
      let test = selfTest
      for axis in 0..<3 {
        words[3 + axis] = register16((acceleration[axis] + test[axis]) * 32_768 / range)
      }
    }
    return words
  }

  /// What the accelerometer's self-test adds in g: assumed, beyond the least that the data sheet
  /// asks for between both signs (16, -15 and 10 g).
  private var selfTest: InlineArray<3, Double> {
    guard self[.ACC_SELF_TEST] & 0x01 != 0 else { return [0, 0, 0] }
    return self[.ACC_SELF_TEST] & 0x04 != 0 ? [8.5, -8, 5.5] : [-8.5, 8, -5.5]
  }

  /// A byte of the burst's sample, from ACC_X_LSB on.
  func readData(_ index: Int) -> UInt8 {
    let isGyroscope = index >= 6
    let die: Dies = isGyroscope ? .gyroscope : .accelerometer
    let word = UInt16(bitPattern: shown.words[isGyroscope ? index / 2 - 3 : 3 + index / 2])
    note(die, isLast: index % 6 == 5)
    self[.STATUS] &= isGyroscope ? ~0x40 : ~0x80
    drivePins(hasNewSample: false)
    return UInt8(index & 1 == 0 ? word & 0xff : word >> 8)
  }

  private func note(_ die: Dies, isLast: Bool) {
    habit.didRead(die)
    let progress = shown.note(die, isLast: isLast, wanted: habit.wanted)
    if shown.number == newest.number { newest = shown }
    switch progress {
    case .partial: break
    case .read: context.track.markRead()
    case .readAgain: context.track.markDuplicate()
    }
  }

  /// 512 counts a degree, 0 at 23 degrees.
  var temperature: UInt16 {
    let celsius = context.feel(.temperature, atRest: [23])?.first ?? 23
    return UInt16(bitPattern: register16((celsius - 23) * 512))
  }
}
