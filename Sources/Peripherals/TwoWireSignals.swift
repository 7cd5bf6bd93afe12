import Simulation
import Units

/// The wires of a Nordic I2C controller: START with the address, bytes and STOP in their bit times.
///
/// START and repeated START take a bit time (the hold time tHD_STA of the data sheet), the address
/// and every data byte nine, STOP one; the target acts at each ninth bit. The instance's activity
/// track and power state are busy from START to STOP.
///
/// Reference: nRF52840 Product Specification v1.7, 6.31 TWIM and its electrical specification.
final class TwoWireSignals {
  /// What has just passed on the wires.
  enum Outcome {
    case addressed(acknowledged: Bool)
    case sent(acknowledged: Bool)
    case received(UInt8)
    case stopped
  }

  private enum Step {
    case addressing(I2CDirection, UInt8)
    case sending(UInt8)
    case receiving
    case stopping
  }

  private let name: String
  private let fabric: Fabric
  private let bus: I2CBus
  private let track: ActivityTrack
  private let activity: NordicActivity
  private lazy var due = fabric.scheduler.event(name) { [unowned self] in finish() }
  /// Told when a step is over.
  var finished: (Outcome) -> Void = { _ in }
  private let registers: NordicSerialRegisters
  private var step: Step?
  private var bitTime = Interval.zero
  private var target: (any I2CTarget)?
  /// Everyone addressed since the last STOP: they all see the next one.
  private var addressed: [any I2CTarget] = []

  init(_ context: PeripheralContext, _ registers: NordicSerialRegisters) {
    self.registers = registers
    name = context.name
    fabric = context.fabric
    bus = context.fabric.i2c(context.name)
    track = context.fabric.activity(context.name)
    activity = NordicActivity(context)
  }

  /// Between START and STOP.
  var isBusy: Bool { track.isBusy }

  /// START, or repeated START, and the address byte; false without a clock.
  func start(_ direction: I2CDirection, address: UInt8) -> Bool {
    guard
      let rate = NordicRate.frequency(
        registers.frequency, of: NordicRate.peripheralClock)
    else {
      fabric.findings.note("no-clock", "\(name).FREQUENCY", "a transfer starts without a clock")
      return false
    }
    bitTime = ClockDomain(frequency: rate).duration(ofTicks: 1)
    track.begin()
    activity.set(true)
    begin(.addressing(direction, address), bits: 10)
    return true
  }

  func send(_ byte: UInt8) { begin(.sending(byte), bits: 9) }

  func receive() { begin(.receiving, bits: 9) }

  func stop() { begin(.stopping, bits: 1) }

  /// Lets go of the wires at once, as when the controller is disabled.
  func abandon() {
    due.cancel()
    step = nil
    release()
  }

  private func begin(_ step: Step, bits: Int64) {
    self.step = step
    due.schedule(after: bitTime * bits + stretch(step))
  }

  /// A target may hold the clock before a byte.
  private func stretch(_ step: Step) -> Interval {
    switch step {
    case .sending, .receiving: target?.stretch ?? .zero
    case .addressing, .stopping: .zero
    }
  }

  private func finish() {
    guard let step else { return }
    self.step = nil
    switch step {
    case .addressing(let direction, let address):
      target = find(address)
      let isAcknowledged = target?.start(direction) ?? false
      if isAcknowledged, let target, !addressed.contains(where: { $0 === target }) {
        addressed.append(target)
      }
      finished(.addressed(acknowledged: isAcknowledged))
    case .sending(let byte): finished(.sent(acknowledged: target?.receive(byte) ?? false))
    case .receiving: finished(.received(target?.transmit() ?? 0xff))
    case .stopping:
      release()
      finished(.stopped)
    }
  }

  private func find(_ address: UInt8) -> (any I2CTarget)? {
    guard (registers.pins[0] | registers.pins[1]) >> 31 == 0 else {
      fabric.findings.note(
        "pin-disconnected", "\(name).PSEL", "a transfer starts while SCL or SDA has no pin")
      return nil
    }
    return bus.target(at: address)
  }

  private func release() {
    for target in addressed { target.stop() }
    addressed = []
    target = nil
    track.end()
    activity.set(false)
  }
}
