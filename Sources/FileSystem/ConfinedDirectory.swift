#if canImport(Glibc)
  internal import Glibc
#endif

/// Why the system refused; `number` is its errno.
public struct SystemError: Error, Hashable, Sendable {
  public let number: Int32
  /// The path leads out of the directory.
  public let leadsOutside: Bool

  init(_ number: Int32, leadsOutside: Bool = false) {
    self.number = number
    self.leadsOutside = leadsOutside
  }

  static var last: SystemError { SystemError(errno) }
}

/// A directory of the host whose files a guest may use, and nothing outside of it.
///
/// A path is walked name by name with a descriptor for each directory, and the system never follows a
/// link or `..` by itself: a symbolic link is read and walked like the rest, `..` goes back along the
/// walk, and what would lead above the directory, absolute paths included, is refused. Only regular
/// files open; a device or a pipe could block.
public final class ConfinedDirectory {
  /// How a file is opened.
  public struct Access: Sendable {
    public var reads: Bool
    public var writes: Bool
    public var creates: Bool
    public var truncates: Bool
    public var appends: Bool

    public init(
      reads: Bool, writes: Bool = false, creates: Bool = false, truncates: Bool = false,
      appends: Bool = false
    ) {
      self.reads = reads
      self.writes = writes
      self.creates = creates
      self.truncates = truncates
      self.appends = appends
    }
  }

  /// No file grows beyond this.
  public static let largestFile: Int64 = 1 << 30
  private static let deepest = 32
  private static let mostLinks = 40

  private let root: Int32
  private var files: Set<Int32> = []

  public init(_ path: String) throws(FileError) {
    root = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if root < 0 {
      throw FileError(kind: .unreadable, reason: String(cString: strerror(errno)).lowercased())
    }
  }

  deinit {
    for file in files { _ = Glibc.close(file) }
    _ = Glibc.close(root)
  }

  // MARK: Names

  public func open(_ path: [UInt8], _ access: Access) throws(SystemError) -> Int32 {
    let file = try walk(path, followsLast: true) { (directory, name) throws(SystemError) in
      var flags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
      flags |= access.writes ? (access.reads ? O_RDWR : O_WRONLY) : O_RDONLY
      if access.creates { flags |= O_CREAT }
      if access.appends { flags |= O_APPEND }
      let file = openat(directory, name, flags, 0o666)
      if file < 0 { throw .last }
      return file
    }
    do throws(SystemError) {
      var status = stat()
      if fstat(file, &status) != 0 { throw .last }
      switch status.st_mode & S_IFMT {
      case S_IFREG: break
      case S_IFDIR: throw SystemError(EISDIR)
      default: throw SystemError(EACCES)
      }
      if access.truncates, ftruncate(file, 0) != 0 { throw .last }
    } catch {
      _ = Glibc.close(file)
      throw error
    }
    files.insert(file)
    return file
  }

  /// Removes a file, a link or an empty directory.
  public func remove(_ path: [UInt8]) throws(SystemError) {
    try walk(path, followsLast: false) { (directory, name) throws(SystemError) in
      if unlinkat(directory, name, 0) == 0 { return }
      guard errno == EISDIR || errno == EPERM else { throw .last }
      if unlinkat(directory, name, AT_REMOVEDIR) != 0 { throw .last }
    }
  }

  public func rename(_ old: [UInt8], to new: [UInt8]) throws(SystemError) {
    try walk(old, followsLast: false) { (from, oldName) throws(SystemError) in
      try walk(new, followsLast: false) { (to, newName) throws(SystemError) in
        if renameat(from, oldName, to, newName) != 0 { throw .last }
      }
    }
  }

  // MARK: Open files

  public func close(_ file: Int32) throws(SystemError) {
    guard files.remove(file) != nil else { throw SystemError(EBADF) }
    if Glibc.close(file) != 0 { throw .last }
  }

  public func read(_ file: Int32, count: Int) throws(SystemError) -> [UInt8] {
    try check(file)
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      let received = Glibc.read(file, buffer.baseAddress, count)
      failed = received < 0
      filled = max(received, 0)
    }
    if failed { throw .last }
    return bytes
  }

  public func write(_ file: Int32, _ bytes: [UInt8]) throws(SystemError) {
    try check(file)
    // Where it is, or the end when it appends.
    let end = max(Int64(lseek(file, 0, SEEK_CUR)), try length(file))
    if end + Int64(bytes.count) > Self.largestFile { throw SystemError(EFBIG) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count < 0 { throw .last }
      rest = rest.dropFirst(count)
    }
  }

  public func seek(_ file: Int32, to position: Int64) throws(SystemError) {
    try check(file)
    if lseek(file, Int(position), SEEK_SET) < 0 { throw .last }
  }

  public func length(_ file: Int32) throws(SystemError) -> Int64 {
    try check(file)
    var status = stat()
    if fstat(file, &status) != 0 { throw .last }
    return Int64(status.st_size)
  }

  private func check(_ file: Int32) throws(SystemError) {
    if !files.contains(file) { throw SystemError(EBADF) }
  }

  // MARK: The walk

  /// Calls `act` with the directory that holds the last name of the path, and that name.
  private func walk<Result>(
    _ path: [UInt8], followsLast: Bool,
    _ act: (Int32, UnsafePointer<CChar>) throws(SystemError) -> Result
  ) throws(SystemError) -> Result {
    guard !path.isEmpty, !path.contains(0) else { throw SystemError(ENOENT) }
    var names = try components(path)
    var levels = [root]
    var links = 0
    defer { for level in levels.dropFirst() { _ = Glibc.close(level) } }
    while let name = names.popLast() {
      if name == ".." {
        guard levels.count > 1, let level = levels.popLast() else {
          throw SystemError(EACCES, leadsOutside: true)
        }
        _ = Glibc.close(level)
        continue
      }
      let isLast = names.isEmpty
      let here = levels[levels.count - 1]
      if !isLast || followsLast, let target = link(name, in: here) {
        links += 1
        if links > Self.mostLinks { throw SystemError(ELOOP) }
        names += try components(target)
        continue
      }
      if isLast { return try act(here, name) }
      let next = openat(here, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0)
      if next < 0 { throw .last }
      levels.append(next)
      if levels.count > Self.deepest { throw SystemError(ENAMETOOLONG) }
    }
    // It ended with a directory that was walked into.
    return try act(levels[levels.count - 1], ".")
  }

  /// The names of a relative path, last one first.
  private func components(_ path: [UInt8]) throws(SystemError) -> [String] {
    if path.first == UInt8(ascii: "/") { throw SystemError(EACCES, leadsOutside: true) }
    return path.split(separator: UInt8(ascii: "/")).map { String(decoding: $0, as: UTF8.self) }
      .filter { $0 != "." }.reversed()
  }

  /// What the symbolic link of that name says; nil where it is none.
  private func link(_ name: String, in directory: Int32) -> [UInt8]? {
    var count = -1
    let target = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, filled in
      count = buffer.withMemoryRebound(to: CChar.self) {
        $0.baseAddress.map { readlinkat(directory, name, $0, 4096) } ?? -1
      }
      filled = max(count, 0)
    }
    return count < 0 ? nil : target
  }
}
