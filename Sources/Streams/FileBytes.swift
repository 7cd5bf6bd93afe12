#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// Reads a whole file into memory.
func readFile(_ path: String) throws(StreamError) -> [UInt8] {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  if descriptor < 0 { throw unreadable(path) }
  defer { close(descriptor) }
  var status = stat()
  if fstat(descriptor, &status) != 0 { throw unreadable(path) }
  if status.st_mode & S_IFMT == S_IFDIR {
    throw StreamError(
      .unreadable, path, "cannot read: a directory", hint: "name one recording inside it")
  }
  var bytes: [UInt8] = []
  // One more than the file holds, so that its end is seen without a second allocation.
  var room = Int(clamping: status.st_size) + 1
  while true {
    var failed = false
    let chunk = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
      let received = read(descriptor, buffer.baseAddress, room)
      failed = received < 0
      count = max(received, 0)
    }
    if failed { throw unreadable(path) }
    if chunk.isEmpty { return bytes }
    if bytes.isEmpty { bytes = chunk } else { bytes += chunk }
    room = 65_536
  }
}

private func unreadable(_ path: String) -> StreamError {
  let reason = String(cString: strerror(errno)).lowercased()
  return StreamError(
    .unreadable, path, "cannot read: \(reason)", hint: "give the path of a recording")
}
