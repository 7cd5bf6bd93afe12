import Testing
import Units

@Suite struct SHA256Tests {
  @Test func `the published digests come out`() {
    #expect(
      SHA256.hexDigest(of: [])
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      SHA256.hexDigest(of: Array("abc".utf8))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    let million = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
    #expect(
      SHA256.hexDigest(of: million)
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test(arguments: 0..<130)
  func `taking a message in two parts changes nothing`(length: Int) {
    let message = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    var digest = SHA256()
    digest.update(message.prefix(length / 3))
    digest.update(message.dropFirst(length / 3))
    #expect(digest.hexDigest() == SHA256.hexDigest(of: message))
  }
}
