import Deployments
import Foundation
import Machine
import RunRecord
import Testing
import Units

@Suite(.enabled(if: FirmwareBench.hasCompiler, "needs arm-none-eabi-gcc"))
struct ConsoleInputTests {
  /// `Firmware/console-echo` with scripts at its ports.
  private func run(_ scripts: [String: String]) throws -> (record: RunRecord, console: String) {
    let image = try FirmwareBench.image("console-echo")
    let machine = try FirmwareBench.machine(image, board: "mps2-an386", duration: "10 s")
    var bytes: [UInt8] = []
    machine.console = { bytes.append($0) }
    for (port, text) in scripts {
      let script = try SerialScript(bytes: Array(text.utf8), path: "\(port).txt")
      #expect(machine.connect(script, to: port))
    }
    return (machine.run(), String(decoding: bytes, as: UTF8.self))
  }

  private static let name = """
    expect "name?"
    wait 20 ms
    send "an engineer\\n"
    expect "hello, an engineer"
    """
  private static let number = """
    expect "number?"
    wait 30 ms
    send "for"
    wait 1 ms
    send "ty-two\\n"
    expect "letter?"
    send "q"
    """

  @Test func scriptsAnswerByTransferAndBySemihosting() throws {
    let run = try run(["RTT0": Self.name, "SEMIHOSTING": Self.number])
    #expect(run.record.outcome == .exited(code: 0))
    // A read takes what is there: three letters.
    #expect(run.console == "name?\nhello, an engineer\nnumber?\nit is forletter?\nt\n")
    // It waited on both without the core's doing anything.
    #expect(run.record.end.seconds > 0.05)
    #expect(run.record.sleepCycles > 25_000 * 29)
  }

  @Test func anEndOfInputIsToldWhereNobodyIs() throws {
    let run = try run(["RTT0": Self.name])
    #expect(run.record.outcome == .exited(code: 0))
    #expect(run.console.hasSuffix("number?\nit is letter?\n\u{fffd}\n"))
  }

  @Test func waitingEndsWithTheScript() throws {
    let run = try run(["RTT0": Self.name, "SEMIHOSTING": "expect \"number?\"\nsend \"1\"\n"])
    #expect(run.record.outcome == .exited(code: 0))
    #expect(run.console.hasSuffix("it is 1letter?\n\u{fffd}\n"))
  }

  @Test func anUnmetExpectationFailsTheRun() throws {
    let run = try run(["RTT0": "expect \"nobody\" 5 ms\n"])
    guard case .scriptFailed(let why) = run.record.outcome else {
      Issue.record("\(run.record.outcome)")
      return
    }
    #expect(why.contains("nobody") && why.contains("name?"))
  }
}
