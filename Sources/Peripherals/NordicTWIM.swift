import Simulation

/// The I2C controller with EasyDMA (ENABLE 6).
///
/// Bits take their time as in `TwoWireSignals`. STOP and SUSPEND wait for the end of the byte under
/// way, a START for the end of the transfer. LASTTX and LASTRX come when the last byte begins.
/// Without further tasks the bus is held after the last byte. A byte that is not acknowledged raises
/// ERROR with ANACK or DNACK, and the bus is held until STOP.
///
/// Reference: nRF52840 Product Specification v1.7, 6.31 TWIM.
/// Not modelled: SDA and SCL as levels on pins, clock stretching by the target, several controllers
/// on a bus, the bus free time after STOP, OVERRUN (RAM is always there in time).
final class NordicTWIM: NordicSerialMode {
  private enum Task: UInt32 {
    case startRX = 0x000
    case startTX = 0x008
    case stop = 0x014
    case suspend = 0x01c
    case resume = 0x020
  }

  private enum Event: UInt32 {
    case stopped = 0x104
    case error = 0x124
    case suspended = 0x148
    case rxStarted = 0x14c
    case txStarted = 0x150
    case lastRX = 0x15c
    case lastTX = 0x160
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
  private let registers: NordicSerialRegisters

  private var phase = Phase.idle
  private var direction = I2CDirection.write
  private var pendingStart: I2CDirection?
  private var isStopPending = false
  private var isSuspendPending = false

  init(
    _ signals: TwoWireSignals, _ interface: NordicInterface, _ registers: NordicSerialRegisters
  ) {
    self.signals = signals
    self.interface = interface
    self.registers = registers
  }

  func perform(_ offset: UInt32) {
    guard let task = Task(rawValue: offset) else { return }
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
    guard signals.start(direction, address: registers.targetAddress) else { return }
    self.direction = direction
    phase = .addressing
    switch direction {
    case .write:
      registers.transmitter.begin()
      interface.raise(Event.txStarted.rawValue)
    case .read:
      registers.receiver.begin()
      interface.raise(Event.rxStarted.rawValue)
    }
  }

  func finished(_ outcome: TwoWireSignals.Outcome) {
    switch outcome {
    case .addressed(let acknowledged):
      if acknowledged { proceed() } else { fail(Self.addressNotAcknowledged) }
    case .sent(let acknowledged):
      if acknowledged { proceed() } else { fail(Self.dataNotAcknowledged) }
    case .received(let byte):
      registers.receiver.store([byte])
      proceed()
    case .stopped: finishStop()
    }
  }

  private func fail(_ source: UInt32) {
    registers.errorSource |= source
    endTransfer()
    phase = .held
    interface.raise(Event.error.rawValue)
    if phase == .held && isStopPending { beginStop() }
  }

  private var isComplete: Bool {
    direction == .write ? registers.transmitter.isComplete : registers.receiver.isComplete
  }

  private func endTransfer() {
    if direction == .write { registers.transmitter.end() } else { registers.receiver.end() }
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
      let isLast = registers.transmitter.isLast
      signals.send(registers.transmitter.next())
      if isLast { interface.raise(Event.lastTX.rawValue) }
    case .read:
      signals.receive()
      if registers.receiver.isLast { interface.raise(Event.lastRX.rawValue) }
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

  func abandon() {
    signals.abandon()
    phase = .idle
    pendingStart = nil
    isStopPending = false
    isSuspendPending = false
  }
}
