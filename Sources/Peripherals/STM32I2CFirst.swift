import Simulation
import Units

/// The first version of an STM32's I2C controller (F4) as a controller on its bus.
///
/// CCR on PCLK1 gives the bit time. Interrupt lines: event and error.
///
/// Reference: RM0090 27.
/// With DMA and LAST the byte of the last item is not acknowledged.
/// Not modelled: being a target, SMBus and PEC, ten-bit addresses, arbitration.
final class STM32I2CFirst: Peripheral {
  private enum Control {
    static let enable: UInt32 = 1 << 0
    static let start: UInt32 = 1 << 8
    static let stop: UInt32 = 1 << 9
    static let acknowledge: UInt32 = 1 << 10
    static let position: UInt32 = 1 << 11
    static let reset: UInt32 = 1 << 15
  }

  private enum Flag {
    static let start: UInt32 = 1 << 0
    static let address: UInt32 = 1 << 1
    static let finished: UInt32 = 1 << 2
    static let received: UInt32 = 1 << 6
    static let empty: UInt32 = 1 << 7
    static let refused: UInt32 = 1 << 10
    static let errors: UInt32 = 0xdf00
  }

  private enum Step {
    case starting
    case addressing(UInt8)
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
  private var held: [UInt32: UInt32] = [:]
  private var rate: UInt32 = 0
  private var status: UInt32 = 0
  private var data: UInt8 = 0
  /// The byte behind `data` that has come in, or waits to go out.
  private var shifted: UInt8?
  private var waiting: UInt8?
  private var isReading = false
  private var hasReadStatus = false
  private var step: Step?
  private var target: (any I2CTarget)?
  private var addressed: [any I2CTarget] = []
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

  func read(_ offset: UInt32) -> UInt32? {
    switch offset {
    case 0x00: return control1
    case 0x04: return control2
    case 0x10: return take()
    case 0x14:
      // A read of SR1 counts towards ADDR only once that is set.
      hasReadStatus = status & Flag.address != 0
      return status
    case 0x18:
      let isWriting = track.isBusy && !isReading
      let value: UInt32 = track.isBusy ? 3 | (isWriting ? 4 : 0) : 0
      if hasReadStatus && status & Flag.address != 0 { addressCleared() }
      return value
    case 0x1c: return rate
    default: return offset <= 0x24 ? held[offset] ?? (offset == 0x20 ? 2 : 0) : nil
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    switch offset {
    case 0x00: writeControl(value)
    case 0x04: control2 = value
    case 0x10: put(UInt8(truncatingIfNeeded: value))
    case 0x14: status &= value | ~Flag.errors
    case 0x18: break
    case 0x1c: rate = value & 0xcfff
    default:
      guard offset <= 0x24 else { return false }
      held[offset] = value
    }
    update()
    return true
  }

  func readingActs(at offset: UInt32) -> Bool { (0x10...0x18).contains(offset) }

  func reset() {
    due?.cancel()
    step = nil
    (control1, control2, status, rate) = (0, 0, 0, 0)
    held = [:]
    waiting = nil
    shifted = nil
    release()
    update()
  }

  private func writeControl(_ value: UInt32) {
    if value & Control.reset != 0 {
      reset()
      control1 = value
      return
    }
    control1 = value
    guard value & Control.enable != 0 else { return }
    if value & Control.start != 0 && step == nil {
      track.begin()
      status &= ~(Flag.finished | Flag.empty)
      begin(.starting, bits: 1)
    } else if value & Control.stop != 0 && step == nil && track.isBusy {
      begin(.stopping, bits: 1)
    }
  }

  /// Reference: RM0090 27.6.8: twice CCR clocks a bit, thrice or 25 times in fast mode.
  private var bitTime: Interval {
    let ratio = UInt64(max(rate & 0xfff, 1))
    let factor: UInt64 = rate >> 15 & 1 == 0 ? 2 : rate >> 14 & 1 == 0 ? 3 : 25
    return clock.duration(ofTicks: ratio * factor)
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
    case .starting, .addressing, .stopping: .zero
    }
  }

