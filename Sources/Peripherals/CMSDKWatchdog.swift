import Simulation
import Units

/// The APB watchdog of the Cortex-M System Design Kit: a 32-bit down counter whose first zero
/// interrupts and whose second, when nobody answered, resets the chip.
///
/// Its interrupt is the core's NMI where the chip's description gives it no line. WDOGLOCK keeps all
/// other registers from being written until it is written with its key.
///
/// Parameter: `clock-hz` (25000000).
///
/// Reference: Cortex-M System Design Kit TRM (ARM DDI 0479C), 4.6 APB watchdog; where that is silent,
/// as QEMU 7.2's machine `mps2-an386` behaves (`CMSDKCounter`): NMI comes with the edge, and the
/// counter stands still after its second zero.
/// Not modelled: halting with the debugger.
final class CMSDKWatchdog: Peripheral {
  private enum Register: UInt32 {
    case load = 0x000
    case value = 0x004
    case control = 0x008
    case interruptClear = 0x00c
    case rawStatus = 0x010
    case maskedStatus = 0x014
    case lock = 0xc00
    case testControl = 0xf00
    case testOutput = 0xf04
  }

  private static let interruptEnable: UInt32 = 1 << 0
  private static let resetEnable: UInt32 = 1 << 1
  private static let key: UInt32 = 0x1acc_e551

  private let fabric: Fabric
  private let line: InterruptLine?
  private let nonMaskable: NonMaskableInterrupt
  private let counter: CMSDKCounter
  private var control: UInt32 = 0
  private var isInterrupting = false
  private var wantsReset = false
  private var isLocked = false
  private var testControl: UInt32 = 0
  private var testOutput: UInt32 = 0
  /// The level of WDOGINT.
  private var output = false

  init(_ context: PeripheralContext) {
    fabric = context.fabric
    line = context.interrupts.first
    nonMaskable = context.fabric.service(NonMaskableInterrupt.init)
    counter = CMSDKCounter(
      context.name, context.fabric, frequency: CMSDKTimer.clock(context))
    counter.setLimit(.max, reload: true)
    counter.observe { [unowned self] in expire() }
  }

  func read(_ offset: UInt32) -> UInt32? {
    guard let register = Register(rawValue: offset) else {
      return CMSDKIdentification.read(offset, part: 0x24)
    }
    switch register {
    case .load: return counter.limit
    case .value: return counter.count
    case .control: return control
    case .interruptClear, .testOutput: return 0
    case .rawStatus: return isInterrupting ? 1 : 0
    case .maskedStatus: return isInterrupting && isEnabled ? 1 : 0
    case .lock: return isLocked ? 1 : 0
    case .testControl: return testControl
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard let register = Register(rawValue: offset) else {
      return CMSDKIdentification.contains(offset)
    }
    if isLocked && register != .lock { return true }
    switch register {
    case .load: counter.setLimit(value, reload: true)
    case .value, .rawStatus, .maskedStatus: break
    case .control: writeControl(value & 3)
    case .interruptClear:
      isInterrupting = false
      counter.setCount(counter.limit)
    case .lock: isLocked = value != Self.key
    case .testControl: testControl = value & 1
    case .testOutput: testOutput = value & 3
    }
    update()
    return true
  }

  func reset() {
    control = 0
    isInterrupting = false
    wantsReset = false
    isLocked = false
    testControl = 0
    testOutput = 0
    counter.stop()
    counter.setLimit(.max, reload: true)
    update()
  }

  private var isEnabled: Bool { control & Self.interruptEnable != 0 }

  /// The counter starts anew from WDOGLOAD with each enabling.
  private func writeControl(_ value: UInt32) {
    let wasEnabled = isEnabled
    control = value
    guard isEnabled != wasEnabled else { return }
    counter.stop()
    if isEnabled {
      counter.setCount(counter.limit)
      counter.run(oneShot: false)
    }
  }

  private func expire() {
    if isInterrupting {
      wantsReset = true
      counter.stop()
    }
    isInterrupting = true
    update()
  }

  private func update() {
    let isTesting = testControl != 0
    let interrupts = isTesting ? testOutput & 2 != 0 : isInterrupting && isEnabled
    let resets =
      isTesting ? testOutput & 1 != 0 : wantsReset && control & Self.resetEnable != 0
    if interrupts != output {
      output = interrupts
      if let line {
        line.set(interrupts)
      } else if interrupts {
        nonMaskable.pend()
      }
    }
    if resets { fabric.resetRequested = true }
  }
}
