import Disassembly
import Registers
import Units

/// The register, or the field of one, that a busy wait looks at.
struct SpinRegister {
  /// As `--hold` takes it, bits apart: `RCC.CR`.
  private let path: String
  private let field: RegisterField?
  /// In the place of the whole register.
  private let mask: UInt32
  private let wanted: UInt32?
  private let shift: UInt32

  private let isNamed: Bool
  private let word: Address

  /// Nil where no device answers.
  init?(_ address: Address, _ load: Instruction, _ condition: SpinCondition, _ bus: SystemBus) {
    guard bus.isDevice(address.value) else { return nil }
    let register = bus.register(address.value)
    let shift = (register.map { address - $0.address } ?? address.value & 3) * 8
    word = Address(address.value & ~3)
    path = register?.path ?? bus.registerName(address.value) ?? "\(word)"
    let size = UInt32(load.memory.transferSize)
    let loaded: UInt32 = size >= 4 ? .max : (1 << (size * 8)) - 1
    let mask = (condition.mask & loaded) << shift & (register?.mask ?? .max)
    wanted = condition.wanted.map { $0 << shift }
    field = register?.field(holding: mask)
    isNamed = register != nil
    (self.shift, self.mask) = (shift, mask)
  }

  /// `RCC.CR.HSERDY`, or the register alone where its bits have no names.
  var name: String { field.map { "\(path).\($0.name)" } ?? path }

  /// What ends the wait: `RCC.CR.HSERDY=1`; the register's other bits stay as they were read.
  func hold(from value: UInt32) -> String? {
    guard let wanted else { return nil }
    let whole = value << shift & ~mask | wanted & mask
    let target = isNamed ? path : "\(word)"
    if let field {
      return "\(target).\(field.name)=\((whole & field.mask) >> UInt32(field.lowest))"
    }
    if mask.nonzeroBitCount == 1 {
      return "\(target).\(mask.trailingZeroBitCount)=\(wanted & mask == 0 ? 0 : 1)"
    }
    return "\(target)=\(whole < 10 ? "\(whole)" : hexadecimal(whole))"
  }
}
