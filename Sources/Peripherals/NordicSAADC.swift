import Simulation
import Units

/// The analogue-to-digital converter: eight channels, results as int16 in RAM.
///
/// SAMPLE converts every enabled channel in turn; a conversion takes its acquisition time and 2 us.
/// OVERSAMPLE averages 2^n conversions into one result: as many SAMPLEs, or one where the channel
/// bursts. With SAMPLERATE in timer mode the first SAMPLE starts conversions every CC periods of
/// 16 MHz. RESULT is (V(P) - V(N)) GAIN / REFERENCE 2^(RESOLUTION - m), m being 1 where differential.
/// END comes when MAXCNT results stand in RAM; STOP also generates it early.
///
/// Reference: nRF52840 Product Specification v1.7, 6.23 SAADC and its electrical specification.
/// Assumed: a calibration takes 50 us.
/// Not modelled: noise, offset, the input's impedance and pull resistors (RESP, RESN).
final class NordicSAADC: Peripheral {
  private enum Task: UInt32, CaseIterable {
    case start = 0x000
    case sample = 0x004
    case stop = 0x008
    case calibrateOffset = 0x00c
  }

  private enum Event: UInt32, CaseIterable {
    case started = 0x100
    case end = 0x104
    case done = 0x108
    case resultDone = 0x10c
    case calibrateDone = 0x110
    case stopped = 0x114
  }

  private enum Register: UInt32 {
    case status = 0x400
    case enable = 0x500
    case resolution = 0x5f0
    case oversample = 0x5f4
    case sampleRate = 0x5f8
    case resultPointer = 0x62c
    case resultMaxCount = 0x630
    case resultAmount = 0x634
  }

  private static let limitEvents = (0..<UInt32(16)).map { 0x118 + 4 * $0 }
  private static let channelRegisters: UInt32 = 0x510
  private static let conversionTime = Interval.microseconds(2)

  private let name: String
  private let fabric: Fabric
  private let interface: NordicInterface
  private let activity: NordicActivity
  private let inputs: AnalogInputs
  private lazy var converted = fabric.scheduler.event(name) { [unowned self] in endConversion() }
  private lazy var calibrated = fabric.scheduler.event("\(name) CAL") { [unowned self] in
    activity.set(false)
    interface.raise(Event.calibrateDone.rawValue)
  }
  private lazy var timer = fabric.scheduler.event("\(name) timer") { [unowned self] in tick() }

  private var enable: UInt32 = 0
  private var resolution: UInt32 = 1
  private var oversample: UInt32 = 0
  private var sampleRate: UInt32 = 0
  private var channels = [SAADCChannel](repeating: SAADCChannel(), count: 8)
  private var result: EasyDMA
  private var isStarted = false
  /// Channels that this SAMPLE has still to convert, the first under way.
  private var queue: [Int] = []
  private var sum: Int64 = 0
  private var summed = 0

  init(_ context: PeripheralContext) {
    name = context.name
    fabric = context.fabric
    interface = NordicInterface(
      context, tasks: Task.allCases.map(\.rawValue),
      events: Event.allCases.map(\.rawValue) + Self.limitEvents, interruptRegister: true)
    activity = NordicActivity(context)
    inputs = context.fabric.service(AnalogInputs.init)
    result = EasyDMA(context, "RESULT", countBits: 15)
    interface.perform = { [unowned self] in perform($0) }
  }

