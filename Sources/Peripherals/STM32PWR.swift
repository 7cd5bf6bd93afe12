import Simulation
import Units

/// The power controller of STM32L4, L4+ and G0: voltage ranges, low-power modes, protection of the
/// backup domain.
///
/// With SLEEPDEEP set, a sleeping core stops the chip's clocks (Stop 0, 1, 2) or switches it off
/// (Standby, Shutdown), as LPMS says; the core then goes on after Stop's wake-up time, and starts at
/// its reset vector after Standby. Parameter: `range1-boost` 1 where CR5 has R1MODE.
///
/// Reference: RM0432 5.4, RM0444 4.4; wake-up times: DS12023 6.3.7 (from memory).
/// Not modelled: the voltage detectors, battery charging, pull-ups in Standby, wake-up pins,
/// low-power run's limit of the clock, which RAM Standby keeps.
final class STM32PWR: Peripheral {
  private enum Register {
    static let cr1: UInt32 = 0x00
    static let cr3: UInt32 = 0x08
    static let sr1: UInt32 = 0x10
    static let sr2: UInt32 = 0x14
    static let scr: UInt32 = 0x18
    static let cr5: UInt32 = 0x80
  }

  private static let standbyFlag: UInt32 = 1 << 8
  private static let regulatorTime = Interval.microseconds(20)

  private let system: STM32System
  private let resets: [UInt32: UInt32]
  private var registers: [UInt32: UInt32]
  private var status: UInt32 = 0
  private var isRegulating = false
  private var regulated: Event?
  private let lowPower: STM32LowPower

  init(_ context: PeripheralContext) {
    let fabric = context.fabric
    system = fabric.service(STM32System.init)
    let hasBoost = context.parameters["range1-boost"] == 1
    var resets: [UInt32: UInt32] = [0x00: hasBoost ? 0x200 : 0x208, 0x04: 0, 0x08: 0x8000, 0x0c: 0]
    for offset in stride(from: UInt32(0x20), through: 0x64, by: 4) { resets[offset] = 0 }
    if hasBoost { resets[Register.cr5] = 0x100 }
    self.resets = resets
    registers = resets
    lowPower = STM32LowPower(fabric)
    regulated = fabric.scheduler.event(context.name) { [unowned self] in isRegulating = false }
    lowPower.depth = { [unowned self] in depth() }
  }

  func read(_ offset: UInt32) -> UInt32? {
    switch offset {
    case Register.sr1: status
    case Register.sr2: (isRegulating ? 1 << 10 : 0) | (isLowPowerRun ? 1 << 9 : 0) | 1 << 8
    case Register.scr: 0
    default: registers[offset]
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    if offset == Register.scr {
      status &= ~(value & 0x13f)
      return true
    }
    guard let old = registers[offset] else {
      return offset == Register.sr1 || offset == Register.sr2
    }
    registers[offset] = value
    if offset == Register.cr1 {
      system.isBackupWritable = value >> 8 & 1 == 1
      if value >> 9 & 3 != old >> 9 & 3 {
        isRegulating = true
        regulated?.schedule(after: Self.regulatorTime)
      }
      system.voltageRange = Int(value >> 9 & 3)
    }
    return true
  }

  func writeNarrow(_ offset: UInt32, _ value: UInt32, _ width: AccessWidth) -> Bool {
    mergeNarrow(offset, value, width)
  }

  private var isLowPowerRun: Bool { (registers[Register.cr1] ?? 0) >> 14 & 1 == 1 }

  private func depth() -> STM32LowPower.Depth {
    let selection = (registers[Register.cr1] ?? 0) & 7
    guard selection < 3 else {
      status |= Self.standbyFlag
      return .off(mode: selection == 3 ? "standby" : "shutdown")
    }
    return .stop(mode: "stop\(selection)", wakeUp: .microseconds(selection == 0 ? 2 : 5))
  }

  func reset() {
    registers = resets
    isRegulating = false
    regulated?.cancel()
    lowPower.reset()
  }
}
