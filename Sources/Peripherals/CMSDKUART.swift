import Simulation
import Units

/// The APB UART of the Cortex-M System Design Kit: one byte of buffer each way, 8N1.
///
/// Interrupt lines: receive, transmit, then overflow and the combination of all where the chip's
/// description gives a third and a fourth.
///
/// Reference: Cortex-M System Design Kit TRM (ARM DDI 0479C), 4.3 APB UART; where that is silent, as
/// QEMU 7.2's machine `mps2-an386` behaves: a byte is gone as soon as it is written. A received byte takes
/// ten bits of BAUDDIV cycles; with BAUDDIV below 16 it is there at once. Parameter: `frequency`.
/// Not modelled: the time a sent byte takes at BAUDDIV, the high-speed test mode, the loss of a received
/// byte (input waits until the firmware has taken the one before).
final class CMSDKUART: SerialPort {
  private enum Register: UInt32 {
    case data = 0x000
    case state = 0x004
    case ctrl = 0x008
    case intStatus = 0x00c
    case baudDiv = 0x010
  }

  private enum State {
    static let txFull: UInt32 = 1 << 0
    static let rxFull: UInt32 = 1 << 1
    static let overruns: UInt32 = 3 << 2
  }

  private enum Control {
    static let txEnable: UInt32 = 1 << 0
    static let rxEnable: UInt32 = 1 << 1
    static let txInterrupt: UInt32 = 1 << 2
    static let rxInterrupt: UInt32 = 1 << 3
  }

  private let name: String
  private let fabric: Fabric
  private let lines: [InterruptLine]
  private var state: UInt32 = 0
  private var control: UInt32 = 0
  private var interrupts: UInt32 = 0
  private var divider: UInt32 = 0
  private var transmitBuffer: UInt8 = 0
  private var receiveBuffer: UInt8 = 0
  private var input: ArraySlice<UInt8> = []
  private let clock: ClockDomain
  private lazy var frameReceived = fabric.scheduler.event("\(name) RX") { [unowned self] in
    storeFrame()
  }

  init(_ context: PeripheralContext) {
    name = context.name
    fabric = context.fabric
    lines = context.interrupts
    clock = ClockDomain(
      frequency: Hertz(UInt64(max(context.parameters["frequency"] ?? 25_000_000, 1))))
  }

  func read(_ offset: UInt32) -> UInt32? {
    guard let register = Register(rawValue: offset) else {
      return CMSDKIdentification.read(offset, part: 0x21)
    }
    switch register {
    case .data:
      let byte = receiveBuffer
      state &= ~State.rxFull
      update()
      acceptInput()
      return UInt32(byte)
    case .state: return state
    case .ctrl: return control
    case .intStatus: return interrupts
    case .baudDiv: return divider
    }
  }

  func readingActs(at offset: UInt32) -> Bool { offset & ~3 == 0 }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard let register = Register(rawValue: offset) else {
      return CMSDKIdentification.contains(offset)
    }
    switch register {
    case .data: send(UInt8(truncatingIfNeeded: value))
    case .state: state &= ~(value & State.overruns)
    case .ctrl:
      control = value & 0x7f
      acceptInput()
    case .intStatus:
      state &= ~(value & State.overruns)
      interrupts &= ~value
    case .baudDiv: divider = value & 0xf_ffff
    }
    update()
    return true
  }

  func reset() {
    state = 0
    control = 0
    interrupts = 0
    divider = 0
    transmitBuffer = 0
    receiveBuffer = 0
    frameReceived.cancel()
    update()
  }

  func receive(_ bytes: [UInt8]) {
    input += bytes
    acceptInput()
    update()
  }

  var waitingInput: Int { input.count }

  private func send(_ byte: UInt8) {
    transmitBuffer = byte
    if state & State.txFull != 0 {
      state |= 1 << 2
      return
    }
    guard control & Control.txEnable != 0 else {
      state |= State.txFull
      return
    }
    fabric.transmit(name, byte)
    if control & Control.txInterrupt != 0 { interrupts |= 1 }
  }

  private func acceptInput() {
    guard !input.isEmpty, control & Control.rxEnable != 0, state & State.rxFull == 0,
      !frameReceived.isScheduled
    else { return }
    guard divider >= 16 else { return storeFrame() }
    frameReceived.schedule(after: clock.duration(ofTicks: 10 * UInt64(divider)))
  }

  private func storeFrame() {
    guard control & Control.rxEnable != 0, let byte = input.popFirst() else { return }
    receiveBuffer = byte
    state |= State.rxFull
    if control & Control.rxInterrupt != 0 { interrupts |= 2 }
    update()
  }

  private func update() {
    let overruns = state & (control >> 2) & State.overruns
    interrupts = interrupts & ~State.overruns | overruns
    let levels = [interrupts & 2 != 0, interrupts & 1 != 0, overruns != 0, interrupts != 0]
    for (line, level) in zip(lines, levels) { line.set(level) }
  }
}
