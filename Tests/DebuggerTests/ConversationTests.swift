import Debugger
import Testing
import Units

/// What a debugger asks and is answered, on a connection of bytes in memory.
@Suite struct ConversationTests {
  /// Gives what was prepared, then closes.
  private final class Line: Connection {
    var incoming: [[UInt8]]
    var sent = ""

    init(_ packets: [String]) { incoming = packets.map { PacketEncoder.encode(Array($0.utf8)) } }

    func send(_ bytes: [UInt8]) -> Bool {
      sent += String(decoding: bytes, as: UTF8.self)
      return true
    }

    func receive(waiting: Bool) -> [UInt8]? {
      incoming.isEmpty ? nil : incoming.removeFirst()
    }
  }

  private final class Target: DebugTarget {
    var layout = TargetLayout(
      hasMainlineMasks: true, hasFloatingPoint: false,
      memories: [TargetMemory(kind: .flash, start: Address(0), size: 0x400)])
    var registers: [CoreRegister: UInt32] = [:]
    var bytes = [UInt8](repeating: 0, count: 64)
    var breakpoints: [Address] = []
    var watchpoints: [Watchpoint] = []

    subscript(register: CoreRegister) -> UInt32 {
      get { registers[register] ?? 0 }
      set { registers[register] = newValue }
    }
    subscript(single index: Int) -> UInt32 {
      get { 0 }
      set { _ = newValue }
    }
    func read(_ address: Address, count: Int) -> [UInt8] {
      guard address.value < 64 else { return [] }
      return Array(bytes.dropFirst(Int(address.value)).prefix(count))
    }
    func write(_ bytes: [UInt8], at address: Address) -> Bool {
      guard Int(address.value) + bytes.count <= 64 else { return false }
      self.bytes.replaceSubrange(Int(address.value)..<Int(address.value) + bytes.count, with: bytes)
      return true
    }
    func monitor(_ command: String) -> String? { command == "time" ? "1 s\n" : nil }
  }

  /// The answers without framing.
  private func answers(
    _ packets: [String], _ target: Target = Target(), _ reason: StopReason = .step
  ) -> (texts: [String], resumption: Resumption) {
    let line = Line(packets)
    let resumption = GDBServer(line).converse(reason, with: target)
    let texts = line.sent.split(separator: "$").dropFirst()
      .map { String($0.prefix { $0 != "#" }) }
    return (texts, resumption)
  }

  @Test func `registers are written and read one by one and together`() {
    let target = Target()
    #expect(
      answers(["P3=78563412", "p3", "p10", "p63"], target).texts == [
        "OK", "78563412", "00000000", "E01",
      ])
    #expect(target[.r3] == 0x1234_5678)
    let all = answers(["g"], target).texts[0]
    // r0 to xpsr and six system registers.
    #expect(all.count == 23 * 8)
    #expect(answers(["G" + all.replacing("78563412", with: "01000000")], target).texts == ["OK"])
    #expect(target[.r3] == 1)
  }

  @Test func `memory is written and read, and refused where none is`() {
    #expect(
      answers(["M4,2:abcd", "m3,4", "m1000,4", "M3f,2:0000", "X8,3:xyz", "m8,3", "m4", "Mx"]).texts
        == ["OK", "00abcd00", "E14", "E14", "OK", "78797a", "E01", "E01"])
  }

  @Test func `breakpoints and watchpoints are set once and taken away`() {
    let target = Target()
    #expect(
      answers(["Z0,101,2", "Z1,100,2", "Z2,20,4", "Z4,24,1", "z2,20,4", "Z9,0,0"], target).texts
        == ["OK", "OK", "OK", "OK", "OK", ""])
    #expect(target.breakpoints == [Address(0x100)])
    #expect(target.watchpoints == [Watchpoint(kind: .access, start: Address(0x24), size: 1)])
  }

  @Test(arguments: [
    ("c", Resumption.run), ("s", .step), ("vCont;c", .run), ("vCont;s:1;c", .step), ("k", .kill),
    ("vCont;r100,108:1", .stepRange(from: Address(0x100), to: Address(0x108))), ("D", .detach),
  ])
  func `resumptions are understood`(_ packet: String, _ expected: Resumption) {
    #expect(answers([packet]).resumption == expected)
  }

  @Test func `a lost connection lets the firmware run on`() {
    #expect(answers([]).resumption == .detach)
  }

  @Test func `the second stop says why`() {
    let line = Line(["qSupported:hwbreak+", "c", "?", "c", "c"])
    let server = GDBServer(line)
    let target = Target()
    _ = server.converse(.step, with: target)
    let watched = Watchpoint(kind: .write, start: Address(0x2000_0000), size: 4)
    _ = server.converse(.watchpoint(watched), with: target)
    _ = server.converse(.interrupted, with: target)
    server.ended(exitCode: 7)
    #expect(line.sent.contains("$T05thread:1;watch:20000000;#"))
    #expect(line.sent.contains("$T02thread:1;#"))
    #expect(line.sent.contains("$W07#"))
  }

  @Test func `monitor commands travel in hexadecimal`() {
    #expect(answers(["qRcmd,74696d65"]).texts == ["3120730a"])
    let unknown = answers(["qRcmd,78"]).texts[0]
    #expect(unknown.count > 20)
  }

  @Test func `documents come in pieces`() {
    let texts = answers([
      "qXfer:features:read:target.xml:0,10", "qXfer:memory-map:read::0,1000",
      "qXfer:features:read:target.xml:fffff,10",
    ]).texts
    #expect(texts[0] == "m<?xml version=\"1")
    #expect(texts[1].contains("<memory type=\"flash\" start=\"0x00000000\" length=\"0x00000400\">"))
    #expect(texts[2] == "E01")
  }

  @Test(arguments: 0..<200)
  func `nonsense never crashes`(seed: UInt64) {
    var state = seed &+ 1
    let alphabet = Array("gGpPmMXzZcsvCkDHT?qQ,:;=#0123456789abcdef}\u{0}\u{ff}".utf8)
    let packets = (0..<50).map { _ in
      String(
        decoding: (0..<12).map { _ -> UInt8 in
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          return alphabet[Int(state >> 33) % alphabet.count]
        }, as: UTF8.self)
    }
    let target = Target()
    for packet in packets + packets.map({ String($0.prefix(2)) }) {
      let line = Line([packet])
      _ = GDBServer(line).converse(.step, with: target)
      #expect(line.sent.hasPrefix("+"))
    }
  }
}
