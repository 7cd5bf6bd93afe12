public import Documents
public import Units

/// A register of a peripheral as its vendor's description lists it.
public struct Register: Hashable, Sendable {
  /// The peripheral's name in the list, an alias of the block's where several share an address.
  public var block: String
  public var name: String
  public var address: Address
  public var reset: UInt32
  /// Bits: 8, 16 or 32.
  public var width: Int
  public var isReadable: Bool
  public var isWritable: Bool
}

/// The registers of a chip by address, from a text file with one of them a line:
/// `TIMER0 0x510 PRESCALER 0x4 rw`, with the width after the access when it is not 32.
public struct RegisterList: Sendable {
  private var registers: [Address: [Register]] = [:]

  public init() {}

  public var count: Int { registers.values.reduce(0) { $0 + $1.count } }

  /// The register at an address; where several peripherals share it, the first listed.
  public subscript(address: Address) -> Register? { registers[address]?.first }

  /// The register at an address as one of the peripherals there names it.
  public subscript(address: Address, block: String) -> Register? {
    registers[address]?.first { $0.block == block }
  }

  public init(path: String, blocks: [Block]) throws(DocumentError) {
    let text = String(decoding: try documentBytes(path), as: UTF8.self)
    var bases: [Substring: Address] = [:]
    for block in blocks {
      for name in [block.name] + block.aliases { bases[Substring(name)] = block.base }
    }
    var number = 0
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      number += 1
      if line.isEmpty || line.first == "#" { continue }
      let words = line.split(separator: " ")
      guard let register = Register(words, bases: bases) else {
        throw DocumentError(
          "expected BLOCK OFFSET NAME RESET ACCESS of a known block",
          at: Position(file: path, line: number, column: 1))
      }
      registers[register.address, default: []].append(register)
    }
  }
}

extension Register {
  fileprivate init?(_ words: [Substring], bases: [Substring: Address]) {
    guard words.count == 5 || words.count == 6, let base = bases[words[0]],
      let offset = UInt32(words[1].dropFirst(2), radix: 16),
      let reset = UInt32(words[3].dropFirst(2), radix: 16)
    else { return nil }
    block = String(words[0])
    name = String(words[2])
    address = base + offset
    self.reset = reset
    isReadable = words[4].contains("r")
    isWritable = words[4].contains("w")
    width = words.count == 6 ? Int(words[5]) ?? 32 : 32
  }
}
