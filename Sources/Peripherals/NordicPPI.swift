import Simulation
import Units

/// The programmable peripheral interconnect: an event triggers tasks without the core.
///
/// Channels 0-19 have an event end point and a task end point, channels 20-31 are wired; every
/// channel has a second task (FORK). Six groups switch several channels at once, also by tasks.
/// Parameters: `channels` (20, those that can be programmed), `groups` (6), `forks` (1). A task is
/// triggered at the first edge of the 16 MHz peripheral clock after its event, one period
/// after an event that is itself synchronous to that clock.
///
/// Reference: nRF52840 Product Specification v1.7, 6.16 PPI, 6.16.1 pre-programmed channels (the
/// nRF51's, from memory, are the same).
/// Not modelled: the wait for the clock when it does not run yet.
final class NordicPPI: Peripheral {
  private enum Register: UInt32 {
    case channelEnable = 0x500
    case channelEnableSet = 0x504
    case channelEnableClear = 0x508
  }

  private static let endPoints: UInt32 = 0x510
  private static let groupRegisters: UInt32 = 0x800
  private static let forks: UInt32 = 0x910
  private static let firstWired = 20

  private struct Channel {
    var event: UInt32 = 0
    var task: UInt32 = 0
    var fork: UInt32 = 0
  }

  /// Event and task of channels 20 to 31.
  private static let wired: [(event: UInt32, task: UInt32)] = [
    (0x4000_8140, 0x4000_1000),  // TIMER0 COMPARE[0], RADIO TXEN
    (0x4000_8140, 0x4000_1004),  // TIMER0 COMPARE[0], RADIO RXEN
    (0x4000_8144, 0x4000_1010),  // TIMER0 COMPARE[1], RADIO DISABLE
    (0x4000_1128, 0x4000_f000),  // RADIO BCMATCH, AAR START
    (0x4000_1100, 0x4000_f000),  // RADIO READY, CCM KSGEN
    (0x4000_1104, 0x4000_f004),  // RADIO ADDRESS, CCM CRYPT
    (0x4000_1104, 0x4000_8044),  // RADIO ADDRESS, TIMER0 CAPTURE[1]
    (0x4000_110c, 0x4000_8048),  // RADIO END, TIMER0 CAPTURE[2]
    (0x4000_b140, 0x4000_1000),  // RTC0 COMPARE[0], RADIO TXEN
    (0x4000_b140, 0x4000_1004),  // RTC0 COMPARE[0], RADIO RXEN
    (0x4000_b140, 0x4000_800c),  // RTC0 COMPARE[0], TIMER0 CLEAR
    (0x4000_b140, 0x4000_8000),  // RTC0 COMPARE[0], TIMER0 START
  ]

  private let programmable: Int
  private let hasForks: Bool
  private let wires: NordicEventFabric
  private let scheduler: Scheduler
  private let interface: NordicInterface
  private let clock = ClockDomain(frequency: NordicRate.peripheralClock)
  private var events: [Event] = []
  private var channels: [Channel]
  private var enabled: UInt32 = 0
  private var groups: [UInt32]
  /// The enabled channels that each event address leads to.
  private var listeners: [UInt32: UInt32] = [:]

  init(_ context: PeripheralContext) {
    wires = context.fabric.service(NordicEventFabric.init)
    scheduler = context.fabric.scheduler
    programmable = min(max(context.parameters["channels"] ?? 20, 1), Self.firstWired)
    hasForks = context.parameters["forks"] != 0
    let groupCount = min(max(context.parameters["groups"] ?? 6, 1), 6)
    groups = Array(repeating: 0, count: groupCount)
    interface = NordicInterface(context, tasks: (0..<UInt32(2 * groupCount)).map { 4 * $0 })
    channels = Self.resetChannels
    events = (0..<32).map { channel in
      scheduler.event("\(context.name) CH\(channel)") { [unowned self] in trigger(channel) }
    }
    interface.perform = { [unowned self] in perform($0) }
    wires.route = { [unowned self] in route($0.value) }
  }

  private static var resetChannels: [Channel] {
    Array(repeating: Channel(), count: firstWired)
      + wired.map { Channel(event: $0.event, task: $0.task) }
  }

  func read(_ offset: UInt32) -> UInt32? {
    if let register = Register(rawValue: offset) {
      switch register {
      case .channelEnable, .channelEnableSet, .channelEnableClear: return enabled
      }
    }
    if let index = Self.index(offset, from: Self.endPoints, count: 2 * programmable) {
      return index & 1 == 0 ? channels[index / 2].event : channels[index / 2].task
    }
    if let group = Self.index(offset, from: Self.groupRegisters, count: groups.count) {
      return groups[group]
    }
    if let channel = Self.index(offset, from: Self.forks, count: hasForks ? 32 : 0) {
      return channels[channel].fork
    }
    return interface.read(offset)
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    if let register = Register(rawValue: offset) {
      switch register {
      case .channelEnable: enabled = value
      case .channelEnableSet: enabled |= value
      case .channelEnableClear: enabled &= ~value
      }
    } else if let index = Self.index(offset, from: Self.endPoints, count: 2 * programmable) {
      if index & 1 == 0 {
        channels[index / 2].event = value
      } else {
        channels[index / 2].task = value
      }
    } else if let group = Self.index(offset, from: Self.groupRegisters, count: groups.count) {
      groups[group] = value
    } else if let channel = Self.index(offset, from: Self.forks, count: hasForks ? 32 : 0) {
      channels[channel].fork = value
    } else {
      return interface.write(offset, value)
    }
    updateListeners()
    return true
  }

  func reset() {
    channels = Self.resetChannels
    enabled = 0
    groups = Array(repeating: 0, count: groups.count)
    listeners = [:]
    for event in events { event.cancel() }
  }

  private static func index(_ offset: UInt32, from first: UInt32, count: Int) -> Int? {
    guard offset >= first, offset & 3 == 0 else { return nil }
    let index = Int(offset - first) / 4
    return index < count ? index : nil
  }

  /// The group tasks: CHG[n].EN at 8 n, CHG[n].DIS at 8 n + 4.
  private func perform(_ task: UInt32) {
    let group = groups[Int(task) / 8]
    if task & 4 == 0 { enabled |= group } else { enabled &= ~group }
    updateListeners()
  }

  private func updateListeners() {
    listeners = [:]
    for (number, channel) in channels.enumerated() where enabled >> number & 1 == 1 {
      listeners[channel.event, default: 0] |= 1 << UInt32(number)
    }
  }

  private func route(_ event: UInt32) {
    guard !listeners.isEmpty, var mask = listeners[event] else { return }
    let edge = clock.instant(ofTick: clock.ticks(at: scheduler.now) + 1)
    while mask != 0 {
      let channel = mask.trailingZeroBitCount
      mask &= mask - 1
      events[channel].schedule(at: edge)
    }
  }

  private func trigger(_ channel: Int) {
    let (task, fork) = (channels[channel].task, channels[channel].fork)
    if task != 0 { wires.trigger(Address(task)) }
    if fork != 0 { wires.trigger(Address(fork)) }
  }
}
