import CFuzzer

#if canImport(Glibc)
  import Glibc
#endif

/// Feeds one reader, named by `$READER`, with what libFuzzer makes up.
///
/// Built by Scripts/fuzz alone: the manifest knows this target only when `THUMBPRINT_FUZZ` is set.
let reader: FuzzedReader = {
  let name = getenv("READER").map { String(cString: $0) } ?? ""
  guard let reader = FuzzedReader(rawValue: name) else {
    print(FuzzedReader.allCases.map(\.rawValue).joined(separator: "\n"))
    exit(name.isEmpty ? 0 : 64)
  }
  return reader
}()

private func run(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
  reader.read(Array(UnsafeBufferPointer(start: data, count: size)))
  return 0
}

var count = CommandLine.argc
var words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>! = CommandLine.unsafeArgv
exit(LLVMFuzzerRunDriver(&count, &words, run))
