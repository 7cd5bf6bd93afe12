import Simulation
import Units

/// Synopsys' I2C controller (DW_apb_i2c) as a controller on the bus: commands go through a FIFO of 16, each
/// a byte to send or to receive, with RESTART before or STOP after it.
///
/// A bit takes the high count, the spike filter's length and 7 cycles, and the low count and 1. With the
/// FIFO empty and no STOP it holds the clock.
///
/// Reference: RP2040 datasheet 4.3, which describes the block in this configuration.
/// Not modelled: being a target, ten-bit addresses, general call and START byte, several controllers, an
/// abort by ENABLE's bit 1 in the middle of a byte, set-up and hold times.
final class DesignWareI2C: Peripheral {
  private enum Register: UInt32 {
    case control = 0x00
    case target = 0x04
    case command = 0x10
    case slowHigh = 0x14
    case slowLow = 0x18
    case fastHigh = 0x1c
    case fastLow = 0x20
    case masked = 0x2c
    case mask = 0x30
    case raw = 0x34
    case receiveLevel = 0x38
    case transmitLevel = 0x3c
    case enable = 0x6c
    case status = 0x70
    case transmitCount = 0x74
    case receiveCount = 0x78
    case abortSource = 0x80
    case dma = 0x88
    case transmitRequest = 0x8c
    case receiveRequest = 0x90
    case enableStatus = 0x9c
    case spikes = 0xa0
  }

  private enum Cause {
    static let underflow: UInt32 = 1 << 0
    static let overflow: UInt32 = 1 << 1
    static let full: UInt32 = 1 << 2
    static let transmitOverflow: UInt32 = 1 << 3
    static let empty: UInt32 = 1 << 4
    static let abort: UInt32 = 1 << 6
    static let activity: UInt32 = 1 << 8
    static let stop: UInt32 = 1 << 9
    static let start: UInt32 = 1 << 10
  }

  /// What reading a register takes back; 0x40 is all of them.
  private static let clearing: [UInt32: UInt32] = [
    0x40: 0x7ff & ~(Cause.full | Cause.empty), 0x44: Cause.underflow, 0x48: Cause.overflow,
    0x4c: Cause.transmitOverflow, 0x50: 1 << 5, 0x54: Cause.abort, 0x58: 1 << 7,
    0x5c: Cause.activity, 0x60: Cause.stop, 0x64: Cause.start, 0x68: 1 << 11, 0xa8: 1 << 12,
  ]
  private static let resets: [UInt32: UInt32] = [
    0x00: 0x65, 0x04: 0x55, 0x08: 0x55, 0x14: 0x28, 0x18: 0x2f, 0x1c: 0x06, 0x20: 0x0d,
    0x30: 0x8ff, 0x38: 0, 0x3c: 0, 0x7c: 1, 0x84: 0, 0x88: 0, 0x8c: 0, 0x90: 0, 0x94: 0x64,
    0x98: 1, 0xa0: 7,
  ]
  private static let identity: [UInt32: UInt32] = [
    0xf4: 0, 0xf8: 0x3230_312a, 0xfc: 0x4457_0140,
  ]
  private static let depth = 16

  /// What passes on the wires.
  private enum Step {
    case address(I2CDirection)
    case byte
    case stop
  }

  private let name: String
  private let fabric: Fabric
  private let clock: ClockSignal
  private let line: InterruptLine?
  private let bus: I2CBus
  private let track: ActivityTrack
  private let requests: (transmit: DMARequest, receive: DMARequest)
  private lazy var due = fabric.scheduler.event(name) { [unowned self] in finish() }
  private var held = RP2040HeldRegisters(resets)
  private var isEnabled = false
  private var sticky: UInt32 = 0
  private var abortSource: UInt32 = 0
  private var commands: [UInt32] = []
  private var received: [UInt8] = []
  private var step: Step?
  /// The command under way, and the direction of the transfer that it belongs to; nil: the bus is free.
  private var current: UInt32?
  private var direction: I2CDirection?
  private var addressed: [any I2CTarget] = []
  private var target: (any I2CTarget)?

  init(_ context: PeripheralContext) {
    name = context.name
    fabric = context.fabric
    clock = context.clock
    line = context.interrupts.first
    bus = fabric.i2c(name)
    track = fabric.activity(name)
    let lines = fabric.service(DMARequests.init)
    requests = (lines.line("\(name)_TX"), lines.line("\(name)_RX"))
  }

  private func held(_ register: Register) -> UInt32 { held[register.rawValue] ?? 0 }

  // MARK: Registers

  func read(_ offset: UInt32) -> UInt32? {
    if let causes = Self.clearing[offset] { return clear(causes) }
    switch Register(rawValue: offset) {
    case .command: return take()
    case .masked: return raw & held(.mask)
    case .raw: return raw
    case .enable, .enableStatus: return isEnabled ? 1 : 0
    case .status: return status
    case .transmitCount: return UInt32(commands.count)
    case .receiveCount: return UInt32(received.count)
    case .abortSource: return abortSource
    default: return Self.identity[offset] ?? held[offset]
    }
  }

  func readingActs(at offset: UInt32) -> Bool {
    Self.clearing[offset] != nil || offset == Register.command.rawValue
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    switch Register(rawValue: offset) {
    case .command: put(value)
    case .enable: enable(value & 1 == 1)
    default:
      guard held.write(offset, value) else {
        return Self.clearing[offset] != nil || Register(rawValue: offset) != nil
      }
    }
    update()
    return true
  }

