import Disassembly
import Units

extension CoreTiming {
  /// A hash of what the model says: the prices of some thousand made-up straight runs, each by itself, after the
  /// one before and as a loop, how it fetches, and the costs of exceptions. It changes when a rule changes that
  /// any of them meets, and not for a comment.
  public var fingerprint: String {
    var words = FingerprintWords()
    var text = "\(name) \(exceptions) \(unalignedLoads) "
    text += "\(fetch) \(hasOwnDataBus) "
    text += "\(systemBusFetchWaits) "
    for bits in UInt32(0)...32 {
      let dividend = bits < 32 ? UInt32(1) << bits : 0
      text += divider.map { "\($0.cycles(dividend: dividend, divisor: 5, isSigned: false)) " } ?? ""
    }
    var told = FingerprintText(text + "\n")
    var before: [Instruction] = []
    for _ in 0..<2048 {
      let bytes = (0..<24).flatMap { _ in words.instruction() }
      let run = Decoder.decodeBlock(bytes: bytes, at: Address(0x0800_0000 + words.next() & 0xe))
      let price = price(run)
      told.add(price.cycles, " ")
      told.add(price.takenExtra, " ")
      told.add(price.entryExtraWhenBranchedTo, " ")
      told.add(price.mispredicted, " ")
      told.add(price.minimum, " ")
      told.add(price.maximum, " [")
      for (index, offset) in price.offsets.enumerated() {
        told.add(offset, index + 1 < price.offsets.count ? ", " : "")
      }
      told.add("]\n")
      let inContext = self.price(run, after: before, branchedFrom: before)
      told.add(inContext.cycles, " ")
      told.add(inContext.entryExtraWhenBranchedTo, " ")
      told.add(inContext.overlaps.count, " ")
      told.add(inContext.targetLead, " ")
      let asLoop = self.price(run, after: before, branchedFrom: run + run + run)
      told.add(asLoop.cycles, " ")
      told.add(asLoop.gainsFromSlot ? 1 : 0, " ")
      told.add(asLoop.leavesSlot ? 1 : 0, "\n")
      before = run
    }
    return String(SHA256.hexDigest(of: told.bytes).prefix(16))
  }
}

/// Text of many numbers: every run hashes it, and interpolation would take longer than the prices.
private struct FingerprintText {
  private(set) var bytes: [UInt8]

  init(_ text: String) { bytes = Array(text.utf8) }

  mutating func add(_ text: String) { bytes.append(contentsOf: text.utf8) }

  /// A number in decimal, and what follows it.
  mutating func add(_ number: some BinaryInteger, _ text: String) {
    bytes.append(contentsOf: String(number).utf8)
    add(text)
  }
}

/// Instructions by chance, always the same ones: the common groups more often than chance would.
private struct FingerprintWords {
  private var random = SplitMix64(seed: 0x7468_756d_6270_7269)

  mutating func next() -> UInt32 { UInt32(truncatingIfNeeded: random.next()) }

  /// First halfwords, the bits that may vary in them, and the same of a second one.
  private static let groups: [(UInt32, UInt32, UInt32?, UInt32)] = [
    (0x0000, 0x3fff, nil, 0), (0x4000, 0x03ff, nil, 0), (0x4400, 0x03bf, nil, 0),
    (0x5000, 0x0fff, nil, 0), (0x6000, 0x1fff, nil, 0), (0x8000, 0x0fff, nil, 0),
    (0x9000, 0x0fff, nil, 0), (0xb200, 0x00ff, nil, 0), (0xb480, 0x007f, nil, 0),
    (0xc000, 0x0fff, nil, 0), (0xea00, 0x01ff, 0x0000, 0x7fff), (0xf000, 0x05ff, 0x0000, 0x7fff),
    (0xf850, 0x000f, 0x0000, 0xc0ff), (0xf8c0, 0x000f, 0x0000, 0xffff),
    (0xf8d0, 0x000f, 0x0000, 0xffff), (0xe850, 0x018f, 0x0000, 0xffff),
    (0xe890, 0x000f, 0x0000, 0x1fff), (0xfb00, 0x007f, 0x0000, 0xffff),
    (0xfb80, 0x007f, 0x0000, 0xff0f), (0xfb90, 0x002f, 0xf0f0, 0x0f0f),
    (0xfa00, 0x00ff, 0xf080, 0x0f7f), (0xee00, 0x00ff, 0x0a00, 0xf0ff),
    (0xed90, 0x000f, 0x0a00, 0xf0ff), (0xed80, 0x000f, 0x0a00, 0xf0ff),
  ]

  mutating func instruction() -> [UInt8] {
    let group = Self.groups[Int(next() % UInt32(Self.groups.count))]
    var halfwords = [group.0 | next() & group.1]
    if let second = group.2 { halfwords.append(second | next() & group.3) }
    return halfwords.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8 & 0xff)] }
  }
}
