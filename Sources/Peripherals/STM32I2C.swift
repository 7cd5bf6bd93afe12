import Simulation
import Units

/// The second version of an STM32's I2C controller (F7, H7, L4, G0, U5) as a controller on its bus.
///
/// TIMINGR on the kernel clock gives the bit time. START and repeated START take one bit, address
/// and bytes nine, STOP one. Interrupt lines: event and error, or one for both.
///
/// Reference: RM0432 45, RM0444 32, RM0385 30.
/// Not modelled: being a target, SMBus and PEC, timeouts of a clock held low, arbitration, ten-bit
/// addresses, filters, the U5's triggers (AUTOCR holds).
final class STM32I2C: Peripheral {
  private enum Register: UInt32 {
    case cr1 = 0x00
    case cr2 = 0x04
    case oar1 = 0x08
    case oar2 = 0x0c
    case timingr = 0x10
    case timeoutr = 0x14
    case isr = 0x18
    case icr = 0x1c
    case pecr = 0x20
    case rxdr = 0x24
    case txdr = 0x28
    case autocr = 0x2c
  }

  private enum Flag {
    static let empty: UInt32 = 1 << 0
    static let interrupt: UInt32 = 1 << 1
    static let received: UInt32 = 1 << 2
    static let notAcknowledged: UInt32 = 1 << 4
    static let stopped: UInt32 = 1 << 5
    static let complete: UInt32 = 1 << 6
    static let reloading: UInt32 = 1 << 7
    static let errors: UInt32 = 0x3f00
    static let busy: UInt32 = 1 << 15
  }

  private enum Control2 {
    static let read: UInt32 = 1 << 10
    static let start: UInt32 = 1 << 13
    static let stop: UInt32 = 1 << 14
    static let reload: UInt32 = 1 << 24
    static let automaticEnd: UInt32 = 1 << 25
  }

  private enum Step {
    case addressing
    case sending(UInt8)
    case receiving, stopping
  }

  private let name: String
  private let fabric: Fabric
  private let clock: ClockSignal
  private let interrupts: [InterruptLine]
  private let bus: I2CBus
  private let track: ActivityTrack
  private let receiveRequest: DMARequest
  private let transmitRequest: DMARequest
  private var control1: UInt32 = 0
  private var control2: UInt32 = 0
  private var timing: UInt32 = 0
  private var held: [UInt32: UInt32] = [:]
  private var status = Flag.empty
  private var received: UInt8 = 0
  private var waiting: UInt8?
  private var remaining = 0
  private var step: Step?
  private var target: (any I2CTarget)?
  private var addressed: [any I2CTarget] = []
  private var isRead = false
  /// Between START and STOP, with the address acknowledged.
  private var isTransferring = false
  private var due: Event?

  init(_ context: PeripheralContext) {
    name = context.name
    fabric = context.fabric
    clock = context.clock
    interrupts = context.interrupts
    bus = fabric.i2c(name)
    track = fabric.activity(name)
    let requests = fabric.service(DMARequests.init)
    receiveRequest = requests.line("\(name)_RX")
    transmitRequest = requests.line("\(name)_TX")
    due = fabric.scheduler.event(name) { [unowned self] in finish() }
  }

  // MARK: Registers

