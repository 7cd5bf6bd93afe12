import Verdicts

#if canImport(Glibc)
  import Glibc
#endif

/// A file of the system, without Foundation and its start-up time.
struct SystemFile {
  let descriptor: Int32

  init(descriptor: Int32) { self.descriptor = descriptor }

  /// Makes the file at `path` or empties it.
  init(creating path: String) throws(CommandFailure) {
    descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
    if descriptor < 0 { throw Self.failure(path) }
  }

  /// False when not all bytes could be written.
  func write(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { buffer in
        unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
      }
      if count < 0, errno == EINTR { continue }
      if count <= 0 { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  func close() { _ = Glibc.close(descriptor) }

  /// Writes a whole file.
  static func write(_ text: String, to path: String) throws(CommandFailure) {
    try write(Array(text.utf8), to: path)
  }

  static func write(_ bytes: [UInt8], to path: String) throws(CommandFailure) {
    let file = try SystemFile(creating: path)
    defer { file.close() }
    if !file.write(bytes) { throw failure(path) }
  }

  /// Fails where a file could not be written; makes none.
  static func checkWritable(_ path: String) throws(CommandFailure) {
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { String(path[...$0]) } ?? "."
    if unsafe access(exists(path) ? path : folder, W_OK) != 0 { throw failure(path) }
  }

  static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  static func isDirectory(_ path: String, followsLinks: Bool = true) -> Bool {
    var status = stat()
    let result = unsafe followsLinks ? stat(path, &status) : lstat(path, &status)
    return result == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Makes a directory and those above it.
  static func createDirectory(_ path: String) throws(CommandFailure) {
    if exists(path) { return }
    if let slash = path.dropFirst().lastIndex(of: "/") {
      try createDirectory(String(path[..<slash]))
    }
    if unsafe mkdir(path, 0o777) != 0, errno != EEXIST { throw failure(path) }
  }

  /// The first bytes of a file, at most 4096.
  static func start(of path: String) throws(CommandFailure) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY)
    var count = -1
    var bytes = [UInt8](repeating: 0, count: 4096)
    if descriptor >= 0 {
      count = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe read(descriptor, buffer.baseAddress, buffer.count)
      }
    }
    // Read before `close` can change it.
    let reason = unsafe String(cString: strerror(errno)).lowercased()
    if descriptor >= 0 { _ = Glibc.close(descriptor) }
    if count < 0 {
      throw CommandFailure(.cannotOpen, "\(path): error: cannot open: \(reason)")
    }
    return Array(bytes[..<count])
  }

  private static func failure(_ path: String) -> CommandFailure {
    let reason = unsafe String(cString: strerror(errno)).lowercased()
    return CommandFailure(.cannotOpen, "\(path): error: cannot write: \(reason)")
  }
}
