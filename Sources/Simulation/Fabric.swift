public import Units

/// What the parts of one simulated board share: time, memory, pins, buses, and the logs of what they
/// did. Parts are wired through it and never know each other.
public final class Fabric {
  public let scheduler: Scheduler
  /// The clock that the core counts its cycles on.
  public let coreClock: ClockSignal
  public let memory: any BusMemory
  public let pins: PinBank
  public let power: PowerLog
  public let findings: FindingLog
  /// What the firmware said on a serial port: (instance, byte).
  public var transmit: (_ port: String, _ byte: UInt8) -> Void = { _, _ in }
  /// Asks for the end of the run at the present instant; the first reason counts.
  public private(set) var stopReason: StopReason?
  /// The chip switched itself off: only a wake-up source's reset brings it back.
  public var isSwitchedOff = false
  /// A reset of the whole chip was requested (AIRCR, watchdog).
  public var resetRequested = false
  /// Whether the core sleeps; the run says so.
  public var isCoreAsleep = false {
    didSet {
      guard isCoreAsleep != oldValue else { return }
      for observer in sleepObservers { observer(isCoreAsleep) }
    }
  }
  /// Whether the core asks the chip to stop its clocks while it sleeps: the core says so.
  public var isSleepDeep: () -> Bool = { false }
  /// What waking takes beyond the core's own time, set by whatever stopped the clocks.
  public var wakeUpDelay = Interval.zero
  /// Sets the core's event register: WFE goes on.
  public var sendEvent: () -> Void = {}
  /// The devices' registers as bus masters other than the core reach them.
  public unowned var devices: (any DeviceRegisters)?
  /// The chip's clock sources by name, as its description and the board's give them.
  public var oscillators: [String: Oscillator] = [:]
  /// The core's clock stands still while it sleeps: what counts on it keeps its value.
  public var isCoreClockStopped = false {
    didSet {
      guard isCoreClockStopped != oldValue else { return }
      for observer in stopObservers { observer(isCoreClockStopped) }
    }
  }
  /// Told when a bus master other than the core has read or written memory, and how many bytes.
  public var onTransfer: (_ address: Address, _ bytes: Int) -> Void = { _, _ in }
  /// Told when a bus or device begins (true) or ends something.
  public var onActivity: (_ name: String, _ begins: Bool) -> Void = { _, _ in }
  private var sleepObservers: [(Bool) -> Void] = []
  private var stopObservers: [(Bool) -> Void] = []
  private var i2cBuses: [String: I2CBus] = [:]
  private var spiBuses: [String: SPIBus] = [:]
  private var pdmInputs: [String: PDMInput] = [:]
  private var i2sInputs: [String: I2SInput] = [:]
  private var activities: [ActivityTrack] = []
  private var timings: [String: MemoryTiming] = [:]
  private var clocks: [String: ClockSignal] = [:]
  private var services: [ObjectIdentifier: AnyObject] = [:]

  public init(
    scheduler: Scheduler, memory: any BusMemory, coreFrequency: Hertz = Hertz(64_000_000)
  ) {
    self.scheduler = scheduler
    coreClock = ClockSignal(frequency: coreFrequency)
    self.memory = memory
    pins = PinBank()
    power = PowerLog(scheduler: scheduler)
    findings = FindingLog()
  }

  /// Memories that the core alone reaches.
  public var coreOnlyMemories: [(name: String, range: ClosedRange<UInt32>)] = []

  /// The memory at an address that no other bus master reaches.
  public func coreOnlyMemory(at address: UInt32) -> String? {
    coreOnlyMemories.first { $0.range.contains(address) }?.name
  }

  /// The clock of that name on the chip; the core's frequency until its generator says otherwise.
  public func clock(_ name: String) -> ClockSignal {
    if name == "core" { return coreClock }
    if let clock = clocks[name] { return clock }
    let clock = ClockSignal(frequency: coreClock.frequency)
    clocks[name] = clock
    return clock
  }

  /// How the memory of that name in the chip's description answers.
  public func timing(ofMemory name: String) -> MemoryTiming {
    if let timing = timings[name] { return timing }
    let timing = MemoryTiming()
    timings[name] = timing
    return timing
  }

  /// The I2C bus behind the controller of that name.
  public func i2c(_ controller: String) -> I2CBus {
    if let bus = i2cBuses[controller] { return bus }
    let bus = I2CBus()
    i2cBuses[controller] = bus
    return bus
  }

  /// The SPI bus behind the controller of that name.
  public func spi(_ controller: String) -> SPIBus {
    if let bus = spiBuses[controller] { return bus }
    let bus = SPIBus()
    spiBuses[controller] = bus
    return bus
  }

