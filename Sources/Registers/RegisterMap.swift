public import Units

/// The registers of a chip by address and by name.
public struct RegisterMap: Sendable {
  /// In the order of the description.
  public private(set) var registers: [Register] = []
  /// Indices by the word that a register begins in.
  private var words: [UInt32: [Int]] = [:]

  public init() {}

  public init(_ registers: [Register]) {
    for register in registers { append(register) }
  }

  public mutating func append(_ register: Register) {
    words[register.address.value & ~3, default: []].append(registers.count)
    registers.append(register)
  }

  public var count: Int { registers.count }

  /// Gives names to bits of registers by their indices.
  mutating func name(_ bits: [RegisterField], of indices: [Int]) {
    for index in indices { registers[index].bitNames = bits }
  }

  /// The register at an address; where several peripherals share it, the first listed.
  public subscript(address: Address) -> Register? {
    word(address.value).first { $0.address == address }
  }

  /// The register at an address as one of the peripherals there names it.
  public subscript(address: Address, block: String) -> Register? {
    word(address.value).first { $0.address == address && $0.block == block }
  }

  /// The registers that begin in the word of an address.
  public func word(_ address: UInt32) -> [Register] {
    (words[address & ~3] ?? []).map { registers[$0] }
  }

  /// The register of that name, `BLOCK.REGISTER`; dots of clusters may be written as underscores and
  /// brackets of arrays left out: `UARTE0.PSEL_TXD`, `TIMER0.CC0`.
  public func register(_ path: String) -> Register? {
    let wanted = Self.plain(path)
    return registers.first { Self.plain($0.path) == wanted }
  }

  /// A name with its separators alike.
  static func plain(_ name: String) -> String {
    var plain = ""
    for character in name.utf8 where !"[]".utf8.contains(character) {
      let isDot = character == UInt8(ascii: ".")
      plain.unicodeScalars.append(Unicode.Scalar(isDot ? UInt8(ascii: "_") : character))
    }
    return plain
  }
}
