import Simulation
import Units

/// A UART with EasyDMA (UARTE), and the older UART without it that shares its registers.
///
/// ENABLE 8 selects UARTE: STARTTX sends RAM, STARTRX fills it. ENABLE 4 selects UART: a write to
/// TXD sends a byte. A frame is a start bit, 8 data bits, an even parity bit and a second stop bit
/// where CONFIG asks for them; the baud rate is exact (`NordicRate`).
///
/// Reference: nRF52840 Product Specification v1.7, 6.34 UARTE, 6.33 UART.
/// Not modelled: flow control (CTS is always active), line errors, overrun: input that the run feeds
/// waits until the receiver runs.
final class NordicUARTE: SerialPort {
  private enum Task: UInt32, CaseIterable {
    case startRX = 0x000
    case stopRX = 0x004
    case startTX = 0x008
    case stopTX = 0x00c
    case suspend = 0x01c
    case flushRX = 0x02c
  }

  private enum Event: UInt32, CaseIterable {
    case cts = 0x100
    case ncts = 0x104
    case rxdReady = 0x108
    case endRX = 0x110
    case txdReady = 0x11c
    case endTX = 0x120
    case error = 0x124
    case rxTimeout = 0x144
    case rxStarted = 0x14c
    case txStarted = 0x150
    case txStopped = 0x158
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
    case rxdPointer = 0x534
    case rxdMaxCount = 0x538
    case rxdAmount = 0x53c
    case txdPointer = 0x544
    case txdMaxCount = 0x548
    case txdAmount = 0x54c
    case config = 0x56c
  }

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

  private var enable: UInt32 = 0
  private var pselRTS = UInt32.max
  private var pselTXD = UInt32.max
  private var pselCTS = UInt32.max
  private var pselRXD = UInt32.max
  private var baudRate: UInt32 = 0x0400_0000
  private var config: UInt32 = 0
  private var transmitter: EasyDMA
  private var receiver: EasyDMA
  private var isTransmitting = false
  private var isReceiving = false
  private var shiftRegister: UInt8 = 0
  /// Bytes written to TXD of the older UART and not yet sent.
  private var queue: ArraySlice<UInt8> = []
  private var received: UInt8 = 0
  private var input: ArraySlice<UInt8> = []

  init(_ context: PeripheralContext) {
    name = context.name
    fabric = context.fabric
    interface = NordicInterface(
      context, tasks: Task.allCases.map(\.rawValue), events: Event.allCases.map(\.rawValue),
      shortcuts: [
        (5, Event.endRX.rawValue, Task.startRX.rawValue),
        (6, Event.endRX.rawValue, Task.stopRX.rawValue),
      ], interruptRegister: true)
    activity = NordicActivity(context)
    transmitter = EasyDMA(context, "TXD")
    receiver = EasyDMA(context, "RXD")
    interface.perform = { [unowned self] in perform($0) }
  }

  func read(_ offset: UInt32) -> UInt32? {
    guard let register = Register(rawValue: offset) else { return interface.read(offset) }
    switch register {
    case .errorSource: return 0
    case .enable: return enable
    case .pselRTS: return pselRTS
    case .pselTXD: return pselTXD
    case .pselCTS: return pselCTS
    case .pselRXD: return pselRXD
    case .rxd:
      scheduleReceive()
      return UInt32(received)
    case .txd: return 0
    case .baudRate: return baudRate
    case .rxdPointer: return receiver.pointer
    case .rxdMaxCount: return receiver.maximumCount
    case .rxdAmount: return receiver.amount
    case .txdPointer: return transmitter.pointer
    case .txdMaxCount: return transmitter.maximumCount
    case .txdAmount: return transmitter.amount
    case .config: return config
    }
  }

