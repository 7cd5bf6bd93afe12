import Simulation
import Units

/// An SPI of an STM32 as a controller: version 1 of F4, and version 2 with FIFOs and data sizes of
/// F7, L4 and G0.
///
/// Frames of up to 8 bits move one byte, longer ones two. Parameter: `fifo` in bytes (0: version
/// 1).
///
/// With the parameter `i2s` 1 it has the I2S mode, see `STM32I2S`.
///
/// Reference: RM0432 49, RM0444 35, RM0090 28.
/// Not modelled: being a peripheral, CRC, TI mode, bidirectional mode's turnaround, modes of clock
/// phase and polarity (both ends agree), hardware NSS pins.
final class STM32SPI: Peripheral {
  private enum Flag {
    static let received: UInt32 = 1 << 0
    static let empty: UInt32 = 1 << 1
    static let overrun: UInt32 = 1 << 6
    static let busy: UInt32 = 1 << 7
  }

  private let name: String
  private let fabric: Fabric
  private let clock: ClockSignal
  private let line: InterruptLine?
  private let wires: SPIWires
  private let track: ActivityTrack
  private let hasFIFO: Bool
  private let receiveRequest: DMARequest
  private let transmitRequest: DMARequest
  private var control1: UInt32 = 0
  private var control2: UInt32
  private var held: [UInt32: UInt32] = [0x10: 7]
  /// Frames, in bytes while each is one, waiting to be sent and to be read.
  private var transmitting: [UInt16] = []
  private var received: [UInt16] = []
  private var shifting: UInt16?
  private var hasOverrun = false
  private var due: Event?
  private let audio: STM32I2S?

  init(_ context: PeripheralContext) {
    audio = context.parameters["i2s"] == 1 ? STM32I2S(context) : nil
    name = context.name
    fabric = context.fabric
    clock = context.clock
    line = context.interrupts.first
    wires = SPIWires(bus: fabric.spi(name))
    track = fabric.activity(name)
    hasFIFO = (context.parameters["fifo"] ?? 0) > 0
    control2 = hasFIFO ? 0x700 : 0
    let requests = fabric.service(DMARequests.init)
    receiveRequest = requests.line("\(name)_RX")
    transmitRequest = requests.line("\(name)_TX")
    due = fabric.scheduler.event(name) { [unowned self] in finish() }
    audio?.changed = { [unowned self] in update() }
  }

  private var isAudio: Bool { audio?.isSelected == true }

  private var bits: UInt32 {
    hasFIFO ? max(control2 >> 8 & 0xf, 3) + 1 : control1 >> 11 & 1 == 1 ? 16 : 8
  }

  private var frameBytes: Int { bits > 8 ? 2 : 1 }
  private var capacity: Int { hasFIFO ? 4 / frameBytes : 1 }

  func read(_ offset: UInt32) -> UInt32? { readNarrow(offset, .word) }