  private func put(_ byte: UInt8) {
    if status & Flag.start != 0 {
      status &= ~Flag.start
      isReading = byte & 1 == 1
      return begin(.addressing(byte), bits: 9)
    }
    status &= ~(Flag.empty | Flag.finished)
    waiting = byte
    if step == nil && status & Flag.address == 0 { sendNext() }
  }

  private func sendNext() {
    guard let byte = waiting else { return }
    waiting = nil
    status |= Flag.empty
    begin(.sending(byte), bits: 9)
  }

  private func take() -> UInt32 {
    let byte = data
    status &= ~(Flag.received | Flag.finished)
    if let next = shifted {
      data = next
      shifted = nil
      status |= Flag.received
      receiveNext()
    }
    update()
    return UInt32(byte)
  }

  private func addressCleared() {
    hasReadStatus = false
    status &= ~Flag.address
    if isReading { receiveNext() } else { status |= Flag.empty }
    update()
  }

  private func receiveNext() {
    guard step == nil, shifted == nil else { return }
    if control1 & Control.stop != 0 { return begin(.stopping, bits: 1) }
    if !isLastReceived { begin(.receiving, bits: 9) }
  }

  /// A byte that was not acknowledged is the last.
  private var isLastReceived = false
  private var receivedBytes = 0

  private func finish() {
    guard let step else { return }
    self.step = nil
    switch step {
    case .starting:
      control1 &= ~Control.start
      isLastReceived = false
      receivedBytes = 0
      // START ends what was finished before it.
      status = status & ~(Flag.finished | Flag.empty) | Flag.start
    case .addressing(let byte):
      target = bus.target(at: byte >> 1)
      if let target, target.start(isReading ? .read : .write) {
        if !addressed.contains(where: { $0 === target }) { addressed.append(target) }
        status |= Flag.address
      } else {
        status |= Flag.refused
        stopIfAsked()
      }
    case .sending(let byte):
      if target?.receive(byte) != true {
        status |= Flag.refused
        stopIfAsked()
      } else if control1 & Control.start != 0 {
        // START follows the byte under way; a driver writes DR then only to take TXE back.
        waiting = nil
        begin(.starting, bits: 1)
      } else if waiting != nil {
        sendNext()
      } else {
        status |= Flag.finished
        stopIfAsked()
      }
    case .receiving: byteReceived(target?.transmit() ?? 0xff)
    case .stopping:
      control1 &= ~Control.stop
      status &= ~(Flag.finished | Flag.empty)
      release()
      // A START that was asked for meanwhile follows the STOP.
      if control1 & Control.start != 0 {
        track.begin()
        begin(.starting, bits: 1)
      }
    }
    update()
  }

  private func byteReceived(_ byte: UInt8) {
    receivedBytes += 1
    // POS lets ACK speak of the byte after the present one.
    let isDeferred = control1 & Control.position != 0 && receivedBytes < 2
    isLastReceived = control1 & Control.acknowledge == 0 && !isDeferred || isLastForDMA
    if status & Flag.received == 0 {
      data = byte
      status |= Flag.received
      receiveNext()
    } else {
      shifted = byte
      status |= Flag.finished
    }
    if isLastReceived { stopIfAsked() }
  }

  /// LAST: the byte that has come in is the last that DMA waits for.
  private var isLastForDMA: Bool {
    guard control2 >> 11 & 3 == 3 else { return false }
    return receiveRequest.remaining == (status & Flag.received != 0 ? 2 : 1)
  }

  private func stopIfAsked() {
    if step == nil && control1 & Control.stop != 0 { begin(.stopping, bits: 1) }
  }

  private func release() {
    for target in addressed { target.stop() }
    addressed = []
    target = nil
    isLastReceived = false
    track.end()
  }

  private func update() {
    var events = status & (Flag.start | Flag.address | Flag.finished)
    if control2 >> 10 & 1 == 1 { events |= status & (Flag.received | Flag.empty) }
    interrupts.first?.set(control2 >> 9 & 1 == 1 && events != 0)
    if interrupts.count > 1 {
      interrupts[1].set(control2 >> 8 & 1 == 1 && status & Flag.errors != 0)
    }
    let usesDMA = control2 >> 11 & 1 == 1
    receiveRequest.set(usesDMA && status & Flag.received != 0)
    transmitRequest.set(usesDMA && status & Flag.empty != 0)
  }
}
