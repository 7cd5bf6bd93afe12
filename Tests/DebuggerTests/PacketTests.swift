import Testing

@testable import Debugger

/// The framing of the remote protocol.
@Suite struct PacketTests {
  private func decode(_ bytes: [UInt8]) -> [Incoming] {
    var decoder = PacketDecoder()
    return bytes.compactMap { decoder.take($0) }
  }

  @Test func `a packet carries its checksum`() {
    #expect(PacketEncoder.encode(Array("OK".utf8)) == Array("$OK#9a".utf8))
    #expect(PacketEncoder.encode([]) == Array("$#00".utf8))
  }

  @Test func `what frames packets is escaped inside them`() {
    #expect(PacketEncoder.encode(Array("}#".utf8)) == Array("$}]}\u{3}#5a".utf8))
  }

  @Test(arguments: 0..<200)
  func `what is encoded is decoded again`(seed: UInt64) {
    var state = seed &* 6_364_136_223_846_793_005 &+ 1
    let data = (0..<Int(seed)).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 56)
    }
    #expect(decode(PacketEncoder.encode(data)) == [.packet(data)])
  }

  @Test func `a wrong checksum is noticed and the next packet still read`() {
    #expect(decode(Array("$g#00$g#67".utf8)) == [.damaged, .packet(Array("g".utf8))])
    #expect(decode(Array("$g#zz".utf8)) == [.damaged])
  }

  @Test func `Ctrl-C and acknowledgements stand between packets`() {
    #expect(
      decode(Array("+$?#3f".utf8) + [3] + Array("-".utf8))
        == [.acknowledgement, .packet(Array("?".utf8)), .interrupt, .retransmission])
  }

  @Test func `a packet without end takes bounded memory`() {
    let long = Array("$".utf8) + [UInt8](repeating: 65, count: 100_000) + Array("#00".utf8)
    #expect(decode(long) == [.damaged])
  }
}
