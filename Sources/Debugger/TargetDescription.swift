import Units

/// The documents in which GDB reads what registers and memories there are.
///
/// Reference: Debugging with GDB, appendix G.5.3 "ARM Features" and E.16 "Memory Map Format".
enum TargetDescription {
  /// One register of the `g` packet.
  enum Register: Hashable {
    case core(CoreRegister)
    /// D0 … D15.
    case double(Int)
  }

  private static let general: [CoreRegister] = [
    .r0, .r1, .r2, .r3, .r4, .r5, .r6, .r7, .r8, .r9, .r10, .r11, .r12, .sp, .lr, .pc, .xpsr,
  ]

  private static func system(_ layout: TargetLayout) -> [CoreRegister] {
    layout.hasMainlineMasks
      ? [.msp, .psp, .primask, .basepri, .faultmask, .control] : [.msp, .psp, .primask, .control]
  }

  /// In the order of their numbers.
  static func registers(_ layout: TargetLayout) -> [Register] {
    var registers = general.map(Register.core)
    if layout.hasFloatingPoint {
      registers += (0..<16).map(Register.double) + [.core(.fpscr)]
    }
    return registers + system(layout).map(Register.core)
  }

  static func features(_ layout: TargetLayout) -> String {
    func words(_ registers: [CoreRegister]) -> String {
      registers.map { register in
        let type =
          switch register {
          case .sp, .msp, .psp: " type=\"data_ptr\""
          case .pc: " type=\"code_ptr\""
          default: ""
          }
        return "<reg name=\"\(register)\" bitsize=\"32\"\(type)/>\n"
      }.joined()
    }
    func feature(_ name: String, _ body: String) -> String {
      "<feature name=\"org.gnu.gdb.arm.\(name)\">\n\(body)</feature>\n"
    }
    var text = "<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n"
    text += "<target version=\"1.0\">\n<architecture>arm</architecture>\n"
    text += feature("m-profile", words(general))
    if layout.hasFloatingPoint {
      let doubles = (0..<16).map {
        "<reg name=\"d\($0)\" bitsize=\"64\" type=\"ieee_double\"/>\n"
      }.joined()
      text += feature(
        "vfp",
        doubles + "<reg name=\"fpscr\" bitsize=\"32\" type=\"int\" group=\"float\"/>\n")
    }
    return text + feature("m-system", words(system(layout))) + "</target>\n"
  }

  static func memoryMap(_ layout: TargetLayout) -> String {
    var text = "<?xml version=\"1.0\"?>\n<memory-map>\n"
    for memory in layout.memories {
      let range = "start=\"\(memory.start)\" length=\"\(hexadecimal(memory.size))\""
      text +=
        memory.kind == .flash
        ? "<memory type=\"flash\" \(range)><property name=\"blocksize\">0x400</property></memory>\n"
        : "<memory type=\"\(memory.kind.rawValue)\" \(range)/>\n"
    }
    // The private peripheral bus: GDB looks at FPCCR to unwind exceptions.
    text += "<memory type=\"ram\" start=\"0xe0000000\" length=\"0x00100000\"/>\n"
    return text + "</memory-map>\n"
  }
}
