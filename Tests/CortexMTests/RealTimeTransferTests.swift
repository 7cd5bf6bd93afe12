import CortexM
import Simulation
import Testing
import Units

struct RealTimeTransferTests {
  /// 4 KiB of RAM at 0x20000000, with a control block at 0x100 when it is asked for.
  private final class Target: BusMemory {
    var bytes = [UInt8](repeating: 0, count: 4096)
    lazy var fabric = Fabric(
      scheduler: Scheduler(), memory: self, coreFrequency: Hertz(64_000_000))
    var said: [String: [UInt8]] = [:]

    func read(_ address: Address, count: Int) -> [UInt8]? {
      let start = Int(address.value &- 0x2000_0000)
      return start + count <= 4096 ? Array(bytes[start..<(start + count)]) : nil
    }

    func write(_ address: Address, _ new: [UInt8]) -> Bool {
      let start = Int(address.value &- 0x2000_0000)
      guard start + new.count <= 4096 else { return false }
      bytes.replaceSubrange(start..<(start + new.count), with: new)
      return true
    }

    subscript(offset: Int) -> UInt32 {
      get { bytes[offset..<(offset + 4)].reversed().reduce(0) { $0 << 8 | UInt32($1) } }
      set {
        for index in 0..<4 {
          bytes[offset + index] = UInt8(truncatingIfNeeded: newValue >> (8 * UInt32(index)))
        }
      }
    }

    /// Up-buffers of 8 and 16 bytes at 0x200 and 0x300, a down-buffer of 4 bytes at 0x400.
    func makeBlock() {
      bytes.replaceSubrange(0x100..<0x10a, with: Array("SEGGER RTT".utf8))
      (self[0x110], self[0x114]) = (2, 1)
      for (index, ring) in [(0x200, 8), (0x300, 16), (0x400, 4)].enumerated() {
        let descriptor = 0x118 + 24 * index
        (self[descriptor + 4], self[descriptor + 8]) = (
          0x2000_0000 + UInt32(ring.0), UInt32(ring.1)
        )
      }
    }

    func transfer(symbol: Bool = true) -> RealTimeTransfer {
      fabric.transmit = { [unowned self] port, byte in said[port, default: []].append(byte) }
      return RealTimeTransfer(
        symbol: symbol ? Address(0x2000_0100) : nil, ranges: [0x2000_0002..<0x2000_1000],
        fabric: fabric)
    }
  }

  @Test func upBuffersAreReadRoundTheirEnds() {
    let target = Target()
    target.makeBlock()
    target.bytes.replaceSubrange(0x200..<0x208, with: Array("llo hel?".utf8))
    (target[0x118 + 12], target[0x118 + 16]) = (3, 4)
    target.bytes.replaceSubrange(0x300..<0x302, with: [1, 2])
    target[0x130 + 12] = 2
    let before = target.bytes
    let transfer = target.transfer()
    transfer.poll()
    #expect(target.said["RTT0"] == Array("hel?llo".utf8))
    #expect(target.said["RTT1"] == [1, 2])
    var expected = before
    expected[0x118 + 16] = 3
    expected[0x130 + 16] = 2
    // Nothing but the read offsets has changed.
    #expect(target.bytes == expected)
    transfer.poll()
    #expect(target.said["RTT1"] == [1, 2])
  }

  @Test func aDownBufferTakesWhatFits() {
    let target = Target()
    target.makeBlock()
    let transfer = target.transfer()
    transfer.receive(Array("hello".utf8), channel: 0)
    transfer.poll()
    #expect(Array(target.bytes[0x400..<0x403]) == Array("hel".utf8))
    #expect(target[0x148 + 12] == 3)
    #expect(transfer.waitingInput(channel: 0) == 2)
    transfer.poll()
    #expect(transfer.waitingInput(channel: 0) == 2)
    target[0x148 + 16] = 2
    transfer.poll()
    #expect(transfer.waitingInput(channel: 0) == 0)
    #expect(Array(target.bytes[0x400..<0x404]) == Array("oell".utf8))
    #expect(target[0x148 + 12] == 1)
  }

  @Test func withoutASymbolTheIdentifierIsLookedFor() {
    let target = Target()
    let transfer = target.transfer(symbol: false)
    #expect(!transfer.search())
    transfer.poll()
    target.makeBlock()
    target.bytes.replaceSubrange(0x90..<0x9a, with: Array("SEGGER RTX".utf8))
    #expect(transfer.search())
    #expect(transfer.block == Address(0x2000_0100))
    target[0x118 + 12] = 1
    transfer.poll()
    #expect(target.said["RTT0"]?.count == 1)
  }

  @Test func aBlockThatIsNotSetUpIsLeftAlone() {
    let target = Target()
    let transfer = target.transfer()
    transfer.receive([1], channel: 0)
    transfer.poll()
    #expect(target.bytes == [UInt8](repeating: 0, count: 4096))
  }

  @Test(arguments: 0..<200)
  func noDamageToTheBlockStopsTheSimulator(seed: Int) {
    var random = SeededGenerator(seed: seed)
    let target = Target()
    target.makeBlock()
    let transfer = target.transfer()
    transfer.receive([1, 2, 3], channel: 0)
    let edges: [UInt32] = [0, 1, 7, 8, 32, 33, 0x2000_0000, 0x2000_0ffc, 0x7fff_ffff, .max]
    for _ in 0..<20 {
      target[0x110 + 4 * Int.random(in: 0..<20, using: &random)] =
        edges.randomElement(using: &random)!
      transfer.poll()
    }
    #expect((target.said["RTT0"]?.count ?? 0) < 100_000)
  }
}
