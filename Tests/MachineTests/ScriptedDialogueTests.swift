import Deployments
import Simulation
import Testing
import Units

@testable import Machine

/// A script's side of a serial line, moved by hand.
@Suite struct ScriptedDialogueTests {
  private final class Line: SerialInput {
    let scheduler: Scheduler
    var sent: [(text: String, at: Instant)] = []

    init(_ scheduler: Scheduler) { self.scheduler = scheduler }

    func receive(_ bytes: [UInt8]) {
      sent.append((String(decoding: bytes, as: UTF8.self), scheduler.now))
    }
    var waitingInput: Int { 0 }
  }

  private final class NoMemory: BusMemory {
    func read(_ address: Address, count: Int) -> [UInt8]? { nil }
    func write(_ address: Address, _ bytes: [UInt8]) -> Bool { false }
  }

  private static func instant(_ microseconds: Int64) -> Instant {
    Instant.zero + .microseconds(microseconds)
  }

  @Test func `an answer leaves the firmware time to end its line`() throws {
    let scheduler = Scheduler()
    let fabric = Fabric(scheduler: scheduler, memory: NoMemory())
    let line = Line(scheduler)
    let script = try SerialScript(
      bytes: Array("expect \"ready\"\nsend \"name%\"\nexpect \"me\"\nexpect \"you\"\n".utf8),
      path: "talk")
    let dialogue = ScriptedDialogue(script, with: line, fabric: fabric)
    scheduler.advance(to: Self.instant(100))
    for byte in "ready".utf8 { dialogue.take(byte) }
    scheduler.advance(to: Self.instant(1_099))
    for byte in "\r\n".utf8 { dialogue.take(byte) }
    #expect(line.sent.isEmpty)
    scheduler.advance(to: Self.instant(1_100))
    #expect(line.sent.map(\.text) == ["name%"])
    for byte in "me and you".utf8 { dialogue.take(byte) }
    scheduler.advance(to: Self.instant(1_100))
    #expect(dialogue.finish() == nil)
  }
}
