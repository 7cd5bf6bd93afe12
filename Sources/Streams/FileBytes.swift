import FileSystem

/// Reads a whole recording; an hour of 16-bit stereo sound at 48 kHz takes 700 MB.
func readFile(_ path: String) throws(StreamError) -> [UInt8] {
  do {
    return try Files.read(path, limit: 1 << 30)
  } catch {
    if case .tooLarge = error.kind {
      throw StreamError(
        .unsupported, path, "larger than 1 GiB", hint: "expected a shorter recording; cut it")
    }
    throw StreamError(
      .unreadable, path, "cannot read: \(error.reason)",
      hint: error.kind == .directory
        ? "name one recording inside it" : "give the path of a recording")
  }
}
