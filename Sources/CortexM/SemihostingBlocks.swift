import Units

/// Calls that fill memory of the target.
extension Semihosting {
  /// A word of the call's block.
  func word(
    _ block: UInt32, _ index: UInt32, _ host: any SemihostingHost
  ) throws(SemihostingError) -> UInt32 {
    guard let bytes = host.bytes(at: Address(block) + index * 4, count: 4) else {
      throw .badAddress
    }
    return bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  func setWords(
    _ words: [UInt32], at address: UInt32, _ host: any SemihostingHost
  ) throws(SemihostingError) {
    let bytes = words.flatMap { word in
      (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * UInt32($0))) }
    }
    guard host.store(bytes, at: Address(address)) else { throw .badAddress }
  }

  /// SYS_TMPNAM: a name for each of the 256 identifiers, the same in each run.
  func temporaryName(_ block: UInt32, _ host: any SemihostingHost) throws(SemihostingError) {
    let digits = Array("0123456789abcdef".utf8)
    let identifier = Int(try word(block, 1, host) & 0xff)
    let name =
      Array("temporary-".utf8) + [digits[identifier >> 4], digits[identifier & 15], 0]
    guard try word(block, 2, host) >= UInt32(name.count) else { throw .argumentsTooLong }
    guard host.store(name, at: Address(try word(block, 0, host))) else { throw .badAddress }
  }

  /// SYS_GET_CMDLINE: the line into the buffer, its length into the block.
  func commandLine(_ block: UInt32, _ host: any SemihostingHost) throws(SemihostingError) {
    let buffer = try word(block, 0, host)
    let line = settings.commandLine
    guard try word(block, 1, host) > UInt32(clamping: line.count) else { throw .argumentsTooLong }
    try setWords([UInt32(line.count)], at: block &+ 4, host)
    guard host.store(line + [0], at: Address(buffer)) else { throw .badAddress }
  }

  /// SYS_HEAPINFO: the heap's ends, the stack's base, its limit; zeros where the C library places heap
  /// and stack by its own linker symbols.
  func heapInfo(_ block: UInt32, _ host: any SemihostingHost) throws(SemihostingError) {
    let heap = settings.heap ?? 0..<0
    try setWords(
      [heap.lowerBound, heap.upperBound, heap.upperBound, heap.lowerBound],
      at: word(block, 0, host), host)
  }
}
