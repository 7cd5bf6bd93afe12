import Simulation
import Units

/// The APB timer of the Cortex-M System Design Kit: a 32-bit down counter with reload.
///
/// Parameter: `clock-hz` (25000000).
///
/// Reference: Cortex-M System Design Kit TRM (ARM DDI 0479C), 4.4 APB timer; where that is silent, as
/// QEMU 7.2's machine `mps2-an386` behaves (`CMSDKCounter`).
/// Not modelled: the EXTIN input as clock or enable.
final class CMSDKTimer: Peripheral {
  private enum Register: UInt32 {
    case control = 0x000
    case value = 0x004
    case reload = 0x008
    case interruptStatus = 0x00c
  }

  private static let enable: UInt32 = 1 << 0
  private static let interruptEnable: UInt32 = 1 << 3

  private let name: String
  private let findings: FindingLog
  private let line: InterruptLine?
  private let counter: CMSDKCounter
  private var control: UInt32 = 0
  private var interrupt: UInt32 = 0

  init(_ context: PeripheralContext) {
    name = context.name
    findings = context.fabric.findings
    line = context.interrupts.first
    counter = CMSDKCounter(context.name, context.fabric, frequency: CMSDKTimer.clock(context))
    counter.observe { [unowned self] in
      guard control & Self.interruptEnable != 0 else { return }
      interrupt = 1
      line?.set(true)
    }
  }

  /// The clock of a CMSDK timer from its parameters.
  static func clock(_ context: PeripheralContext) -> Hertz {
    Hertz(UInt64(max(context.parameters["clock-hz"] ?? 25_000_000, 1)))
  }

  func read(_ offset: UInt32) -> UInt32? {
    guard let register = Register(rawValue: offset) else {
      return CMSDKIdentification.read(offset, part: 0x22)
    }
    switch register {
    case .control: return control
    case .value: return counter.count
    case .reload: return counter.limit
    case .interruptStatus: return interrupt
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard let register = Register(rawValue: offset) else {
      return CMSDKIdentification.contains(offset)
    }
    switch register {
    case .control: writeControl(value)
    case .value:
      if value == 0 && counter.limit == 0 { counter.stop() }
      counter.setCount(value)
      if value != 0 && isEnabled { counter.run(oneShot: counter.limit == 0) }
    case .reload:
      if value == 0 { counter.stop() }
      counter.setLimit(value, reload: true)
      if value != 0 && isEnabled { counter.run(oneShot: false) }
    case .interruptStatus:
      interrupt &= ~value
      line?.set(interrupt != 0)
    }
    return true
  }

  func reset() {
    control = 0
    interrupt = 0
    counter.stop()
    counter.setLimit(0, reload: true)
    line?.set(false)
  }

  private var isEnabled: Bool { control & Self.enable != 0 }

  private func writeControl(_ value: UInt32) {
    if value & 6 != 0 {
      findings.note("not-modelled", "\(name).CTRL", "the EXTIN input of the timer is not modelled")
    }
    control = value & 0xf
    if isEnabled { counter.run(oneShot: counter.limit == 0) } else { counter.stop() }
  }
}
