import Glibc

/// Files and directories of a firmware project, without Foundation and its start-up time.
enum FirmwareFiles {
  private static func problem() -> String { unsafe String(cString: strerror(errno)) }

  static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  static func read(_ path: String) throws(FirmwareError) -> [UInt8] {
    guard let file = unsafe fopen(path, "rb") else {
      throw FirmwareError(.cannotOpen, "cannot open '\(path)': \(problem())")
    }
    defer { unsafe _ = fclose(file) }
    var contents: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = unsafe fread(&chunk, 1, chunk.count, file)
      if count == 0 { break }
      contents += chunk[..<count]
    }
    if unsafe ferror(file) != 0 {
      throw FirmwareError(.cannotOpen, "cannot read '\(path)': \(problem())")
    }
    return contents
  }

  static func write(_ contents: [UInt8], to path: String) throws(FirmwareError) {
    guard let file = unsafe fopen(path, "wb") else {
      throw FirmwareError(.cannotOpen, "cannot write '\(path)': \(problem())")
    }
    let count = unsafe fwrite(contents, 1, contents.count, file)
    let closed = unsafe fclose(file) == 0
    if count != contents.count || !closed {
      throw FirmwareError(.cannotOpen, "cannot write '\(path)': \(problem())")
    }
  }

  /// Makes the directory and those above it.
  static func createDirectory(_ path: String) throws(FirmwareError) {
    if exists(path) { return }
    if let slash = path.dropFirst().lastIndex(of: "/") {
      try createDirectory(String(path[..<slash]))
    }
    if unsafe mkdir(path, 0o777) != 0, errno != EEXIST {
      throw FirmwareError(.cannotOpen, "cannot make directory '\(path)': \(problem())")
    }
  }

  /// A new, empty directory whose name begins with `prefix`.
  static func createTemporaryDirectory(_ prefix: String) throws(FirmwareError) -> String {
    var template = Array((prefix + "XXXXXX").utf8CString)
    let made = unsafe template.withUnsafeMutableBufferPointer { unsafe mkdtemp($0.baseAddress!) }
    if unsafe made == nil {
      throw FirmwareError(.cannotOpen, "cannot make directory '\(prefix)...': \(problem())")
    }
    let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    // mkdtemp closes it to others, who shall find the result as readable as any build's.
    if unsafe chmod(path, 0o755) != 0 {
      throw FirmwareError(.cannotOpen, "cannot open '\(path)' to readers: \(problem())")
    }
    return path
  }

  /// Renames a directory; false when another already stands there.
  static func rename(_ source: String, to target: String) throws(FirmwareError) -> Bool {
    if unsafe Glibc.rename(source, target) == 0 { return true }
    if errno == EEXIST || errno == ENOTEMPTY { return false }
    throw FirmwareError(.cannotOpen, "cannot rename '\(source)' to '\(target)': \(problem())")
  }

  /// Removes files of a directory, then the directory: what a build put there and nothing else.
  static func remove(_ names: [String], in directory: String) {
    for name in names { unsafe _ = unlink(directory + "/" + name) }
    unsafe _ = rmdir(directory)
  }

  /// The same place as a path from the root, symbolic links followed.
  static func absolute(_ path: String) throws(FirmwareError) -> String {
    guard let resolved = unsafe realpath(path, nil) else {
      throw FirmwareError(.cannotOpen, "cannot open '\(path)': \(problem())")
    }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }
}
