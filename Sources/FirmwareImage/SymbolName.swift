import CElfutils

/// A linker symbol's name taken apart: what the source calls it and what the compiler added.
public struct SymbolName: Sendable, Hashable {
  public enum Variant: Sendable, Hashable {
    /// The function as written.
    case whole
    /// A specialised copy with the function's own entry: `.constprop`, `.isra`, `.lto_priv`.
    case clone
    /// The outlined rest of a function whose beginning was inlined into its callers: `.part`.
    case part
    /// The unlikely half of a function, reached by a jump: `.cold`. Its address is no entry.
    case cold
  }

  public let source: String
  public let variant: Variant

  public init(_ name: String) {
    var source = Substring(name)
    var variant = Variant.whole
    while let dot = source.utf8.lastIndex(of: UInt8(ascii: ".")), dot > source.startIndex {
      let suffix = source[source.index(after: dot)...]
      if suffix.isEmpty { break }
      if suffix.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) {
        // A counter: `.constprop.0`, or a function-local static's `name.3`.
      } else if let kind = Self.suffixes[String(suffix)] {
        variant = Self.stronger(variant, kind)
      } else {
        break
      }
      source = source[..<dot]
    }
    (self.source, self.variant) = (String(source), variant)
  }

  private static let suffixes: [String: Variant] = [
    "constprop": .clone, "isra": .clone, "lto_priv": .clone, "localalias": .clone,
    "llvm": .clone, "part": .part, "cold": .cold,
  ]

  private static func stronger(_ a: Variant, _ b: Variant) -> Variant {
    if a == .cold || b == .cold { return .cold }
    if a == .part || b == .part { return .part }
    return .clone
  }
}

/// The C++ declaration or the Rust path of a mangled name without suffixes; nil for any other name.
func demangle(_ name: String) -> String? {
  if name.utf8.starts(with: "_R".utf8) { return RustName.path(name) }
  // Longer names are not written by people; the demangler's recursion grows with the length.
  guard name.utf8.starts(with: "_Z".utf8), name.utf8.count < 1_000 else { return nil }
  guard let text = __cxa_demangle(name, nil, nil, nil) else { return nil }
  defer { free(text) }
  return RustName.withoutHash(String(cString: text))
}

/// Whether a user's `query` names the symbol: exactly, by source name, or by C++ declaration with or
/// without its parameters.
func linkName(_ name: String, matches query: String) -> Bool {
  if name == query { return true }
  let source = SymbolName(name).source
  if source == query { return true }
  guard let declaration = demangle(source) else { return false }
  if declaration == query { return true }
  return withoutParameters(declaration) == query
}
