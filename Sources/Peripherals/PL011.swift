import Simulation
import Units

/// Arm's PrimeCell UART: bytes in their frames' times, FIFOs of 32 (or of `fifo`).
///
/// Reference: Arm DDI 0183G, PrimeCell UART (PL011) r1p5.
/// Not modelled: modem lines and hardware flow control, IrDA, breaks, parity and framing errors (what
/// arrives is always good), a baud rate other than the far end's.
final class PL011: SerialPort {
  private enum Register: UInt32 {
    case data = 0x00
    case errors = 0x04
    case flags = 0x18
    case irda = 0x20
    case integerDivisor = 0x24
    case fractionalDivisor = 0x28
    case lineControl = 0x2c
    case control = 0x30
    case levels = 0x34
    case mask = 0x38
    case raw = 0x3c
    case masked = 0x40
    case clear = 0x44
    case dma = 0x48
  }

  private enum Cause {
    static let receive: UInt32 = 1 << 4
    static let transmit: UInt32 = 1 << 5
    static let timeout: UInt32 = 1 << 6
    static let overrun: UInt32 = 1 << 10
  }

  /// Who it is, from offset 0xfe0.
  private static let identity: [UInt32] = [0x11, 0x10, 0x34, 0x00, 0x0d, 0xf0, 0x05, 0xb1]

  private let name: String
  private let fabric: Fabric
  private let clock: ClockSignal
  private let line: InterruptLine?
  private let depth: Int
  private let track: ActivityTrack
  private let requests: (transmit: DMARequest, receive: DMARequest)
  private lazy var sent = fabric.scheduler.event("\(name) sent") { [unowned self] in frameSent() }
  private lazy var arrived = fabric.scheduler.event("\(name) received", order: .world) {
    [unowned self] in frameArrived()
  }
  private lazy var timedOut = fabric.scheduler.event("\(name) timeout") { [unowned self] in
    raise(Cause.timeout)
  }
  private var integerDivisor: UInt32 = 0
  private var fractionalDivisor: UInt32 = 0
  /// Divisors take effect with the next write of the line control.
  private var divisor: UInt64 = 0
  private var lineControl: UInt32 = 0
  private var control: UInt32 = 0x300
  private var levels: UInt32 = 0x12
  private var mask: UInt32 = 0
  private var pending: UInt32 = 0
  private var dma: UInt32 = 0
  private var irda: UInt32 = 0
  private var waiting: [UInt8] = []
  private var shifting: UInt8?
  private var received: [UInt16] = []
  private var input: ArraySlice<UInt8> = []
  private var errors: UInt32 = 0

  init(_ context: PeripheralContext) {
    name = context.name
    fabric = context.fabric
    clock = context.clock
    line = context.interrupts.first
    depth = min(max(context.parameters["fifo"] ?? 32, 1), 64)
    track = fabric.activity(name)
    let lines = fabric.service(DMARequests.init)
    requests = (lines.line("\(name)_TX"), lines.line("\(name)_RX"))
    clock.observe { [unowned self] in
      transmitNext()
      listen()
    }
  }

  // MARK: Registers

  func read(_ offset: UInt32) -> UInt32? {
    if (0xfe0..<0x1000).contains(offset) { return Self.identity[Int(offset - 0xfe0) / 4] }
    switch Register(rawValue: offset) {
    case .data: return take()
    case .errors: return errors
    case .flags: return flags
    case .irda: return irda
    case .integerDivisor: return integerDivisor
    case .fractionalDivisor: return fractionalDivisor
    case .lineControl: return lineControl
    case .control: return control
    case .levels: return levels
    case .mask: return mask
    case .raw: return pending
    case .masked: return pending & mask
    case .clear: return 0
    case .dma: return dma
    case nil: return nil
    }
  }

