import FileSystem

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
    do {
      return try Files.read(file, limit: largestFile)
    } catch {
      if case .tooLarge(let limit) = error.kind {
        throw NetworkError(file: file, message: "the file is larger than \(limit) bytes")
      }
      throw NetworkError(
        file: file, message: "cannot open the network: \(error.reason); expected a .tflite file",
        isMissingFile: true)
    }
  }
}
