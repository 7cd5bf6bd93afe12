import Simulation
import Units

/// The power controller of the STM32H7A3, H7B3 and H7B0: supply (LDO, SMPS or external), voltage scales,
/// Stop and Standby, protection of the backup domain.
///
/// Reference: RM0455 6.8; bit positions: ST's stm32h7a3xxq.h; wake-up times: DS13195 6.3.7 (from memory).
/// Not modelled: the voltage detectors, battery charging, wake-up pins, memories switched off in Stop,
/// that CR3's supply can be written once only.
final class STM32H7PWR: Peripheral {
  private enum Register: UInt32 {
    case cr1 = 0x00
    case csr1 = 0x04
    case cr2 = 0x08
    case cr3 = 0x0c
    case cpucr = 0x10
    case srdcr = 0x18
    case wkupcr = 0x20
    case wkupfr = 0x24
    case wkupepr = 0x28
  }

  private static let regulatorTime = Interval.microseconds(20)
  /// CPUCR's flags: STOPF, SBF.
  private static let flags: UInt32 = 1 << 5 | 1 << 6
  private static let resets: [Register: UInt32] = [
    .cr1: 0xf000_c000, .cr3: 0x6, .srdcr: 0x4000,
  ]

  private let system: STM32System
  private let lowPower: STM32LowPower
  private var registers = STM32H7PWR.resets
  private var status: UInt32 = 0
  /// The scale that the regulator gives, as SRDCR codes it: 3 is scale 0.
  private var scale: UInt32 = 1
  private var regulated: Event?

  init(_ context: PeripheralContext) {
    system = context.fabric.service(STM32System.init)
    lowPower = STM32LowPower(context.fabric)
    regulated = context.fabric.scheduler.event(context.name) { [unowned self] in
      scale = self[.srdcr] >> 14 & 3
      system.voltageRange = 3 - Int(scale)
    }
    lowPower.depth = { [unowned self] in depth() }
    system.voltageRange = 2
  }

  private subscript(register: Register) -> UInt32 { registers[register] ?? 0 }
  private var ready: UInt32 { regulated?.isScheduled == true ? 0 : 1 << 13 }

  func read(_ offset: UInt32) -> UInt32? {
    guard let register = Register(rawValue: offset) else { return nil }
    switch register {
    case .csr1: return scale << 14 | ready
    case .srdcr: return self[.srdcr] & ~(1 << 13) | ready
    // SMPSEXTRDY and USB33RDY follow what switches them on.
    case .cr3: return self[.cr3] | self[.cr3] >> 3 & 1 << 16 | self[.cr3] >> 24 & 1 << 26
    case .cr2: return self[.cr2] | (self[.cr2] & 1) << 16
    case .cpucr: return self[.cpucr] & ~Self.flags | status
    case .wkupcr, .wkupfr: return 0
    case .cr1, .wkupepr: return self[register]
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard let register = Register(rawValue: offset) else { return false }
    switch register {
    case .csr1, .wkupcr, .wkupfr: break
    case .cpucr:
      if value >> 9 & 1 == 1 { status = 0 }
      registers[.cpucr] = value & ~(Self.flags | 1 << 9)
    case .cr1, .cr2, .cr3, .srdcr, .wkupepr:
      registers[register] = value
      if register == .cr1 { system.isBackupWritable = value >> 8 & 1 == 1 }
      if register == .srdcr && value >> 14 & 3 != scale {
        regulated?.schedule(after: Self.regulatorTime)
      }
    }
    return true
  }

  func writeNarrow(_ offset: UInt32, _ value: UInt32, _ width: AccessWidth) -> Bool {
    mergeNarrow(offset, value, width)
  }

  func reset() {
    registers = Self.resets
    regulated?.cancel()
    scale = 1
    system.voltageRange = 2
    lowPower.reset()
  }

  private func depth() -> STM32LowPower.Depth {
    // PDDS_SRD lets the whole chip stand by.
    guard self[.cpucr] & 4 == 0 else {
      status |= 1 << 6
      return .off(mode: "standby")
    }
    status |= 1 << 5
    // RETDS_CD at SVOS5: DStop2.
    let keepsOnly = self[.cpucr] & 1 == 1 && self[.cr1] >> 14 & 3 == 1
    return .stop(
      mode: keepsOnly ? "stop-retention" : "stop",
      wakeUp: .microseconds(self[.cr1] & 1 == 0 ? 10 : 40))
  }
}
