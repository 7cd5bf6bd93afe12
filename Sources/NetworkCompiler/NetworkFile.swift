#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension Network {
  /// Files larger than this are refused: no network for a microcontroller comes near.
  static let largestFile = 64 << 20

  /// Reads a network from the bytes of a `.tflite` file; `name` is what errors call it.
  public init(bytes: [UInt8], name: String) throws(NetworkError) {
    var reader = TensorFlowLiteReader(bytes: bytes, name: name)
    self = try reader.read()
  }

  /// Reads a network from a `.tflite` file.
  public init(file: String) throws(NetworkError) {
    self = try Network(bytes: Network.contents(of: file), name: file)
  }

  private static func contents(of file: String) throws(NetworkError) -> [UInt8] {
    let descriptor = unsafe open(file, O_RDONLY)
    guard descriptor >= 0 else {
      throw NetworkError(
        file: file, message: "cannot open the network; expected a readable .tflite file",
        isMissingFile: true)
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe read(descriptor, &chunk, chunk.count)
      guard count >= 0 else {
        throw NetworkError(
          file: file, message: "cannot read the network; expected a .tflite file",
          isMissingFile: true)
      }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
      guard bytes.count <= largestFile else {
        throw NetworkError(
          file: file, message: "the file is larger than \(largestFile) bytes")
      }
    }
  }
}
