import Simulation
import Units

/// The watchdog: resets the chip unless every enabled reload register is written in time.
///
/// It counts down from CRV at 32,768 Hz; at zero TIMEOUT comes, and the reset two clock periods
/// later. It cannot be stopped; CRV, RREN and CONFIG are locked while it runs. CONFIG.SLEEP 0 pauses
/// it while the core sleeps. A soft reset leaves it running. It starts the RC oscillator when no
/// low-frequency clock runs.
///
/// Reference: nRF52840 Product Specification v1.7, 6.36 WDT, 5.3.7 Reset behavior.
/// Not modelled: the debugger's halt (CONFIG.HALT); the phase of the clock at START and reload: up to
/// one period is counted short.
final class NordicWDT: Peripheral {
  private enum Register: UInt32 {
    case runStatus = 0x400
    case requestStatus = 0x404
    case counterReload = 0x504
    case reloadEnable = 0x508
    case config = 0x50c
  }

  private static let start: UInt32 = 0x000
  private static let timeout: UInt32 = 0x100
  private static let reloadRequests: UInt32 = 0x600
  private static let reloadValue: UInt32 = 0x6e52_4635

  private let fabric: Fabric
  private let interface: NordicInterface
  private let clocks: NordicClockRequests
  private let cause: NordicResetCause
  private let consumer: PowerConsumer
  private lazy var expires = fabric.scheduler.event("WDT") { [unowned self] in expire() }
  private lazy var resets = fabric.scheduler.event("WDT reset") { [unowned self] in
    hasReset = true
    cause.pending = NordicResetCause.watchdog
    fabric.resetRequested = true
  }

  private var counterReload = UInt32.max
  private var reloadEnable: UInt32 = 1
  private var config: UInt32 = 1
  /// Enabled reload registers that have not been written since the last reload.
  private var requests: UInt32 = 1
  private var isRunning = false
  private var hasReset = false
  private var clock = ClockDomain(frequency: Hertz(32_768))
  /// What is left of the count while the core sleeps and CONFIG.SLEEP is 0.
  private var paused: UInt64?
  private var dueTick: UInt64 = 0

  init(_ context: PeripheralContext) {
    fabric = context.fabric
    interface = NordicInterface(context, tasks: [Self.start], events: [Self.timeout])
    clocks = context.fabric.service(NordicClockRequests.init)
    cause = context.fabric.service(NordicResetCause.init)
    consumer = context.fabric.power.consumer(context.name, initial: "off")
    interface.perform = { [unowned self] _ in begin() }
    context.fabric.observeSleep { [unowned self] in follow(sleep: $0) }
  }

  func read(_ offset: UInt32) -> UInt32? {
    if reloadIndex(offset) != nil { return 0 }
    guard let register = Register(rawValue: offset) else { return interface.read(offset) }
    switch register {
    case .runStatus: return isRunning ? 1 : 0
    case .requestStatus: return requests
    case .counterReload: return counterReload
    case .reloadEnable: return reloadEnable
    case .config: return config
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    if let index = reloadIndex(offset) {
      if value == Self.reloadValue { serve(index) }
      return true
    }
    guard let register = Register(rawValue: offset) else { return interface.write(offset, value) }
    if isRunning { return true }
    switch register {
    case .runStatus, .requestStatus: break
    case .counterReload: counterReload = max(value, 0xf)
    case .reloadEnable:
      reloadEnable = value & 0xff
      requests = reloadEnable
    case .config: config = value & 9
    }
    return true
  }

  func reset() {
    let keepsRunning = fabric.resetRequested && !hasReset
    hasReset = false
    if keepsRunning { return }
    expires.cancel()
    resets.cancel()
    interface.reset()
    isRunning = false
    counterReload = .max
    reloadEnable = 1
    requests = 1
    config = 1
    paused = nil
    consumer.enter("off")
  }

  private func reloadIndex(_ offset: UInt32) -> Int? {
    guard offset >= Self.reloadRequests, offset & 3 == 0 else { return nil }
    let index = Int(offset - Self.reloadRequests) / 4
    return index < 8 ? index : nil
  }

  private func begin() {
    guard !isRunning else { return }
    isRunning = true
    if clocks.lowFrequency == nil { clocks.setLowFrequency(.lfrc, at: fabric.scheduler.now) }
    clock = clocks.lowFrequency ?? clock
    consumer.enter("active")
    reload()
    if fabric.isCoreAsleep { follow(sleep: true) }
  }

  private func serve(_ index: Int) {
    requests &= ~(1 << UInt32(index))
    if isRunning && requests == 0 && !resets.isScheduled { reload() }
  }

  private func reload() {
    requests = reloadEnable
    count(UInt64(counterReload) + 1)
  }

  private func count(_ ticks: UInt64) {
    if paused != nil {
      paused = ticks
      return
    }
    dueTick = clock.ticks(at: fabric.scheduler.now) + ticks
    expires.schedule(at: clock.instant(ofTick: dueTick))
  }

  private func expire() {
    interface.raise(Self.timeout)
    resets.schedule(at: clock.instant(ofTick: clock.ticks(at: fabric.scheduler.now) + 2))
  }

  private func follow(sleep: Bool) {
    guard isRunning, config & 1 == 0 else { return }
    if sleep && expires.isScheduled {
      paused = dueTick - min(clock.ticks(at: fabric.scheduler.now), dueTick)
      expires.cancel()
    } else if !sleep, let left = paused {
      paused = nil
      count(left)
    }
  }
}
