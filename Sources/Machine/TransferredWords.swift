import Disassembly

extension Instruction {
  /// Each word that a load or a store moves: its register and its distance from the first address.
  var transferredWords: [(register: Int, offset: UInt32)] {
    switch kind {
    case .load, .store:
      let narrow = encoding & 0xf000 == 0x9000 ? encoding >> 8 & 7 : encoding & 7
      return [(Int(isWide ? encoding >> 12 & 15 : narrow), 0)]
    case .loadDouble, .storeDouble:
      return [(Int(encoding >> 12 & 15), 0), (Int(encoding >> 8 & 15), 4)]
    case .loadMultiple, .storeMultiple:
      var list = encoding & (isWide ? 0xdfff : 0xff)
      // PUSH with LR, POP with PC.
      if !isWide && encoding & 0xf100 == 0xb100 { list |= kind.stores ? 0x4000 : 0x8000 }
      let registers = (0..<16).filter { list & 1 << UInt32($0) != 0 }
      return registers.enumerated().map { ($1, UInt32($0) * 4) }
    default: return []
    }
  }
}
