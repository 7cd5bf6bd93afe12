import Simulation
import Units

/// The 2.4 GHz radio as what takes time and current: packets go out, and nobody answers.
///
/// TXEN and RXEN ramp up in 140 us (40 us with MODECNF0.RU) to READY; START sends the packet at
/// PACKETPTR: ADDRESS, PAYLOAD and END (with PHYEND) come when their last bit has gone, at 1 or
/// 2 Mbit/s. A receiver hears nothing until it is stopped. DISABLE takes 6 us from sending at 1 Mbit/s,
/// 4 us at 2 Mbit/s, none from receiving. Power states: `off`, `rx`, `tx-p8dbm`, `tx-0dbm`,
/// `tx-m40dbm`, from ramp-up to DISABLED; TXPOWER counts as the next of these above it. Parameter: `nrf51`
/// (1: the registers of the nRF51, which always takes 140 us).
///
/// Reference: nRF52840 Product Specification v1.7, 6.19 RADIO, 6.19.15.8 Radio timing.
/// Assumed: RSSI takes 250 ns and reads -127 dBm, energy detection 128 us a step and reads 0, the
/// channel is clear after 128 us.
/// Not modelled: reception, TIFS, the delay of the transmit chain, whitening, CRC and addresses; coded
/// and IEEE 802.15.4 packets take the bits of an uncoded one at their rate (a finding).
final class NordicRadio: Peripheral {
  private enum Task: UInt32, CaseIterable {
    case txEnable = 0x000
    case rxEnable = 0x004
    case start = 0x008
    case stop = 0x00c
    case disable = 0x010
    case rssiStart = 0x014
    case rssiStop = 0x018
    case bitCountStart = 0x01c
    case bitCountStop = 0x020
    case energyStart = 0x024
    case energyStop = 0x028
    case clearStart = 0x02c
    case clearStop = 0x030
  }

  private enum Event: UInt32, CaseIterable {
    case ready = 0x100
    case address = 0x104
    case payload = 0x108
    case end = 0x10c
    case disabled = 0x110
    case deviceMatch = 0x114
    case deviceMiss = 0x118
    case rssiEnd = 0x11c
    case bitCountMatch = 0x128
    case crcOK = 0x130
    case crcError = 0x134
    case frameStart = 0x138
    case energyEnd = 0x13c
    case energyStopped = 0x140
    case clearIdle = 0x144
    case clearBusy = 0x148
    case clearStopped = 0x14c
    case rateBoost = 0x150
    case txReady = 0x154
    case rxReady = 0x158
    case headerMatch = 0x15c
    case sync = 0x168
    case physicalEnd = 0x16c
  }

  private enum State: UInt32 {
    case disabled = 0
    case rxRampUp = 1
    case rxIdle = 2
    case rx = 3
    case rxDisable = 4
    case txRampUp = 9
    case txIdle = 10
    case tx = 11
    case txDisable = 12
  }

  private enum Register {
    static let rssiSample: UInt32 = 0x548
    static let packetPointer: UInt32 = 0x504
    static let txPower: UInt32 = 0x50c
    static let mode: UInt32 = 0x510
    static let packet0: UInt32 = 0x514
    static let packet1: UInt32 = 0x518
    static let crc: UInt32 = 0x534
    static let state: UInt32 = 0x550
    static let bitCount: UInt32 = 0x560
    static let energyCount: UInt32 = 0x664
    static let modeConfiguration: UInt32 = 0x650
    static let power: UInt32 = 0xffc
  }

  /// Registers that only keep their value, with what they hold after a reset.
  private static func kept(isNRF51: Bool) -> [UInt32: UInt32] {
    var values: [UInt32: UInt32] = [:]
    for offset in stride(from: UInt32(0x504), through: 0x53c, by: 4) { values[offset] = 0 }
    for offset in stride(from: UInt32(0x600), through: 0x640, by: 4) { values[offset] = 0 }
    values[0x508] = 2
    for offset in [UInt32(0x544), 0x560, 0x644, 0x648, 0x664] { values[offset] = 0 }
    values[0x554] = 0x40
    values[0x650] = 0x200
    values[0x660] = 0xa7
    values[0x66c] = 0x052d_0000
    values[0xffc] = 1
    if isNRF51 {
      for offset: UInt32 in [0x644, 0x648, 0x650, 0x660, 0x664, 0x66c] { values[offset] = nil }
      // TEST and OVERRIDE.
      for offset: UInt32 in [0x540, 0x724, 0x728, 0x72c, 0x730, 0x734] { values[offset] = 0 }
    }
    return values
  }