  func read(_ offset: UInt32) -> UInt32? {
    guard let register = Register(rawValue: offset) else { return nil }
    switch register {
    case .cr1: return control1
    case .cr2: return control2
    case .oar1, .oar2, .timeoutr, .autocr: return held[offset] ?? 0
    case .timingr: return timing
    case .isr: return status | (track.isBusy ? Flag.busy : 0)
    case .icr, .pecr: return 0
    case .rxdr:
      let byte = received
      status &= ~Flag.received
      proceed()
      return UInt32(byte)
    case .txdr: return UInt32(waiting ?? 0)
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard let register = Register(rawValue: offset) else { return false }
    switch register {
    case .cr1:
      control1 = value
      if value & 1 == 0 { abandon() }
    case .cr2: writeControl2(value)
    case .oar1, .oar2, .timeoutr, .autocr: held[offset] = value
    case .timingr: timing = value
    case .isr:
      // TXE set by software flushes TXDR.
      if value & 1 != 0 {
        waiting = nil
        status |= Flag.empty
      }
    case .icr: status &= ~(value & (Flag.errors | Flag.notAcknowledged | Flag.stopped))
    case .pecr, .rxdr: break
    case .txdr:
      waiting = UInt8(truncatingIfNeeded: value)
      status &= ~(Flag.empty | Flag.interrupt)
      proceed()
    }
    update()
    return true
  }

  func readingActs(at offset: UInt32) -> Bool { offset == 0x24 }

  func reset() {
    abandon()
    (control1, control2, timing) = (0, 0, 0)
    held = [:]
    update()
  }

  private func abandon() {
    due?.cancel()
    step = nil
    status = Flag.empty
    waiting = nil
    isTransferring = false
    release()
    update()
  }

  private func writeControl2(_ value: UInt32) {
    control2 = value & ~(Control2.start | Control2.stop) | control2 & Control2.start
    if status & Flag.reloading != 0 {
      // The bytes to follow.
      status &= ~Flag.reloading
      remaining = Int(value >> 16 & 0xff)
      proceed()
    }
    guard control1 & 1 == 1 else { return }
    if value & Control2.start != 0 {
      // Under way it waits: for the end of the bytes, or for STOP.
      if step == nil { start() } else { control2 |= Control2.start }
    }
    if value & Control2.stop != 0 && track.isBusy {
      status &= ~Flag.complete
      if step == nil { begin(.stopping, bits: 1) } else { isStopPending = true }
    }
  }

  private var isStopPending = false

  // MARK: Transfers

  private func start() {
    status &= ~Flag.complete
    control2 |= Control2.start
    isRead = control2 & Control2.read != 0
    remaining = Int(control2 >> 16 & 0xff)
    isStopPending = false
    track.begin()
    begin(.addressing, bits: 10)
  }

  /// Reference: RM0432 45.4.9: t(SCL) = ((SCLL + 1) + (SCLH + 1)) x (PRESC + 1) x t(I2CCLK), and
  /// the synchronization of about two clocks an edge.
  private var bitTime: Interval {
    let low = UInt64(timing & 0xff) + 1
    let high = UInt64(timing >> 8 & 0xff) + 1
    return clock.duration(ofTicks: (low + high) * (UInt64(timing >> 28) + 1) + 4)
  }

  private func begin(_ step: Step, bits: Int64) {
    guard !clock.isStopped else { return }
    self.step = step
    due?.schedule(after: bitTime * bits + stretch(step))
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
    case .addressing: addressSent()
    case .sending(let byte):
      remaining -= 1
      if target?.receive(byte) != true { refused() } else { proceed() }
    case .receiving:
      received = target?.transmit() ?? 0xff
      status |= Flag.received
      remaining -= 1
      proceed()
    case .stopping:
      release()
      isTransferring = false
      status |= Flag.stopped
      status &= ~Flag.interrupt
      if control2 & Control2.start != 0 { start() }
    }
    update()
  }

  private func addressSent() {
    control2 &= ~Control2.start
    target = bus.target(at: UInt8(control2 >> 1 & 0x7f))
    guard let target, target.start(isRead ? .read : .write) else { return refused() }
    if !addressed.contains(where: { $0 === target }) { addressed.append(target) }
    isTransferring = true
    proceed()
  }

  private func refused() {
    status |= Flag.notAcknowledged
    status &= ~Flag.interrupt
    isTransferring = false
    // A controller sends STOP by itself after a missing acknowledge.
    begin(.stopping, bits: 1)
  }

  /// What comes next, once the byte before has gone both on the wire and to or from the registers.
  private func proceed() {
    defer { update() }
    guard isTransferring, step == nil else { return }
    if isStopPending {
      isStopPending = false
      return begin(.stopping, bits: 1)
    }
    if remaining == 0 { return complete() }
    if isRead {
      if status & Flag.received == 0 { begin(.receiving, bits: 9) }
    } else if let byte = waiting {
      waiting = nil
      begin(.sending(byte), bits: 9)
      status |= Flag.empty
      // After the last of NBYTES comes TCR or TC, and no TXIS.
      if remaining > 1 { status |= Flag.interrupt }
    } else {
      status |= Flag.interrupt | Flag.empty
    }
  }

  private func complete() {
    if isRead && status & Flag.received != 0 && control2 & Control2.automaticEnd == 0 { return }
    status &= ~Flag.interrupt
    if control2 & Control2.reload != 0 {
      status |= Flag.reloading
    } else if control2 & Control2.automaticEnd != 0 {
      isTransferring = false
      begin(.stopping, bits: 1)
    } else if control2 & Control2.start != 0 {
      start()
    } else {
      status |= Flag.complete
    }
  }

  private func release() {
    for target in addressed { target.stop() }
    addressed = []
    target = nil
    track.end()
  }

  private func update() {
    var events: UInt32 = 0
    if control1 >> 1 & 1 == 1 { events |= status & Flag.interrupt }
    if control1 >> 2 & 1 == 1 { events |= status & Flag.received }
    if control1 >> 4 & 1 == 1 { events |= status & Flag.notAcknowledged }
    if control1 >> 5 & 1 == 1 { events |= status & Flag.stopped }
    if control1 >> 6 & 1 == 1 { events |= status & (Flag.complete | Flag.reloading) }
    let hasError = control1 >> 7 & 1 == 1 && status & Flag.errors != 0
    interrupts.first?.set(events != 0 || interrupts.count == 1 && hasError)
    if interrupts.count > 1 { interrupts[1].set(hasError) }
    transmitRequest.set(control1 >> 14 & 1 == 1 && status & Flag.interrupt != 0)
    receiveRequest.set(control1 >> 15 & 1 == 1 && status & Flag.received != 0)
  }
}
