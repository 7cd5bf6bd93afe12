import NetworkCompiler
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// A network of the shared data with its reference inputs and outputs.
struct SharedModel: Sendable, CustomTestStringConvertible {
  let name: String

  var testDescription: String { name }

  /// The folder of the shared data: beside the package, or where `THUMBPRINT_SHARED` says.
  static var folder: String {
    if let chosen = getenv("THUMBPRINT_SHARED") { return String(cString: chosen) }
    var parts = #filePath.split(separator: "/").dropLast(3).map(String.init)
    parts = parts.dropLast() + ["shared"]
    return "/" + parts.joined(separator: "/")
  }

  static let isThere = access(folder + "/models", R_OK) == 0
  static let missing: Comment =
    "the shared data (../shared/models or $THUMBPRINT_SHARED) is missing"

  private var path: String { SharedModel.folder + "/models/" + name }

  var modelFile: String { path + "/model.tflite" }

  func network() throws -> Network { try Network(file: modelFile) }

  func inputs() throws -> [Int8] { try bytes(of: path + "/inputs.bin").map(Int8.init(bitPattern:)) }

  func expected() throws -> [Int8] {
    try bytes(of: path + "/expected.bin").map(Int8.init(bitPattern:))
  }

  func modelBytes() throws -> [UInt8] { try bytes(of: modelFile) }
}

struct CannotRead: Error {
  let path: String
}

/// The contents of a file.
func bytes(of path: String) throws -> [UInt8] {
  guard let file = fopen(path, "rb") else { throw CannotRead(path: path) }
  defer { fclose(file) }
  var result: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = fread(&chunk, 1, chunk.count, file)
    if count == 0 { return result }
    result += chunk[..<count]
  }
}

func write(_ text: String, to path: String) throws { try write(Array(text.utf8), to: path) }

func write(_ bytes: [UInt8], to path: String) throws {
  guard let file = fopen(path, "wb") else { throw CannotRead(path: path) }
  defer { fclose(file) }
  guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw CannotRead(path: path) }
}
