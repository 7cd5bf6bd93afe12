import Simulation
import Units

/// The UART of the nRF51: a byte at a time through TXD and RXD, with six bytes of receive buffer.
///
/// ENABLE 4 switches it on. A byte written to TXD goes out while the transmitter runs; TXDRDY comes at
/// the end of its frame. Received bytes stand in RXD one after another: RXDRDY comes when one gets
/// there, and a read lets the next one in. A seventh byte is lost: ERROR with OVERRUN. With flow
/// control the other end stops once two bytes wait. STOPRX and SUSPEND give RXTO four frames later.
/// A frame has a start bit, 8 data bits, an even parity bit where CONFIG asks for it, and a stop bit.
/// POWER 0 resets it.
///
/// Reference: nRF51 Series Reference Manual v3.0, chapter 29 UART, by QEMU's model, which quotes it; the
/// baud rate as in the nRF52840 (`NordicRate`).
/// Not modelled: CTS (always active: no CTS, NCTS), parity and framing errors, breaks; a byte that
/// begins before STOPRX arrives, none after it.
final class NordicUART: SerialPort {
  private enum Task: UInt32, CaseIterable {
    case startRX = 0x000
    case stopRX = 0x004
    case startTX = 0x008
    case stopTX = 0x00c
    case suspend = 0x01c
  }

  private enum Event: UInt32, CaseIterable {
    case cts = 0x100
    case ncts = 0x104
    case rxdReady = 0x108
    case txdReady = 0x11c
    case error = 0x124
    case rxTimeout = 0x144
  }

  private enum Register: UInt32 {
    case errorSource = 0x480
    case enable = 0x500
    case pselRTS = 0x508
    case pselTXD = 0x50c
    case pselCTS = 0x510
    case pselRXD = 0x514
    case rxd = 0x518
    case txd = 0x51c
    case baudRate = 0x524
    case config = 0x56c
    case power = 0xffc
  }

  private static let bufferSize = 6
  private static let overrun: UInt32 = 1 << 0

  private let name: String
  private let fabric: Fabric
  private let interface: NordicInterface
  private let activity: NordicActivity
  private lazy var frameSent = fabric.scheduler.event("\(name) TX") { [unowned self] in
    endOfFrame()
  }
  private lazy var frameReceived = fabric.scheduler.event("\(name) RX") { [unowned self] in
    storeFrame()
  }
  private lazy var receiverTimeout = fabric.scheduler.event("\(name) RXTO") { [unowned self] in
    interface.raise(Event.rxTimeout.rawValue)
    updateActivity()
  }

  private var values: [Register: UInt32] = resetValues
  private var isTransmitting = false
  private var isReceiving = false
  private var shiftRegister: UInt8 = 0
  /// Written to TXD while a byte is being sent.
  private var held: UInt8?
  private var buffer: [UInt8] = []
  private var lastRead: UInt8 = 0
  private var input: ArraySlice<UInt8> = []

  private static let resetValues: [Register: UInt32] = [
    .pselRTS: .max, .pselTXD: .max, .pselCTS: .max, .pselRXD: .max, .baudRate: 0x0400_0000,
  ]

  init(_ context: PeripheralContext) {
    name = context.name
    fabric = context.fabric
    interface = NordicInterface(
      context, tasks: Task.allCases.map(\.rawValue), events: Event.allCases.map(\.rawValue),
      shortcuts: [
        (3, Event.cts.rawValue, Task.startRX.rawValue),
        (4, Event.ncts.rawValue, Task.stopRX.rawValue),
      ])
    activity = NordicActivity(context)
    interface.perform = { [unowned self] in perform($0) }
  }