  func readNarrow(_ offset: UInt32, _ width: AccessWidth) -> UInt32? {
    switch offset {
    case 0x00: return control1
    case 0x04: return control2
    case 0x08:
      defer { hasReadStatus = true }
      return status
    case 0x0c: return take(width)
    case 0x1c, 0x20: return audio?.read(offset) ?? held[offset] ?? 0
    default: return offset <= 0x20 ? held[offset] ?? 0 : nil
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool { writeNarrow(offset, value, .word) }

  func writeNarrow(_ offset: UInt32, _ value: UInt32, _ width: AccessWidth) -> Bool {
    switch offset {
    case 0x00:
      control1 = value & 0xffff
      if value >> 6 & 1 == 0 { transmitting = [] }
      transmit()
    case 0x04: control2 = value & 0xffff
    case 0x08: break
    case 0x0c: put(value, width)
    case 0x1c, 0x20:
      if let audio { audio.write(offset, value) } else { held[offset] = value }
    default:
      guard offset <= 0x20 else { return false }
      held[offset] = value
    }
    update()
    return true
  }

  func readingActs(at offset: UInt32) -> Bool { offset == 0x08 || offset == 0x0c }

  func reset() {
    due?.cancel()
    track.end()
    audio?.reset()
    control1 = 0
    control2 = hasFIFO ? 0x700 : 0
    held = [0x10: 7]
    transmitting = []
    received = []
    shifting = nil
    hasOverrun = false
    update()
  }

  private var hasReadStatus = false

  /// RXNE by FRXTH: a byte or two; TXE while half of the FIFO is free.
  private var status: UInt32 {
    if let audio, isAudio { return audio.status }
    var value: UInt32 = 0
    let bytes = received.count * frameBytes
    let isQuarter = control2 >> 12 & 1 == 1 || !hasFIFO
    if hasFIFO ? bytes >= (isQuarter ? 1 : 2) : bytes > 0 { value |= Flag.received }
    let waits = transmitting.count * frameBytes
    if hasFIFO ? waits <= 2 : transmitting.isEmpty { value |= Flag.empty }
    if shifting != nil || !transmitting.isEmpty { value |= Flag.busy }
    if hasOverrun { value |= Flag.overrun }
    if hasFIFO { value |= UInt32(min(bytes, 3)) << 9 | UInt32(min(waits, 3)) << 11 }
    return value
  }

  private func put(_ value: UInt32, _ width: AccessWidth) {
    if isAudio {
      audio?.put(value)
      return
    }
    // A halfword written to frames of a byte is two of them.
    let isPacked = hasFIFO && frameBytes == 1 && width != .byte
    let frames: [UInt16] =
      isPacked
      ? [UInt16(value & 0xff), UInt16(value >> 8 & 0xff)]
      : [UInt16(truncatingIfNeeded: frameBytes == 1 ? value & 0xff : value)]
    for frame in frames where transmitting.count < max(capacity, 1) { transmitting.append(frame) }
    transmit()
  }

  private func take(_ width: AccessWidth) -> UInt32 {
    if let audio, isAudio {
      if hasReadStatus { audio.clearOverrun() }
      hasReadStatus = false
      defer { update() }
      return audio.take()
    }
    if hasReadStatus { hasOverrun = false }
    hasReadStatus = false
    var value = received.isEmpty ? 0 : UInt32(received.removeFirst())
    if hasFIFO && frameBytes == 1 && width != .byte && !received.isEmpty {
      value |= UInt32(received.removeFirst()) << 8
    }
    transmit()
    update()
    return value
  }

  private func transmit() {
    guard control1 >> 6 & 1 == 1, control1 >> 2 & 1 == 1, shifting == nil, !clock.isStopped else {
      return
    }
    // A controller that only receives clocks by itself.
    let onlyReceives = control1 >> 10 & 1 == 1
    guard !transmitting.isEmpty || onlyReceives && received.count < capacity else { return }
    shifting = transmitting.isEmpty ? 0xffff : transmitting.removeFirst()
    track.begin()
    let ticks = UInt64(bits) * (2 << UInt64(control1 >> 3 & 7))
    due?.schedule(after: clock.duration(ofTicks: ticks))
    update()
  }

  private func finish() {
    guard let frame = shifting else { return }
    shifting = nil
    let isReversed = control1 >> 7 & 1 == 1
    let answer = UInt16(
      wires.exchange(UInt32(frame), bits: bits, isReversed: isReversed) & 0xffff)
    if received.count < capacity { received.append(answer) } else { hasOverrun = true }
    transmit()
    if shifting == nil { track.end() }
    update()
  }

  private func update() {
    let flags = status
    let isEnabled = isAudio ? audio?.isEnabled == true : control1 >> 6 & 1 == 1
    let pending =
      control2 >> 7 & 1 == 1 && flags & Flag.empty != 0
      || control2 >> 6 & 1 == 1 && flags & Flag.received != 0
      || control2 >> 5 & 1 == 1 && flags & Flag.overrun != 0
    line?.set(pending)
    transmitRequest.set(isEnabled && control2 >> 1 & 1 == 1 && flags & Flag.empty != 0)
    receiveRequest.set(isEnabled && control2 & 1 == 1 && flags & Flag.received != 0)
  }
}
