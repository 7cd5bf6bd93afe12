#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// Why a file cannot be read, in the system's words.
public struct FileError: Error, Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    case unreadable
    case directory
    /// It may have no end.
    case device
    case tooLarge(limit: Int)
  }

  public let kind: Kind
  /// Lower case: "no such file or directory".
  public let reason: String
}

/// Whole files and names of files, without Foundation and its start-up time.
public enum Files {
  /// The bytes of the file at `path` (`-` is standard input), at most `limit` of them: a copy, because
  /// a build may rewrite the file during a run.
  public static func read(_ path: String, limit: Int = .max) throws(FileError) -> [UInt8] {
    let descriptor = path == "-" ? 0 : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure() }
    defer { if path != "-" { _ = close(descriptor) } }
    var status = stat()
    if fstat(descriptor, &status) != 0 { throw failure() }
    if status.st_mode & S_IFMT == S_IFDIR {
      throw FileError(kind: .directory, reason: "is a directory")
    }
    let type = status.st_mode & S_IFMT
    if path != "-", type == S_IFCHR || type == S_IFBLK {
      throw FileError(kind: .device, reason: "is a device")
    }
    var bytes: [UInt8] = []
    // One more than the file holds, so that its end is seen without a second allocation.
    var room = min(Int(clamping: status.st_size), 1 << 30) + 1
    while true {
      var failed = false
      let chunk = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
        let received = receive(descriptor, buffer.baseAddress, room)
        failed = received < 0
        count = max(received, 0)
      }
      if failed { throw failure() }
      if chunk.isEmpty { return bytes }
      if chunk.count > limit - bytes.count {
        throw FileError(kind: .tooLarge(limit: limit), reason: "larger than \(limit) bytes")
      }
      if bytes.isEmpty { bytes = chunk } else { bytes += chunk }
      room = 65_536
    }
  }

  public static func exists(_ path: String) -> Bool { access(path, R_OK) == 0 }

  /// The names in a directory, sorted; empty when it cannot be read.
  public static func names(in directory: String) -> [String] {
    guard let handle = opendir(directory) else { return [] }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// The directory part of a path: `a/b.yaml` → `a`, `b.yaml` → `.`.
  public static func directory(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// `path` itself when absolute, else below `directory`.
  public static func resolve(_ path: String, in directory: String) -> String {
    path.hasPrefix("/") || directory == "." ? path : directory + "/" + path
  }

  public static func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  /// Where the running program's file is, symbolic links resolved.
  public static var executable: String? {
    guard let path = realpath("/proc/self/exe", nil) else { return nil }
    defer { free(path) }
    return String(cString: path)
  }

  private static func failure() -> FileError {
    FileError(kind: .unreadable, reason: String(cString: strerror(errno)).lowercased())
  }
}

private func receive(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  read(descriptor, buffer, count)
}
