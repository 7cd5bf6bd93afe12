import Simulation
import Units

/// An SPI of STM32 H7 and U5 as a controller: version 3, whose transfers have a size and whose frames have
/// 4 to 32 bits.
///
/// Parameter: `fifo` in bytes (16, or 8 of the small ones).
///
/// Reference: RM0455 and RM0456, serial peripheral interface; register and bit positions: ST's
/// stm32h7a3xx.h and stm32u575xx.h.
/// Not modelled: being a peripheral, I2S, CRC, TI mode, TSER's second transfer, triggers (AUTOCR holds),
/// TXC's interrupt, modes of clock phase and polarity (both ends agree), hardware NSS pins.
final class STM32SPIThird: Peripheral {
  private enum Register: UInt32 {
    case cr1 = 0x00
    case cr2 = 0x04
    case cfg1 = 0x08
    case cfg2 = 0x0c
    case ier = 0x10
    case sr = 0x14
    case ifcr = 0x18
    case autocr = 0x1c
    case txdr = 0x20
    case rxdr = 0x30
    case crcpoly = 0x40
    case txcrc = 0x44
    case rxcrc = 0x48
    case udrdr = 0x4c
    case i2scfgr = 0x50
  }

  private enum Control {
    static let enable: UInt32 = 1 << 0
    static let automaticSuspend: UInt32 = 1 << 8
    static let start: UInt32 = 1 << 9
    static let suspend: UInt32 = 1 << 10
    static let transmits: UInt32 = 1 << 11
  }

  private enum Flag {
    static let receivePacket: UInt32 = 1 << 0
    static let transmitSpace: UInt32 = 1 << 1
    static let both: UInt32 = 1 << 2
    static let endOfTransfer: UInt32 = 1 << 3
    static let transmitFilled: UInt32 = 1 << 4
    static let overrun: UInt32 = 1 << 6
    static let suspended: UInt32 = 1 << 11
    static let complete: UInt32 = 1 << 12
    static let wordAvailable: UInt32 = 1 << 15
    /// What IFCR clears.
    static let latched: UInt32 = 0xff8
  }

  private static let resets: [Register: UInt32] = [.cfg1: 0x7_0007, .crcpoly: 0x107]

  private let name: String
  private let fabric: Fabric
  private let clock: ClockSignal
  private let line: InterruptLine?
  private let wires: SPIWires
  private let track: ActivityTrack
  private let receiveRequest: DMARequest
  private let transmitRequest: DMARequest
  /// Bytes of one FIFO.
  private let capacity: Int
  private var registers = STM32SPIThird.resets
  /// EOT, TXTF, OVR and SUSP.
  private var latched: UInt32 = 0
  private var transmitting: [UInt32] = []
  private var received: [UInt32] = []
  private var shifting: UInt32?
  /// Frames of this transfer that were written and that have passed.
  private var written = 0
  private var passed = 0
  private var due: Event?

  init(_ context: PeripheralContext) {
    name = context.name
    fabric = context.fabric
    clock = context.clock
    line = context.interrupts.first
    wires = SPIWires(bus: fabric.spi(name))
    track = fabric.activity(name)
    capacity = max(context.parameters["fifo"] ?? 16, 4)
    let requests = fabric.service(DMARequests.init)
    receiveRequest = requests.line("\(name)_RX")
    transmitRequest = requests.line("\(name)_TX")
    due = fabric.scheduler.event(name) { [unowned self] in finish() }
    clock.observe { [unowned self] in advance() }
  }

  private subscript(register: Register) -> UInt32 {
    get { registers[register] ?? 0 }
    set { registers[register] = newValue }
  }

  // MARK: Registers

  func read(_ offset: UInt32) -> UInt32? { readNarrow(offset, .word) }

