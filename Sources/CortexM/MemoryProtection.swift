import Simulation
import Units

/// The MPU: regions over the default memory map.
///
/// Reference: Arm DDI 0403E.e, B3.5; DDI 0553B, B11 and D1.2.131 … (Armv8-M). The engine enforces it by
/// pages of 1 KiB and asks for each access to a page in which rights differ; a page is executable as its
/// first fetch is.
/// Not modelled: memory types, unprivileged loads by LDRT.
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

    /// Armv8-M: whether the address lies between base and limit.
    func spans(_ address: UInt32) -> Bool {
      isEnabled && address & ~0x1f >= base & ~0x1f && address & ~0x1f <= attributes & ~0x1f
    }

    var isFinerSpan: Bool {
      isEnabled && (base & 0x3e0 != 0 || attributes & 0x3e0 != 0x3e0)
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

  /// RBAR with RASR, or with RLAR in Armv8-M.
  private(set) var regions: [Region]
  private let hasLimits: Bool
  var control: UInt32 = 0
  var number = 0
  /// MAIR0 and MAIR1.
  var attributeIndirections: [UInt32] = [0, 0]

  init(_ features: CoreFeatures) {
    regions = Array(repeating: Region(), count: min(max(features.mpuRegions, 0), 16))
    hasLimits = features.architecture == .v8M
  }

  var isEnabled: Bool { control & 1 != 0 }
  var appliesToFaultHandlers: Bool { control & 2 != 0 }

  func rights(at address: UInt32, isPrivileged: Bool) -> Rights {
    guard isEnabled, address >> 20 != 0xe00 else { return .all }
    if hasLimits { return spanRights(at: address, isPrivileged: isPrivileged) }
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

  /// Regions may not overlap: where they do, nothing is allowed.
  private func spanRights(at address: UInt32, isPrivileged: Bool) -> Rights {
    let hits = regions.filter { $0.spans(address) }
    guard let region = hits.first else { return isPrivileged && control & 4 != 0 ? .all : [] }
    guard hits.count == 1 else { return [] }
    var rights: Rights =
      switch (region.base >> 1 & 3, isPrivileged) {
      case (0, true), (1, _): [.read, .write]
      case (2, true), (3, _): [.read]
      default: []
      }
    if rights.contains(.read) && region.base & 1 == 0 { rights.insert(.execute) }
    return rights
  }

  /// Whether any region ends inside a page of 1 KiB.
  var isFine: Bool {
    regions.contains { hasLimits ? $0.isFinerSpan : $0.isFinerThanPages }
  }

  var region: Region { self[number] }

  subscript(index: Int) -> Region {
    get { index < regions.count ? regions[index] : Region() }
    set { if index < regions.count { regions[index] = newValue } }
  }

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
    let word = (address - Self.type) / 4
    switch word {
    case 0: return UInt32(features.mpuRegions) << 8
    case 1: return protection.control
    case 2: return UInt32(protection.number)
    case 3, 5, 7, 9:
      return features.architecture == .v8M
        ? protection[protectionAlias(word)].base
        : protection.region.base | UInt32(protection.number)
    default:
      return features.architecture == .v8M
        ? protection[protectionAlias(word)].attributes : protection.region.attributes
    }
  }

  func writeProtection(_ address: UInt32, _ value: UInt32) {
    guard features.mpuRegions > 0 else { return }
    let word = (address - Self.type) / 4
    let isMainline = features.architecture == .v8M
    switch word {
    case 0: return
    case 1: protection.control = value & 7
    case 2: protection.number = Int(value & 0xff)
    case 3, 5, 7, 9:
      if isMainline {
        protection[protectionAlias(word)].base = value
      } else {
        protection.setBase(value)
      }
    default:
      if isMainline {
        protection[protectionAlias(word)].attributes = value & ~0x10
      } else {
        protection.setAttributes(value)
      }
    }
    processor.protectionChanged(protection.isEnabled)
  }

  /// Armv8-M's RBAR_An and RLAR_An reach the four regions around RNR.
  private func protectionAlias(_ word: UInt32) -> Int {
    let alias = Int(word - 3) / 2
    return alias == 0 ? protection.number : protection.number & ~3 | alias
  }

  /// What the code that runs now may do at an address.
  func rights(at address: UInt32) -> MemoryProtection.Rights {
    guard protection.isEnabled else { return .all }
    let isPrivileged = exceptionNumber != 0 || processor[.control] & 1 == 0
    if isPrivileged && !protection.appliesToFaultHandlers && hasNegativePriority { return .all }
    return protection.rights(at: address, isPrivileged: isPrivileged)
  }

  /// Read 1, write 2, execute 4: what the MPU lets the running code do at an address.
  public func permissions(at address: UInt32) -> Int32 { Int32(rights(at: address).rawValue) }

  /// The same for all data of the page of 1 KiB around an address: nothing where rights differ.
  public func pagePermissions(at address: UInt32) -> Int32 {
    isMixedPage(address) ? 0 : permissions(at: address)
  }

  /// Whether the MPU allows one thing here and another there on the page of 1 KiB around an address.
  public func isMixedPage(_ address: UInt32) -> Bool {
    guard protection.isEnabled, protection.isFine else { return false }
    let start = address & ~0x3ff
    let first = rights(at: start)
    return (1..<UInt32(32)).contains { rights(at: start + $0 * 32) != first }
  }
}
