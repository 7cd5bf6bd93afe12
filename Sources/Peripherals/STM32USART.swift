import Simulation
import Units

/// A USART, UART or LPUART of an STM32 as an asynchronous serial port, each byte in its frame's time.
///
/// Parameters: `version` 1 (F4: SR, DR) or 2 (all later), `fifo` its depth (0: none), `low-power` 1 for
/// an LPUART. Its clock is the kernel clock that RCC chooses.
///
/// Reference: RM0432 46 and 47, RM0444 33 and 34, RM0090 30, RM0385 31.
/// Not modelled: synchronous, LIN, smartcard, IrDA and single-wire modes, hardware flow control,
/// automatic baud rate, mute mode, parity errors and noise (what arrives is always good), waking the
/// chip from Stop, a baud rate other than the far end's.
final class STM32USART: SerialPort {
  private enum Register { case cr1, cr2, cr3, brr, gtpr, rtor, rqr, isr, icr, rdr, tdr, presc }

  private static let second: [UInt32: Register] = [
    0x00: .cr1, 0x04: .cr2, 0x08: .cr3, 0x0c: .brr, 0x10: .gtpr, 0x14: .rtor, 0x18: .rqr,
    0x1c: .isr, 0x20: .icr, 0x24: .rdr, 0x28: .tdr, 0x2c: .presc,
  ]

  private enum CR1 {
    static let enable: UInt32 = 1 << 0
    static let receiver: UInt32 = 1 << 2
    static let transmitter: UInt32 = 1 << 3
    static let parity: UInt32 = 1 << 10
    static let nineBits: UInt32 = 1 << 12
    static let over8: UInt32 = 1 << 15
    static let sevenBits: UInt32 = 1 << 28
    static let fifo: UInt32 = 1 << 29
  }

  private enum CR3 {
    static let dmaReceive: UInt32 = 1 << 6
    static let dmaTransmit: UInt32 = 1 << 7
    static let overrunDisable: UInt32 = 1 << 12
  }

  private enum Flag {
    static let overrun: UInt32 = 1 << 3
    static let idle: UInt32 = 1 << 4
    static let received: UInt32 = 1 << 5
    static let complete: UInt32 = 1 << 6
    static let empty: UInt32 = 1 << 7
    static let timeout: UInt32 = 1 << 11
    static let busy: UInt32 = 1 << 16
    static let match: UInt32 = 1 << 17
    static let transmitFIFOEmpty: UInt32 = 1 << 23
    static let receiveFIFOFull: UInt32 = 1 << 24
    static let receiveThreshold: UInt32 = 1 << 26
    static let transmitThreshold: UInt32 = 1 << 27
  }

  private let name: String
  private let fabric: Fabric
  private let clock: ClockSignal
  private let line: InterruptLine?
  private let version: Int
  private let fifoDepth: Int
  private let isLowPower: Bool
  private let receiveRequest: DMARequest
  private let transmitRequest: DMARequest
  private let track: ActivityTrack
  private var control1: UInt32 = 0
  private var control2: UInt32 = 0
  private var control3: UInt32 = 0
  private var divider: UInt32 = 0
  private var prescaler: UInt32 = 0
  private var timeout: UInt32 = 0
  private var guardTime: UInt32 = 0
  /// Flags that stay until cleared: overrun, idle, complete, timeout, match.
  private var sticky = Flag.complete
  private var received: [UInt8] = []
  private var lastReceived: UInt8 = 0
  private var waiting: [UInt8] = []
  private var shifting: UInt8?
  private var input: ArraySlice<UInt8> = []
  private var hasReadStatus = false
  private var sent: Event?
  private var arrived: Event?
  private var idled: Event?
  private var timedOut: Event?

  init(_ context: PeripheralContext) {
    name = context.name
    fabric = context.fabric
    clock = context.clock
    line = context.interrupts.first
    version = context.parameters["version"] ?? 2
    fifoDepth = min(max(context.parameters["fifo"] ?? 0, 0), 16)
    isLowPower = context.parameters["low-power"] == 1
    let requests = fabric.service(DMARequests.init)
    receiveRequest = requests.line("\(name)_RX")
    transmitRequest = requests.line("\(name)_TX")
    track = fabric.activity(name)
    let scheduler = fabric.scheduler
    sent = scheduler.event("\(name) sent") { [unowned self] in frameSent() }
    arrived = scheduler.event("\(name) received", order: .world) { [unowned self] in
      frameArrived()
    }
    idled = scheduler.event("\(name) idle") { [unowned self] in raise(Flag.idle) }
    timedOut = scheduler.event("\(name) timeout") { [unowned self] in raise(Flag.timeout) }
    clock.observe { [unowned self] in clockChanged() }
  }

  // MARK: Registers

