import Disassembly
import FirmwareImage
import Units

/// Reads off a function's first instructions what it has pushed by an address.
///
/// Right where a function saves its registers before its first branch and frees its stack only to
/// return. Not modelled: frames that a register other than SP leads to.
enum PrologueFrame {
  /// `bytes` are the function's, up to the address asked about or past its prologue.
  static func rule(_ bytes: [UInt8], of function: Address, at address: Address) -> FrameRule {
    var depth: Int32 = 0
    var saved: [UInt8: Int32] = [:]
    for instruction in Decoder.decodeBlock(bytes: bytes, at: function) {
      if instruction.address >= address || instruction.writesPC { break }
      if instruction.stackChange < 0, instruction.kind.stores, instruction.memory.base == 13 {
        depth -= instruction.stackChange
        var place = depth
        for register in UInt8(0)..<15 where register != 13 {
          guard instruction.reads >> UInt16(register) & 1 == 1,
            !instruction.kind.isFloatingPoint
          else { continue }
          if saved[register] == nil { saved[register] = -place }
          place -= 4
        }
      } else {
        depth -= instruction.stackChange
      }
    }
    return FrameRule(
      base: 13, offset: depth, saved: saved.mapValues { .atOffset($0) }, returnRegister: 14,
      source: .prologue)
  }
}
