import Simulation
import Units

/// A pulse-width modulator: four outputs whose compare values come from sequences in RAM.
///
/// A period is COUNTERTOP ticks of 16 MHz / 2^PRESCALER, twice that counting up and down. An output
/// whose compare value has bit 15 clear starts low and rises at the compare, one with it set starts
/// high and falls. Each value is played REFRESH + 1 periods, then the next is loaded (with NEXTSTEP:
/// when that task comes). SEQEND comes after the last, then ENDDELAY periods pass. With LOOP the two
/// sequences alternate as often, then LOOPSDONE; otherwise the last value goes on until STOP, which
/// waits for the end of the period. DECODER says how many outputs a value in RAM is for.
///
/// Reference: nRF52840 Product Specification v1.7, 6.17 PWM.
/// Assumed: a sequence of no values takes a period.
/// Not modelled: the time between a task and the first period.
final class NordicPWM: Peripheral {
  private enum Task: UInt32, CaseIterable {
    case stop = 0x004
    case sequenceStart0 = 0x008
    case sequenceStart1 = 0x00c
    case nextStep = 0x010
  }

  private enum Event {
    static let stopped: UInt32 = 0x104
    static let sequenceStarted: UInt32 = 0x108
    static let sequenceEnd: UInt32 = 0x110
    static let periodEnd: UInt32 = 0x118
    static let loopsDone: UInt32 = 0x11c
    static let all: [UInt32] = [0x104, 0x108, 0x10c, 0x110, 0x114, 0x118, 0x11c]
  }

  private enum Register: UInt32 {
    case enable = 0x500
    case mode = 0x504
    case counterTop = 0x508
    case prescaler = 0x50c
    case decoder = 0x510
    case loop = 0x514
  }

  private struct Sequence {
    var pointer: UInt32 = 0
    var count: UInt32 = 0
    var refresh: UInt32 = 1
    var endDelay: UInt32 = 0

    subscript(register: Int) -> UInt32 {
      get { [pointer, count, refresh, endDelay][register] }
      set {
        switch register {
        case 0: pointer = newValue
        case 1: count = newValue & 0x7fff
        case 2: refresh = newValue & 0xff_ffff
        default: endDelay = newValue & 0xff_ffff
        }
      }
    }
  }

  private let name: String
  private let fabric: Fabric
  private let pins: NordicPins
  private let interface: NordicInterface
  private let activity: NordicActivity
  private lazy var edge = fabric.scheduler.event("\(name) edge") { [unowned self] in passEdges() }
  private lazy var periodOver = fabric.scheduler.event(name) { [unowned self] in endPeriod() }

  private var enable: UInt32 = 0
  private var mode: UInt32 = 0
  private var counterTop: UInt32 = 0x3ff
  private var prescaler: UInt32 = 0
  private var decoder: UInt32 = 0
  private var loop: UInt32 = 0
  private var sequences = [Sequence(), Sequence()]
  private var outputs = [UInt32](repeating: .max, count: 4)

  private var isRunning = false
  private var isStopPending = false
  private var pendingSequence: Int?
  /// The sequence that is played; nil when its last value goes on for ever.
  private var playing: Int?
  private var step: UInt32 = 0
  /// Periods that the value, or the delay after the last, still has.
  private var periodsLeft: UInt32 = 0
  private var isInEndDelay = false
  private var isStepAsked = false
  private var loopsLeft: UInt32 = 0
  private var values = [UInt16](repeating: 0, count: 4)
  private var top: UInt64 = 0x3ff
  private var clock = ClockDomain(frequency: NordicRate.peripheralClock)
  private var periodStart = Instant.zero
  /// Ticks within the period at which outputs change, the earliest first.
  private var edges: [(tick: UInt64, output: Int, level: Bool)] = []

