import FileSystem

/// Reads a whole recording.
func readFile(_ path: String) throws(StreamError) -> [UInt8] {
  do {
    return try Files.read(path)
  } catch {
    throw StreamError(
      .unreadable, path, "cannot read: \(error.reason)",
      hint: error.kind == .directory
        ? "name one recording inside it" : "give the path of a recording")
  }
}
