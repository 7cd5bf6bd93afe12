import CortexM
import Engine
import RunRecord
import Units

/// The core's registers at one moment.
struct RegisterSnapshot {
  /// R0 … R15; the program counter without its Thumb bit.
  var core: [UInt32]
  var xpsr: UInt32
  var msp: UInt32
  var psp: UInt32
  var control: UInt32
  var primask: UInt32
  var basepri: UInt32
  var faultmask: UInt32
  var fpscr: UInt32
  var cycle: UInt64

  /// The engine may only know the block: the caller says where the core is.
  init(_ processor: EngineProcessor, at address: Address) {
    let order: [CoreRegister] = [
      .r0, .r1, .r2, .r3, .r4, .r5, .r6, .r7, .r8, .r9, .r10, .r11, .r12, .sp, .lr,
    ]
    core = order.map { processor[$0] } + [address.value]
    xpsr = processor[.xpsr]
    msp = processor[.msp]
    psp = processor[.psp]
    control = processor[.control]
    primask = processor[.primask]
    basepri = processor[.basepri]
    faultmask = processor[.faultmask]
    fpscr = processor[.fpscr]
    cycle = processor.engine.cycles
  }

  /// The exception being handled; 0 in thread mode.
  var exception: Int { Int(xpsr & 0x1ff) }
  var usesProcessStack: Bool { exception == 0 && control & 2 != 0 }

  static let names = (0..<13).map { "r\($0)" } + ["sp", "lr", "pc"]

  /// By name; Armv6-M has neither BASEPRI nor FAULTMASK.
  func registers(_ features: CoreFeatures) -> [CoreDump.Register] {
    var list = zip(Self.names, core).map { CoreDump.Register($0, $1) }
    list += [
      .init("xPSR", xpsr), .init("MSP", msp), .init("PSP", psp), .init("CONTROL", control),
      .init("PRIMASK", primask),
    ]
    if features.architecture != .v6M {
      list += [.init("BASEPRI", basepri), .init("FAULTMASK", faultmask)]
    }
    if features.hasFloatingPoint && control & 4 != 0 { list.append(.init("FPSCR", fpscr)) }
    return list
  }
}

/// A fault as it was raised, kept while its handler runs.
struct CapturedFault {
  let report: CortexM.FaultReport
  let registers: RegisterSnapshot
  let cfsr: UInt32
  let hfsr: UInt32
  let mmfar: UInt32
  let bfar: UInt32
  /// SFSR and SFAR of Armv8-M; nil where there are none.
  let secure: (status: UInt32, address: UInt32)?
  /// SHCSR: which fault exceptions are enabled.
  let handlers: UInt32
  /// The branch that led to where nothing can be executed.
  let jump: Address?
  /// How many handlers were under way.
  let depth: Int

  /// The vector of an exception that was being entered could not be read.
  var isVectorFetch: Bool { hfsr & 1 << 1 != 0 }
}
