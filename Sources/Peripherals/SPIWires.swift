import Simulation

/// An SPI's data wires: frames of up to 32 bits as the bytes that a target exchanges.
///
/// Not modelled: the bits by which a frame falls short of whole bytes; they pass as zeros before it.
struct SPIWires {
  let bus: SPIBus

  /// One frame each way, its most significant byte first unless `isReversed`; ones where nobody answers.
  func exchange(_ frame: UInt32, bits: UInt32, isReversed: Bool) -> UInt32 {
    let shifts = stride(from: UInt32(0), to: bits, by: 8)
    let order = isReversed ? Array(shifts) : shifts.reversed()
    return order.reduce(0) { answer, shift in
      let byte = UInt8(truncatingIfNeeded: frame >> shift)
      return answer | UInt32(exchange(byte, isReversed)) << shift
    }
  }

  private func exchange(_ byte: UInt8, _ isReversed: Bool) -> UInt8 {
    let answer = bus.exchange(isReversed ? reversed(byte) : byte) ?? 0xff
    return isReversed ? reversed(answer) : answer
  }

  private func reversed(_ byte: UInt8) -> UInt8 {
    (0..<8 as Range<UInt8>).reduce(0) { $0 << 1 | byte >> $1 & 1 }
  }
}
