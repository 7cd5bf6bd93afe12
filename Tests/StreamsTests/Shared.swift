import Foundation
import Streams

/// The recordings of others, kept beside the package.
enum Shared {
  static let root: String? = {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let candidates = [
      package.deletingLastPathComponent().appendingPathComponent("shared").path,
      ProcessInfo.processInfo.environment["THUMBPRINT_SHARED"] ?? "",
    ]
    return candidates.first { FileManager.default.fileExists(atPath: $0 + "/recordings") }
  }()

  static let missing = "recordings are missing: ../shared, or set THUMBPRINT_SHARED"

  static func recording(_ path: String) -> String { (root ?? "") + "/recordings/" + path }
}

/// A seeded generator (SplitMix64), so that a failing case can be run again.
struct Generator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: Int) { state = UInt64(bitPattern: Int64(seed)) &* 0x9e37_79b9_7f4a_7c15 }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

/// A WAV file of 16-bit PCM; `promised` replaces the data size in its header.
func wav(_ samples: [Int16], channels: Int = 1, rate: UInt32 = 16_000, promised: UInt32? = nil)
  -> [UInt8]
{
  wav(
    samples.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] },
    format: 1, bits: 16, channels: channels, rate: rate, promised: promised)
}

/// A WAV file of any little-endian PCM.
func wav(
  _ data: [UInt8], format: UInt16, bits: Int, channels: Int = 1, rate: UInt32 = 16_000,
  promised: UInt32? = nil
) -> [UInt8] {
  func bytes(_ value: UInt32, _ count: Int = 4) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) }
  }
  let size = promised ?? UInt32(data.count)
  let frame = UInt32(channels * bits / 8)
  return Array("RIFF".utf8) + bytes(36 &+ size) + Array("WAVEfmt ".utf8) + bytes(16)
    + bytes(UInt32(format), 2) + bytes(UInt32(channels), 2) + bytes(rate) + bytes(rate &* frame)
    + bytes(frame, 2) + bytes(UInt32(bits), 2) + Array("data".utf8) + bytes(size) + data
}

/// What reading these bytes fails with.
func failure(_ bytes: [UInt8], _ path: String, _ options: ReadingOptions = .init()) -> String? {
  do {
    _ = try Recording(bytes: bytes, path: path, options: options)
    return nil
  } catch { return error.description }
}

extension Recording {
  /// A file's bytes, for comparison.
  static func bytes(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path)))
  }
}
