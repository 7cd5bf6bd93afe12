import Simulation
import Units

/// An I2C controller with EasyDMA, and the older one without it that shares its registers.
///
/// ENABLE 6 selects TWIM, ENABLE 5 TWI (`NordicTWI`). Bits take their time as in `TwoWireSignals`.
/// STOP and SUSPEND wait for the end of the byte under way, a START for the end of the transfer.
/// LASTTX and LASTRX come when the last byte begins. Without further tasks the bus is held after the
/// last byte. A byte that is not acknowledged raises ERROR with ANACK or DNACK, and the bus is held
/// until STOP.
///
/// Reference: nRF52840 Product Specification v1.7, 6.31 TWIM.
/// Not modelled: SDA and SCL as levels on pins, clock stretching by the target, several controllers
/// on a bus, the bus free time after STOP, OVERRUN (RAM is always there in time).
final class NordicTWIM: Peripheral {
  private enum Task: UInt32, CaseIterable {
    case startRX = 0x000
    case startTX = 0x008
    case stop = 0x014
    case suspend = 0x01c
    case resume = 0x020
  }

  private enum Event: UInt32, CaseIterable {
    case stopped = 0x104
    case receiveReady = 0x108
    case transmitSent = 0x11c
    case error = 0x124
    case byteBoundary = 0x138
    case suspended = 0x148
    case rxStarted = 0x14c
    case txStarted = 0x150
    case lastRX = 0x15c
    case lastTX = 0x160
  }

  private enum Register: UInt32 {
    case errorSource = 0x4c4
    case enable = 0x500
    case pselSCL = 0x508
    case pselSDA = 0x50c
    case rxd = 0x518
    case txd = 0x51c
    case frequency = 0x524
    case rxdPointer = 0x534
    case rxdMaxCount = 0x538
    case rxdAmount = 0x53c
    case rxdList = 0x540
    case txdPointer = 0x544
    case txdMaxCount = 0x548
    case txdAmount = 0x54c
    case txdList = 0x550
    case address = 0x588
  }

  private enum Phase {
    /// After STOP.
    case idle
    /// A byte, START or STOP is on the wires.
    case addressing, transferring, stopping
    /// SCL is kept low until a task comes.
    case held, suspended
  }

  private static let addressNotAcknowledged: UInt32 = 1 << 1
  private static let dataNotAcknowledged: UInt32 = 1 << 2

  private let signals: TwoWireSignals
  private let interface: NordicInterface
  private lazy var registerMode = NordicTWI(signals, interface) { [unowned self] in
    errorSource |= $0
  }

  private var enable: UInt32 = 0
  private var address: UInt32 = 0
  private var errorSource: UInt32 = 0
  private var transmitter: EasyDMA
  private var receiver: EasyDMA
  private var phase = Phase.idle
  private var direction = I2CDirection.write
  private var pendingStart: I2CDirection?
  private var isStopPending = false
  private var isSuspendPending = false

  init(_ context: PeripheralContext) {
    signals = TwoWireSignals(context)
    interface = NordicInterface(
      context, tasks: Task.allCases.map(\.rawValue), events: Event.allCases.map(\.rawValue),
      shortcuts: [
        (0, Event.byteBoundary.rawValue, Task.suspend.rawValue),
        (1, Event.byteBoundary.rawValue, Task.stop.rawValue),
        (7, Event.lastTX.rawValue, Task.startRX.rawValue),
        (8, Event.lastTX.rawValue, Task.suspend.rawValue),
        (9, Event.lastTX.rawValue, Task.stop.rawValue),
        (10, Event.lastRX.rawValue, Task.startTX.rawValue),
        (11, Event.lastRX.rawValue, Task.suspend.rawValue),
        (12, Event.lastRX.rawValue, Task.stop.rawValue),
      ], interruptRegister: true)
    transmitter = EasyDMA(context, "TXD")
    receiver = EasyDMA(context, "RXD")
    interface.perform = { [unowned self] in perform($0) }
    signals.finished = { [unowned self] in
      if enable == 5 { registerMode.finished($0) } else { finished($0) }
    }
  }

