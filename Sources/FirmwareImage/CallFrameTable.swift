import Units

/// The call frame information of an image, by address: `.debug_frame` or `.eh_frame`.
///
/// libdw takes the first entry that covers an address; those of functions that the linker discarded lie
/// at address 0 and shadow a Cortex-M's code. So the table is read here, and they are left out.
///
/// Reference: DWARF Debugging Information Format, version 5, section 6.4; Linux Standard Base Core
/// 5.0, section 10.6 (`.eh_frame`).
/// Not modelled: 64-bit DWARF, rules given by expressions.
struct CallFrameTable {
  enum Kind { case debugFrame, exceptionFrame }

  /// What several functions have in common.
  struct Common {
    var codeAlignment: UInt64 = 1
    var dataAlignment: Int64 = 1
    var returnRegister: UInt8 = 14
    /// The augmentation says how long its data in each entry is.
    var hasAugmentationData = false
    /// How `.eh_frame` writes addresses (`DW_EH_PE_…`).
    var pointerEncoding: UInt8 = 0
    var instructions: ByteCursor
  }

  /// One function's entry.
  struct Entry {
    let start: UInt32
    let end: UInt32
    let common: Common
    let instructions: ByteCursor
  }

  /// By address.
  private var entries: [Entry] = []

  /// `address` is where the section lies; `isLive` tells code from discarded code.
  init(_ section: [UInt8], _ kind: Kind, address: UInt32, isLive: (UInt32) -> Bool) {
    var cursor = ByteCursor(section)
    var commons: [Int: Common] = [:]
    while cursor.count > 0 {
      let place = cursor.position
      guard let length = cursor.number(4), length != 0xffff_ffff, var body = cursor.part(length)
      else { break }
      if length == 0 { continue }
      let idPlace = body.position
      guard let id = body.number(4) else { continue }
      if id == (kind == .debugFrame ? 0xffff_ffff : 0) {
        commons[place] = Self.common(body)
        continue
      }
      let home = kind == .debugFrame ? Int(id) : idPlace - Int(id)
      guard let common = commons[home],
        let entry = Self.entry(body, common, kind, sectionAddress: address),
        entry.start < entry.end, isLive(entry.start)
      else { continue }
      entries.append(entry)
    }
    entries.sort { ($0.start, $0.end) < ($1.start, $1.end) }
  }

  private static func common(_ body: ByteCursor) -> Common? {
    var body = body
    guard let version = body.byte(), [1, 3, 4].contains(version), let augmentation = body.string()
    else { return nil }
    if version == 4 { guard body.byte() == 4, body.byte() == 0 else { return nil } }
    guard let code = body.uleb(), let data = body.sleb(),
      let register = version == 1 ? body.byte().map(UInt64.init) : body.uleb(), register < 16
    else { return nil }
    var common = Common(instructions: body)
    (common.codeAlignment, common.dataAlignment) = (code, data)
    common.returnRegister = UInt8(register)
    if augmentation.first == "z" {
      common.hasAugmentationData = true
      guard let length = body.uleb(), var data = body.part(length) else { return nil }
      for letter in augmentation.dropFirst() {
        switch letter {
        case "R": common.pointerEncoding = data.byte() ?? 0
        case "L": _ = data.byte()
        case "P":
          _ = data.byte()
          _ = data.number(4)
        default: break
        }
      }
      common.instructions = body
    } else if !augmentation.isEmpty {
      return nil
    }
    return common
  }

  private static func entry(
    _ body: ByteCursor, _ common: Common, _ kind: Kind, sectionAddress: UInt32
  ) -> Entry? {
    var body = body
    let place = UInt32(truncatingIfNeeded: body.position)
    // Absolute, 4 bytes unsigned or signed: all that a 32-bit linker writes.
    guard [0, 0x3, 0xb].contains(common.pointerEncoding & 0xf), let low = body.number(4),
      let size = body.number(4)
    else { return nil }
    var start = UInt32(truncatingIfNeeded: low)
    if kind == .exceptionFrame && common.pointerEncoding & 0x70 == 0x10 {
      start = start &+ sectionAddress &+ place
    }
    if common.hasAugmentationData {
      guard let length = body.uleb(), body.skip(length) else { return nil }
    }
    start &= ~1
    return Entry(
      start: start, end: UInt32(clamping: UInt64(start) + size), common: common,
      instructions: body)
  }

  /// The rule at an instruction; nil where no entry covers it or the entry is beyond us.
  func rule(at address: UInt32) -> FrameRule? {
    let after = partitionIndex(entries.count) { entries[$0].start <= address }
    guard after > 0, address < entries[after - 1].end else { return nil }
    var program = CallFrameProgram(entries[after - 1], until: address)
    return program.run()
  }
}
