internal import CZlib

/// Compression as `gzip` does it.
///
/// Reference: RFC 1952.
public enum Gzip {
  /// One member without a name or a time; equal bytes give equal bytes.
  public static func compressed(_ bytes: [UInt8]) -> [UInt8] {
    // Incompressible data grow by less than a thousandth.
    let room = bytes.count + bytes.count / 1_000 + 256
    return [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
      count = Int(
        thumbprint_gzip(bytes, UInt(bytes.count), buffer.baseAddress, UInt(room)))
    }
  }
}
