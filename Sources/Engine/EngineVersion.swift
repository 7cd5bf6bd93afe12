internal import CUnicorn

/// The engine library that this process runs on.
public struct EngineVersion: Sendable, CustomStringConvertible {
  public let major: Int
  public let minor: Int
  public let patch: Int

  /// Unicorn 2.0 packs (major << 8 | minor); 2.1 packs four bytes from the top.
  public static let current: EngineVersion = {
    let packed = uc_version(nil, nil)
    if packed >> 24 == 0 {
      return EngineVersion(major: Int(packed >> 8), minor: Int(packed & 0xff), patch: 0)
    }
    return EngineVersion(
      major: Int(packed >> 24), minor: Int(packed >> 16 & 0xff), patch: Int(packed >> 8 & 0xff))
  }()

  /// Has a virtual TLB and exact fault addresses.
  public var isModern: Bool { (major, minor) >= (2, 1) }

  public var description: String { "unicorn \(major).\(minor).\(patch)" }
}
