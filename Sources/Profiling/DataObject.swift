public import FirmwareImage
public import Units

/// A variable or constant of a firmware and where it lies.
public struct DataObject: Sendable, Hashable {
  public var name: String
  public var size: UInt32
  public var isInRAM: Bool
  public var address: Address
  /// What its first value says, wherever it lies; nil: nothing is written before reset.
  public var digest: UInt64?

  public init(name: String, size: UInt32, isInRAM: Bool, address: Address, digest: UInt64?) {
    (self.name, self.size, self.isInRAM) = (name, size, isInRAM)
    (self.address, self.digest) = (address, digest)
  }

  private static let most = 2_000

  /// The largest ones, by name.
  static func all(_ image: FirmwareImage, _ digest: ContentDigest) -> [DataObject] {
    let objects = image.symbols.filter { $0.kind == .object && $0.size > 0 }
    let largest = objects.sorted { ($1.size, $0.name) < ($0.size, $1.name) }.prefix(most)
    return largest.compactMap { symbol in
      guard let section = symbol.section, image.sections.indices.contains(section) else {
        return nil
      }
      return DataObject(
        name: symbol.name, size: symbol.size,
        // RAM begins where Arm's memory map has it, or in a section that is written to.
        isInRAM: image.sections[section].isWritable || symbol.address.value >> 29 == 1,
        address: symbol.address, digest: digest.object(at: symbol.address, size: symbol.size))
    }.sorted { ($0.name, $0.size) < ($1.name, $1.size) }
  }
}

/// What a function's entry takes from the stack, by the instructions at its beginning.
///
/// Reference: Armv7-M Architecture Reference Manual (DDI 0403E), A7.7 (PUSH, SUB SP, STMDB, VPUSH).
/// Not modelled: frames whose size is known only while it runs.
public enum StackFrame {
  private static let mostHalfwords = 24

  public static func size(of function: Function, in image: FirmwareImage) -> UInt32? {
    let count = min(Int(function.size), 2 * mostHalfwords) & ~1
    guard count > 0, let bytes = image.contents(at: function.address, count: count) else {
      return nil
    }
    let words = Array(bytes)
    func halfword(_ index: Int) -> UInt32 {
      2 * index + 1 < words.count ? UInt32(words[2 * index]) | UInt32(words[2 * index + 1]) << 8 : 0
    }
    var (frame, index) = (UInt32(0), 0)
    scan: while 2 * index < words.count {
      let (first, second) = (halfword(index), halfword(index + 1))
      let isWide = first >> 11 >= 0b11101
      if isWide {
        switch first {
        case 0xe92d: frame += 4 * UInt32(second.nonzeroBitCount)
        case 0xed2d: frame += 4 * (second & 0xff)
        case 0xf1ad, 0xf5ad: frame += immediate(field(first, second))
        case 0xf2ad, 0xf6ad: frame += field(first, second)
        case 0xf84d where second & 0xfff == 0xd04: frame += 4
        default: break
        }
      } else if first >> 9 == 0x5a {
        frame += 4 * UInt32((first & 0x1ff).nonzeroBitCount)
      } else if first >> 7 == 0b1_0110_0001 {
        frame += 4 * (first & 0x7f)
      } else if first >> 12 == 0xd || first >> 11 == 0b11100 || first & 0xff87 == 0x4700 {
        // A branch ends the entry.
        break scan
      }
      index += isWide ? 2 : 1
    }
    return frame
  }

  /// The bits i, imm3 and imm8 of an instruction.
  private static func field(_ first: UInt32, _ second: UInt32) -> UInt32 {
    (first << 1) & 0x800 | (second >> 4) & 0x700 | second & 0xff
  }

  /// A modified immediate constant. Reference: A5.3.2, ThumbExpandImm.
  private static func immediate(_ encoded: UInt32) -> UInt32 {
    let low = encoded & 0xff
    if encoded >> 10 & 3 == 0 {
      switch encoded >> 8 & 3 {
      case 0: return low
      case 1: return low << 16 | low
      case 2: return low << 24 | low << 8
      default: return low << 24 | low << 16 | low << 8 | low
      }
    }
    let rotation = encoded >> 7 & 0x1f
    let value = 0x80 | encoded & 0x7f
    return value >> rotation | value << (32 - rotation)
  }
}
