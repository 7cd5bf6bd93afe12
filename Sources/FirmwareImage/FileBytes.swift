import FileSystem

/// Reads a whole firmware file.
func readFile(_ path: String) throws(FirmwareError) -> [UInt8] {
  do {
    return try Files.read(path)
  } catch {
    throw FirmwareError(
      .unreadable, path, "cannot read: \(error.reason)",
      hint: error.kind == .directory
        ? "name the ELF file inside it" : "give the path of the firmware's ELF file")
  }
}