  private let name: String
  private let fabric: Fabric
  private let interface: NordicInterface
  private let clocks: NordicClockRequests
  private let consumer: PowerConsumer
  private let track: ActivityTrack
  private lazy var rampedUp = event("ramp-up") { $0.finishRampUp() }
  private lazy var addressSent = event("ADDRESS") { $0.interface.raise(Event.address.rawValue) }
  private lazy var payloadSent = event("PAYLOAD") { $0.interface.raise(Event.payload.rawValue) }
  private lazy var packetSent = event("END") { $0.finishPacket() }
  private lazy var isDisabled = event("DISABLED") { $0.finishDisable() }
  private lazy var measured = event("RSSI") { $0.interface.raise(Event.rssiEnd.rawValue) }
  private lazy var counted = event("BCC") { $0.interface.raise(Event.bitCountMatch.rawValue) }
  private lazy var detected = event("ED") { $0.interface.raise(Event.energyEnd.rawValue) }
  private lazy var cleared = event("CCA") { $0.interface.raise(Event.clearIdle.rawValue) }
  private let resetValues: [UInt32: UInt32]
  private var values: [UInt32: UInt32]
  private var state = State.disabled
  private var isRequesting = false

  init(_ context: PeripheralContext) {
    name = context.name
    resetValues = Self.kept(isNRF51: context.parameters["nrf51"] == 1)
    values = resetValues
    fabric = context.fabric
    interface = NordicInterface(
      context, tasks: Task.allCases.map(\.rawValue), events: Event.allCases.map(\.rawValue),
      shortcuts: Self.shortcuts)
    clocks = context.fabric.service(NordicClockRequests.init)
    consumer = context.fabric.power.consumer(context.name, initial: "off")
    track = context.fabric.activity(context.name)
    interface.perform = { [unowned self] in perform($0) }
  }

  private static let shortcuts: [NordicInterface.Shortcut] = [
    (0, Event.ready, Task.start), (1, .end, .disable), (2, .disabled, .txEnable),
    (3, .disabled, .rxEnable), (4, .address, .rssiStart), (5, .end, .start),
    (6, .address, .bitCountStart), (8, .disabled, .rssiStop), (11, .rxReady, .clearStart),
    (12, .clearIdle, .txEnable), (13, .clearBusy, .disable), (14, .frameStart, .bitCountStart),
    (15, .ready, .energyStart), (16, .energyEnd, .disable), (17, .clearIdle, .stop),
    (18, .txReady, .start), (19, .rxReady, .start), (20, .physicalEnd, .disable),
    (21, .physicalEnd, .start),
  ].map { (bit: Int, event: Event, task: Task) in (bit, event.rawValue, task.rawValue) }

  private func event(_ what: String, _ action: @escaping (NordicRadio) -> Void) -> Simulation.Event
  {
    fabric.scheduler.event("\(name) \(what)") { [unowned self] in action(self) }
  }

