public import Units

/// What an image says about unwinding its functions, read when made.
public struct Unwinding {
  private var tables: [CallFrameTable] = []
  private var indices: [ExceptionIndex] = []

  public init(_ image: FirmwareImage) {
    for part in image.parts.isEmpty ? [image] : image.parts { add(part) }
  }

  private mutating func add(_ image: FirmwareImage) {
    guard let elf = try? ELFReader(bytes: image.file, path: image.path) else { return }
    func isLive(_ address: UInt32) -> Bool {
      if image.hasSymbols { return image.functionID(at: Address(address)) != nil }
      return address >= 8
        && image.sections.contains { $0.isExecutable && $0.range.contains(UInt64(address)) }
    }
    for (name, kind) in [
      (".debug_frame", CallFrameTable.Kind.debugFrame), (".eh_frame", .exceptionFrame),
    ] {
      let section = image.sections.first { $0.name == name }
      let bytes = elf.bytes(ofSectionNamed: name)
      if bytes.isEmpty { continue }
      tables.append(
        CallFrameTable(bytes, kind, address: section?.address.value ?? 0, isLive: isLive))
    }
    guard let section = image.sections.first(where: { $0.name == ".ARM.exidx" }) else { return }
    indices.append(
      ExceptionIndex(
        elf.bytes(ofSectionNamed: ".ARM.exidx"), address: section.address.value
      ) { address in
        image.contents(at: Address(address), count: 4).map { bytes in
          bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
        }
      })
  }

  /// What the debugger's tables say of the instruction at `address`.
  public func callFrame(at address: Address) -> FrameRule? {
    tables.lazy.compactMap { $0.rule(at: address.value) }.first
  }

  /// What the runtime's tables say of the call at `address`.
  public func exceptionFrame(at address: Address) -> FrameRule? {
    indices.lazy.compactMap { $0.rule(at: address.value) }.first
  }
}
