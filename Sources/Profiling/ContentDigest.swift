import FirmwareImage
import Units

/// What a function's code or a variable's first value says, apart from where it and what it names lie:
/// equal digests are equal programs at any addresses.
///
/// Calls, jumps out of the function, literal words and MOVW/MOVT pairs that hold an address are taken
/// by the name of what is there; all other bits are taken as they are.
///
/// Reference: Armv7-M Architecture Reference Manual (DDI 0403E), A5.3, A7.7.12 (B), A7.7.18 (BL),
/// A7.7.76 (MOV), A7.7.79 (MOVT). FNV-1a of 64 bits.
/// Not modelled: addresses that instructions other than these make; such a function differs where its
/// place does.
struct ContentDigest {
  private let image: FirmwareImage
  private let functions: [UInt32: String]
  private let objects: [UInt32: String]
  /// Of sections that are written to.
  private let variables: [Range<UInt64>]
  private let ranges: [Range<UInt64>]
  private var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  /// The lower half of an address under way, by register.
  private var halves: [UInt32: UInt32] = [:]
  /// What it calls or jumps to, in the order of its instructions.
  private var callees: [String] = []

  init(_ image: FirmwareImage) {
    self.image = image
    ranges =
      image.sections.filter { $0.isAllocated && $0.size > 0 }.map(\.range)
      + image.segments.map(\.loadRange)
    variables = image.sections.filter { $0.isAllocated && $0.isWritable }.map(\.range)
    // One name for each address, and the same whichever is read first.
    func names(_ kind: Symbol.Kind) -> [UInt32: String] {
      Dictionary(
        image.symbols.filter { $0.kind == kind }.map { ($0.address.value, $0.name) },
        uniquingKeysWith: { min($0, $1) })
    }
    (functions, objects) = (names(.function), names(.object))
  }

  func function(_ function: Function) -> (digest: UInt64, callees: [String])? {
    let count = Int(function.size) & ~1
    guard count > 0, let bytes = image.contents(at: function.address, count: count) else {
      return nil
    }
    var digest = self
    digest.take(code: Array(bytes), of: function)
    return (digest.hash, digest.callees)
  }

  /// nil: nothing is written there before reset.
  func object(at address: Address, size: UInt32) -> UInt64? {
    guard size > 0, let bytes = image.contents(at: address, count: Int(size)) else { return nil }
    var digest = self
    digest.take(data: Array(bytes), at: address.value, from: 0, to: bytes.count, inCode: false)
    return digest.hash
  }

  // MARK: Code

  private mutating func take(code bytes: [UInt8], of function: Function) {
    let start = function.address.value
    var index = 0
    while index + 1 < bytes.count {
      let address = start &+ UInt32(index)
      if image.isData(at: Address(address)) {
        var end = index
        while end < bytes.count, image.isData(at: Address(start &+ UInt32(end))) { end += 1 }
        take(data: bytes, at: start, from: index, to: end, inCode: true)
        index = end + end % 2
        continue
      }
      let first = UInt32(bytes[index]) | UInt32(bytes[index + 1]) << 8
      guard first >> 11 >= 0b11101, index + 3 < bytes.count else {
        takeNarrow(first, at: address, in: function)
        index += 2
        continue
      }
      let second = UInt32(bytes[index + 2]) | UInt32(bytes[index + 3]) << 8
      takeWide(first, second, at: address, in: function)
      index += 4
    }
  }

  private mutating func takeNarrow(_ word: UInt32, at address: UInt32, in function: Function) {
    guard word >> 11 == 0b11100 else { return mix(word, 2) }
    let offset = Int32(bitPattern: (word & 0x7ff) << 21) >> 20
    take(jump: 0xe000, to: address &+ 4 &+ UInt32(bitPattern: offset), raw: word, in: function)
  }

  private mutating func takeWide(
    _ first: UInt32, _ second: UInt32, at address: UInt32, in function: Function
  ) {
    let raw = first << 16 | second
    if first & 0xf800 == 0xf000, second & 0x8000 != 0 {
      let isCall = second & 0x5000 == 0x5000
      let isJump = second & 0x5000 == 0x1000
      if isCall || isJump {
        let target = address &+ 4 &+ Self.offset(first, second)
        return take(jump: isCall ? 0xd000 : 0x9000, to: target, raw: raw, in: function)
      }
    }
    let register = second >> 8 & 0xf
    let half = (first & 0xf) << 12 | (first << 1) & 0x800 | second >> 4 & 0x700 | second & 0xff
    switch first & 0xfbf0 {
    case 0xf240: halves[register] = half
    case 0xf2c0:
      if let lower = halves.removeValue(forKey: register),
        let name = name(of: half << 16 | lower, inCode: true)
      {
        return mix(name, 0xf2c0 << 8 | register)
      } else {
        mix(half, 4)
      }
    default: break
    }
    // The lower half of what may be an address is told with its upper half, or else at its end.
    if first & 0xfbf0 == 0xf240 {
      mix(0xf240 << 8 | register, 4)
      if !isAddressBegun(in: function, at: address, register) { mix(half, 4) }
      return
    }
    if first & 0xfbf0 != 0xf2c0 { mix(raw, 4) }
  }

