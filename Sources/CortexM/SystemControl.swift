/// The words of the System Control Block that the exception model acts on.
///
/// Reference: Arm DDI 0403E.e, B3.2.
struct SystemControl {
  var vtor: UInt32 = 0
  var scr: UInt32 = 0
  /// STKALIGN is set out of reset on all Armv7-M cores modelled.
  var ccr: UInt32 = 0x200
  var cfsr: UInt32 = 0
  var hfsr: UInt32 = 0
  var dfsr: UInt32 = 0
  var mmfar: UInt32 = 0
  var bfar: UInt32 = 0
  var afsr: UInt32 = 0
  var cpacr: UInt32 = 0
  /// ASPEN and LSPEN are set out of reset.
  var fpccr: UInt32 = 0xc000_0000
  var fpcar: UInt32 = 0
  var fpdscr: UInt32 = 0
  var actlr: UInt32 = 0
  var security = SecurityRegisters()
  /// Caches and tightly coupled memories of the Cortex-M7, as last written.
  var memorySystem: [UInt32: UInt32] = [:]
  var demcr: UInt32 = 0
  var dcrdr: UInt32 = 0

  struct SCR {
    static let sleepOnExit: UInt32 = 1 << 1
    static let sleepDeep: UInt32 = 1 << 2
    static let sendEventOnPending: UInt32 = 1 << 4
  }

  struct CCR {
    static let nonBaseThreadEnable: UInt32 = 1 << 0
    static let userSetPending: UInt32 = 1 << 1
    static let unalignedTrap: UInt32 = 1 << 3
    static let divideByZeroTrap: UInt32 = 1 << 4
    static let busFaultIgnore: UInt32 = 1 << 8
    static let stackOverflowIgnore: UInt32 = 1 << 10
    static let stackAlign: UInt32 = 1 << 9
  }

  struct CFSR {
    static let instructionAccess: UInt32 = 1 << 0
    static let dataAccess: UInt32 = 1 << 1
    static let unstackingAccess: UInt32 = 1 << 3
    static let stackingAccess: UInt32 = 1 << 4
    static let memManageAddressValid: UInt32 = 1 << 7
    static let instructionBus: UInt32 = 1 << 8
    static let preciseDataBus: UInt32 = 1 << 9
    static let unstackingBus: UInt32 = 1 << 11
    static let stackingBus: UInt32 = 1 << 12
    static let busFaultAddressValid: UInt32 = 1 << 15
    static let undefinedInstruction: UInt32 = 1 << 16
    static let invalidState: UInt32 = 1 << 17
    static let invalidPC: UInt32 = 1 << 18
    static let noCoprocessor: UInt32 = 1 << 19
    static let stackOverflow: UInt32 = 1 << 20
    static let unaligned: UInt32 = 1 << 24
    static let divideByZero: UInt32 = 1 << 25
  }

  struct DFSR {
    static let breakpoint: UInt32 = 1 << 1
  }

  struct HFSR {
    static let vectorTable: UInt32 = 1 << 1
    static let forced: UInt32 = 1 << 30
    static let debugEvent: UInt32 = 1 << 31
  }

  /// DEMCR.MON_EN: debug events go to the debug monitor.
  var hasMonitor: Bool { demcr & 1 << 16 != 0 }
  /// FPCCR.ASPEN: exceptions keep the floating-point registers.
  var savesFloatingPoint: Bool { fpccr & 1 << 31 != 0 }
  /// FPCCR.TS: S16 … S31 are stacked and cleared, too.
  var savesAllFloatingPoint: Bool { fpccr & 1 << 26 != 0 }
  /// FPCCR.CLRONRET.
  var clearsOnReturn: Bool { fpccr & 1 << 28 != 0 }
  var lazyStacking: Bool { fpccr & 0xc000_0000 == 0xc000_0000 }
  var floatingPointEnabled: Bool { cpacr >> 20 & 0xf != 0 }
}
