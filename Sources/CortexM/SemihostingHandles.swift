import Units

/// What the firmware has open, by handle: the console, the features file, the host's files.
///
/// Handles count from 1, and the lowest free one is given, as QEMU does.
struct SemihostingHandles {
  enum Target {
    case input
    /// Standard output or error output.
    case output
    case features(position: Int)
    case file(Int32)
  }

  static let limit = 64
  /// The pseudo-file by which a C library learns of extensions: exit with a code, error output.
  static let features: [UInt8] = [0x53, 0x48, 0x46, 0x42, 0x03]

  private var targets: [Target?] = []

  var hasRoom: Bool { targets.count < Self.limit || targets.contains { $0 == nil } }

  mutating func add(_ target: Target) -> UInt32 {
    if let free = targets.firstIndex(where: { $0 == nil }) {
      targets[free] = target
      return UInt32(free + 1)
    }
    targets.append(target)
    return UInt32(targets.count)
  }

  subscript(handle: UInt32) -> Target {
    get throws(SemihostingError) {
      guard handle >= 1, handle <= targets.count, let target = targets[Int(handle) - 1] else {
        throw .badFile
      }
      return target
    }
  }

  /// Replaces what an open handle stands for; nil closes it.
  mutating func set(_ handle: UInt32, _ target: Target?) { targets[Int(handle) - 1] = target }
}

extension Semihosting {
  func path(_ address: UInt32, length: UInt32, _ host: any SemihostingHost) throws(SemihostingError)
    -> [UInt8]
  {
    guard length <= 4096 else { throw SemihostingError(number: 36) }
    guard let bytes = host.bytes(at: Address(address), count: Int(length)) else {
      throw .badAddress
    }
    return Array(bytes.prefix { $0 != 0 })
  }

  mutating func open(_ path: [UInt8], mode: UInt32) throws(SemihostingError) -> UInt32 {
    guard let kind = SemihostingMode(rawValue: mode & ~1) else { throw .invalid }
    guard handles.hasRoom else { throw .tooManyFiles }
    if path == Array(":tt".utf8) {
      let isInput = kind == .read || kind == .readUpdate
      return handles.add(isInput ? .input : .output)
    }
    if path == Array(":semihosting-features".utf8) {
      guard kind == .read else { throw .noAccess }
      return handles.add(.features(position: 0))
    }
    return handles.add(.file(try files("SYS_OPEN").open(path, kind)))
  }

  mutating func close(_ handle: UInt32) throws(SemihostingError) -> UInt32 {
    let target = try handles[handle]
    handles.set(handle, nil)
    if case .file(let file) = target { try files("SYS_CLOSE").close(file) }
    return 0
  }

  /// How many bytes were not read: all of them at the end of the file.
  mutating func read(
    _ handle: UInt32, _ address: UInt32, length: UInt32, _ host: any SemihostingHost
  ) throws(SemihostingError) -> UInt32 {
    let target = try handles[handle]
    var rest = length
    while rest > 0 {
      let chunk = try next(of: target, handle, count: Int(min(rest, Self.chunk)))
      if chunk.isEmpty { break }
      guard host.store(chunk, at: Address(address) + (length - rest)) else { throw .badAddress }
      rest -= UInt32(chunk.count)
      // What was typed comes line by line.
      if case .input = target { break }
    }
    return rest
  }

  private mutating func next(
    of target: SemihostingHandles.Target, _ handle: UInt32, count: Int
  ) throws(SemihostingError) -> [UInt8] {
    switch target {
    case .output: throw .badFile
    case .input: return takeInput(count)
    case .file(let file): return try files("SYS_READ").read(file, count: count)
    case .features:
      guard case .features(let position) = try handles[handle] else { return [] }
      let bytes = Array(SemihostingHandles.features.dropFirst(position).prefix(count))
      handles.set(handle, .features(position: position + bytes.count))
      return bytes
    }
  }

  /// How many bytes were not written.
  mutating func write(
    _ handle: UInt32, _ address: UInt32, length: UInt32, _ host: any SemihostingHost
  ) throws(SemihostingError) -> UInt32 {
    let target = try handles[handle]
    var rest = length
    while rest > 0 {
      let count = min(rest, Self.chunk)
      guard let bytes = host.bytes(at: Address(address) + (length - rest), count: Int(count))
      else { throw .badAddress }
      switch target {
      case .input, .features: throw .badFile
      case .output: for byte in bytes { host.print(byte) }
      case .file(let file): try files("SYS_WRITE").write(file, bytes)
      }
      rest -= count
    }
    return 0
  }

  mutating func seek(_ handle: UInt32, to position: UInt32) throws(SemihostingError) -> UInt32 {
    switch try handles[handle] {
    case .input, .output: throw .noSeek
    case .features:
      guard position <= SemihostingHandles.features.count else { throw .invalid }
      handles.set(handle, .features(position: Int(position)))
    case .file(let file): try files("SYS_SEEK").seek(file, to: position)
    }
    return 0
  }

  func fileLength(_ handle: UInt32) throws(SemihostingError) -> UInt32 {
    switch try handles[handle] {
    case .input, .output: return 0
    case .features: return UInt32(SemihostingHandles.features.count)
    case .file(let file):
      guard let length = UInt32(exactly: try files("SYS_FLEN").length(file)),
        length <= Int32.max
      else { throw .tooLarge }
      return length
    }
  }

  /// The console counts as a terminal, wherever it goes, so that buffering does not depend on it.
  func isTerminal(_ handle: UInt32) throws(SemihostingError) -> UInt32 {
    switch try handles[handle] {
    case .input, .output: return 1
    case .features, .file: throw .notATerminal
    }
  }
}
