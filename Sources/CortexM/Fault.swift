public import Units

/// Something an instruction did that the architecture answers with a fault exception.
///
/// Reference: Arm DDI 0403E.e, B1.5.14 and B3.2.15.
public enum CoreFault: Sendable, Equatable {
  case undefinedInstruction
  /// A jump to an address without the Thumb bit.
  case invalidState
  case noCoprocessor
  case unaligned
  case divideByZero
  /// A stack pointer would go below MSPLIM or PSPLIM.
  case stackOverflow
  case dataBus(Address)
  case instructionBus(Address)
  case dataAccess(Address)
  case instructionAccess(Address)
  /// An EXC_RETURN value that does not fit the state.
  case invalidExceptionReturn
  /// SVC or BKPT where its exception cannot be taken.
  case supervisorCallBlocked
  case breakpointWithoutDebugger

  /// The configurable exception that it raises.
  public var exception: Int {
    switch self {
    case .undefinedInstruction, .invalidState, .noCoprocessor, .unaligned, .divideByZero,
      .invalidExceptionReturn, .stackOverflow:
      NVIC.usageFault
    case .dataBus, .instructionBus: NVIC.busFault
    case .dataAccess, .instructionAccess: NVIC.memManage
    case .supervisorCallBlocked, .breakpointWithoutDebugger: NVIC.hardFault
    }
  }

  /// The bits of CFSR that it sets.
  var status: UInt32 {
    typealias CFSR = SystemControl.CFSR
    return switch self {
    case .undefinedInstruction: CFSR.undefinedInstruction
    case .invalidState: CFSR.invalidState
    case .noCoprocessor: CFSR.noCoprocessor
    case .unaligned: CFSR.unaligned
    case .divideByZero: CFSR.divideByZero
    case .stackOverflow: CFSR.stackOverflow
    case .invalidExceptionReturn: CFSR.invalidPC
    case .dataBus: CFSR.preciseDataBus | CFSR.busFaultAddressValid
    case .instructionBus: CFSR.instructionBus
    case .dataAccess: CFSR.dataAccess | CFSR.memManageAddressValid
    case .instructionAccess: CFSR.instructionAccess
    case .supervisorCallBlocked, .breakpointWithoutDebugger: 0
    }
  }

  /// In words, for the report.
  public var cause: String {
    switch self {
    case .undefinedInstruction: "undefined instruction"
    case .invalidState: "jump to an address without the Thumb bit"
    case .noCoprocessor: "floating-point instruction while the unit is off"
    case .unaligned: "unaligned access"
    case .divideByZero: "division by zero"
    case .stackOverflow: "stack pointer below its limit"
    case .dataBus(let address): "data access to \(address), where nothing answers"
    case .instructionBus(let address): "instruction fetch from \(address), where nothing answers"
    case .dataAccess(let address): "data access to \(address), which is not allowed"
    case .instructionAccess(let address):
      "instruction fetch from \(address), which is not executable"
    case .invalidExceptionReturn: "invalid exception return"
    case .supervisorCallBlocked: "SVC where its handler cannot run"
    case .breakpointWithoutDebugger: "BKPT with no debugger"
    }
  }
}
