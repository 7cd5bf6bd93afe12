import Simulation
import Units

/// Arm's PrimeCell synchronous serial port as an SPI controller: frames of 4 to 16 bits at its clock divided
/// by CPSR and 1 + SCR, FIFOs of eight.
///
/// Frames of up to 8 bits move one byte, longer ones two. Loop back gives what is sent.
///
/// Reference: Arm DDI 0194H, PrimeCell SSP (PL022) r1p4.
/// Not modelled: being a peripheral, TI and Microwire frames, modes of clock phase and polarity (both ends
/// agree), the chip select of its own (firmware drives a pin).
final class PL022: Peripheral {
  private enum Register: UInt32 {
    case control0 = 0x00
    case control1 = 0x04
    case data = 0x08
    case status = 0x0c
    case prescaler = 0x10
    case mask = 0x14
    case raw = 0x18
    case masked = 0x1c
    case clear = 0x20
    case dma = 0x24
  }

  private enum Cause {
    static let overrun: UInt32 = 1 << 0
    static let timeout: UInt32 = 1 << 1
    static let receive: UInt32 = 1 << 2
    static let transmit: UInt32 = 1 << 3
  }

  private static let identity: [UInt32] = [0x22, 0x10, 0x34, 0x00, 0x0d, 0xf0, 0x05, 0xb1]
  private static let depth = 8

  private let name: String
  private let fabric: Fabric
  private let clock: ClockSignal
  private let line: InterruptLine?
  private let wires: SPIWires
  private let track: ActivityTrack
  private let requests: (transmit: DMARequest, receive: DMARequest)
  private lazy var due = fabric.scheduler.event(name) { [unowned self] in frameSent() }
  private lazy var idle = fabric.scheduler.event("\(name) timeout") { [unowned self] in
    sticky |= Cause.timeout
    update()
  }
  private var control0: UInt32 = 0
  private var control1: UInt32 = 0
  private var prescaler: UInt32 = 0
  private var mask: UInt32 = 0
  private var dma: UInt32 = 0
  private var sticky: UInt32 = 0
  private var waiting: [UInt16] = []
  private var shifting: UInt16?
  private var received: [UInt16] = []

  init(_ context: PeripheralContext) {
    name = context.name
    fabric = context.fabric
    clock = context.clock
    line = context.interrupts.first
    wires = SPIWires(bus: fabric.spi(name))
    track = fabric.activity(name)
    let lines = fabric.service(DMARequests.init)
    requests = (lines.line("\(name)_TX"), lines.line("\(name)_RX"))
    clock.observe { [unowned self] in transmitNext() }
  }

  func read(_ offset: UInt32) -> UInt32? {
    if (0xfe0..<0x1000).contains(offset) { return Self.identity[Int(offset - 0xfe0) / 4] }
    switch Register(rawValue: offset) {
    case .control0: return control0
    case .control1: return control1
    case .data: return take()
    case .status: return status
    case .prescaler: return prescaler
    case .mask: return mask
    case .raw: return raw
    case .masked: return raw & mask
    case .clear: return 0
    case .dma: return dma
    case nil: return nil
    }
  }

  func readingActs(at offset: UInt32) -> Bool { offset == Register.data.rawValue }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    switch Register(rawValue: offset) {
    case .control0: control0 = value & 0xffff
    case .control1: control1 = value & 0xf
    case .data:
      if waiting.count < Self.depth {
        waiting.append(UInt16(truncatingIfNeeded: value) & frameMask)
      }
    case .status, .raw, .masked: break
    case .prescaler: prescaler = value & 0xfe
    case .mask: mask = value & 0xf
    case .clear: sticky &= ~(value & 3)
    case .dma: dma = value & 3
    case nil: return (0xfe0..<0x1000).contains(offset)
    }
    transmitNext()
    update()
    return true
  }

  private var bits: UInt32 { max(control0 & 0xf, 3) + 1 }
  private var frameMask: UInt16 { UInt16(truncatingIfNeeded: 1 << bits - 1) }
  private var isEnabled: Bool { control1 & 2 != 0 }

  private var status: UInt32 {
    var value: UInt32 = 0
    if waiting.isEmpty { value |= 1 }
    if waiting.count < Self.depth { value |= 2 }
    if !received.isEmpty { value |= 4 }
    if received.count == Self.depth { value |= 8 }
    if shifting != nil || !waiting.isEmpty { value |= 16 }
    return value
  }

  /// Half of a FIFO.
  private var raw: UInt32 {
    sticky | (received.count >= Self.depth / 2 ? Cause.receive : 0)
      | (waiting.count <= Self.depth / 2 ? Cause.transmit : 0)
  }

  private func take() -> UInt32 {
    guard !received.isEmpty else { return 0 }
    let value = UInt32(received.removeFirst())
    if received.isEmpty { idle.cancel() }
    update()
    return value
  }

  private func time(bits: UInt64) -> Interval? {
    guard !clock.isStopped, prescaler >= 2 else { return nil }
    return clock.duration(ofTicks: bits * UInt64(prescaler) * (UInt64(control0 >> 8 & 0xff) + 1))
  }

  private func transmitNext() {
    guard isEnabled, shifting == nil, !waiting.isEmpty else { return }
    guard let time = time(bits: UInt64(bits)) else {
      fabric.findings.note("no-clock", "\(name).SSPCPSR", "sends without a clock or a divider")
      return
    }
    shifting = waiting.removeFirst()
    idle.cancel()
    track.begin()
    due.schedule(after: time)
  }

  private func frameSent() {
    guard let frame = shifting else { return }
    shifting = nil
    let answer =
      control1 & 1 == 1
      ? frame
      : UInt16(
        truncatingIfNeeded: wires.exchange(UInt32(frame), bits: bits, isReversed: false))
    if received.count < Self.depth {
      received.append(answer & frameMask)
    } else {
      sticky |= Cause.overrun
    }
    transmitNext()
    if shifting == nil {
      track.end()
      // What lies there for 32 bits' time is told of.
      if let silence = time(bits: 32) { idle.schedule(after: silence) }
    }
    update()
  }

  private func update() {
    line?.set(raw & mask != 0)
    requests.transmit.set(isEnabled && dma & 2 != 0 && waiting.count < Self.depth)
    requests.receive.set(isEnabled && dma & 1 != 0 && !received.isEmpty)
  }

  func reset() {
    due.cancel()
    idle.cancel()
    track.end()
    (control0, control1, prescaler) = (0, 0, 0)
    (mask, dma, sticky) = (0, 0, 0)
    (waiting, received, shifting) = ([], [], nil)
    update()
  }
}
