import FirmwareImage
import Streams
import Units
import Verdicts

/// Reads firmware that goes into one chip together; `base` is where the first goes if it is raw.
func loadFirmware(_ paths: [String], base: Address?) throws(CommandFailure) -> FirmwareImage {
  var images: [FirmwareImage] = []
  for path in paths {
    let (file, own) = placedFile(path)
    images.append(try loadFirmware(file, base: own ?? (images.isEmpty ? base : nil)))
  }
  if images.count == 1 { return images[0] }
  do throws(FirmwareError) { return try FirmwareImage(together: images) } catch {
    throw CommandFailure(.badInput, error.description)
  }
}

/// `app.bin@0x8000` is a raw binary with its place.
func placedFile(_ path: String) -> (path: String, base: Address?) {
  guard let at = path.lastIndex(of: "@") else { return (path, nil) }
  let place = path[path.index(after: at)...]
  guard place.hasPrefix("0x"), let base = UInt32(place.dropFirst(2), radix: 16) else {
    return (path, nil)
  }
  return (String(path[..<at]), Address(base))
}

/// Reads a firmware; in a file apart from other errors, because two modules have a `FirmwareError`.
func loadFirmware(_ path: String, base: Address? = nil) throws(CommandFailure) -> FirmwareImage {
  do throws(FirmwareError) { return try FirmwareImage(file: path, base: base) } catch {
    throw CommandFailure(error.kind == .unreadable ? .cannotOpen : .badInput, error.description)
  }
}

/// What a file is, by its first bytes, else by its name.
enum FileKind: Hashable {
  case elf
  case yaml
  case network
  case recording
  case labels
  case unknown

  init(_ path: String, start: [UInt8]) {
    let name = path.split(separator: "/").last ?? ""
    let suffix = name.split(separator: ".").dropFirst().last ?? ""
    if ImageFormat(start) != .raw {
      self = .elf
    } else if start.dropFirst(4).starts(with: Array("TFL3".utf8)) {
      self = .network
    } else if suffix.lowercased() != "labels", Recording.isRecording(start) {
      self = .recording
    } else {
      switch suffix.lowercased() {
      case "yaml", "yml": self = .yaml
      case "elf", "axf", "out", "bin", "hex", "ihex", "ihx", "srec", "s19", "s28", "s37", "mot":
        self = .elf
      case "tflite": self = .network
      case "label", "labels": self = .labels
      case "json": self = .unknown
      default:
        let isRecording = Recording.isRecording(named: path)
        self = isRecording ? .recording : start.contains(0) ? .elf : .unknown
      }
    }
  }

  /// Opens the file to look at it.
  static func of(_ path: String) throws(CommandFailure) -> FileKind {
    let (file, base) = placedFile(path)
    return base == nil ? FileKind(file, start: try SystemFile.start(of: file)) : .elf
  }
}
