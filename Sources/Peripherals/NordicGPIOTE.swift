import Simulation
import Units

/// Tasks and events on pins: eight channels, each bound to one pin, and the PORT event.
///
/// Event mode: IN[n] at an edge of the chosen polarity. Task mode: OUT[n] sets, clears or toggles
/// the pin, SET[n] and CLR[n] do what they say; the channel owns the pin's level from OUTINIT on.
/// PORT is generated when the DETECT signal of a port rises. Parameters: `channels` (8), `set-clear` (1;
/// 0: without the tasks SET and CLR, as in the nRF51).
///
/// Reference: nRF52840 Product Specification v1.7, 6.10 GPIOTE.
/// Not modelled: the synchronisation of an edge to the peripheral clock.
final class NordicGPIOTE: Peripheral {
  private static let outTasks: UInt32 = 0x000
  private static let setTasks: UInt32 = 0x030
  private static let clearTasks: UInt32 = 0x060
  private static let inEvents: UInt32 = 0x100
  private static let portEvent: UInt32 = 0x17c
  private static let configurationRegisters: UInt32 = 0x510

  private struct Channel {
    var configuration: UInt32 = 0
    var level = false

    var isEvent: Bool { configuration & 3 == 1 }
    var isTask: Bool { configuration & 3 == 3 }
    var port: Int { Int(configuration >> 13 & 1) }
    var pin: Int { Int(configuration >> 8 & 0x1f) }
    var polarity: UInt32 { configuration >> 16 & 3 }
  }

  private let interface: NordicInterface
  private let pins: NordicPins
  private let consumer: PowerConsumer
  private var channels: [Channel]
  private var observed: Set<String> = []

  init(_ context: PeripheralContext) {
    let count = min(max(context.parameters["channels"] ?? 8, 1), 8)
    let indices = (0..<UInt32(count)).map { 4 * $0 }
    let hasSetAndClear = context.parameters["set-clear"] != 0
    channels = Array(repeating: Channel(), count: count)
    interface = NordicInterface(
      context,
      tasks: indices.map { Self.outTasks + $0 }
        + (hasSetAndClear
          ? indices.map { Self.setTasks + $0 } + indices.map { Self.clearTasks + $0 } : []),
      events: indices.map { Self.inEvents + $0 } + [Self.portEvent])
    pins = context.fabric.service { _ in NordicPins() }
    consumer = context.fabric.power.consumer(context.name, initial: "off")
    interface.perform = { [unowned self] in perform($0) }
    pins.onDetect = { [unowned self] in interface.raise(Self.portEvent) }
  }

  func read(_ offset: UInt32) -> UInt32? {
    if let channel = index(offset) { return channels[channel].configuration }
    return interface.read(offset)
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard let channel = index(offset) else { return interface.write(offset, value) }
    configure(channel, value & 0x13_3f03)
    return true
  }

  func reset() {
    interface.reset()
    for channel in channels.indices { configure(channel, 0) }
  }

  private func index(_ offset: UInt32) -> Int? {
    guard offset >= Self.configurationRegisters, offset & 3 == 0 else { return nil }
    let channel = Int(offset - Self.configurationRegisters) / 4
    return channel < channels.count ? channel : nil
  }

  private func configure(_ channel: Int, _ value: UInt32) {
    let old = channels[channel]
    channels[channel].configuration = value
    let new = channels[channel]
    let keepsPin = new.isTask && new.port == old.port && new.pin == old.pin
    if old.isTask && !keepsPin { pins.ports[old.port]?.override(old.pin, nil) }
    if new.isTask && !(old.isTask && keepsPin) {
      channels[channel].level = value >> 20 & 1 == 1
      drive(channel)
    }
    if new.isEvent { observe(new.port, new.pin) }
    consumer.enter(channels.contains(where: \.isEvent) ? "active" : "off")
  }

  /// A net cannot be left again: it is observed once, and the channels are asked at each edge.
  private func observe(_ port: Int, _ pin: Int) {
    guard let net = pins.ports[port]?.net(pin), observed.insert(net.name).inserted else { return }
    net.observe { [unowned self] level in edge(port, pin, level) }
  }

  private func edge(_ port: Int, _ pin: Int, _ level: Bool) {
    for (number, channel) in channels.enumerated()
    where channel.isEvent && channel.port == port && channel.pin == pin
      && channel.polarity & (level ? 1 : 2) != 0
    {
      interface.raise(Self.inEvents + 4 * UInt32(number))
    }
  }

  private func perform(_ task: UInt32) {
    let channel = Int(task % 0x30) / 4
    guard channels[channel].isTask else { return }
    switch task {
    case ..<Self.setTasks:
      switch channels[channel].polarity {
      case 1: channels[channel].level = true
      case 2: channels[channel].level = false
      case 3: channels[channel].level.toggle()
      default: return
      }
    case ..<Self.clearTasks: channels[channel].level = true
    default: channels[channel].level = false
    }
    drive(channel)
  }

  private func drive(_ channel: Int) {
    let state = channels[channel]
    pins.ports[state.port]?.override(state.pin, state.level)
  }
}
