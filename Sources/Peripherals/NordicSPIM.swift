import Simulation
import Units

/// The SPI controller with EasyDMA (ENABLE 7).
///
/// A transfer is as long as the longer of TXD and RXD: ORC is sent when TXD is used up, and what
/// comes in beyond RXD is dropped. ENDTX, ENDRX and END come with the last byte of each. SUSPEND and
/// STOP wait for the end of the byte under way; STOP also generates the ENDs that are missing. With
/// `chip-select` CSN becomes active CSNDUR cycles of 64 MHz before the first byte and inactive as
/// long after the last.
///
/// Reference: nRF52840 Product Specification v1.7, 6.25 SPIM.
/// Assumed: an empty transfer takes 63 ns.
/// Not modelled: the D/CX pin, bus arbitration (STALLSTAT).
final class NordicSPIM: NordicSerialMode {
  private enum Task: UInt32 {
    case start = 0x010
    case stop = 0x014
    case suspend = 0x01c
    case resume = 0x020
  }

  private enum Event: UInt32 {
    case stopped = 0x104
    case endRX = 0x110
    case end = 0x118
    case endTX = 0x120
    case started = 0x14c
  }

  private let name: String
  private let fabric: Fabric
  private let wires: SPISignals
  private let interface: NordicInterface
  private let registers: NordicSerialRegisters
  private let drivesSelect: Bool
  private let pins: NordicPins
  private lazy var released = fabric.scheduler.event("\(name) CSN") { [unowned self] in
    select(false)
    complete()
  }
  private var isRunning = false
  private var isSuspended = false
  private var isStopPending = false
  private var left: UInt32 = 0
  private var hasEndedTX = false
  private var hasEndedRX = false
  private var selectedPin: UInt32?

  init(
    _ context: PeripheralContext, _ wires: SPISignals, _ interface: NordicInterface,
    _ registers: NordicSerialRegisters
  ) {
    name = context.name
    fabric = context.fabric
    self.wires = wires
    self.interface = interface
    self.registers = registers
    pins = context.fabric.service { _ in NordicPins() }
    drivesSelect = context.parameters["chip-select"] == 1
  }

  func perform(_ offset: UInt32) {
    guard let task = Task(rawValue: offset) else { return }
    switch task {
    case .start: start()
    case .stop:
      guard isRunning else { return interface.raise(Event.stopped.rawValue) }
      if wires.isBusy || released.isScheduled { isStopPending = true } else { stop() }
    case .suspend: isSuspended = isRunning
    case .resume:
      guard isSuspended else { return }
      isSuspended = false
      if !wires.isBusy && !released.isScheduled { proceed() }
    }
  }

  func finished(_ byte: UInt8) {
    if !registers.receiver.isComplete { registers.receiver.store([byte]) }
    left -= 1
    endDirections()
    if left > 0 && isStopPending { return stop() }
    if isSuspended && left > 0 { return }
    proceed()
  }

  func abandon() {
    released.cancel()
    wires.end()
    if let selectedPin { pins.override(selectedPin, nil) }
    selectedPin = nil
    isRunning = false
    isSuspended = false
    isStopPending = false
  }

  private func start() {
    guard !isRunning else { return }
    isRunning = true
    isSuspended = false
    isStopPending = false
    hasEndedTX = false
    hasEndedRX = false
    registers.transmitter.begin()
    registers.receiver.begin()
    left = max(registers.transmitter.count, registers.receiver.count)
    wires.begin()
    select(true)
    interface.raise(Event.started.rawValue)
    endDirections()
    // An empty transfer ends a clock later: with the shortcut to START it would never let go.
    if left == 0 { return released.schedule(after: max(selectTime, .nanoseconds(63))) }
    proceed(after: selectTime)
  }

  private func proceed(after delay: Interval = .zero) {
    guard left > 0 else {
      if selectedPin == nil { complete() } else { released.schedule(after: selectTime) }
      return
    }
    let output =
      registers.transmitter.isComplete ? registers.overread : registers.transmitter.next()
    if !wires.send(output, after: delay) { stop() }
  }

  /// ENDTX and ENDRX, once each, as soon as their buffers are used up.
  private func endDirections(early: Bool = false) {
    if !hasEndedTX && (early || registers.transmitter.isComplete) {
      hasEndedTX = true
      registers.transmitter.end()
      interface.raise(Event.endTX.rawValue)
    }
    if !hasEndedRX && (early || registers.receiver.isComplete) {
      hasEndedRX = true
      registers.receiver.end()
      interface.raise(Event.endRX.rawValue)
    }
  }

  private func complete() {
    isRunning = false
    wires.end()
    interface.raise(Event.end.rawValue)
    if isStopPending && !isRunning {
      isStopPending = false
      interface.raise(Event.stopped.rawValue)
    }
  }

  private func stop() {
    isRunning = false
    isStopPending = false
    isSuspended = false
    select(false)
    wires.end()
    endDirections(early: true)
    interface.raise(Event.stopped.rawValue)
  }

  private var selectTime: Interval {
    guard selectedPin != nil else { return .zero }
    return ClockDomain(frequency: Hertz(64_000_000))
      .duration(ofTicks: UInt64(registers.selectDuration))
  }

  private func select(_ active: Bool) {
    let selection = registers.pins[3]
    guard drivesSelect, selection >> 31 == 0 else { return }
    selectedPin = selection
    pins.override(selection, active == registers.selectsHigh)
  }
}
