public import Simulation
public import Units

/// The host's side of SEGGER's Real-Time Transfer: rings of bytes in the target's RAM that a debugger
/// reads and fills while the core runs.
///
/// The target sees nothing of it but the read offset of an up-buffer and the write offset of a
/// down-buffer move.
///
/// Reference: SEGGER UM08001 (J-Link/J-Trace User Guide), 16 RTT: the control block begins with the
/// 16-byte identifier "SEGGER RTT", then the numbers of up- and down-buffers and 24 bytes for each:
/// name, buffer, size, write offset, read offset, flags.
/// Not modelled: the time that a probe takes; virtual terminals' escapes are passed on as they come.
public final class RealTimeTransfer {
  private static let identifier = Array("SEGGER RTT".utf8) + [UInt8](repeating: 0, count: 6)
  /// More buffers than any firmware has: the block is taken for damaged.
  private static let mostBuffers: UInt32 = 32
  private static let descriptorSize: UInt32 = 24
  private static let writeOffset: UInt32 = 12
  private static let readOffset: UInt32 = 16

  private struct Ring {
    let descriptor: Address
    let buffer: Address
    let size: UInt32
    let write: UInt32
    let read: UInt32
  }

  private let fabric: Fabric
  /// Where the control block is; nil while it is not known.
  public private(set) var block: Address?
  /// Where it is looked for.
  private let ranges: [Range<UInt32>]
  /// Bytes for the down-buffers, by channel.
  private var input: [Int: ArraySlice<UInt8>] = [:]

  /// `symbol` is the address of `_SEGGER_RTT`; without it the identifier is looked for in `ranges`.
  public init(symbol: Address?, ranges: [Range<UInt32>], fabric: Fabric) {
    self.fabric = fabric
    self.ranges = ranges
    block = symbol
  }

  /// Looks through memory for the control block; true when it was found.
  public func search() -> Bool {
    if block != nil { return true }
    for range in ranges {
      let start = (range.lowerBound + 3) & ~3
      guard start < range.upperBound,
        let bytes = fabric.memory.read(Address(start), count: Int(range.upperBound - start))
      else { continue }
      var index = 0
      while index + 24 <= bytes.count {
        if bytes[index] == Self.identifier[0],
          bytes[index..<(index + 16)].elementsEqual(Self.identifier)
        {
          block = Address(start) + UInt32(index)
          return true
        }
        index += 4
      }
    }
    return false
  }

  /// Puts bytes where the down-buffer of that number takes them from.
  public func receive(_ bytes: [UInt8], channel: Int) { input[channel, default: []] += bytes }

  /// Bytes that no down-buffer has taken yet.
  public func waitingInput(channel: Int) -> Int { input[channel]?.count ?? 0 }

  /// Empties the up-buffers and fills the down-buffers.
  public func poll() {
    guard let block, let head = fabric.memory.read(block, count: 24),
      head.prefix(16).elementsEqual(Self.identifier)
    else { return }
    let (ups, downs) = (word(head, 16), word(head, 20))
    guard ups <= Self.mostBuffers, downs <= Self.mostBuffers else { return }
    for channel in 0..<ups {
      guard let ring = ring(block + 24 + channel * Self.descriptorSize) else { continue }
      drain(ring, "RTT\(channel)")
    }
    for channel in 0..<downs where !(input[Int(channel)] ?? []).isEmpty {
      guard let ring = ring(block + 24 + (ups + channel) * Self.descriptorSize) else { continue }
      fill(ring, Int(channel))
    }
  }

  /// Nil where firmware has not set it up.
  private func ring(_ descriptor: Address) -> Ring? {
    guard let bytes = fabric.memory.read(descriptor, count: 24) else { return nil }
    let ring = Ring(
      descriptor: descriptor, buffer: Address(word(bytes, 4)), size: word(bytes, 8),
      write: word(bytes, 12), read: word(bytes, 16))
    return ring.write < ring.size && ring.read < ring.size ? ring : nil
  }

  private func drain(_ ring: Ring, _ port: String) {
    guard ring.read != ring.write else { return }
    var bytes: [UInt8]?
    if ring.read < ring.write {
      bytes = fabric.memory.read(ring.buffer + ring.read, count: Int(ring.write - ring.read))
    } else if let end = fabric.memory.read(
      ring.buffer + ring.read, count: Int(ring.size - ring.read)),
      let start = fabric.memory.read(ring.buffer, count: Int(ring.write))
    {
      bytes = end + start
    }
    guard let bytes, store(ring.write, at: ring.descriptor + Self.readOffset) else { return }
    for byte in bytes { fabric.transmit(port, byte) }
  }

  private func fill(_ ring: Ring, _ channel: Int) {
    guard var rest = input[channel] else { return }
    var write = ring.write
    // One place stays free, so that a full ring does not look like an empty one.
    while let byte = rest.first, (write + 1) % ring.size != ring.read {
      guard fabric.memory.write(ring.buffer + write, [byte]) else { break }
      rest = rest.dropFirst()
      write = (write + 1) % ring.size
    }
    if write != ring.write, store(write, at: ring.descriptor + Self.writeOffset) {
      input[channel] = rest
    }
  }

  private func word(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
    bytes[offset..<(offset + 4)].reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  private func store(_ value: UInt32, at address: Address) -> Bool {
    fabric.memory.write(
      address, (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) })
  }
}
