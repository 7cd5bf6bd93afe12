#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Whole small files, without Foundation.
public enum Files {
  /// The bytes of the file at `path` (`-` is standard input), at most `limit` of them.
  public static func read(
    _ path: String, limit: Int = DocumentLimits.bytes
  ) throws(DocumentError) -> [UInt8] {
    let descriptor = path == "-" ? 0 : open(path, O_RDONLY)
    guard descriptor >= 0 else { throw failure(path) }
    defer { if path != "-" { _ = Files.closeDescriptor(descriptor) } }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Files.readDescriptor(descriptor, &chunk)
      if count < 0 { throw failure(path) }
      if count == 0 { return bytes }
      if bytes.count + count > limit {
        throw DocumentError(
          "larger than \(Quantity.text(bytes: UInt64(limit)))", at: Position(file: path))
      }
      bytes += chunk[..<count]
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

  private static func failure(_ path: String) -> DocumentError {
    let reason = String(cString: strerror(errno)).lowercased()
    return DocumentError(
      "cannot open: \(reason)", at: Position(file: path), kind: .cannotOpen)
  }

  private static func closeDescriptor(_ descriptor: Int32) -> Int32 { close(descriptor) }

  private static func readDescriptor(_ descriptor: Int32, _ chunk: inout [UInt8]) -> Int {
    chunk.withUnsafeMutableBytes { buffer in
      #if canImport(Glibc)
        Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      #else
        Darwin.read(descriptor, buffer.baseAddress, buffer.count)
      #endif
    }
  }
}