  func read(_ offset: UInt32) -> UInt32? {
    guard let register = Register(rawValue: offset) else { return interface.read(offset) }
    switch register {
    case .errorSource: return errorSource
    case .enable: return enable
    case .pselSCL: return signals.pselSCL
    case .pselSDA: return signals.pselSDA
    case .rxd: return UInt32(registerMode.readReceived())
    case .txd: return 0
    case .frequency: return signals.frequency
    case .rxdPointer: return receiver.pointer
    case .rxdMaxCount: return receiver.maximumCount
    case .rxdAmount: return receiver.amount
    case .rxdList: return receiver.list
    case .txdPointer: return transmitter.pointer
    case .txdMaxCount: return transmitter.maximumCount
    case .txdAmount: return transmitter.amount
    case .txdList: return transmitter.list
    case .address: return address
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard let register = Register(rawValue: offset) else { return interface.write(offset, value) }
    switch register {
    case .errorSource: errorSource &= ~value
    case .enable:
      if value & 0xf != enable { abandon() }
      enable = value & 0xf
    case .pselSCL: signals.pselSCL = value
    case .pselSDA: signals.pselSDA = value
    case .rxd: break
    case .txd: if enable == 5 { registerMode.writeOutput(UInt8(truncatingIfNeeded: value)) }
    case .frequency: signals.frequency = value
    case .rxdPointer: receiver.pointer = value
    case .rxdMaxCount: receiver.maximumCount = value
    case .rxdList: receiver.list = value & 7
    case .txdPointer: transmitter.pointer = value
    case .txdMaxCount: transmitter.maximumCount = value
    case .txdList: transmitter.list = value & 7
    case .rxdAmount, .txdAmount: break
    case .address: address = value & 0x7f
    }
    return true
  }

  func reset() {
    abandon()
    interface.reset()
    enable = 0
    signals.pselSCL = .max
    signals.pselSDA = .max
    signals.frequency = 0x0400_0000
    address = 0
    errorSource = 0
    transmitter.reset()
    receiver.reset()
  }

  private func perform(_ offset: UInt32) {
    guard let task = Task(rawValue: offset) else { return }
    if enable == 5 { return performInRegisterMode(task) }
    guard enable == 6 else { return }
    switch task {
    case .startTX: request(.write)
    case .startRX: request(.read)
    case .stop:
      switch phase {
      case .idle: interface.raise(Event.stopped.rawValue)
      case .held, .suspended: beginStop()
      case .addressing, .transferring, .stopping: isStopPending = true
      }
    case .suspend:
      switch phase {
      case .idle, .held: suspend()
      case .suspended, .stopping: break
      case .addressing, .transferring: isSuspendPending = true
      }
    case .resume:
      guard phase == .suspended else { return }
      if signals.isBusy { return proceed() }
      phase = .idle
      if let pendingStart { start(pendingStart) }
    }
  }

  private func performInRegisterMode(_ task: Task) {
    switch task {
    case .startTX: registerMode.start(.write, address: UInt8(address))
    case .startRX: registerMode.start(.read, address: UInt8(address))
    case .stop: registerMode.stop()
    case .suspend: registerMode.suspend()
    case .resume: registerMode.resume()
    }
  }

  private func request(_ direction: I2CDirection) {
    switch phase {
    case .idle, .held: start(direction)
    case .addressing, .transferring, .suspended, .stopping: pendingStart = direction
    }
  }

  private func start(_ direction: I2CDirection) {
    if !signals.isBusy {
      isStopPending = false
      isSuspendPending = false
    }
    pendingStart = nil
    guard signals.start(direction, address: UInt8(address)) else { return }
    self.direction = direction
    phase = .addressing
    switch direction {
    case .write:
      transmitter.begin()
      interface.raise(Event.txStarted.rawValue)
    case .read:
      receiver.begin()
      interface.raise(Event.rxStarted.rawValue)
    }
  }

  private func finished(_ outcome: TwoWireSignals.Outcome) {
    switch outcome {
    case .addressed(let acknowledged):
      if acknowledged { proceed() } else { fail(Self.addressNotAcknowledged) }
    case .sent(let acknowledged):
      if acknowledged { proceed() } else { fail(Self.dataNotAcknowledged) }
    case .received(let byte):
      receiver.store([byte])
      proceed()
    case .stopped: finishStop()
    }
  }

  private func fail(_ source: UInt32) {
    errorSource |= source
    endTransfer()
    phase = .held
    interface.raise(Event.error.rawValue)
    if phase == .held && isStopPending { beginStop() }
  }

  private var isComplete: Bool {
    direction == .write ? transmitter.isComplete : receiver.isComplete
  }

  private func endTransfer() {
    if direction == .write { transmitter.end() } else { receiver.end() }
  }

  /// What comes after a byte: STOP, a pause, the next byte, a repeated START, or nothing yet.
  private func proceed() {
    if isComplete || isStopPending { endTransfer() }
    if isStopPending { return beginStop() }
    if isSuspendPending { return suspend() }
    if !isComplete { return beginByte() }
    phase = .held
    if let pendingStart { start(pendingStart) }
  }

  private func beginByte() {
    phase = .transferring
    switch direction {
    case .write:
      let isLast = transmitter.isLast
      signals.send(transmitter.next())
      if isLast { interface.raise(Event.lastTX.rawValue) }
    case .read:
      signals.receive()
      if receiver.isLast { interface.raise(Event.lastRX.rawValue) }
    }
  }

  private func suspend() {
    isSuspendPending = false
    phase = .suspended
    interface.raise(Event.suspended.rawValue)
  }

  private func beginStop() {
    isStopPending = false
    isSuspendPending = false
    guard signals.isBusy else { return finishStop() }
    phase = .stopping
    signals.stop()
  }

  private func finishStop() {
    phase = .idle
    isStopPending = false
    interface.raise(Event.stopped.rawValue)
    if phase == .idle, let pendingStart { start(pendingStart) }
  }

  private func abandon() {
    signals.abandon()
    registerMode.reset()
    phase = .idle
    pendingStart = nil
    isStopPending = false
    isSuspendPending = false
  }
}
