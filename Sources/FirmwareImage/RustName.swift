/// A name that the Rust compiler made for the linker, read back: `_RNvNtC5crate6module4name`.
///
/// Reference: Rust RFC 2603, symbol name mangling v0. The older scheme is C++'s with a hash at the end.
/// Not modelled: identifiers beyond ASCII stay in Punycode; constants that are no numbers.
struct RustName {
  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0
  /// A name with many back references grows fast.
  private var budget = 2_000

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The path in the source; nil when it is no such name.
  static func path(_ name: String) -> String? {
    guard name.hasPrefix("_R"), name.utf8.count < 2_000 else { return nil }
    var reader = RustName(Array(name.utf8.dropFirst(2)))
    return reader.path()
  }

  /// The older scheme's `::h` and sixteen digits, taken off.
  static func withoutHash(_ declaration: String) -> String {
    let tail = declaration.utf8.suffix(19)
    guard tail.count == 19, tail.starts(with: "::h".utf8),
      tail.dropFirst(3).allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
    else { return declaration }
    return String(declaration.dropLast(19))
  }

  // MARK: Letters and numbers

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ letter: Character) -> Bool {
    guard next == letter.asciiValue else { return false }
    position += 1
    return true
  }

  private mutating func takeLetter() -> Character? {
    guard let byte = next else { return nil }
    position += 1
    return Character(Unicode.Scalar(byte))
  }

  /// `_` is 0, `0_` is 1, digits go on with letters.
  private mutating func number() -> Int? {
    if take("_") { return 0 }
    var value = 0
    while let letter = takeLetter() {
      if letter == "_" { return value &+ 1 }
      guard let digit = Self.digit(letter) else { return nil }
      // A crate's hash has 64 bits; nobody reads it.
      value = value &* 62 &+ digit
    }
    return nil
  }

  private static func digit(_ letter: Character) -> Int? {
    guard let code = letter.asciiValue.map(Int.init) else { return nil }
    switch code {
    case 0x30...0x39: return code - 0x30
    case 0x61...0x7a: return code - 0x61 + 10
    case 0x41...0x5a: return code - 0x41 + 36
    default: return nil
    }
  }

  private mutating func identifier() -> (name: String, disambiguator: Int)? {
    var disambiguator = 0
    if take("s") {
      guard let number = number() else { return nil }
      disambiguator = number &+ 1
    }
    _ = take("u")
    var length = 0
    guard let first = next, (0x30...0x39).contains(first) else { return nil }
    while let byte = next, (0x30...0x39).contains(byte), length < 2_000 {
      length = length * 10 + Int(byte - 0x30)
      position += 1
      if length == 0 { break }
    }
    _ = take("_")
    guard position + length <= bytes.count else { return nil }
    defer { position += length }
    return (String(decoding: bytes[position..<position + length], as: UTF8.self), disambiguator)
  }

  // MARK: Paths and types

  /// Reads what stands at an earlier place.
  private mutating func referred(_ read: (inout RustName) -> String?) -> String? {
    guard let place = number(), 0 <= place, place < position else { return nil }
    let back = position
    position = place
    defer { position = back }
    return read(&self)
  }

  private mutating func nested(_ read: (inout RustName) -> String?) -> String? {
    (depth, budget) = (depth + 1, budget - 1)
    defer { depth -= 1 }
    return depth > 64 || budget < 0 ? nil : read(&self)
  }

  private mutating func path() -> String? { nested { $0.readPath() } }
  private mutating func type() -> String? { nested { $0.readType() } }

  private mutating func readPath() -> String? {
    switch takeLetter() {
    case "C": return identifier()?.name
    case "M":
      guard skipImplementation() else { return nil }
      return type().map { "<\($0)>" }
    case "X":
      guard skipImplementation() else { return nil }
      return qualified()
    case "Y": return qualified()
    case "N": return member()
    case "I":
      guard let path = path(), let arguments = arguments() else { return nil }
      return "\(path)::<\(arguments)>"
    case "B": return referred { $0.path() }
    default: return nil
    }
  }

  private mutating func skipImplementation() -> Bool {
    if take("s"), number() == nil { return false }
    return path() != nil
  }

  private mutating func qualified() -> String? {
    guard let type = type(), let trait = path() else { return nil }
    return "<\(type) as \(trait)>"
  }

  /// Capital name spaces are the compiler's own: closures and shims.
  private mutating func member() -> String? {
    guard let space = takeLetter(), let path = path(), let (name, number) = identifier() else {
      return nil
    }
    switch space {
    case "C": return "\(path)::{closure#\(number)}"
    case "A"..."Z": return "\(path)::{\(name.isEmpty ? "shim" : name)#\(number)}"
    default: return name.isEmpty ? path : "\(path)::\(name)"
    }
  }

  private mutating func arguments() -> String? {
    var arguments: [String] = []
    while !take("E") {
      if take("L") {
        if number() == nil { return nil }
      } else {
        guard let argument = take("K") ? constant() : type() else { return nil }
        arguments.append(argument)
      }
    }
    return arguments.joined(separator: ", ")
  }

  private mutating func constant() -> String? {
    if take("p") { return "_" }
    if take("B") { return referred { $0.constant() } }
    guard takeLetter() != nil else { return nil }
    let sign = take("n") ? "-" : ""
    var value: UInt64 = 0
    while let letter = takeLetter(), letter != "_" {
      guard let digit = letter.hexDigitValue, value >> 60 == 0 else { return nil }
      value = value << 4 | UInt64(digit)
    }
    return "\(sign)\(value)"
  }

  private static let basic: [Character: String] = [
    "a": "i8", "b": "bool", "c": "char", "d": "f64", "e": "str", "f": "f32", "h": "u8",
    "i": "isize", "j": "usize", "l": "i32", "m": "u32", "n": "i128", "o": "u128", "s": "i16",
    "t": "u16", "u": "()", "v": "...", "x": "i64", "y": "u64", "z": "!", "p": "_",
  ]

  private mutating func readType() -> String? {
    guard let byte = next else { return nil }
    let letter = Character(Unicode.Scalar(byte))
    if let name = Self.basic[letter] {
      position += 1
      return name
    }
    if "CMXYNI".contains(letter) { return path() }
    position += 1
    switch letter {
    case "B": return referred { $0.type() }
    case "A":
      guard let element = type(), let count = constant() else { return nil }
      return "[\(element); \(count)]"
    case "S": return type().map { "[\($0)]" }
    case "T": return arguments().map { "(\($0))" }
    case "R", "Q":
      if take("L"), number() == nil { return nil }
      return type().map { (letter == "R" ? "&" : "&mut ") + $0 }
    case "P": return type().map { "*const \($0)" }
    case "O": return type().map { "*mut \($0)" }
    case "F": return function()
    case "D": return dynamic()
    default: return nil
    }
  }

  private mutating func function() -> String? {
    if take("G"), number() == nil { return nil }
    _ = take("U")
    if take("K"), !take("C"), identifier() == nil { return nil }
    guard let parameters = arguments(), let result = type() else { return nil }
    return "fn(\(parameters))" + (result == "()" ? "" : " -> \(result)")
  }

  private mutating func dynamic() -> String? {
    if take("G"), number() == nil { return nil }
    var traits: [String] = []
    while !take("E") {
      guard let trait = path() else { return nil }
      traits.append(trait)
      while take("p") { if identifier() == nil || type() == nil { return nil } }
    }
    guard take("L"), number() != nil else { return nil }
    return "dyn " + traits.joined(separator: " + ")
  }
}