  func readNarrow(_ offset: UInt32, _ width: AccessWidth) -> UInt32? {
    guard let register = Register(rawValue: offset) else { return nil }
    switch register {
    case .sr: return status
    case .rxdr: return take(width)
    case .txdr, .ifcr: return 0
    case .cr1: return self[.cr1] & ~Control.suspend
    default: return self[register]
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool { writeNarrow(offset, value, .word) }

  func writeNarrow(_ offset: UInt32, _ value: UInt32, _ width: AccessWidth) -> Bool {
    guard let register = Register(rawValue: offset) else { return false }
    switch register {
    case .cr1: setControl(value)
    case .sr, .rxdr, .txcrc, .rxcrc: break
    case .ifcr: latched &= ~(value & Flag.latched)
    case .txdr: put(value, width)
    case .cfg1, .cfg2, .i2scfgr:
      // Locked while the SPI is on.
      if !isEnabled { self[register] = value }
      noteUse(register, value)
    case .cr2, .ier, .autocr, .crcpoly, .udrdr: self[register] = value
    }
    advance()
    return true
  }

  func readingActs(at offset: UInt32) -> Bool { offset == Register.rxdr.rawValue }

  func reset() {
    due?.cancel()
    registers = Self.resets
    disable()
    update()
  }

  private func noteUse(_ register: Register, _ value: UInt32) {
    if register == .cfg1 && value >> 22 & 1 == 1 {
      fabric.findings.note("not-modelled", "\(name).CFG1.CRCEN", "no CRC is sent or checked")
    }
    if register == .i2scfgr && value & 1 == 1 {
      fabric.findings.note("not-modelled", "\(name).I2SCFGR.I2SMOD", "has no I2S mode")
    }
  }

  private func setControl(_ value: UInt32) {
    let wasEnabled = isEnabled
    let kept = wasEnabled ? self[.cr1] & Control.start : 0
    self[.cr1] = value & ~(Control.start | Control.suspend) | kept
    guard isEnabled else { return disable() }
    if !wasEnabled {
      (written, passed) = (0, 0)
      if self[.cfg2] >> 22 & 1 == 0 {
        fabric.findings.note("not-modelled", "\(name).CFG2.MASTER", "is a controller only")
      }
    }
    if value & Control.start != 0 { self[.cr1] |= Control.start }
    if value & Control.suspend != 0 && isStarted {
      self[.cr1] |= Control.suspend
      if shifting == nil { suspend() }
    }
  }

  /// Both FIFOs and the flags of the transfer are gone.
  private func disable() {
    due?.cancel()
    track.end()
    self[.cr1] &= ~(Control.start | Control.suspend)
    (transmitting, received, shifting, latched) = ([], [], nil, 0)
    (written, passed) = (0, 0)
  }

  private func suspend() {
    self[.cr1] &= ~(Control.start | Control.suspend)
    latched |= Flag.suspended
    track.end()
  }

  // MARK: What they say

  private var isEnabled: Bool { self[.cr1] & Control.enable != 0 }
  private var isStarted: Bool { self[.cr1] & Control.start != 0 }
  private var bits: UInt32 { max(self[.cfg1] & 0x1f, 3) + 1 }
  private var frameBytes: Int { bits > 16 ? 4 : bits > 8 ? 2 : 1 }
  private var frames: Int { capacity / frameBytes }
  /// Frames of a packet: what a request or a flag is about.
  private var packet: Int { min(Int(self[.cfg1] >> 5 & 0xf) + 1, frames) }
  /// Frames of a transfer; 0 goes on until it is suspended.
  private var size: Int { Int(self[.cr2] & 0xffff) }

  private var direction: UInt32 { self[.cfg2] >> 17 & 3 }
  private var transmits: Bool {
    direction < 2 || direction == 3 && self[.cr1] & Control.transmits != 0
  }
  private var receives: Bool {
    direction & 1 == 0 || direction == 3 && self[.cr1] & Control.transmits == 0
  }

  private var hasPacket: Bool { received.count >= packet }
  private var hasSpace: Bool {
    transmits && transmitting.count + packet <= frames && (size == 0 || written < size)
  }
  private var isIdle: Bool {
    shifting == nil && transmitting.isEmpty && (size == 0 || passed == 0 || passed == size)
  }

  private var status: UInt32 {
    var value = latched
    if hasPacket { value |= Flag.receivePacket }
    if hasSpace { value |= Flag.transmitSpace }
    if hasPacket && hasSpace { value |= Flag.both }
    if isIdle { value |= Flag.complete }
    let bytes = received.count * frameBytes
    if bytes >= 4 { value |= Flag.wordAvailable }
    value |= UInt32(bytes % 4 / frameBytes) << 13
    return value | UInt32(max(size - passed, 0)) << 16
  }

  // MARK: Frames

  /// An access wider than a frame holds several.
  private func framesOf(_ width: AccessWidth) -> Int { max(Int(width.rawValue) / frameBytes, 1) }

  private func put(_ value: UInt32, _ width: AccessWidth) {
    guard isEnabled else { return }
    let mask = frameBytes == 4 ? .max : UInt32(1) << UInt32(8 * frameBytes) - 1
    for index in 0..<framesOf(width) where transmitting.count < frames {
      guard size == 0 || written < size else { break }
      transmitting.append(value >> UInt32(8 * frameBytes * index) & mask)
      written += 1
    }
    if size > 0 && written == size { latched |= Flag.transmitFilled }
  }

  private func take(_ width: AccessWidth) -> UInt32 {
    var value: UInt32 = 0
    for index in 0..<framesOf(width) where !received.isEmpty {
      value |= received.removeFirst() << UInt32(8 * frameBytes * index)
    }
    advance()
    return value
  }

  private func advance() {
    send()
    update()
  }

  /// Puts the next frame on the wires: the clock stands still while there is none to send.
  private func send() {
    guard isEnabled, isStarted, shifting == nil, !clock.isStopped else { return }
    guard size == 0 || passed < size, !transmits || !transmitting.isEmpty else { return }
    // MASRX: a full FIFO suspends instead of being overrun.
    let isFull = receives && received.count >= frames
    guard !isFull || self[.cr1] & Control.automaticSuspend == 0 else { return }
    shifting = transmits ? transmitting.removeFirst() : 0
    track.begin()
    let divider: UInt64 = self[.cfg1] >> 31 == 1 ? 1 : 2 << UInt64(self[.cfg1] >> 28 & 7)
    let idle = self[.cfg2] >> (passed == 0 ? 0 : 4) & 0xf
    due?.schedule(after: clock.duration(ofTicks: UInt64(bits + idle) * divider))
  }

  private func finish() {
    guard let frame = shifting else { return }
    shifting = nil
    let isReversed = self[.cfg2] >> 23 & 1 == 1
    let answer = wires.exchange(frame, bits: bits, isReversed: isReversed)
    if receives {
      if received.count < frames { received.append(answer) } else { latched |= Flag.overrun }
    }
    passed += 1
    if size > 0 && passed == size {
      self[.cr1] &= ~(Control.start | Control.suspend)
      latched |= Flag.endOfTransfer
    } else if self[.cr1] & Control.suspend != 0 {
      suspend()
    }
    send()
    if shifting == nil { track.end() }
    update()
  }

  private func update() {
    let flags = status
    let ends = self[.ier] >> 3 & 1 == 1 && flags & (Flag.endOfTransfer | Flag.suspended) != 0
    line?.set(isEnabled && (flags & self[.ier] & 0x3f7 != 0 || ends))
    transmitRequest.set(isEnabled && self[.cfg1] >> 15 & 1 == 1 && hasSpace)
    // The last frames of a transfer need not fill a packet.
    let hasRest = size > 0 && passed == size && !received.isEmpty
    receiveRequest.set(isEnabled && self[.cfg1] >> 14 & 1 == 1 && (hasPacket || hasRest))
  }
}
