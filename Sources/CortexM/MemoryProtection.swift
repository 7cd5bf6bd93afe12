import Simulation
import Units

/// The MPU: eight regions over the default memory map.
///
/// Reference: Arm DDI 0403E.e, B3.5. The engine enforces it by pages of 1 KiB: a finer region holds for
/// none of its page's accesses when it forbids, and is a finding.
/// Not modelled: memory types, FAULTMASK's effect without HFNMIENA, unprivileged loads by LDRT.
struct MemoryProtection {
  struct Region {
    var base: UInt32 = 0
    var attributes: UInt32 = 0

    var isEnabled: Bool { attributes & 1 != 0 }
    /// Its size as a power of two; 0 where there is none.
    var sizeBits: UInt32 { attributes >> 1 & 0x1f }

    /// Whether it covers the address, with the subregions that are switched off left out.
    func covers(_ address: UInt32) -> Bool {
      guard isEnabled, sizeBits >= 4 else { return false }
      let bits = sizeBits + 1
      let mask = bits == 32 ? 0 : UInt32.max << bits
      guard address & mask == base & mask else { return false }
      guard bits >= 8 else { return true }
      let subregion = address >> (bits - 3) & 7
      return attributes >> (8 + subregion) & 1 == 0
    }

    /// Whether its borders, or those of its subregions in use, lie inside pages of 1 KiB.
    var isFinerThanPages: Bool {
      guard isEnabled else { return false }
      let hasSubregions = attributes >> 8 & 0xff != 0
      return sizeBits + 1 < (hasSubregions ? 13 : 10)
    }
  }

  /// What may be done at an address.
  struct Rights: OptionSet {
    let rawValue: UInt32
    static let read = Rights(rawValue: 1)
    static let write = Rights(rawValue: 2)
    static let execute = Rights(rawValue: 4)
    static let all: Rights = [.read, .write, .execute]
  }

  private(set) var regions: [Region]
  var control: UInt32 = 0
  var number = 0

  init(regions count: Int) { regions = Array(repeating: Region(), count: max(count, 0)) }

  var isEnabled: Bool { control & 1 != 0 }
  var appliesToFaultHandlers: Bool { control & 2 != 0 }

  func rights(at address: UInt32, isPrivileged: Bool) -> Rights {
    guard isEnabled, address >> 20 != 0xe00 else { return .all }
    guard let region = regions.last(where: { $0.covers(address) }) else {
      return isPrivileged && control & 4 != 0 ? .all : []
    }
    var rights: Rights =
      switch (region.attributes >> 24 & 7, isPrivileged) {
      case (1, true), (2, true), (3, _): [.read, .write]
      case (2, false), (5, true), (6, _), (7, _): [.read]
      default: []
      }
    if rights.contains(.read) && region.attributes & 1 << 28 == 0 { rights.insert(.execute) }
    return rights
  }

  var region: Region { number < regions.count ? regions[number] : Region() }

  /// RBAR: with VALID set it chooses the region, too.
  mutating func setBase(_ word: UInt32) {
    if word & 1 << 4 != 0 { number = Int(word & 0xf) }
    if number < regions.count { regions[number].base = word & ~0x1f }
  }

  mutating func setAttributes(_ word: UInt32) {
    if number < regions.count { regions[number].attributes = word & 0x173f_ff3f }
  }
}

extension CortexM {
  private static let type: UInt32 = 0xe000_ed90

  /// A word of the MPU's registers at 0xE000ED90 … 0xE000EDB8; the base and attribute registers come
  /// four times.
  func readProtection(_ address: UInt32) -> UInt32 {
    switch (address - Self.type) / 4 {
    case 0: UInt32(features.mpuRegions) << 8
    case 1: protection.control
    case 2: UInt32(protection.number)
    case 3, 5, 7, 9: protection.region.base | UInt32(protection.number)
    default: protection.region.attributes
    }
  }

  func writeProtection(_ address: UInt32, _ value: UInt32) {
    guard features.mpuRegions > 0 else { return }
    switch (address - Self.type) / 4 {
    case 0: return
    case 1: protection.control = value & 7
    case 2: protection.number = Int(value & 0xff)
    case 3, 5, 7, 9: protection.setBase(value)
    default:
      protection.setAttributes(value)
      if protection.region.isFinerThanPages {
        fabric.findings.note(
          "coarse-protection", "MPU region \(protection.number)",
          "smaller than 1 KiB: what it says at a page's start holds for the page")
      }
    }
    processor.protectionChanged(protection.isEnabled)
  }

  /// What the code that runs now may do at an address.
  func rights(at address: UInt32) -> MemoryProtection.Rights {
    if isAboveFaultMask && !protection.appliesToFaultHandlers { return .all }
    let isPrivileged = exceptionNumber != 0 || processor[.control] & 1 == 0
    return protection.rights(at: address, isPrivileged: isPrivileged)
  }

  /// Read 1, write 2, execute 4: what the MPU lets the running code do with the page at an address.
  public func permissions(at address: UInt32) -> Int32 { Int32(rights(at: address).rawValue) }
}
