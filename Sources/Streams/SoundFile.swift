import CSndfile

/// A sound file in memory, opened by libsndfile: the only code that touches its handle.
struct SoundFile: ~Copyable {
  private let handle: OpaquePointer
  private let source: MemorySource
  private let info: SF_INFO
  private let path: String

  var rate: Int { Int(info.samplerate) }
  var channels: Int { Int(info.channels) }

  init(_ bytes: [UInt8], _ path: String) throws(StreamError) {
    let source = MemorySource(bytes)
    var calls = SF_VIRTUAL_IO(
      get_filelen: { MemorySource.of($0).length },
      seek: { MemorySource.of($2).seek($0, $1) },
      read: { MemorySource.of($2).read($0, $1) },
      write: { _, _, _ in 0 },
      tell: { MemorySource.of($0).position })
    var info = SF_INFO()
    let user = Unmanaged.passUnretained(source).toOpaque()
    guard let handle = sf_open_virtual(&calls, Int32(SFM_READ), &info, user) else {
      let reason = String(cString: sf_strerror(nil)).lowercased()
      let text = reason.last == "." ? String(reason.dropLast()) : reason
      throw StreamError(
        .malformed, path, "unreadable WAV file: \(text)",
        hint: "write it again as 16-bit PCM: sox IN.wav -b 16 OUT.wav")
    }
    guard info.samplerate > 0, info.channels > 0 else {
      sf_close(handle)
      throw StreamError(
        .malformed, path, "\(info.channels) channels at \(info.samplerate) Hz in the header",
        hint: "expected at least one channel and a positive rate")
    }
    (self.handle, self.source, self.info, self.path) = (handle, source, info, path)
  }

  deinit {
    sf_close(handle)
    withExtendedLifetime(source) {}
  }

  /// Every channel in int16 counts; never more frames than `limit`.
  func samples(limit: Int) throws(StreamError) -> [[Double]] {
    switch info.format & Int32(SF_FORMAT_SUBMASK) {
    case Int32(SF_FORMAT_PCM_S8), Int32(SF_FORMAT_PCM_U8),
      Int32(SF_FORMAT_PCM_16), Int32(SF_FORMAT_PCM_24),
      Int32(SF_FORMAT_PCM_32):
      // libsndfile left-justifies every integer width in 32 bits.
      return read(limit, Int32(0), sf_readf_int) { Double($0) / 65_536 }
    case Int32(SF_FORMAT_FLOAT), Int32(SF_FORMAT_DOUBLE):
      let samples = read(limit, Double(0), sf_readf_double) { $0 * 32_768 }
      try checkFinite(samples)
      return samples
    default:
      throw StreamError(
        .unsupported, path, "a compressed WAV file",
        hint: "write it again as 16-bit PCM: sox IN.wav -b 16 OUT.wav")
    }
  }

  private func read<Raw>(
    _ limit: Int, _ zero: Raw,
    _ read: (OpaquePointer?, UnsafeMutablePointer<Raw>?, sf_count_t) -> sf_count_t,
    _ scale: (Raw) -> Double
  ) -> [[Double]] {
    let frames = 4_096
    var buffer = [Raw](repeating: zero, count: frames * channels)
    var samples = [[Double]](repeating: [], count: channels)
    while samples[0].count < limit {
      let count = Int(read(handle, &buffer, sf_count_t(frames)))
      if count <= 0 { break }
      for channel in 0..<channels {
        for frame in 0..<min(count, frames) {
          samples[channel].append(scale(buffer[frame * channels + channel]))
        }
      }
    }
    return samples
  }

  private func checkFinite(_ samples: [[Double]]) throws(StreamError) {
    for (channel, values) in samples.enumerated() {
      if let frame = values.firstIndex(where: { !$0.isFinite }) {
        throw StreamError(
          .malformed, path,
          "sample \(frame) of channel \(channel + 1) is \(values[frame].isNaN ? "NaN" : "infinite")",
          hint: "expected numbers from -1 to 1")
      }
    }
  }
}

/// Bytes in memory that libsndfile reads like a file.
private final class MemorySource {
  private let bytes: [UInt8]
  private(set) var position: sf_count_t = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  static func of(_ user: UnsafeMutableRawPointer?) -> MemorySource {
    // libsndfile hands back the pointer it was given.
    Unmanaged<MemorySource>.fromOpaque(user!).takeUnretainedValue()
  }

  var length: sf_count_t { sf_count_t(bytes.count) }

  func seek(_ offset: sf_count_t, _ origin: Int32) -> sf_count_t {
    let base: sf_count_t
    switch origin {
    case SEEK_SET: base = 0
    case SEEK_CUR: base = position
    default: base = length
    }
    let (target, overflow) = base.addingReportingOverflow(offset)
    if overflow || target < 0 { return -1 }
    position = target
    return position
  }

  func read(_ target: UnsafeMutableRawPointer?, _ count: sf_count_t) -> sf_count_t {
    let available = max(0, min(count, length - position))
    guard available > 0, let target else { return 0 }
    bytes.withUnsafeBytes {
      target.copyMemory(from: $0.baseAddress! + Int(position), byteCount: Int(available))
    }
    position += available
    return available
  }
}
