import Simulation
import Units

/// One direction of a Nordic peripheral's EasyDMA: where in RAM, how much, and how far it got.
///
/// PTR and MAXCNT are copied when a transfer starts, so that firmware can already write the next
/// ones while it runs.
///
/// Reference: nRF52840 Product Specification v1.7, 4.7 EasyDMA (with the array list).
struct EasyDMA {
  private let name: String
  private let fabric: Fabric
  private let countMask: UInt32
  /// PTR: the next transfer's first byte.
  var pointer: UInt32 = 0
  /// MAXCNT: the next transfer's length.
  var maximumCount: UInt32 = 0 {
    didSet { maximumCount &= countMask }
  }
  /// AMOUNT: what the last finished transfer moved.
  private(set) var amount: UInt32 = 0
  /// LIST: 1 advances PTR after each start.
  var list: UInt32 = 0
  /// The transfer under way.
  private(set) var start: UInt32 = 0
  private(set) var count: UInt32 = 0
  private(set) var moved: UInt32 = 0

  init(_ context: PeripheralContext, _ direction: String, countBits: Int = 16) {
    name = "\(context.name).\(direction)"
    fabric = context.fabric
    countMask = (1 << UInt32(countBits)) - 1
  }

  /// Copies PTR and MAXCNT: firmware may change them from now on.
  mutating func begin() {
    start = pointer
    count = maximumCount
    moved = 0
    if list & 7 == 1 { pointer &+= maximumCount }
  }

  /// `unit`: how many bytes MAXCNT and AMOUNT count as one.
  mutating func end(unit: UInt32 = 1) { amount = moved / unit }

  var isComplete: Bool { moved >= count }
  /// Whether one byte is left.
  var isLast: Bool { moved + 1 == count }

  /// The next byte from RAM; 0 and a finding where DMA does not reach.
  mutating func next() -> UInt8 {
    let address = Address(start &+ moved)
    moved += 1
    if let byte = read(address, 1)?.first { return byte }
    report(address)
    return 0
  }

  /// The next bytes from RAM, as many as are left of `count`; zeros and a finding where DMA does not
  /// reach.
  mutating func take(_ count: Int) -> [UInt8] {
    let count = min(count, Int(self.count) - min(Int(moved), Int(self.count)))
    let address = Address(start &+ moved)
    moved += UInt32(count)
    if count == 0 { return [] }
    if let bytes = read(address, count) { return bytes }
    report(address)
    return Array(repeating: 0, count: count)
  }

  /// Puts bytes into RAM; a finding where DMA does not reach.
  mutating func store(_ bytes: [UInt8]) {
    let address = Address(start &+ moved)
    moved += UInt32(bytes.count)
    if bytes.isEmpty { return }
    guard fabric.memory.write(address, bytes) else { return report(address) }
    fabric.onTransfer(address, bytes.count)
  }

  private func read(_ address: Address, _ count: Int) -> [UInt8]? {
    guard let bytes = fabric.memory.read(address, count: count) else { return nil }
    fabric.onTransfer(address, count)
    return bytes
  }

  mutating func storeHalfword(_ value: UInt16) {
    store([UInt8(value & 0xff), UInt8(value >> 8)])
  }

  mutating func reset() {
    self.pointer = 0
    maximumCount = 0
    amount = 0
    list = 0
    start = 0
    count = 0
    moved = 0
  }

  private func report(_ address: Address) {
    fabric.findings.note(
      "bus-error", "\(name).PTR", "EasyDMA reaches only RAM, not \(address): a bus error")
  }
}