  func read(_ offset: UInt32) -> UInt32? {
    if let (channel, register) = channelRegister(offset) { return channels[channel][register] }
    guard let register = Register(rawValue: offset) else { return interface.read(offset) }
    switch register {
    case .status: return converted.isScheduled || calibrated.isScheduled ? 1 : 0
    case .enable: return enable
    case .resolution: return resolution
    case .oversample: return oversample
    case .sampleRate: return sampleRate
    case .resultPointer: return result.pointer
    case .resultMaxCount: return result.maximumCount
    case .resultAmount: return result.amount
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    if let (channel, register) = channelRegister(offset) {
      channels[channel][register] = value
      return true
    }
    guard let register = Register(rawValue: offset) else { return interface.write(offset, value) }
    switch register {
    case .status, .resultAmount: break
    case .enable:
      enable = value & 1
      if enable == 0 { halt() }
    case .resolution: resolution = min(value & 7, 3)
    case .oversample: oversample = min(value & 0xf, 8)
    case .sampleRate: sampleRate = value & 0x17ff
    case .resultPointer: result.pointer = value
    case .resultMaxCount: result.maximumCount = value
    }
    return true
  }

  func reset() {
    halt()
    interface.reset()
    enable = 0
    resolution = 1
    oversample = 0
    sampleRate = 0
    channels = [SAADCChannel](repeating: SAADCChannel(), count: 8)
    result.reset()
  }

  private func channelRegister(_ offset: UInt32) -> (Int, Int)? {
    guard offset >= Self.channelRegisters, offset & 3 == 0 else { return nil }
    let index = Int(offset - Self.channelRegisters) / 4
    return index < 32 ? (index / 4, index % 4) : nil
  }

  private func perform(_ offset: UInt32) {
    guard let task = Task(rawValue: offset), enable == 1 else { return }
    switch task {
    case .start:
      result.begin()
      isStarted = true
      sum = 0
      summed = 0
      interface.raise(Event.started.rawValue)
    case .sample: sample()
    case .stop:
      let endsEarly = isStarted
      halt()
      if endsEarly { end() }
      interface.raise(Event.stopped.rawValue)
    case .calibrateOffset:
      activity.set(true)
      calibrated.schedule(after: .microseconds(50))
    }
  }

  private func sample() {
    guard isStarted else {
      return fabric.findings.note(
        "not-started", "\(name).TASKS_SAMPLE", "a sample is asked for without START: ignored")
    }
    if sampleRate >> 12 & 1 == 1 {
      if !timer.isScheduled { tick() }
    } else {
      convertChannels()
    }
  }

  /// Timer mode: one conversion every CC periods of 16 MHz.
  private func tick() {
    convertChannels()
    let period = UInt64(max(sampleRate & 0x7ff, 80))
    timer.schedule(
      after: ClockDomain(frequency: NordicRate.peripheralClock).duration(ofTicks: period))
  }

  private func convertChannels() {
    guard !converted.isScheduled else { return }
    queue = channels.indices.filter { channels[$0].isEnabled }
    if queue.isEmpty {
      return fabric.findings.note(
        "no-channel", "\(name).CH", "a sample is asked for while no channel has an input")
    }
    beginConversion()
  }

  private func beginConversion() {
    activity.set(true)
    converted.schedule(after: channels[queue[0]].acquisition + Self.conversionTime)
  }

  private func endConversion() {
    guard let number = queue.first else { return }
    let channel = channels[number]
    sum += channel.convert(inputs, resolution: resolution)
    summed += 1
    interface.raise(Event.done.rawValue)
    let isComplete = summed >= 1 << Int(oversample)
    // Enable, STOP or START may have come by a shortcut of the event.
    guard !queue.isEmpty else { return }
    if isComplete { store(number) }
    if isComplete || !channel.bursts { queue = Array(queue.dropFirst()) }
    if queue.isEmpty { activity.set(false) } else { beginConversion() }
  }

  private func store(_ number: Int) {
    let value = Int16(clamping: sum >> Int64(oversample))
    sum = 0
    summed = 0
    guard isStarted else { return }
    let bits = UInt16(bitPattern: value)
    result.storeHalfword(bits)
    interface.raise(Event.resultDone.rawValue)
    let (low, high) = channels[number].limits
    if high < Int16.max && value >= high { interface.raise(Self.limitEvents[2 * number]) }
    if low > Int16.min && value <= low { interface.raise(Self.limitEvents[2 * number + 1]) }
    if result.moved >= 2 * result.count { end() }
  }

  private func end() {
    isStarted = false
    timer.cancel()
    result.end(unit: 2)
    interface.raise(Event.end.rawValue)
  }

  private func halt() {
    converted.cancel()
    calibrated.cancel()
    timer.cancel()
    queue = []
    isStarted = false
    activity.set(false)
  }
}

/// PSELP, PSELN, CONFIG and LIMIT of one channel.
private struct SAADCChannel {
  private var words: [UInt32] = [0, 0, 0x0002_0000, 0x7fff_8000]

  subscript(register: Int) -> UInt32 {
    get { words[register] }
    set { words[register] = newValue }
  }

  var isEnabled: Bool { words[0] & 0x1f != 0 }
  var bursts: Bool { words[2] >> 24 & 1 == 1 }
  private var isDifferential: Bool { words[2] >> 20 & 1 == 1 }

  /// TACQ: 3, 5, 10, 15, 20 or 40 us.
  var acquisition: Interval {
    let times: [Int64] = [3, 5, 10, 15, 20, 40, 40, 40]
    return .microseconds(times[Int(words[2] >> 16 & 7)])
  }

  var limits: (low: Int16, high: Int16) {
    (
      Int16(truncatingIfNeeded: Int32(bitPattern: words[3])),
      Int16(truncatingIfNeeded: Int32(bitPattern: words[3]) >> 16)
    )
  }

  /// One conversion; `resolution`: 8, 10, 12 or 14 bits.
  func convert(_ inputs: AnalogInputs, resolution: UInt32) -> Int64 {
    let gains: [(Int64, Int64)] = [
      (1, 6), (1, 5), (1, 4), (1, 3), (1, 2), (1, 1), (2, 1), (4, 1),
    ]
    let (numerator, denominator) = gains[Int(words[2] >> 8 & 7)]
    let reference = words[2] >> 12 & 1 == 0 ? 600_000 : inputs.microvolts(at: "VDD") / 4
    let positive = Self.voltage(inputs, words[0])
    let difference = isDifferential ? positive - Self.voltage(inputs, words[1]) : positive
    let bits = Int64(8 + 2 * resolution) - (isDifferential ? 1 : 0)
    // A kilovolt is far beyond any input and far from overflow.
    let volts = min(max(difference, -1_000_000_000), 1_000_000_000)
    let scaled = volts * numerator << bits
    let divisor = max(reference, 1) * denominator
    let quotient = scaled / divisor - (scaled % divisor < 0 ? 1 : 0)
    let top = Int64(1) << bits
    return min(max(quotient, isDifferential ? -top : 0), top - 1)
  }

  /// PSEL: 1 to 8 AIN0 to AIN7, 9 VDD, 13 a fifth of VDDH.
  private static func voltage(_ inputs: AnalogInputs, _ selection: UInt32) -> Int64 {
    switch selection & 0x1f {
    case 1...8: inputs.microvolts(at: NordicAnalogPins.names[Int(selection & 0x1f) - 1])
    case 9: inputs.microvolts(at: "VDD")
    case 13: inputs.microvolts(at: "VDD") / 5
    default: 0
    }
  }
}

/// AIN0 to AIN7 of the nRF52840.
///
/// Reference: nRF52840 Product Specification v1.7, 7.1 Pin assignments.
enum NordicAnalogPins {
  static let names = ["P0.02", "P0.03", "P0.04", "P0.05", "P0.28", "P0.29", "P0.30", "P0.31"]
  /// Of the nRF51, from memory.
  static let nrf51 = ["P0.26", "P0.27", "P0.01", "P0.02", "P0.03", "P0.04", "P0.05", "P0.06"]
}