  func read(_ offset: UInt32) -> UInt32? {
    if version == 1 { return readFirst(offset) }
    guard let register = Self.second[offset] else { return nil }
    switch register {
    case .cr1: return control1
    case .cr2: return control2
    case .cr3: return control3
    case .brr: return divider
    case .gtpr: return guardTime
    case .rtor: return timeout
    case .rqr, .icr: return 0
    case .isr: return status
    case .rdr: return take()
    case .tdr: return UInt32(waiting.last ?? shifting ?? 0)
    case .presc: return prescaler
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    if version == 1 { return writeFirst(offset, value) }
    guard let register = Self.second[offset] else { return false }
    switch register {
    case .cr1: writeControl(value)
    case .cr2: control2 = value
    case .cr3: control3 = value
    case .brr: divider = value & (isLowPower ? 0xf_ffff : 0xffff)
    case .gtpr: guardTime = value
    case .rtor: timeout = value
    case .rqr: request(value)
    case .isr, .rdr: break
    case .icr: clear(value)
    case .tdr: put(UInt8(truncatingIfNeeded: value))
    case .presc: prescaler = value & 0xf
    }
    update()
    return true
  }

  func readingActs(at offset: UInt32) -> Bool { version == 1 ? offset <= 4 : offset == 0x24 }

  func reset() {
    for event in [sent, arrived, idled, timedOut] { event?.cancel() }
    (control1, control2, control3) = (0, 0, 0)
    (divider, prescaler, timeout, guardTime) = (0, 0, 0, 0)
    sticky = Flag.complete
    received = []
    waiting = []
    shifting = nil
    hasReadStatus = false
    track.end()
    update()
  }

  private func writeControl(_ value: UInt32) {
    control1 = fifoDepth > 0 ? value : value & ~CR1.fifo
    if value & CR1.enable == 0 {
      for event in [sent, idled, timedOut] { event?.cancel() }
      waiting = []
      shifting = nil
      received = []
      sticky = Flag.complete
      track.end()
    }
    transmitNext()
    listen()
  }

  private func request(_ value: UInt32) {
    if value & 8 != 0 { received = [] }
    if value & 16 != 0 { waiting = [] }
  }

  private func clear(_ value: UInt32) {
    var bits = value & (Flag.overrun | Flag.idle | Flag.complete | Flag.timeout | Flag.match)
    if value & 0x20 != 0 { bits |= 0 }
    sticky &= ~bits
  }

  private var isEnabled: Bool { control1 & CR1.enable != 0 }
  private var usesFIFO: Bool { control1 & CR1.fifo != 0 }
  private var capacity: Int { usesFIFO ? fifoDepth : 1 }

  private var status: UInt32 {
    var value = sticky
    if !received.isEmpty { value |= Flag.received }
    if waiting.count < capacity { value |= Flag.empty }
    if arrived?.isScheduled == true { value |= Flag.busy }
    if isEnabled {
      if control1 & CR1.transmitter != 0 { value |= 1 << 21 }
      if control1 & CR1.receiver != 0 { value |= 1 << 22 }
    }
    guard usesFIFO else { return value }
    if waiting.isEmpty { value |= Flag.transmitFIFOEmpty }
    if received.count == capacity { value |= Flag.receiveFIFOFull }
    if received.count >= threshold(control3 >> 25) { value |= Flag.receiveThreshold }
    if capacity - waiting.count >= threshold(control3 >> 29) { value |= Flag.transmitThreshold }
    return value
  }

  /// Eighths of the FIFO. Reference: RM0432 46.8.4, RXFTCFG.
  private func threshold(_ field: UInt32) -> Int {
    let eighths = [1, 2, 4, 6, 7, 8, 8, 8][Int(field & 7)]
    return max(1, fifoDepth * eighths / 8)
  }

  private func update() {
    let flags = status
    // The interrupt enables of CR1 lie at the same bits as the flags they enable.
    var pending = flags & control1 & (Flag.idle | Flag.received | Flag.complete | Flag.empty)
    if control1 & Flag.received != 0 { pending |= flags & Flag.overrun }
    if control3 & 1 != 0 { pending |= flags & Flag.overrun }
    if control1 >> 14 & 1 == 1 { pending |= flags & Flag.match }
    if control1 >> 26 & 1 == 1 { pending |= flags & Flag.timeout }
    if control1 >> 30 & 1 == 1 { pending |= flags & Flag.transmitFIFOEmpty }
    if control1 >> 31 & 1 == 1 { pending |= flags & Flag.receiveFIFOFull }
    if control3 >> 28 & 1 == 1 { pending |= flags & Flag.receiveThreshold }
    if control3 >> 23 & 1 == 1 { pending |= flags & Flag.transmitThreshold }
    line?.set(isEnabled && pending != 0)
    receiveRequest.set(isEnabled && control3 & CR3.dmaReceive != 0 && flags & Flag.received != 0)
    transmitRequest.set(
      isEnabled && control3 & CR3.dmaTransmit != 0 && control1 & CR1.transmitter != 0
        && flags & Flag.empty != 0)
  }

  private func raise(_ flag: UInt32) {
    sticky |= flag
    update()
  }

  // MARK: Time

  /// How long `halves` half bits take; nil without a clock.
  private func time(halves: UInt64) -> Interval? {
    guard !clock.isStopped, divider >= (isLowPower ? 0x300 : 0x10) else { return nil }
    let division: [UInt64] = [1, 2, 4, 6, 8, 10, 12, 16, 32, 64, 128, 256]
    let kernel = UInt64(min(Int(prescaler), 11))
    let over8 = control1 & CR1.over8 != 0
    var steps = UInt64(divider)
    if over8 { steps = UInt64(divider & 0xfff0 | (divider & 7) << 1) }
    let rate = clock.frequency.scaled(
      by: isLowPower ? 512 : over8 ? 4 : 2, over: max(steps, 1) * division[Int(kernel)])
    return ClockDomain(frequency: rate).duration(ofTicks: halves)
  }

  /// Start, data with parity, stop: in half bits.
  private var frame: UInt64 {
    let data: UInt64 = control1 & CR1.nineBits != 0 ? 9 : control1 & CR1.sevenBits != 0 ? 7 : 8
    let stop: [UInt64] = [2, 1, 4, 3]
    return 2 + 2 * data + stop[Int(control2 >> 12 & 3)]
  }

  private func clockChanged() {
    transmitNext()
    listen()
  }

  // MARK: Sending

  private func put(_ byte: UInt8) {
    guard waiting.count < capacity else { return }
    waiting.append(byte)
    sticky &= ~Flag.complete
    transmitNext()
  }

  private func transmitNext() {
    guard isEnabled, control1 & CR1.transmitter != 0, shifting == nil, !waiting.isEmpty else {
      return
    }
    guard let time = time(halves: frame) else {
      fabric.findings.note("no-clock", "\(name).BRR", "sends without a clock or a baud rate")
      return
    }
    shifting = waiting.removeFirst()
    track.begin()
    sent?.schedule(after: time)
    update()
  }

  private func frameSent() {
    guard let byte = shifting else { return }
    shifting = nil
    fabric.transmit(name, data(byte))
    transmitNext()
    if shifting == nil {
      track.end()
      sticky |= Flag.complete
    }
    update()
  }

  /// Without the bits that a parity bit or a short frame takes.
  private func data(_ byte: UInt8) -> UInt8 {
    let isShort = control1 & CR1.sevenBits != 0
    let hasParity = control1 & CR1.parity != 0 && control1 & CR1.nineBits == 0
    return isShort || hasParity ? byte & 0x7f : byte
  }

  // MARK: Receiving

  var waitingInput: Int { input.count }

  func receive(_ bytes: [UInt8]) {
    input += bytes
    listen()
  }

  /// Lets the next byte begin to arrive.
  private func listen() {
    guard isEnabled, control1 & CR1.receiver != 0 else {
      arrived?.cancel()
      return
    }
    guard !input.isEmpty, arrived?.isScheduled == false, let time = time(halves: frame) else {
      return
    }
    idled?.cancel()
    timedOut?.cancel()
    arrived?.schedule(after: time)
  }

  private func frameArrived() {
    guard let byte = input.popFirst() else { return }
    if received.count < capacity {
      received.append(byte)
    } else if control3 & CR3.overrunDisable != 0 {
      received[received.count - 1] = byte
    } else {
      sticky |= Flag.overrun
      fabric.findings.note("overrun", name, "bytes arrived before earlier ones were read: lost")
    }
    if UInt32(byte) == control2 >> 24 { sticky |= Flag.match }
    listen()
    if arrived?.isScheduled == false { plannedSilence() }
    update()
  }

  private func plannedSilence() {
    if let time = time(halves: frame) { idled?.schedule(after: time) }
    if control2 >> 23 & 1 == 1, let time = time(halves: UInt64(timeout & 0xff_ffff) * 2) {
      timedOut?.schedule(after: time)
    }
  }

  private func take() -> UInt32 {
    if !received.isEmpty { lastReceived = received.removeFirst() }
    update()
    return UInt32(lastReceived)
  }

  // MARK: The first version's registers

  /// CR1 of the first version has UE at bit 13 where the second has DEAT, and M at 12 as well.
  private func readFirst(_ offset: UInt32) -> UInt32? {
    switch offset {
    case 0x00:
      hasReadStatus = true
      return status & 0x3ff
    case 0x04:
      let value = take()
      if hasReadStatus { sticky &= ~(Flag.overrun | Flag.idle) }
      hasReadStatus = false
      update()
      return value
    case 0x08: return divider
    case 0x0c: return control1 & ~1 | (control1 & 1) << 13
    case 0x10: return control2
    case 0x14: return control3
    case 0x18: return guardTime
    default: return nil
    }
  }

  private func writeFirst(_ offset: UInt32, _ value: UInt32) -> Bool {
    switch offset {
    case 0x00: sticky &= value | ~Flag.complete
    case 0x04: put(UInt8(truncatingIfNeeded: value))
    case 0x08: divider = value & 0xffff
    case 0x0c: writeControl(value & 0x9ffe | value >> 13 & 1)
    case 0x10: control2 = value & 0x7f7f
    case 0x14: control3 = value & 0xfff
    case 0x18: guardTime = value & 0xffff
    default: return false
    }
    update()
    return true
  }
}