  func readingActs(at offset: UInt32) -> Bool { offset & ~3 == Register.rxd.rawValue }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard let register = Register(rawValue: offset) else { return interface.write(offset, value) }
    switch register {
    case .errorSource, .rxd, .rxdAmount, .txdAmount: break
    case .enable:
      enable = value & 0xf
      if enable == 0 { halt() }
    case .pselRTS: pselRTS = value
    case .pselTXD: pselTXD = value
    case .pselCTS: pselCTS = value
    case .pselRXD: pselRXD = value
    case .txd:
      guard usesRegisters, isTransmitting else { break }
      queue.append(UInt8(truncatingIfNeeded: value))
      if !frameSent.isScheduled { sendNext() }
    case .baudRate: baudRate = value
    case .rxdPointer: receiver.pointer = value
    case .rxdMaxCount: receiver.maximumCount = value
    case .txdPointer: transmitter.pointer = value
    case .txdMaxCount: transmitter.maximumCount = value
    case .config: config = value & 0x1f
    }
    return true
  }

  func reset() {
    halt()
    interface.reset()
    enable = 0
    (pselRTS, pselTXD, pselCTS, pselRXD) = (.max, .max, .max, .max)
    baudRate = 0x0400_0000
    config = 0
    received = 0
    transmitter.reset()
    receiver.reset()
  }

  func receive(_ bytes: [UInt8]) {
    input += bytes
    scheduleReceive()
  }

  var waitingInput: Int { input.count }

  private var usesRegisters: Bool { enable == 4 }
  private var usesDMA: Bool { enable == 8 }

  /// How long a frame takes; nil without a baud rate.
  private var frameTime: Interval? {
    let clock = NordicRate.peripheralClock
    guard let rate = NordicRate.frequency(baudRate, of: clock) else { return nil }
    let bits: UInt64 = 10 + (config & 0xe == 0xe ? 1 : 0) + (config & 0x10 != 0 ? 1 : 0)
    return ClockDomain(frequency: rate).duration(ofTicks: bits)
  }

  private func perform(_ task: UInt32) {
    guard let task = Task(rawValue: task), usesDMA || usesRegisters else { return }
    switch task {
    case .startTX: startTransmitter()
    case .stopTX: stopTransmitter()
    case .startRX: startReceiver()
    case .stopRX: stopReceiver()
    case .suspend:
      isTransmitting = false
      isReceiving = false
    case .flushRX:
      receiver.begin()
      receiver.end()
      interface.raise(Event.endRX.rawValue)
    }
    updateActivity()
  }

  private func startTransmitter() {
    isTransmitting = true
    guard usesDMA else { return }
    transmitter.begin()
    interface.raise(Event.txStarted.rawValue)
    if transmitter.isComplete { endTransfer() } else { sendNext() }
  }

  private func stopTransmitter() {
    isTransmitting = false
    queue = []
    if !frameSent.isScheduled && usesDMA { interface.raise(Event.txStopped.rawValue) }
  }

  private func sendNext() {
    guard let time = frameTime else { return noteMissingRate() }
    shiftRegister = usesDMA ? transmitter.next() : queue.removeFirst()
    frameSent.schedule(after: time)
  }

  private func endOfFrame() {
    if pselTXD >> 31 == 0 {
      fabric.transmit(name, shiftRegister)
    } else {
      fabric.findings.note(
        "pin-disconnected", "\(name).PSEL.TXD", "a byte is sent while TXD has no pin")
    }
    interface.raise(Event.txdReady.rawValue)
    if !isTransmitting {
      transmitter.end()
      if usesDMA { interface.raise(Event.txStopped.rawValue) }
    } else if usesDMA && transmitter.isComplete {
      endTransfer()
    } else if usesDMA || !queue.isEmpty {
      if !frameSent.isScheduled { sendNext() }
    }
    updateActivity()
  }

  private func endTransfer() {
    transmitter.end()
    interface.raise(Event.endTX.rawValue)
  }

  private func startReceiver() {
    receiverTimeout.cancel()
    isReceiving = true
    if usesDMA {
      receiver.begin()
      interface.raise(Event.rxStarted.rawValue)
    }
    scheduleReceive()
  }

  private func stopReceiver() {
    let wasReceiving = isReceiving
    isReceiving = false
    frameReceived.cancel()
    if usesDMA && wasReceiving {
      receiver.end()
      interface.raise(Event.endRX.rawValue)
    }
    // The receiver stays on for as long as four more frames could take.
    receiverTimeout.schedule(after: (frameTime ?? .zero) * 4)
  }

  private func scheduleReceive() {
    guard isReceiving, !input.isEmpty, !frameReceived.isScheduled else { return }
    if usesDMA && receiver.isComplete { return }
    if usesRegisters && interface.isSet(Event.rxdReady.rawValue) { return }
    guard let time = frameTime else { return noteMissingRate() }
    frameReceived.schedule(after: time)
  }

  private func storeFrame() {
    guard let byte = input.popFirst() else { return }
    received = byte
    if usesDMA { receiver.store([byte]) }
    interface.raise(Event.rxdReady.rawValue)
    if usesDMA && receiver.isComplete {
      receiver.end()
      isReceiving = false
      interface.raise(Event.endRX.rawValue)
    }
    if usesDMA { scheduleReceive() }
    updateActivity()
  }

  private func halt() {
    isTransmitting = false
    isReceiving = false
    queue = []
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

  private func noteMissingRate() {
    fabric.findings.note("no-clock", "\(name).BAUDRATE", "a frame is due without a baud rate")
  }
}