  func read(_ offset: UInt32) -> UInt32? {
    switch offset {
    case Register.state: return state.rawValue
    case Register.rssiSample: return 127
    // CRCSTATUS, RXMATCH, RXCRC, DAI, PDUSTAT, EDSAMPLE: nothing was received.
    case 0x400, 0x408, 0x40c, 0x410, 0x414, 0x668: return 0
    default: return values[offset] ?? interface.read(offset)
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    switch offset {
    case Register.state, Register.rssiSample, 0x400, 0x408, 0x40c, 0x410, 0x414, 0x668: break
    default:
      guard values[offset] != nil else { return interface.write(offset, value) }
      values[offset] = value
      if offset == Register.power && value & 1 == 0 {
        reset()
        values[Register.power] = 0
      }
    }
    return true
  }

  func reset() {
    for event in [
      rampedUp, addressSent, payloadSent, packetSent, isDisabled, measured, counted, detected,
      cleared,
    ] { event.cancel() }
    interface.reset()
    values = resetValues
    enter(.disabled)
  }

  private func perform(_ offset: UInt32) {
    guard let task = Task(rawValue: offset), values[Register.power] != 0 else { return }
    switch task {
    case .txEnable: rampUp(.txRampUp)
    case .rxEnable: rampUp(.rxRampUp)
    case .start: start()
    case .stop: stop()
    case .disable: disable()
    case .rssiStart: if state == .rx { measured.schedule(after: .nanoseconds(250)) }
    case .rssiStop: measured.cancel()
    case .bitCountStart: counted.schedule(after: bits(Int64(values[Register.bitCount] ?? 0)))
    case .bitCountStop: counted.cancel()
    case .energyStart:
      let steps = Int64((values[Register.energyCount] ?? 0) & 0x1f_ffff) + 1
      detected.schedule(after: .microseconds(128 * steps))
    case .energyStop:
      detected.cancel()
      interface.raise(Event.energyStopped.rawValue)
    case .clearStart: cleared.schedule(after: .microseconds(128))
    case .clearStop:
      cleared.cancel()
      interface.raise(Event.clearStopped.rawValue)
    }
  }

  // MARK: States

  private func enter(_ state: State) {
    self.state = state
    let isOn = state != .disabled
    if isOn != isRequesting {
      isRequesting = isOn
      clocks.change(isOn ? 1 : -1, fast: false)
    }
    if isOn { track.begin() } else { track.end() }
    switch state {
    case .disabled: consumer.enter("off")
    case .rxRampUp, .rxIdle, .rx, .rxDisable: consumer.enter("rx")
    case .txRampUp, .txIdle, .tx, .txDisable: consumer.enter(transmitState)
    }
  }

  private var transmitState: String {
    let power = Int8(truncatingIfNeeded: Int32(bitPattern: values[Register.txPower] ?? 0))
    return power > 0 ? "tx-p8dbm" : power > -40 ? "tx-0dbm" : "tx-m40dbm"
  }

  private func rampUp(_ target: State) {
    guard state == .disabled || state == .rxIdle || state == .txIdle else { return }
    if !clocks.isCrystalRunning {
      fabric.findings.note(
        "no-crystal", "\(name)", "the radio starts while the 32 MHz crystal does not run")
    }
    enter(target)
    let isFast = (values[Register.modeConfiguration] ?? 0) & 1 == 1
    rampedUp.schedule(after: .microseconds(isFast ? 40 : 140))
  }

  private func finishRampUp() {
    let transmits = state == .txRampUp
    enter(transmits ? .txIdle : .rxIdle)
    interface.raise((transmits ? Event.txReady : .rxReady).rawValue)
    interface.raise(Event.ready.rawValue)
  }

  private func start() {
    if state == .rxIdle { return enter(.rx) }
    guard state == .txIdle else { return }
    let packet0 = values[Register.packet0] ?? 0
    let pointer = Address(values[Register.packetPointer] ?? 0)
    let size = RadioPacket.headerSize(packet0)
    let header = fabric.memory.read(pointer, count: size)
    if header == nil {
      fabric.findings.note(
        "bus-error", "\(name).PACKETPTR", "EasyDMA reaches only RAM, not \(pointer): a bus error")
    }
    let packet = RadioPacket(
      pcnf0: packet0, pcnf1: values[Register.packet1] ?? 0, crc: values[Register.crc] ?? 0,
      header: header ?? Array(repeating: 0, count: size))
    enter(.tx)
    addressSent.schedule(after: bits(packet.address))
    payloadSent.schedule(after: bits(packet.payload))
    packetSent.schedule(after: bits(packet.end))
  }

  /// The time of so many bits in the chosen mode.
  private func bits(_ count: Int64) -> Interval {
    let mode = values[Register.mode] ?? 0
    switch mode & 0xf {
    case 0, 3: return .nanoseconds(1000 * count)
    case 1, 4: return .nanoseconds(500 * count)
    default:
      fabric.findings.note(
        "unmodelled-mode", "\(name).MODE", "mode \(mode): its packets' times are approximate")
      return .nanoseconds((mode == 5 ? 8000 : mode == 6 ? 2000 : 4000) * count)
    }
  }

  private func finishPacket() {
    enter(.txIdle)
    interface.raise(Event.physicalEnd.rawValue)
    interface.raise(Event.end.rawValue)
  }

  private func stop() {
    cancelPacket()
    if state == .tx { enter(.txIdle) } else if state == .rx { enter(.rxIdle) }
  }

  private func cancelPacket() {
    for event in [addressSent, payloadSent, packetSent, counted] { event.cancel() }
  }

  private func disable() {
    cancelPacket()
    rampedUp.cancel()
    switch state {
    case .txRampUp, .txIdle, .tx:
      let isDouble = [1, 4].contains((values[Register.mode] ?? 0) & 0xf)
      enter(.txDisable)
      isDisabled.schedule(after: .microseconds(isDouble ? 4 : 6))
    case .rxRampUp, .rxIdle, .rx:
      enter(.rxDisable)
      isDisabled.schedule(after: .zero)
    case .disabled: interface.raise(Event.disabled.rawValue)
    case .rxDisable, .txDisable: break
    }
  }

  private func finishDisable() {
    enter(.disabled)
    interface.raise(Event.disabled.rawValue)
  }
}
