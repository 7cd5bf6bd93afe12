internal import FileSystem
internal import Units

/// Reads a document's file (`-` is standard input).
public func documentBytes(
  _ path: String, limit: Int = DocumentLimits.bytes
) throws(DocumentError) -> [UInt8] {
  do {
    return try Files.read(path, limit: limit)
  } catch {
    let place = Position(file: path)
    if case .tooLarge(let limit) = error.kind {
      throw DocumentError("larger than \(Quantity.text(bytes: UInt64(limit)))", at: place)
    }
    throw DocumentError("cannot open: \(error.reason)", at: place, kind: .cannotOpen)
  }
}
