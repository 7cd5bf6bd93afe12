import RunRecord

/// The fault status registers, bit by bit in words.
///
/// Reference: Arm DDI 0403E.e, B3.2.15 … B3.2.18; DDI 0553B (Armv8-M), D1.2.244 (SFSR), STKOF.
enum FaultStatus {
  private typealias Row = (bit: UInt32, name: String, meaning: String)

  private static let configurable: [Row] = [
    (0, "IACCVIOL", "instruction fetch from where execution is not allowed"),
    (1, "DACCVIOL", "data access that is not allowed"),
    (3, "MUNSTKERR", "unstacking was not allowed to read the frame"),
    (4, "MSTKERR", "stacking was not allowed to write the frame"),
    (5, "MLSPERR", "lazy stacking was not allowed to write the frame"),
    (7, "MMARVALID", "MMFAR holds the address"),
    (8, "IBUSERR", "nothing answered an instruction fetch"),
    (9, "PRECISERR", "nothing answered a data access; the stacked pc is its instruction"),
    (10, "IMPRECISERR", "a store failed after its instruction: the stacked pc is behind it"),
    (11, "UNSTKERR", "nothing answered where the frame is unstacked"),
    (12, "STKERR", "nothing answered where the frame is stacked"),
    (13, "LSPERR", "nothing answered where the floating-point frame is stacked"),
    (15, "BFARVALID", "BFAR holds the address"),
    (16, "UNDEFINSTR", "undefined instruction"),
    (17, "INVSTATE", "jump without the Thumb bit: Arm state, which the core lacks"),
    (18, "INVPC", "EXC_RETURN that does not fit the state"),
    (19, "NOCP", "instruction of a coprocessor that is off or missing"),
    (20, "STKOF", "the stack pointer went below its limit register"),
    (24, "UNALIGNED", "unaligned access"),
    (25, "DIVBYZERO", "division by zero"),
  ]

  private static let hard: [Row] = [
    (1, "VECTTBL", "the vector could not be read"),
    (30, "FORCED", "a fault whose own handler could not run"),
    (31, "DEBUGEVT", "a debug event with no debugger"),
  ]

  private static let secure: [Row] = [
    (0, "INVEP", "call into secure code past its entry points"),
    (1, "INVIS", "integrity signature missing on exception return"),
    (2, "INVER", "EXC_RETURN of the wrong security state"),
    (3, "AUVIOL", "access to secure memory"), (4, "INVTRAN", "branch to non-secure code"),
    (5, "LSPERR", "lazy stacking of another state's frame"), (6, "SFARVALID", "SFAR holds it"),
    (7, "LSERR", "lazy stacking error"),
  ]

  private static func decoded(_ name: String, _ value: UInt32, _ rows: [Row])
    -> CoreDump.StatusRegister
  {
    CoreDump.StatusRegister(
      name, value,
      rows.filter { value >> $0.bit & 1 == 1 }.map { .init($0.name, $0.meaning) })
  }

  static func registers(_ fault: CapturedFault) -> [CoreDump.StatusRegister] {
    var list = [
      decoded("CFSR", fault.cfsr, configurable), decoded("HFSR", fault.hfsr, hard),
    ]
    if fault.cfsr & 1 << 7 != 0 { list.append(.init("MMFAR", fault.mmfar)) }
    if fault.cfsr & 1 << 15 != 0 { list.append(.init("BFAR", fault.bfar)) }
    if let secure = fault.secure {
      list.append(decoded("SFSR", secure.status, Self.secure))
      if secure.status & 1 << 6 != 0 { list.append(.init("SFAR", secure.address)) }
    }
    return list
  }
}
