import Units

/// How long the parts of a packet are on the air, from a Nordic radio's registers.
///
/// Preamble, address of BALEN + 1 bytes, S0, LENGTH, S1, payload of LENGTH + STATLEN bytes (at most
/// MAXLEN), CRC. In RAM, S0, LENGTH and S1 take a byte each where they are there.
///
/// Reference: nRF52840 Product Specification v1.7, 6.19.1 Packet configuration.
struct RadioPacket {
  /// Bits from the first of the preamble to the end of the address, of the payload, of the CRC.
  let address: Int64
  let payload: Int64
  let end: Int64

  /// Bytes in RAM before the payload.
  static func headerSize(_ pcnf0: UInt32) -> Int {
    (hasS0(pcnf0) ? 1 : 0) + (lengthBits(pcnf0) > 0 ? 1 : 0) + (hasS1InRAM(pcnf0) ? 1 : 0)
  }

  init(pcnf0: UInt32, pcnf1: UInt32, crc: UInt32, header: [UInt8]) {
    let preamble: Int64 = [8, 16, 32, 80][Int(pcnf0 >> 24 & 3)]
    address = preamble + 8 * (Int64(pcnf1 >> 16 & 7) + 1)
    let lengthBits = Self.lengthBits(pcnf0)
    var length: Int64 = 0
    if lengthBits > 0 {
      let byte = Int64(header[Self.hasS0(pcnf0) ? 1 : 0])
      length = byte & ((1 << Int64(min(lengthBits, 8))) - 1)
    }
    let bytes = min(length + Int64(pcnf1 >> 8 & 0xff), Int64(pcnf1 & 0xff))
    let fields = (Self.hasS0(pcnf0) ? 8 : 0) + lengthBits + Int64(pcnf0 >> 16 & 0xf)
    payload = address + fields + 8 * bytes
    end = payload + 8 * Int64(crc & 3)
  }

  private static func hasS0(_ pcnf0: UInt32) -> Bool { pcnf0 >> 8 & 1 == 1 }
  private static func lengthBits(_ pcnf0: UInt32) -> Int64 { Int64(pcnf0 & 0xf) }
  private static func hasS1InRAM(_ pcnf0: UInt32) -> Bool {
    pcnf0 >> 16 & 0xf > 0 || pcnf0 >> 20 & 1 == 1
  }
}