  /// The microphone input of the PDM interface of that name.
  public func pdm(_ interface: String) -> PDMInput {
    if let input = pdmInputs[interface] { return input }
    let input = PDMInput()
    pdmInputs[interface] = input
    return input
  }

  /// The data wire into the I2S controller of that name.
  public func i2s(_ controller: String) -> I2SInput {
    if let input = i2sInputs[controller] { return input }
    let input = I2SInput()
    i2sInputs[controller] = input
    return input
  }

  /// A track of what a bus or device was busy with: "TWIM0".
  public func activity(_ name: String) -> ActivityTrack {
    if let track = activities.first(where: { $0.name == name }) { return track }
    let track = ActivityTrack(name: name, scheduler: scheduler)
    track.onChange = { [weak self] in self?.onActivity(name, $0) }
    activities.append(track)
    return track
  }

  public var activityTracks: [ActivityTrack] { activities }

  /// Something that the devices of one family share, made at first use: Nordic's event fabric.
  public func service<Service: AnyObject>(_ make: (Fabric) -> Service) -> Service {
    let key = ObjectIdentifier(Service.self)
    if let service = services[key] as? Service { return service }
    let service = make(self)
    services[key] = service
    return service
  }

  /// Calls `observer` whenever the core falls asleep (true) or wakes.
  public func observeSleep(_ observer: @escaping (Bool) -> Void) {
    sleepObservers.append(observer)
  }

  /// Calls `observer` whenever the core's clock stops (true) or runs again.
  public func observeStop(_ observer: @escaping (Bool) -> Void) { stopObservers.append(observer) }

  public func requestStop(_ reason: StopReason) {
    if stopReason == nil { stopReason = reason }
  }
}

/// Why the surroundings of the core end a run.
public enum StopReason: Sendable, Hashable {
  /// A sensor asked for more than its stream holds, and the stream says `end: stop`.
  case streamEnded(sensor: String)
  /// A recording has another rate than the interface that plays it, and may not be converted.
  case rateMismatch(sensor: String, recorded: Hertz, wanted: Hertz)
  /// The chip switched itself off and nothing can wake it.
  case switchedOff
  /// The scripted dialogue of a serial port failed.
  case scriptFailed(String)
}

/// Memory as bus masters other than the core see it.
public protocol BusMemory: AnyObject {
  /// `count` bytes from `address`; nil when the range is not RAM that DMA can reach.
  func read(_ address: Address, count: Int) -> [UInt8]?
  /// False when the range is not RAM that DMA can reach; nothing is written then.
  func write(_ address: Address, _ bytes: [UInt8]) -> Bool
  /// Changes what non-volatile memory holds, as its controller does; false where there is none.
  func program(_ address: Address, _ bytes: [UInt8]) -> Bool
  /// What non-volatile memory holds; nil where there is none.
  func stored(_ address: Address, count: Int) -> [UInt8]?
}

extension BusMemory {
  public func program(_ address: Address, _ bytes: [UInt8]) -> Bool { false }
  public func stored(_ address: Address, count: Int) -> [UInt8]? { nil }
}

/// Device registers as bus masters other than the core reach them; nil and false where none is.
public protocol DeviceRegisters: AnyObject {
  func read(_ address: Address, _ width: AccessWidth) -> UInt32?
  func write(_ address: Address, _ value: UInt32, _ width: AccessWidth) -> Bool
}

/// A source of a clock: a crystal, an RC oscillator, a clock from the board.
public struct Oscillator: Sendable, Hashable {
  public var frequency: Hertz
  /// From being switched on to being stable; nil: its generator knows.
  public var startUp: Interval?

  public init(frequency: Hertz, startUp: Interval? = nil) {
    self.frequency = frequency
    self.startUp = startUp
  }
}

/// When a bus or device was busy, for telling what a measured interval was spent on.
public final class ActivityTrack {
  public let name: String
  private let scheduler: Scheduler
  private var startedAt: Instant?
  /// Spans that have ended, oldest first; only the newest `capacity` are kept.
  public private(set) var spans: [(start: Instant, end: Instant)] = []
  /// Told of each begin (true) and end (false).
  public var observer: ((Bool) -> Void)?
  var onChange: (Bool) -> Void = { _ in }
  private let capacity = 4096

  init(name: String, scheduler: Scheduler) {
    self.name = name
    self.scheduler = scheduler
  }

  public var isBusy: Bool { startedAt != nil }

  /// The start of the span under way.
  public var start: Instant? { startedAt }

  public func begin() {
    guard startedAt == nil else { return }
    startedAt = scheduler.now
    observer?(true)
    onChange(true)
  }

  public func end() {
    guard let start = startedAt else { return }
    startedAt = nil
    if spans.count >= 2 * capacity { spans.removeFirst(capacity) }
    spans.append((start, scheduler.now))
    observer?(false)
    onChange(false)
  }
}