  init(_ context: PeripheralContext) {
    name = context.name
    fabric = context.fabric
    pins = context.fabric.service { _ in NordicPins() }
    interface = NordicInterface(
      context, tasks: Task.allCases.map(\.rawValue), events: Event.all,
      shortcuts: [
        (0, Event.sequenceEnd, Task.stop.rawValue),
        (1, Event.sequenceEnd + 4, Task.stop.rawValue),
        (2, Event.loopsDone, Task.sequenceStart0.rawValue),
        (3, Event.loopsDone, Task.sequenceStart1.rawValue),
        (4, Event.loopsDone, Task.stop.rawValue),
      ], interruptRegister: true)
    activity = NordicActivity(context)
    interface.perform = { [unowned self] in perform($0) }
  }

  func read(_ offset: UInt32) -> UInt32? {
    if let (sequence, register) = sequenceRegister(offset) { return sequences[sequence][register] }
    if let output = outputRegister(offset) { return outputs[output] }
    guard let register = Register(rawValue: offset) else { return interface.read(offset) }
    switch register {
    case .enable: return enable
    case .mode: return mode
    case .counterTop: return counterTop
    case .prescaler: return prescaler
    case .decoder: return decoder
    case .loop: return loop
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    if let (sequence, register) = sequenceRegister(offset) {
      sequences[sequence][register] = value
      return true
    }
    if let output = outputRegister(offset) {
      pins.override(outputs[output], nil)
      outputs[output] = value
      return true
    }
    guard let register = Register(rawValue: offset) else { return interface.write(offset, value) }
    switch register {
    case .enable:
      enable = value & 1
      if enable == 0 { halt() }
    case .mode: mode = value & 1
    case .counterTop: counterTop = value & 0x7fff
    case .prescaler: prescaler = value & 7
    case .decoder: decoder = value & 0x103
    case .loop: loop = value & 0xffff
    }
    return true
  }

  func reset() {
    halt()
    interface.reset()
    enable = 0
    mode = 0
    counterTop = 0x3ff
    prescaler = 0
    decoder = 0
    loop = 0
    sequences = [Sequence(), Sequence()]
    outputs = [UInt32](repeating: .max, count: 4)
    values = [UInt16](repeating: 0, count: 4)
  }

  private func sequenceRegister(_ offset: UInt32) -> (Int, Int)? {
    switch offset {
    case 0x520, 0x524, 0x528, 0x52c: (0, Int(offset - 0x520) / 4)
    case 0x540, 0x544, 0x548, 0x54c: (1, Int(offset - 0x540) / 4)
    default: nil
    }
  }

  private func outputRegister(_ offset: UInt32) -> Int? {
    offset & 3 == 0 && (0x560..<0x570).contains(offset) ? Int(offset - 0x560) / 4 : nil
  }

  private func perform(_ offset: UInt32) {
    guard let task = Task(rawValue: offset), enable == 1 else { return }
    switch task {
    case .stop:
      if isRunning { isStopPending = true } else { interface.raise(Event.stopped) }
    case .sequenceStart0, .sequenceStart1:
      isStopPending = false
      pendingSequence = task == .sequenceStart0 ? 0 : 1
      loopsLeft = loop
      if !isRunning { start() }
    case .nextStep: isStepAsked = true
    }
  }

  // MARK: Sequences

  private func start() {
    isRunning = true
    activity.set(true)
    let divider = UInt64(1) << UInt64(prescaler)
    clock = ClockDomain(
      frequency: NordicRate.peripheralClock.scaled(by: 1, over: divider),
      start: fabric.scheduler.now)
    periodStart = fabric.scheduler.now
    beginPending()
    beginPeriod()
  }

  private func beginPending() {
    guard let sequence = pendingSequence else { return }
    pendingSequence = nil
    begin(sequence)
  }

  private func begin(_ sequence: Int) {
    playing = sequence
    step = 0
    isInEndDelay = false
    isStepAsked = false
    load()
    interface.raise(Event.sequenceStarted + 4 * UInt32(sequence))
  }

  /// How many halfwords one step takes.
  private var width: UInt32 { [1, 2, 4, 4][Int(decoder & 3)] }

  private func load() {
    guard let playing else { return }
    let sequence = sequences[playing]
    periodsLeft = sequence.refresh + 1
    guard step < sequence.count / width else { return }
    let address = Address(sequence.pointer &+ step * width * 2)
    guard let bytes = fabric.memory.read(address, count: Int(width) * 2) else {
      return fabric.findings.note(
        "bus-error", "\(name).SEQ[\(playing)].PTR",
        "EasyDMA reaches only RAM, not \(address): a bus error")
    }
    let words = (0..<Int(width)).map { UInt16(bytes[2 * $0]) | UInt16(bytes[2 * $0 + 1]) << 8 }
    switch decoder & 3 {
    case 0: values = Array(repeating: words[0], count: 4)
    case 1: values = [words[0], words[0], words[1], words[1]]
    default: values = words
    }
  }

  /// A value has been played for a period.
  private func advance() {
    guard let sequence = playing else { return }
    if decoder & 0x100 != 0 && !isInEndDelay {
      guard isStepAsked else { return }
      isStepAsked = false
      periodsLeft = 0
    } else {
      periodsLeft -= min(periodsLeft, 1)
    }
    guard periodsLeft == 0 else { return }
    if isInEndDelay { return finish(sequence) }
    step += 1
    if step < sequences[sequence].count / width { return load() }
    interface.raise(Event.sequenceEnd + 4 * UInt32(sequence))
    periodsLeft = sequences[sequence].endDelay
    isInEndDelay = true
    if periodsLeft == 0 { finish(sequence) }
  }

  /// What follows a sequence and its delay.
  private func finish(_ sequence: Int) {
    playing = nil
    isInEndDelay = false
    guard loopsLeft > 0, pendingSequence == nil else { return }
    if sequence == 0 { return begin(1) }
    loopsLeft -= 1
    if loopsLeft > 0 { return begin(0) }
    interface.raise(Event.loopsDone)
  }

  // MARK: Periods

  private var countsBothWays: Bool { mode == 1 }

  private func beginPeriod() {
    let isWaveform = decoder & 3 == 3
    // The counter's top is at least 3.
    top = UInt64(max(isWaveform ? UInt32(values[3] & 0x7fff) : counterTop, 3))
    let length = countsBothWays ? 2 * top : top
    periodOver.schedule(at: instant(length))
    edges = []
    for output in 0..<(isWaveform ? 3 : 4) where outputs[output] >> 31 == 0 {
      let compare = UInt64(values[output] & 0x7fff)
      let starts = values[output] & 0x8000 != 0
      pins.override(outputs[output], compare == 0 ? !starts : starts)
      guard compare > 0, compare < top else { continue }
      edges.append((compare, output, !starts))
      if countsBothWays { edges.append((2 * top - compare, output, starts)) }
    }
    edges.sort { ($0.tick, $0.output) < ($1.tick, $1.output) }
    scheduleEdge()
  }

  /// The instant so many ticks after the period's start, which lies on a tick.
  private func instant(_ ticks: UInt64) -> Instant {
    clock.instant(ofTick: clock.ticks(at: periodStart) + ticks)
  }

  private func scheduleEdge() {
    if let next = edges.first { edge.schedule(at: instant(next.tick)) } else { edge.cancel() }
  }

  private func passEdges() {
    guard let tick = edges.first?.tick else { return }
    while let next = edges.first, next.tick == tick {
      edges.removeFirst()
      pins.override(outputs[next.output], next.level)
    }
    scheduleEdge()
  }

  private func endPeriod() {
    periodStart = fabric.scheduler.now
    interface.raise(Event.periodEnd)
    if !isStopPending { advance() }
    if isStopPending {
      halt()
      return interface.raise(Event.stopped)
    }
    guard isRunning else { return }
    beginPending()
    beginPeriod()
  }

  private func halt() {
    edge.cancel()
    periodOver.cancel()
    isRunning = false
    isStopPending = false
    pendingSequence = nil
    playing = nil
    for output in outputs { pins.override(output, nil) }
    activity.set(false)
  }
}
