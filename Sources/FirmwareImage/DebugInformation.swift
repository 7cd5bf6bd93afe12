public import Units

/// A place in the source.
public struct SourceLocation: Sendable, Hashable {
  /// As the compiler was called, relative names under its working directory.
  public let file: String
  /// From 1.
  public let line: Int

  public init(file: String, line: Int) { (self.file, self.line) = (file, line) }
}

/// One place where the compiler put a function's body into its caller.
public struct InlinedCall: Sendable, Hashable {
  /// Of the function that was inlined, as the source calls it; C++ names with their scope.
  public let name: String
  /// Its first instruction.
  public let entry: Address
  /// The addresses of its instructions, sorted; empty when they melted into the caller's.
  public let ranges: [Range<Address>]
  /// The `id` of the function whose code holds it.
  public let functionID: Int?
  /// Where it is called.
  public let call: SourceLocation?

  /// Whether the instruction at `address` came from the inlined function.
  public func contains(_ address: Address) -> Bool { ranges.contains { $0.contains(address) } }
}

/// One source file as it was compiled.
public struct CompilationUnit: Sendable, Hashable {
  public let name: String
  /// The compiler with its version and options, when it noted them.
  public let producer: String?
}

/// What the compiler noted about the source (DWARF), read when first asked for.
///
/// Holds handles and caches: one task uses it. The image itself stays usable without.
public final class DebugInformation {
  private let image: FirmwareImage
  /// One for each file of the image that has any.
  private let files: [DebugFile]

  /// nil when the image carries no debug information (built without `-g`, or stripped).
  public init?(_ image: FirmwareImage) {
    let parts = image.parts.isEmpty ? [image] : image.parts
    let files = parts.compactMap { DebugFile($0) }
    if files.isEmpty { return nil }
    (self.image, self.files) = (image, files)
  }

  /// The source files and how they were compiled, in the order they were linked.
  public var compilationUnits: [CompilationUnit] { files.flatMap(\.compilationUnits) }

  /// The line that the instruction at `address` was compiled from.
  public func location(of address: Address) -> SourceLocation? {
    files.lazy.compactMap { $0.location(of: address) }.first
  }

  /// Where the source declares the function; else the line of its first instruction.
  public func declaration(of function: Function) -> SourceLocation? {
    files.lazy.compactMap { $0.declaration(of: function) }.first
  }

  /// Every place where `name` was inlined, by address; reads all units.
  public func inlinedCalls(named name: String) -> [InlinedCall] {
    files.flatMap { $0.inlinedCalls(named: name) }.map(placed).sorted { $0.entry < $1.entry }
  }

  /// Functions that were inlined somewhere in the units that were read so far, sorted.
  public var loadedInlinedNames: [String] {
    Set(files.flatMap(\.loadedInlinedNames)).sorted()
  }

  /// The calls inlined at `address`, outermost first: what a debugger shows as frames of one function.
  public func inlinedCalls(at address: Address) -> [InlinedCall] {
    files.flatMap { $0.inlinedCalls(at: address) }.map(placed)
  }

  /// A file of several numbers its functions otherwise than the whole does.
  private func placed(_ call: InlinedCall) -> InlinedCall {
    if image.parts.isEmpty || call.functionID == nil { return call }
    return InlinedCall(
      name: call.name, entry: call.entry, ranges: call.ranges,
      functionID: image.functionID(at: call.entry), call: call.call)
  }
}
