import Simulation
import Testing
import Units

@testable import CortexM

struct TraceTests {
  private final class Setup {
    let bench = CoreBench()
    var said: [String: [UInt8]] = [:]

    init(enabled: Bool = true) {
      bench.fabric.transmit = { [unowned self] port, byte in said[port, default: []].append(byte) }
      guard enabled else { return }
      self[0xe000_edfc] = 1 << 24
      self[0xe000_0fb0] = 0xc5ac_ce55
      self[0xe000_0e80] = 1
      self[0xe000_0e00] = .max
    }

    subscript(address: UInt32) -> UInt32 {
      get { bench.core.readPrivate(address) ?? 0xdead_beef }
      set { #expect(bench.core.writePrivate(address, newValue)) }
    }

    func text(_ port: String) -> String { String(decoding: said[port] ?? [], as: UTF8.self) }
  }

  @Test func widthsBecomeBytesInTheirOrder() {
    let setup = Setup()
    setup[0xe000_0000] = 0x6463_6261
    #expect(setup.bench.core.writePrivateNarrow(0xe000_0000, 0x6665, .halfword))
    #expect(setup.bench.core.writePrivateNarrow(0xe000_0000, 0x67, .byte))
    #expect(setup.bench.core.writePrivateNarrow(0xe000_007c, 0x68, .byte))
    #expect(setup.text("ITM0") == "abcdefg")
    #expect(setup.text("ITM31") == "h")
  }

  @Test func whatIsNotEnabledIsLost() {
    let setup = Setup(enabled: false)
    setup[0xe000_0000] = 1
    setup[0xe000_edfc] = 1 << 24
    setup[0xe000_0000] = 1
    #expect(setup[0xe000_0fb4] == 3)
    setup[0xe000_0e80] = 1
    setup[0xe000_0e00] = 1
    #expect(setup[0xe000_0e80] == 0)
    #expect(setup[0xe000_0000] == 0)
    #expect(setup.said.isEmpty)
    #expect(setup.bench.fabric.findings.entries.isEmpty)
  }

  @Test func unprivilegedCodeHasThePortsThatItIsGiven() {
    let setup = Setup()
    setup[0xe000_0e40] = 1
    setup.bench.processor.controlWord = 1
    #expect(setup.bench.core.allowsUnprivileged(0xe000_0000))
    for port: UInt32 in [0, 7, 8] {
      #expect(setup.bench.core.writePrivateNarrow(0xe000_0000 + 4 * port, 0x61, .byte))
    }
    #expect(setup.said.keys.sorted() == ["ITM8"])
    setup[0xe000_0e00] = 0
    setup[0xe000_0e80] = 0
    setup[0xe000_0e40] = 0
    #expect(setup[0xe000_0e00] == 0xff)
    #expect(setup[0xe000_0e80] == 1)
    #expect(setup[0xe000_0e40] == 1)
  }

  /// 64 MHz over 64 is a million bits a second: ten microseconds a byte.
  @Test func theFIFODrainsAtTheRateOfTheTracePort() {
    let setup = Setup()
    setup[0xe004_00f0] = 2
    setup[0xe004_0010] = 63
    setup[0xe000_0000] = 0x6463_6261
    #expect(setup[0xe000_0000] == 1)
    #expect(setup[0xe000_0e80] == 1 << 23 | 1)
    setup[0xe000_0004] = 0x6867_6665
    #expect(setup[0xe000_0000] == 0)
    setup[0xe000_0000] = 0x6c6b_6a69
    #expect(setup.text("ITM0") == "abcd")
    #expect(setup.bench.fabric.findings.entries.map(\.kind) == ["lost-output"])
    // Five of ten bytes.
    setup.bench.processor.pass(64 * 50 - 1)
    #expect(setup[0xe000_0000] == 0)
    setup.bench.processor.pass(1)
    #expect(setup[0xe000_0000] == 1)
    setup.bench.processor.pass(64 * 50)
    #expect(setup[0xe000_0e80] == 1)
    #expect(setup.text("ITM1") == "efgh")
  }

  @Test func withoutARateNobodyWaits() {
    let setup = Setup()
    for _ in 0..<100 {
      #expect(setup[0xe000_0000] == 1)
      setup[0xe000_0000] = 0x2e2e_2e2e
    }
    #expect(setup.said["ITM0"]?.count == 400)
    #expect(setup[0xe000_0e80] == 1)
  }

  @Test func aResetDisablesIt() {
    let setup = Setup()
    _ = setup.bench.core.reset()
    setup[0xe000_edfc] = 1 << 24
    #expect(setup[0xe000_0fb4] == 3)
    #expect(setup[0xe000_0e00] == 0)
  }

  @Test func anArmv6MCoreHasNone() {
    let bench = CoreBench(architecture: .v6M, priorityBits: 2, interrupts: 32)
    #expect(bench.core.readPrivate(0xe000_0000) == 0)
    #expect(bench.core.writePrivate(0xe000_0e80, 1))
    #expect(bench.core.readPrivate(0xe000_0e80) == 0)
  }
}
