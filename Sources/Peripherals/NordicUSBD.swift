import Simulation
import Units

/// A USB full-speed device controller with EasyDMA, connected to a host that opens its serial port.
///
/// ENABLE gives USBEVENT (READY); USBPULLUP shows the device to the host (`USBHost`), which resets the
/// bus and enumerates it. A SETUP packet stands in BMREQUESTTYPE to WLENGTHH with EP0SETUP; STARTEPIN
/// copies a packet from RAM (ENDEPIN), which the host takes a packet time later: EP0DATADONE, or EPDATA
/// with EPDATASTATUS. SET_ADDRESS is answered by the controller itself. Bytes on the CDC data
/// interface's IN endpoint are what the firmware says on the port of the instance's name; what the run
/// feeds arrives at its OUT endpoint, once firmware has written SIZE.EPOUT or read the packet before.
/// SOF comes every millisecond after the bus reset.
///
/// Reference: nRF52840 Product Specification v1.7, 6.35 USBD.
/// Assumed: a DMA takes 2 us, a packet on the bus 60 us, READY 10 us.
/// Not modelled: isochronous endpoints, suspend and remote wake-up, DPDMDRIVE, what a halted endpoint answers.
final class NordicUSBD: SerialPort, USBDevicePort {
  private enum Event {
    static let busReset: UInt32 = 0x100
    static let started: UInt32 = 0x104
    static let endIn: UInt32 = 0x108
    static let controlDataDone: UInt32 = 0x128
    static let endOut: UInt32 = 0x130
    static let startOfFrame: UInt32 = 0x154
    static let usbEvent: UInt32 = 0x158
    static let setup: UInt32 = 0x15c
    static let data: UInt32 = 0x160
  }

  private static let startIn: UInt32 = 0x004
  private static let startOut: UInt32 = 0x028
  private static let receiveOut: UInt32 = 0x04c
  private static let status: UInt32 = 0x050
  private static let stall: UInt32 = 0x054
  private static let ready: UInt32 = 1 << 11

  private let name: String
  private let fabric: Fabric
  private let interface: NordicInterface
  private let activity: NordicActivity
  private let host: USBHost
  private let power: NordicUSBPower
  private lazy var becomesReady = fabric.scheduler.event(name) { [unowned self] in
    eventCause |= Self.ready
    interface.raise(Event.usbEvent)
  }
  private lazy var frame = fabric.scheduler.event("\(name) SOF") { [unowned self] in nextFrame() }
  private var dmaDone: [Simulation.Event] = []
  private var packetPassed: [Simulation.Event] = []
  private lazy var delivery = fabric.scheduler.event("\(name) OUT") { [unowned self] in deliver() }

  private var values: [UInt32: UInt32] = [:]
  private var eventCause: UInt32 = 0
  private var dataStatus: UInt32 = 0
  /// Whose EasyDMA registers were captured: IN endpoints from bit 0, OUT from bit 16.
  private var captured: UInt32 = 0
  /// Stalled endpoints, in the order of `captured`.
  private var halted: UInt32 = 0
  private var address: UInt32 = 0
  private var frameNumber: UInt32 = 0
  private var setupPacket = [UInt8](repeating: 0, count: 8)
  private var inputs: [EasyDMA]
  private var outputs: [EasyDMA]
  /// Packets in the controller: to the host, and from it.
  private var inPackets = [[UInt8]](repeating: [], count: 8)
  private var outPackets = [[UInt8]?](repeating: nil, count: 8)
  private var outSizes = [Int](repeating: 0, count: 8)
  private var acceptsOut = [Bool](repeating: false, count: 8)
  private var pending: ArraySlice<UInt8> = []

  init(_ context: PeripheralContext) {
    name = context.name
    fabric = context.fabric
    let tasks = (1...22).map { UInt32($0) * 4 }
    interface = NordicInterface(
      context, tasks: tasks, events: (0...24).map { 0x100 + UInt32($0) * 4 },
      shortcuts: [
        (0, Event.controlDataDone, Self.startIn), (1, Event.controlDataDone, Self.startOut),
        (2, Event.controlDataDone, Self.status), (3, Event.endOut, Self.status),
        (4, Event.endOut, Self.receiveOut),
      ], interruptRegister: true)
    activity = NordicActivity(context)
    host = USBHost(context.fabric.scheduler)
    power = context.fabric.service(NordicUSBPower.init)
    inputs = (0..<8).map { EasyDMA(context, "EPIN[\($0)]", countBits: 7) }
    outputs = (0..<8).map { EasyDMA(context, "EPOUT[\($0)]", countBits: 7) }
    for endpoint in 0..<8 {
      packetPassed.append(
        context.fabric.scheduler.event("\(name) EPIN\(endpoint)") { [unowned self] in
          passPacket(endpoint)
        })
    }
    for endpoint in 0..<16 {
      dmaDone.append(
        context.fabric.scheduler.event("\(name) DMA\(endpoint)") { [unowned self] in
          endDMA(endpoint)
        })
    }
    interface.perform = { [unowned self] in perform($0) }
  }