  func read(_ offset: UInt32) -> UInt32? {
    guard let register = Register(rawValue: offset) else { return interface.read(offset) }
    switch register {
    case .rxd: return UInt32(takeByte())
    case .txd: return 0
    default: return values[register] ?? 0
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard let register = Register(rawValue: offset) else { return interface.write(offset, value) }
    switch register {
    case .rxd: break
    case .errorSource: values[register] = (values[register] ?? 0) & ~value
    case .enable:
      values[register] = value & 7
      if value & 7 == 0 { halt() }
    case .txd: transmit(UInt8(truncatingIfNeeded: value))
    case .config: values[register] = value & 0xf
    case .power:
      if value & 1 == 0 { reset() }
      values[register] = value & 1
    case .pselRTS, .pselTXD, .pselCTS, .pselRXD, .baudRate: values[register] = value
    }
    return true
  }

  func reset() {
    halt()
    interface.reset()
    values = Self.resetValues
    buffer = []
    lastRead = 0
  }

  func receive(_ bytes: [UInt8]) {
    input += bytes
    scheduleReceive()
  }

  var waitingInput: Int { input.count }

  func readingActs(at offset: UInt32) -> Bool { offset & ~3 == Register.rxd.rawValue }

  private func value(_ register: Register) -> UInt32 { values[register] ?? 0 }
  private var isEnabled: Bool { value(.enable) == 4 }
  private var usesFlowControl: Bool { value(.config) & 1 == 1 }

  /// How long a frame takes; nil without a baud rate.
  private var frameTime: Interval? {
    guard let rate = NordicRate.frequency(value(.baudRate), of: NordicRate.peripheralClock) else {
      fabric.findings.note("no-clock", "\(name).BAUDRATE", "a frame is due without a baud rate")
      return nil
    }
    let bits: UInt64 = value(.config) & 0xe == 0xe ? 11 : 10
    return ClockDomain(frequency: rate).duration(ofTicks: bits)
  }

  private func perform(_ task: UInt32) {
    guard let task = Task(rawValue: task), isEnabled else { return }
    switch task {
    case .startTX: isTransmitting = true
    case .stopTX: stopTransmitter()
    case .startRX:
      isReceiving = true
      receiverTimeout.cancel()
      scheduleReceive()
    case .stopRX: stopReceiver()
    case .suspend:
      stopTransmitter()
      stopReceiver()
    }
    updateActivity()
  }

  // MARK: Sending

  private func transmit(_ byte: UInt8) {
    guard isEnabled, isTransmitting else { return }
    guard frameSent.isScheduled else { return send(byte) }
    if held != nil {
      fabric.findings.note(
        "transmit-overrun", "\(name).TXD", "a byte is written over one that has not been sent")
    }
    held = byte
  }

  private func send(_ byte: UInt8) {
    guard let time = frameTime else { return }
    shiftRegister = byte
    frameSent.schedule(after: time)
    updateActivity()
  }

  private func endOfFrame() {
    if value(.pselTXD) >> 31 == 0 {
      fabric.transmit(name, shiftRegister)
    } else {
      fabric.findings.note(
        "pin-disconnected", "\(name).PSELTXD", "a byte is sent while TXD has no pin")
    }
    interface.raise(Event.txdReady.rawValue)
    if let byte = held {
      held = nil
      send(byte)
    }
    updateActivity()
  }

  private func stopTransmitter() {
    isTransmitting = false
    held = nil
  }

  // MARK: Receiving

  private func scheduleReceive() {
    guard isReceiving, !input.isEmpty, !frameReceived.isScheduled else { return }
    if usesFlowControl && buffer.count >= 2 { return }
    guard let time = frameTime else { return }
    frameReceived.schedule(after: time)
  }

  private func storeFrame() {
    guard let byte = input.popFirst() else { return }
    if buffer.count >= Self.bufferSize {
      values[.errorSource] = value(.errorSource) | Self.overrun
      fabric.findings.note("receive-overrun", "\(name).RXD", "a received byte is lost: six wait")
      interface.raise(Event.error.rawValue)
    } else {
      buffer.append(byte)
      if buffer.count == 1 { interface.raise(Event.rxdReady.rawValue) }
    }
    scheduleReceive()
    updateActivity()
  }

  private func takeByte() -> UInt8 {
    guard isEnabled, !buffer.isEmpty else { return lastRead }
    lastRead = buffer.removeFirst()
    if !buffer.isEmpty { interface.raise(Event.rxdReady.rawValue) }
    scheduleReceive()
    return lastRead
  }

  private func stopReceiver() {
    isReceiving = false
    receiverTimeout.schedule(after: (frameTime ?? .zero) * 4)
  }

  private func halt() {
    isTransmitting = false
    isReceiving = false
    held = nil
    frameSent.cancel()
    frameReceived.cancel()
    receiverTimeout.cancel()
    activity.set(false)
  }

  private func updateActivity() {
    activity.set(
      isReceiving || frameSent.isScheduled || frameReceived.isScheduled
        || receiverTimeout.isScheduled)
  }
}
