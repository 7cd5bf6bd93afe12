import Simulation
import Units

/// A quadrature decoder: samples two pins and counts the steps of a turning wheel.
///
/// Every SAMPLEPER (128 us times a power of two) it compares the pins with the sample before: one step
/// forward adds 1 to ACC, one back takes 1 off, a change of both adds 1 to ACCDBL. REPORTRDY comes
/// after REPORTPER samples when ACC is not zero, DBLRDY then when ACCDBL is not; ACCOF when ACC would
/// leave -1024...1023 or ACCDBL pass 15.
///
/// Reference: nRF52840 Product Specification v1.7, 6.18 QDEC (the table of steps is remembered).
/// Not modelled: the LED pin and LEDPRE, the debounce filters (DBFEN).
final class NordicQDEC: Peripheral {
  private enum Task: UInt32, CaseIterable {
    case start = 0x000
    case stop = 0x004
    case readAndClear = 0x008
    case readAndClearAccumulator = 0x00c
    case readAndClearDouble = 0x010
  }

  private enum Event: UInt32, CaseIterable {
    case sampleReady = 0x100
    case reportReady = 0x104
    case overflow = 0x108
    case doubleReady = 0x10c
    case stopped = 0x110
  }

  private enum Register: UInt32 {
    case enable = 0x500
    case ledPolarity = 0x504
    case samplePeriod = 0x508
    case sample = 0x50c
    case reportPeriod = 0x510
    case accumulator = 0x514
    case accumulatorRead = 0x518
    case pselLED = 0x51c
    case pselA = 0x520
    case pselB = 0x524
    case debounce = 0x528
    case ledTime = 0x540
    case double = 0x544
    case doubleRead = 0x548
  }

  private let name: String
  private let fabric: Fabric
  private let interface: NordicInterface
  private let activity: NordicActivity
  private lazy var due = fabric.scheduler.event(name) { [unowned self] in takeSample() }

  private var values: [Register: UInt32] = [:]
  private var sample: Int32 = 0
  private var accumulator: Int32 = 0
  private var double: UInt32 = 0
  private var previous: Int?
  private var samples: UInt32 = 0

  init(_ context: PeripheralContext) {
    name = context.name
    fabric = context.fabric
    interface = NordicInterface(
      context, tasks: Task.allCases.map(\.rawValue), events: Event.allCases.map(\.rawValue),
      shortcuts: [
        (0, Event.reportReady.rawValue, Task.readAndClear.rawValue),
        (1, Event.sampleReady.rawValue, Task.stop.rawValue),
        (2, Event.reportReady.rawValue, Task.readAndClearAccumulator.rawValue),
        (3, Event.reportReady.rawValue, Task.stop.rawValue),
        (4, Event.doubleReady.rawValue, Task.readAndClearDouble.rawValue),
        (5, Event.doubleReady.rawValue, Task.stop.rawValue),
        (6, Event.sampleReady.rawValue, Task.readAndClear.rawValue),
      ])
    activity = NordicActivity(context)
    values = Self.resetValues
    interface.perform = { [unowned self] in perform($0) }
  }

  private static let resetValues: [Register: UInt32] = [
    .pselLED: .max, .pselA: .max, .pselB: .max, .ledTime: 0x10,
  ]

  func read(_ offset: UInt32) -> UInt32? {
    guard let register = Register(rawValue: offset) else { return interface.read(offset) }
    switch register {
    case .sample: return UInt32(bitPattern: sample)
    case .accumulator: return UInt32(bitPattern: accumulator)
    case .double: return double
    default: return values[register] ?? 0
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard let register = Register(rawValue: offset) else { return interface.write(offset, value) }
    switch register {
    case .sample, .accumulator, .accumulatorRead, .double, .doubleRead: break
    case .enable:
      values[register] = value & 1
      if value & 1 == 0 { halt() }
    case .samplePeriod: values[register] = min(value & 0xf, 10)
    case .reportPeriod: values[register] = min(value & 0xf, 8)
    default: values[register] = value
    }
    return true
  }

  func reset() {
    halt()
    interface.reset()
    values = Self.resetValues
    sample = 0
    accumulator = 0
    double = 0
  }

  private func perform(_ offset: UInt32) {
    guard let task = Task(rawValue: offset), values[.enable] == 1 else { return }
    switch task {
    case .start:
      guard !due.isScheduled else { return }
      activity.set(true)
      previous = nil
      samples = 0
      due.schedule(after: period)
    case .stop:
      halt()
      interface.raise(Event.stopped.rawValue)
    case .readAndClear:
      readAccumulator()
      readDouble()
    case .readAndClearAccumulator: readAccumulator()
    case .readAndClearDouble: readDouble()
    }
  }

  private var period: Interval { .microseconds(128 << Int64(values[.samplePeriod] ?? 0)) }

  /// REPORTPER: 10, 40, 80 ... 280 samples, or every one.
  private var reportLength: UInt32 {
    let setting = values[.reportPeriod] ?? 0
    return setting == 0 ? 10 : setting == 8 ? 1 : 40 * setting
  }

  private func readAccumulator() {
    values[.accumulatorRead] = UInt32(bitPattern: accumulator)
    accumulator = 0
  }

  private func readDouble() {
    values[.doubleRead] = double
    double = 0
  }

  private func level(_ register: Register) -> Int {
    let selection = values[register] ?? .max
    return selection >> 31 == 0 && fabric.pins[NordicPins.name(selection)].level ? 1 : 0
  }

  private func takeSample() {
    due.schedule(after: period)
    let state = level(.pselA) << 1 | level(.pselB)
    // Forward: 00, 01, 11, 10.
    let position = [0, 1, 3, 2]
    let change = (position[state] - position[previous ?? state] + 4) & 3
    previous = state
    sample = [0, 1, 2, -1][change]
    accumulate()
    interface.raise(Event.sampleReady.rawValue)
    samples += 1
    guard samples >= reportLength else { return }
    samples = 0
    if accumulator != 0 { interface.raise(Event.reportReady.rawValue) }
    if double != 0 { interface.raise(Event.doubleReady.rawValue) }
  }

  private func accumulate() {
    if sample == 2 {
      if double == 15 { return interface.raise(Event.overflow.rawValue) }
      double += 1
    } else {
      let sum = accumulator + sample
      guard (-1024...1023).contains(sum) else {
        return interface.raise(Event.overflow.rawValue)
      }
      accumulator = sum
    }
  }

  private func halt() {
    due.cancel()
    activity.set(false)
  }
}