  func read(_ offset: UInt32) -> UInt32? {
    switch offset {
    case 0x400: return eventCause
    case 0x420...0x43c where offset & 3 == 0: return halted >> ((offset - 0x420) / 4) & 1
    case 0x444...0x460 where offset & 3 == 0: return halted >> ((offset - 0x444) / 4 + 16) & 1
    case 0x468: return captured
    case 0x46c: return dataStatus
    case 0x470: return address
    case 0x480...0x49c where offset & 3 == 0: return UInt32(setupPacket[Int(offset - 0x480) / 4])
    case 0x4a0...0x4bc where offset & 3 == 0:
      return UInt32(outSizes[Int(offset - 0x4a0) / 4])
    case 0x520: return frameNumber
    case 0x600..<0x6a0: return endpoint(offset, from: 0x600).map { inputs[$0].value($1) }
    case 0x700..<0x7a0: return endpoint(offset, from: 0x700).map { outputs[$0].value($1) }
    default: return Self.resetValue(offset).map { values[offset] ?? $0 } ?? interface.read(offset)
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    switch offset {
    case 0x400: eventCause &= ~value
    case 0x468: captured &= ~value
    case 0x46c: dataStatus &= ~value
    case 0x4a0...0x4bc where offset & 3 == 0:
      acceptsOut[Int(offset - 0x4a0) / 4] = true
      scheduleDelivery()
    case 0x518:
      let bit: UInt32 = 1 << (value & 7 + (value & 0x80 == 0 ? 16 : 0))
      halted = value & 0x100 != 0 ? halted | bit : halted & ~bit
    case 0x500: enable(value & 1 == 1)
    case 0x504: pullUp(value & 1 == 1)
    case 0x600..<0x6a0:
      guard let (number, register) = endpoint(offset, from: 0x600) else { return false }
      inputs[number].set(register, value)
    case 0x700..<0x7a0:
      guard let (number, register) = endpoint(offset, from: 0x700) else { return false }
      outputs[number].set(register, value)
    default:
      guard Self.resetValue(offset) != nil else { return interface.write(offset, value) }
      values[offset] = value
    }
    return true
  }

  func reset() {
    enable(false)
    interface.reset()
    values = [:]
    eventCause = 0
    dataStatus = 0
    captured = 0
    halted = 0
    frameNumber = 0
    for index in 0..<8 {
      inputs[index].reset()
      outputs[index].reset()
    }
    pending = []
  }

  func receive(_ bytes: [UInt8]) {
    pending += bytes
    scheduleDelivery()
  }

  var waitingInput: Int { pending.count }

  // MARK: Registers

  /// The registers that only keep their value; nil for another offset.
  private static func resetValue(_ offset: UInt32) -> UInt32? {
    switch offset {
    case 0x500, 0x504, 0x508, 0x51c, 0x52c, 0x530: 0
    // The errata's work-arounds (171, 187, 199) write these.
    case 0x800, 0x804, 0xc1c: 0
    case 0x50c: 0x100
    case 0x510, 0x514: 1
    case 0x4c0: 0x1_0000
    default: nil
    }
  }

  /// PTR, MAXCNT and AMOUNT of an endpoint lie 20 bytes apart.
  private func endpoint(_ offset: UInt32, from base: UInt32) -> (Int, Int)? {
    let position = offset - base
    guard offset & 3 == 0, position % 20 < 12 else { return nil }
    return (Int(position / 20), Int(position % 20) / 4)
  }

  private func enable(_ on: Bool) {
    guard on != (values[0x500] == 1) else { return }
    values[0x500] = on ? 1 : 0
    activity.set(on)
    power.setEnabled(on)
    if on { return becomesReady.schedule(after: .microseconds(10)) }
    becomesReady.cancel()
    pullUp(false)
  }

  private func pullUp(_ on: Bool) {
    guard on != (values[0x504] == 1) else { return }
    values[0x504] = on ? 1 : 0
    frame.cancel()
    for event in dmaDone + packetPassed + [delivery] { event.cancel() }
    inPackets = Array(repeating: [], count: 8)
    outPackets = Array(repeating: nil, count: 8)
    outSizes = Array(repeating: 0, count: 8)
    acceptsOut = Array(repeating: false, count: 8)
    address = 0
    if on { host.attach(self) } else { host.detach() }
  }

  // MARK: Tasks

  private func perform(_ task: UInt32) {
    guard values[0x500] == 1 else { return }
    switch task {
    case Self.startIn..<0x024: startDMA(Int(task - Self.startIn) / 4)
    case Self.startOut..<0x048: startDMA(8 + Int(task - Self.startOut) / 4)
    case Self.receiveOut: host.wantsControlData()
    case Self.status: host.finishControl(stalled: false)
    case Self.stall: host.finishControl(stalled: true)
    default: break
    }
  }

  /// Endpoints 0 to 7 are IN, 8 to 15 OUT.
  private func startDMA(_ number: Int) {
    if number < 8 { inputs[number].begin() } else { outputs[number - 8].begin() }
    captured |= 1 << UInt32(number < 8 ? number : number + 8)
    dmaDone[number].schedule(after: .microseconds(2))
    interface.raise(Event.started)
  }

  private func endDMA(_ number: Int) {
    if number < 8 {
      inPackets[number] = inputs[number].take(64)
      inputs[number].end()
      packetPassed[number].schedule(after: .microseconds(60))
      return interface.raise(Event.endIn + 4 * UInt32(number))
    }
    let endpoint = number - 8
    let packet = outPackets[endpoint] ?? []
    outPackets[endpoint] = nil
    outputs[endpoint].store(Array(packet.prefix(Int(outputs[endpoint].count))))
    outputs[endpoint].end()
    acceptsOut[endpoint] = true
    scheduleDelivery()
    interface.raise(Event.endOut + 4 * UInt32(endpoint))
  }

  // MARK: The bus

  /// The host has taken the packet of an IN endpoint.
  private func passPacket(_ endpoint: Int) {
    let packet = inPackets[endpoint]
    inPackets[endpoint] = []
    if endpoint == 0 {
      host.controlPacket(packet)
      return interface.raise(Event.controlDataDone)
    }
    if endpoint == host.serialIn { for byte in packet { fabric.transmit(name, byte) } }
    dataStatus |= 1 << UInt32(endpoint)
    interface.raise(Event.data)
  }

  func busReset() {
    address = 0
    frame.schedule(after: .milliseconds(10))
    interface.raise(Event.busReset)
  }

  func setup(_ packet: [UInt8]) {
    setupPacket = packet
    if packet[0] == 0 && packet[1] == 5 { address = UInt32(packet[2]) }
    interface.raise(Event.setup)
  }

  func controlData(_ packet: [UInt8]) {
    outPackets[0] = packet
    outSizes[0] = packet.count
    interface.raise(Event.controlDataDone)
  }

  private func nextFrame() {
    frameNumber = (frameNumber + 1) & 0x7ff
    frame.schedule(after: .milliseconds(1))
    interface.raise(Event.startOfFrame)
    scheduleDelivery()
  }

  private func scheduleDelivery() {
    guard host.isSerialOpen, let endpoint = host.serialOut, !pending.isEmpty,
      acceptsOut[endpoint], outPackets[endpoint] == nil, !delivery.isScheduled
    else { return }
    delivery.schedule(after: .microseconds(60))
  }

  private func deliver() {
    guard let endpoint = host.serialOut else { return }
    acceptsOut[endpoint] = false
    outPackets[endpoint] = Array(pending.prefix(64))
    outSizes[endpoint] = outPackets[endpoint]?.count ?? 0
    pending = pending.dropFirst(64)
    dataStatus |= 1 << UInt32(16 + endpoint)
    interface.raise(Event.data)
  }
}

extension EasyDMA {
  /// PTR, MAXCNT and AMOUNT by their order.
  fileprivate func value(_ register: Int) -> UInt32 { [pointer, maximumCount, amount][register] }

  fileprivate mutating func set(_ register: Int, _ value: UInt32) {
    if register == 0 { pointer = value } else if register == 1 { maximumCount = value }
  }
}