  /// Whether a MOVT of the same register follows within a few instructions, and makes an address.
  private func isAddressBegun(
    in function: Function, at address: UInt32, _ register: UInt32
  ) -> Bool {
    guard let lower = halves[register] else { return false }
    var next = address &+ 4
    for _ in 0..<8 where UInt64(next) + 4 <= function.end {
      guard let bytes = image.contents(at: Address(next), count: 4) else { return false }
      let word = Array(bytes)
      let first = UInt32(word[0]) | UInt32(word[1]) << 8
      let second = UInt32(word[2]) | UInt32(word[3]) << 8
      if first & 0xfbf0 == 0xf2c0, second >> 8 & 0xf == register {
        let half = (first & 0xf) << 12 | (first << 1) & 0x800 | second >> 4 & 0x700 | second & 0xff
        return name(of: half << 16 | lower, inCode: true) != nil
      }
      next &+= first >> 11 >= 0b11101 ? 4 : 2
    }
    return false
  }

  /// Of BL and of B.W, encodings T1 and T4.
  private static func offset(_ first: UInt32, _ second: UInt32) -> UInt32 {
    let sign = first >> 10 & 1
    let upper = ~(second >> 13 ^ sign) & 1
    let lower = ~(second >> 11 ^ sign) & 1
    let whole =
      sign << 24 | upper << 23 | lower << 22 | (first & 0x3ff) << 12 | (second & 0x7ff) << 1
    return UInt32(bitPattern: Int32(bitPattern: whole << 7) >> 7)
  }

  private mutating func take(
    jump kind: UInt32, to target: UInt32, raw: UInt32, in function: Function
  ) {
    if kind != 0xd000, UInt64(target) >= UInt64(function.address.value),
      UInt64(target) < function.end
    {
      return mix(raw, 4)
    }
    let name = functions[target].map(Self.source) ?? ""
    if !name.isEmpty { callees.append(name) }
    mix(name, kind)
  }

  // MARK: Data

  private mutating func take(
    data bytes: [UInt8], at start: UInt32, from: Int, to: Int, inCode: Bool
  ) {
    var index = from
    while index < to {
      let isWord = (start &+ UInt32(index)) & 3 == 0 && index + 4 <= to
      guard isWord else {
        mix(UInt32(bytes[index]), 1)
        index += 1
        continue
      }
      let word = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[index + $1]) << (8 * UInt32($1)) }
      if let name = name(of: word, inCode: inCode) { mix(name, 0xadd) } else { mix(word, 4) }
      index += 4
    }
  }

  /// What a word names, if it is an address of the program. In the lowest megabytes numbers look like
  /// addresses: there only the beginnings of things count, and places without a name behind the vectors.
  /// Code names variables and the ends of their sections, and these need not be told apart.
  private func name(of word: UInt32, inCode: Bool) -> String? {
    if inCode, variables.contains(where: { $0.contains(UInt64(word)) || $0.upperBound == word }) {
      return ""
    }
    guard ranges.contains(where: { $0.contains(UInt64(word)) }) else { return nil }
    let isCode = word & 1 == 1
    if let name = isCode ? functions[word & ~1] : objects[word] { return Self.source(name) }
    if word >= 0x0800_0000 { return covering(word) ?? "" }
    let isNameless = image.functionID(at: Address(word)) == nil && covering(word) == nil
    return word >= 0x400 && isNameless ? "" : nil
  }

  /// The thing that an address lies in, and where in it.
  private func covering(_ word: UInt32) -> String? {
    let symbols = image.symbols
    var (low, high) = (0, symbols.count)
    while low < high {
      let middle = (low + high) / 2
      if symbols[middle].address.value <= word { low = middle + 1 } else { high = middle }
    }
    guard
      let symbol = symbols[..<low].suffix(8).last(where: { $0.kind != .label && $0.size > 0 }),
      word - symbol.address.value < symbol.size
    else { return nil }
    return "\(Self.source(symbol.name))+\(word - symbol.address.value)"
  }

  /// Without the compiler's numbers, and by way of the linker's detours.
  private static func source(_ name: String) -> String {
    var name = SymbolName(name).source
    if name.hasPrefix("__"), name.hasSuffix("_veneer") {
      name = String(name.dropFirst(2).dropLast(7))
    }
    return name
  }

  // MARK: The hash

  private mutating func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }

  private mutating func mix(_ value: UInt32, _ bytes: Int) {
    for index in 0..<bytes { mix(UInt8(truncatingIfNeeded: value >> (8 * UInt32(index)))) }
  }

  private mutating func mix(_ name: String, _ kind: UInt32) {
    mix(kind, 4)
    for byte in name.utf8 { mix(byte) }
    mix(0)
  }
}
