import FileSystem

/// Reads a whole firmware file; larger ones are none, whatever debug information they hold.
func readFile(_ path: String) throws(FirmwareError) -> [UInt8] {
  do {
    return try Files.read(path, limit: 1 << 28)
  } catch {
    if case .tooLarge = error.kind { throw FirmwareError(.malformed, path, "larger than 256 MiB") }
    throw FirmwareError(
      .unreadable, path, "cannot read: \(error.reason)",
      hint: error.kind == .directory
        ? "name the ELF file inside it" : "give the path of the firmware's ELF file")
  }
}
