import CElfutils

#if canImport(Glibc)
  // Declares the same <elf.h>; which of the two modules owns it depends on the build.
  import Glibc
#endif

/// What the compiler noted about its target: processor, floating-point unit and calling convention.
///
/// Reference: ELF for the Arm Architecture (IHI 0044), section 5.2 (`e_flags`); Addenda to, and Errata
/// in, the ABI for the Arm Architecture (IHI 0045), section 3 (`.ARM.attributes`).
public struct BuildAttributes: Sendable, Hashable {
  public enum FloatABI: String, Sendable, Hashable {
    /// Floating-point arguments in general registers.
    case soft
    /// Floating-point arguments in VFP registers.
    case hard
  }

  /// From the attributes, else from the ELF header; nil when neither says.
  public private(set) var floatABI: FloatABI?
  /// `Tag_CPU_name` as the assembler wrote it: `cortex-m4`, `7E-M`.
  public private(set) var processor: String?
  /// `Tag_CPU_arch`: 11 v6-M, 12 v6S-M, 10 v7, 13 v7E-M, 16 v8-M base, 17 v8-M main, 21 v8.1-M main.
  public private(set) var architecture: Int?
  /// `Tag_CPU_arch_profile` is `M`, or absent.
  public private(set) var isMicrocontrollerProfile = true
  /// `Tag_FP_arch`: nil or 0 none, 6 FPv4-SP-D16 (VFPv4-D16), 8 FPv5-D16; nil when not noted.
  public private(set) var floatingPoint: Int?

  /// Of an image that notes nothing.
  init() {}

  init(_ elf: borrowing ELFReader, _ sections: [Section]) {
    let flags = elf.header.e_flags
    if flags & 0x400 != 0 { floatABI = .hard }
    if flags & 0x200 != 0 { floatABI = .soft }
    // SHT_ARM_ATTRIBUTES
    if let data = elf.data(ofType: 0x7000_0003) { read(Array(data.bytes)) }
  }

  private mutating func read(_ bytes: [UInt8]) {
    var cursor = ByteCursor(bytes)
    guard cursor.byte() == UInt8(ascii: "A") else { return }
    while var vendor = cursor.block(headerCounted: 4) {
      guard vendor.string() == "aeabi" else { continue }
      while let tag = vendor.byte(), var list = vendor.block(headerCounted: 5) {
        // Tag_File; attributes of single sections or symbols do not describe the image.
        if tag == 1 { readList(&list) }
      }
    }
  }

  private mutating func readList(_ list: inout ByteCursor) {
    while let tag = list.uleb() {
      switch tag {
      case 4, 5, 65, 67:
        guard let text = list.string() else { return }
        if tag == 5 { processor = text.lowercased() }
      case 32:
        guard list.uleb() != nil, list.string() != nil else { return }
      default:
        // Above 32 an odd tag's value is a string, an even tag's a number.
        if tag > 32, tag & 1 == 1 {
          guard list.string() != nil else { return }
          continue
        }
        guard let value = list.uleb() else { return }
        set(tag, Int(clamping: value))
      }
    }
  }

  private mutating func set(_ tag: UInt64, _ value: Int) {
    switch tag {
    case 6: architecture = value
    case 7: isMicrocontrollerProfile = value == 0 || value == Int(UInt8(ascii: "M"))
    case 10: floatingPoint = value
    case 28: floatABI = value == 1 ? .hard : floatABI
    default: break
    }
  }
}
