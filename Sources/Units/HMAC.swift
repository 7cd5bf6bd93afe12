/// The keyed digest that says who made a message: HMAC with SHA-256.
///
/// Reference: RFC 2104; test vectors in RFC 4231.
public enum HMAC {
  /// The code of `message` under `key`, as 64 lower-case hexadecimal digits.
  public static func sha256(key: [UInt8], message: some Sequence<UInt8>) -> String {
    let block = 64
    var short = key
    if short.count > block {
      var digest = SHA256()
      digest.update(short)
      short = digest.digest()
    }
    short += [UInt8](repeating: 0, count: block - short.count)
    var inner = SHA256()
    inner.update(short.map { $0 ^ 0x36 })
    inner.update(message)
    var outer = SHA256()
    outer.update(short.map { $0 ^ 0x5c })
    outer.update(inner.digest())
    return outer.hexDigest()
  }
}