  func readingActs(at offset: UInt32) -> Bool { offset == 0 }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    switch Register(rawValue: offset) {
    case .data: put(UInt8(truncatingIfNeeded: value))
    case .errors: errors = 0
    case .flags, .raw, .masked: break
    case .irda: irda = value & 0xff
    case .integerDivisor: integerDivisor = value & 0xffff
    case .fractionalDivisor: fractionalDivisor = value & 0x3f
    case .lineControl: setLine(value & 0xff)
    case .control: setControl(value & 0xffff)
    case .levels: levels = value & 0x3f
    case .mask: mask = value & 0x7ff
    case .clear: pending &= ~value
    case .dma: dma = value & 7
    case nil: return (0xfe0..<0x1000).contains(offset)
    }
    update()
    return true
  }

  private func setLine(_ value: UInt32) {
    // Switching the FIFOs empties them.
    if (value ^ lineControl) & 0x10 != 0 { (waiting, received) = ([], []) }
    lineControl = value
    divisor = UInt64(integerDivisor) * 64 + UInt64(fractionalDivisor)
    transmitNext()
    listen()
  }

  private func setControl(_ value: UInt32) {
    control = value
    transmitNext()
    listen()
  }

  private var isEnabled: Bool { control & 1 == 1 }
  private var capacity: Int { lineControl & 0x10 != 0 ? depth : 1 }

  private var flags: UInt32 {
    var value: UInt32 = 0
    if shifting != nil || !waiting.isEmpty { value |= 1 << 3 }
    if received.isEmpty { value |= 1 << 4 }
    if waiting.count >= capacity { value |= 1 << 5 }
    if received.count >= capacity { value |= 1 << 6 }
    if waiting.isEmpty { value |= 1 << 7 }
    return value
  }

  /// Bytes at which an interrupt comes: eighths of the FIFO.
  private func threshold(_ field: UInt32) -> Int {
    capacity == 1 ? 1 : depth * [1, 2, 4, 6, 7, 7, 7, 7][Int(field & 7)] / 8
  }

  private func update() {
    if received.count >= threshold(levels >> 3) { pending |= Cause.receive }
    line?.set(pending & mask != 0)
    requests.transmit.set(isEnabled && dma & 2 != 0 && waiting.count < capacity)
    requests.receive.set(isEnabled && dma & 1 != 0 && !received.isEmpty)
  }

  private func raise(_ cause: UInt32) {
    pending |= cause
    update()
  }

  func reset() {
    for event in [sent, arrived, timedOut] { event.cancel() }
    (integerDivisor, fractionalDivisor, divisor) = (0, 0, 0)
    (lineControl, control, levels) = (0, 0x300, 0x12)
    (mask, pending, dma, irda, errors) = (0, 0, 0, 0, 0)
    (waiting, received, shifting) = ([], [], nil)
    track.end()
    update()
  }

  // MARK: Time

  /// How long so many bits take; nil without a clock or a baud rate.
  private func time(bits: UInt64) -> Interval? {
    guard !clock.isStopped, divisor >= 64 else { return nil }
    let rate = clock.frequency.scaled(by: 4, over: divisor)
    return ClockDomain(frequency: rate).duration(ofTicks: bits)
  }

  private var dataBits: UInt64 { UInt64(lineControl >> 5 & 3) + 5 }

  /// Start, data, parity, stop.
  private var frame: UInt64 {
    1 + dataBits + UInt64(lineControl >> 1 & 1) + 1 + UInt64(lineControl >> 3 & 1)
  }

  // MARK: Sending

  private func put(_ byte: UInt8) {
    guard waiting.count < capacity else { return }
    waiting.append(byte)
    if waiting.count > threshold(levels) || capacity == 1 { pending &= ~Cause.transmit }
    transmitNext()
  }

  private func transmitNext() {
    guard isEnabled, control >> 8 & 1 == 1, shifting == nil, !waiting.isEmpty else { return }
    guard let time = time(bits: frame) else {
      fabric.findings.note("no-clock", "\(name).IBRD", "sends without a clock or a baud rate")
      return
    }
    shifting = waiting.removeFirst()
    // The interrupt comes as the FIFO falls to its level.
    if waiting.count == (capacity == 1 ? 0 : threshold(levels)) { pending |= Cause.transmit }
    track.begin()
    sent.schedule(after: time)
    update()
  }

  private func frameSent() {
    guard let byte = shifting else { return }
    shifting = nil
    fabric.transmit(name, byte & UInt8(truncatingIfNeeded: 1 << dataBits - 1))
    transmitNext()
    if shifting == nil { track.end() }
    update()
  }

  // MARK: Receiving

  var waitingInput: Int { input.count }

  func receive(_ bytes: [UInt8]) {
    input += bytes
    listen()
  }

  /// Lets the next byte begin to arrive.
  private func listen() {
    guard isEnabled, control >> 9 & 1 == 1 else { return arrived.cancel() }
    guard !input.isEmpty, !arrived.isScheduled, let time = time(bits: frame) else { return }
    timedOut.cancel()
    arrived.schedule(after: time)
  }

  private func frameArrived() {
    guard let byte = input.popFirst() else { return }
    if received.count < capacity {
      received.append(UInt16(byte))
    } else {
      errors |= 8
      pending |= Cause.overrun
      fabric.findings.note("overrun", name, "bytes arrived before earlier ones were read: lost")
    }
    listen()
    if !arrived.isScheduled, let silence = time(bits: 32) { timedOut.schedule(after: silence) }
    update()
  }

  private func take() -> UInt32 {
    guard !received.isEmpty else { return 0 }
    let value = UInt32(received.removeFirst()) | (errors & 8 != 0 && received.isEmpty ? 1 << 11 : 0)
    if received.isEmpty {
      pending &= ~Cause.timeout
      timedOut.cancel()
    }
    if received.count < threshold(levels >> 3) { pending &= ~Cause.receive }
    update()
    return value
  }
}
