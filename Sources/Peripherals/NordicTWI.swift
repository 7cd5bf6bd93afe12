import Simulation

/// The I2C controller without EasyDMA that shares its registers with TWIM (ENABLE 5).
///
/// STARTTX sends the address, then each byte that is written to TXD: TXDSENT. STARTRX receives bytes
/// into RXD, each only after the one before has been read: RXDREADY. BB comes before each byte; a
/// STOP or SUSPEND that it triggers takes effect after that byte.
///
/// Reference: nRF52840 Product Specification v1.7, 6.30 TWI.
/// Not modelled: OVERRUN (the clock is held until RXD is read).
final class NordicTWI: NordicSerialMode {
  private enum Task: UInt32 {
    case startRX = 0x000
    case startTX = 0x008
    case stop = 0x014
    case suspend = 0x01c
    case resume = 0x020
  }

  private enum Event {
    static let stopped: UInt32 = 0x104
    static let receiveReady: UInt32 = 0x108
    static let transmitSent: UInt32 = 0x11c
    static let error: UInt32 = 0x124
    static let byteBoundary: UInt32 = 0x138
    static let suspended: UInt32 = 0x148
  }

  private enum Phase {
    case idle, busy, waiting, suspended, failed
  }

  private let signals: TwoWireSignals
  private let interface: NordicInterface
  private let registers: NordicSerialRegisters
  private var phase = Phase.idle
  private var direction = I2CDirection.write
  private var output: UInt8?
  private var received: UInt8 = 0
  private var isReceiveFull = false
  private var isStopPending = false
  private var isSuspendPending = false
  private var pendingStart: I2CDirection?

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
    case .startTX: start(.write)
    case .startRX: start(.read)
    case .stop: stop()
    case .suspend: suspend()
    case .resume: resume()
    }
  }

  func abandon() {
    signals.abandon()
    phase = .idle
    output = nil
    received = 0
    isReceiveFull = false
    isStopPending = false
    isSuspendPending = false
    pendingStart = nil
  }

  /// A read of RXD.
  func readReceived() -> UInt8 {
    isReceiveFull = false
    if phase == .waiting { proceed() }
    return received
  }

  /// A write to TXD.
  func writeOutput(_ byte: UInt8) {
    output = byte
    if phase == .waiting { proceed() }
  }

  private func start(_ direction: I2CDirection) {
    guard phase != .busy && phase != .suspended else {
      pendingStart = direction
      return
    }
    self.direction = direction
    pendingStart = nil
    isReceiveFull = false
    if direction == .write { output = nil }
    if signals.start(direction, address: registers.targetAddress) { phase = .busy }
  }

  private func stop() {
    switch phase {
    case .idle: interface.raise(Event.stopped)
    case .busy: isStopPending = true
    case .waiting, .suspended, .failed: beginStop()
    }
  }

  private func suspend() {
    switch phase {
    case .busy: isSuspendPending = true
    case .idle, .waiting:
      phase = phase == .idle ? .idle : .suspended
      interface.raise(Event.suspended)
    case .suspended, .failed: break
    }
  }

  private func resume() {
    guard phase == .suspended else { return }
    phase = .waiting
    if let pendingStart {
      start(pendingStart)
    } else {
      proceed()
    }
  }

  func finished(_ outcome: TwoWireSignals.Outcome) {
    phase = .waiting
    switch outcome {
    case .addressed(let acknowledged): if !acknowledged { return fail(1 << 1) }
    case .sent(let acknowledged):
      if !acknowledged { return fail(1 << 2) }
      interface.raise(Event.transmitSent)
    case .received(let byte):
      received = byte
      isReceiveFull = true
      interface.raise(Event.receiveReady)
    case .stopped:
      phase = .idle
      isStopPending = false
      isSuspendPending = false
      return interface.raise(Event.stopped)
    }
    if isStopPending { return beginStop() }
    if isSuspendPending {
      isSuspendPending = false
      phase = .suspended
      return interface.raise(Event.suspended)
    }
    if let pendingStart { return start(pendingStart) }
    proceed()
  }

  /// Begins the next byte if there is one to send or room to receive it.
  private func proceed() {
    switch direction {
    case .write:
      guard let byte = output else { return }
      output = nil
      signals.send(byte)
    case .read:
      guard !isReceiveFull else { return }
      signals.receive()
    }
    phase = .busy
    interface.raise(Event.byteBoundary)
  }

  private func fail(_ source: UInt32) {
    registers.errorSource |= source
    phase = .failed
    isSuspendPending = false
    interface.raise(Event.error)
    if isStopPending { beginStop() }
  }

  private func beginStop() {
    isStopPending = false
    phase = .busy
    signals.stop()
  }
}
