/// Memory that a block may load from, as the host has it.
struct HostMemories {
  private struct Range {
    let start: UInt32
    let size: UInt32
    let bytes: UnsafeRawPointer
  }

  private static let capacity = 24
  private let ranges: UnsafeMutablePointer<Range> = .allocate(capacity: capacity)
  private var count = 0

  mutating func add(_ start: UInt32, _ size: UInt32, _ bytes: UnsafeRawPointer) {
    guard count < Self.capacity else { return }
    (ranges + count).initialize(to: Range(start: start, size: size, bytes: bytes))
    count += 1
  }

  /// nil where there is no memory.
  func value(at address: UInt32, bytes: UInt8, _ isSigned: Bool) -> UInt32? {
    for index in 0..<count {
      let offset = address &- ranges[index].start
      guard offset < ranges[index].size, ranges[index].size - offset >= UInt32(bytes) else {
        continue
      }
      let source = ranges[index].bytes + Int(offset)
      switch (bytes, isSigned) {
      case (1, false): return UInt32(source.load(as: UInt8.self))
      case (1, true): return UInt32(bitPattern: Int32(source.load(as: Int8.self)))
      case (2, false): return UInt32(source.loadUnaligned(as: UInt16.self))
      case (2, true): return UInt32(bitPattern: Int32(source.loadUnaligned(as: Int16.self)))
      default: return source.loadUnaligned(as: UInt32.self)
      }
    }
    return nil
  }

  /// The memory at an address, the same one for each of its places; nil: none, a device.
  func number(at address: UInt32) -> Int? {
    for index in 0..<count where address &- ranges[index].start < ranges[index].size {
      let place = ranges[index].bytes + Int(address &- ranges[index].start)
      return (0..<count).first {
        place >= ranges[$0].bytes && place < ranges[$0].bytes + Int(ranges[$0].size)
      }
    }
    return nil
  }

  func destroy() { ranges.deallocate() }
}