  private func enable(_ isOn: Bool) {
    guard isOn != isEnabled else { return }
    isEnabled = isOn
    if isOn { return proceed() }
    due.cancel()
    release()
    (commands, received, current, step) = ([], [], nil, nil)
    sticky = 0
  }

  private func clear(_ causes: UInt32) -> UInt32 {
    let was = sticky & causes != 0
    sticky &= ~causes
    if causes & Cause.abort != 0 { abortSource = 0 }
    update()
    return was ? 1 : 0
  }

  private var raw: UInt32 {
    var value = sticky
    if received.count > Int(held(.receiveLevel)) { value |= Cause.full }
    // With TX_EMPTY_CTRL the last byte must have gone, too.
    let waits = held(.control) >> 8 & 1 == 1 && current != nil
    if isEnabled && commands.count <= Int(held(.transmitLevel)) && !waits { value |= Cause.empty }
    return value
  }

  private var status: UInt32 {
    var value: UInt32 = 0
    if direction != nil { value |= 1 | 1 << 5 }
    if commands.count < Self.depth { value |= 2 }
    if commands.isEmpty { value |= 4 }
    if !received.isEmpty { value |= 8 }
    if received.count == Self.depth { value |= 16 }
    return value
  }

  private func put(_ value: UInt32) {
    guard isEnabled else { return }
    // After an abort nothing goes out until it is acknowledged.
    guard sticky & Cause.abort == 0 else { return }
    if commands.count < Self.depth {
      commands.append(value & 0x7ff)
    } else {
      sticky |= Cause.transmitOverflow
    }
    proceed()
  }

  private func take() -> UInt32 {
    guard !received.isEmpty else {
      sticky |= Cause.underflow
      return 0
    }
    let byte = received.removeFirst()
    update()
    return UInt32(byte)
  }

  private func update() {
    line?.set(raw & held(.mask) != 0)
    let dma = held(.dma)
    requests.transmit.set(
      isEnabled && dma & 2 != 0 && commands.count <= Int(held(.transmitRequest))
        && sticky & Cause.abort == 0)
    requests.receive.set(
      isEnabled && dma & 1 != 0 && received.count > Int(held(.receiveRequest)))
  }

  // MARK: The wires

  private func time(bits: UInt64) -> Interval? {
    guard !clock.isStopped else { return nil }
    let isFast = held(.control) >> 1 & 3 != 1
    let high = UInt64(isFast ? held(.fastHigh) : held(.slowHigh)) + UInt64(held(.spikes)) + 7
    let low = UInt64(isFast ? held(.fastLow) : held(.slowLow)) + 1
    return clock.duration(ofTicks: bits * (high + low))
  }

  private func begin(_ step: Step, bits: UInt64) {
    guard let time = time(bits: bits) else { return }
    self.step = step
    var stretch = Interval.zero
    if case .byte = step { stretch = target?.stretch ?? .zero }
    due.schedule(after: time + stretch)
  }

  /// Begins the next command, if there is one and the bus is not busy with another.
  private func proceed() {
    guard isEnabled, step == nil, current == nil, let command = commands.first else { return }
    commands.removeFirst()
    current = command
    let wanted: I2CDirection = command >> 8 & 1 == 1 ? .read : .write
    if direction == wanted && command >> 10 & 1 == 0 { return begin(.byte, bits: 9) }
    track.begin()
    direction = wanted
    sticky |= Cause.start | Cause.activity
    // START takes a bit's time before the address.
    begin(.address(wanted), bits: 10)
  }

  private func finish() {
    guard let step else { return }
    self.step = nil
    switch step {
    case .address(let direction): addressPassed(direction)
    case .byte: bytePassed()
    case .stop:
      release()
      sticky |= Cause.stop
      proceed()
    }
    update()
  }

  private func addressPassed(_ direction: I2CDirection) {
    target = bus.target(at: UInt8(truncatingIfNeeded: held(.target) & 0x7f))
    guard let target, target.start(direction) else { return abort(1 << 0) }
    if !addressed.contains(where: { $0 === target }) { addressed.append(target) }
    begin(.byte, bits: 9)
  }

  private func bytePassed() {
    guard let command = current, let target else { return }
    if command >> 8 & 1 == 1 {
      let byte = target.transmit()
      if received.count < Self.depth { received.append(byte) } else { sticky |= Cause.overflow }
    } else if !target.receive(UInt8(truncatingIfNeeded: command)) {
      return abort(1 << 3)
    }
    current = nil
    if command >> 9 & 1 == 1 { begin(.stop, bits: 1) } else { proceed() }
  }

  /// Nobody acknowledged: what waits is dropped and the bus is let go.
  private func abort(_ source: UInt32) {
    abortSource = source | UInt32(commands.count) << 23
    sticky |= Cause.abort
    (commands, current) = ([], nil)
    begin(.stop, bits: 1)
  }

  private func release() {
    for target in addressed { target.stop() }
    (addressed, target, direction) = ([], nil, nil)
    track.end()
  }

  func reset() {
    due.cancel()
    release()
    held.reset()
    isEnabled = false
    (sticky, abortSource) = (0, 0)
    (commands, received, current, step) = ([], [], nil, nil)
    update()
  }
}
