import Simulation
import Units

/// The power controller of the STM32U5: LDO or SMPS, voltage ranges with their booster, low-power modes,
/// protection of the backup domain.
///
/// Reference: RM0456 10.10; wake-up times: DS13086 5.3.6 (from memory).
/// Not modelled: the voltage detectors, battery charging, pull-ups in Standby, wake-up pins, which RAM
/// is kept, the secure and privileged marks (they hold).
final class STM32U5PWR: Peripheral {
  private enum Register {
    static let cr1: UInt32 = 0x00
    static let cr3: UInt32 = 0x08
    static let vosr: UInt32 = 0x0c
    static let svmcr: UInt32 = 0x10
    static let dbpr: UInt32 = 0x28
    static let sr: UInt32 = 0x38
    static let svmsr: UInt32 = 0x3c
    static let bdsr: UInt32 = 0x40
    static let wusr: UInt32 = 0x44
    static let wuscr: UInt32 = 0x48
    static let last: UInt32 = 0x94
  }

  private enum Status {
    static let clear: UInt32 = 1 << 0
    static let stopped: UInt32 = 1 << 1
    static let standby: UInt32 = 1 << 2
  }

  /// VOSR: BOOSTRDY and VOSRDY, VOS, BOOSTEN.
  private enum Voltage {
    static let boostReady: UInt32 = 1 << 14
    static let ready: UInt32 = 1 << 15
    static let range: UInt32 = 3 << 16
    static let boost: UInt32 = 1 << 18
  }

  private static let regulatorTime = Interval.microseconds(20)

  private let system: STM32System
  private let lowPower: STM32LowPower
  private var registers: [UInt32: UInt32] = [:]
  private var status: UInt32 = 0
  /// What the regulator gives just now; VOSR and CR3 say what is asked.
  private var range: UInt32 = 0
  private var usesSMPS = false
  private var regulated: Event?

  init(_ context: PeripheralContext) {
    system = context.fabric.service(STM32System.init)
    lowPower = STM32LowPower(context.fabric)
    regulated = context.fabric.scheduler.event(context.name) { [unowned self] in settle() }
    lowPower.depth = { [unowned self] in depth() }
    system.voltageRange = 4
  }

  private subscript(offset: UInt32) -> UInt32 { registers[offset] ?? 0 }
  private var isRegulating: Bool { regulated?.isScheduled == true }

  func read(_ offset: UInt32) -> UInt32? {
    switch offset {
    case Register.vosr:
      let asked = self[offset] & (Voltage.range | Voltage.boost)
      let isBoosted = asked & Voltage.boost != 0 && asked >> 16 & 3 >= 2
      return asked | (isRegulating ? 0 : Voltage.ready) | (isBoosted ? Voltage.boostReady : 0)
    case Register.sr: return status
    case Register.svmsr:
      // ACTVOS, its ready bit, the regulator in use; the supplies that are watched are there.
      let watched = self[Register.svmcr] >> 24 & 0xf
      return range << 16 | (isRegulating ? 0 : 1 << 15) | (usesSMPS ? 2 : 0) | watched << 24
    case Register.bdsr, Register.wusr, Register.wuscr: return 0
    default: return offset <= Register.last ? self[offset] : nil
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard offset <= Register.last else { return false }
    switch offset {
    case Register.sr: if value & Status.clear != 0 { status = 0 }
    case Register.svmsr, Register.bdsr, Register.wusr, Register.wuscr: break
    case Register.dbpr:
      registers[offset] = value & 1
      system.isBackupWritable = value & 1 == 1
    default: registers[offset] = value
    }
    if offset == Register.vosr || offset == Register.cr3 { regulate() }
    return true
  }

  func writeNarrow(_ offset: UInt32, _ value: UInt32, _ width: AccessWidth) -> Bool {
    mergeNarrow(offset, value, width)
  }

  func reset() {
    registers = [:]
    regulated?.cancel()
    range = 0
    usesSMPS = false
    system.voltageRange = 4
    lowPower.reset()
  }

  private func regulate() {
    let asksSMPS = self[Register.cr3] & 2 != 0
    guard self[Register.vosr] >> 16 & 3 != range || asksSMPS != usesSMPS else { return }
    regulated?.schedule(after: Self.regulatorTime)
  }

  private func settle() {
    range = self[Register.vosr] >> 16 & 3
    usesSMPS = self[Register.cr3] & 2 != 0
    // VOS 3 is range 1.
    system.voltageRange = 4 - Int(range)
  }

  private func depth() -> STM32LowPower.Depth {
    let selection = self[Register.cr1] & 7
    guard selection < 4 else {
      status |= Status.standby
      return .off(mode: selection < 6 ? "standby" : "shutdown")
    }
    status |= Status.stopped
    let times: [Int64] = [8, 8, 14, 30]
    return .stop(
      mode: "stop\(selection)", wakeUp: .microseconds(times[Int(selection)]))
  }
}
