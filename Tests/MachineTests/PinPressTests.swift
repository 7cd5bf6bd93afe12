import Boards
import Deployments
import Documents
import Foundation
import RunRecord
import Testing
import Units

@testable import Machine

/// Buttons that are pressed by the deployment, and edges of an STM32's pins as points to measure.
@Suite(.enabled(if: FirmwareBench.hasCompiler, "needs arm-none-eabi-gcc"))
struct PinPressTests {
  private func parts(_ board: String, _ presses: [String]) throws -> DeploymentParts {
    var parts = DeploymentParts()
    parts.firmware = try NordicBench.image("stm32-button", board: board)
    parts.board = board
    parts.duration = "1 s"
    parts.presses = presses
    return parts
  }

  @Test(arguments: [("nucleo-l4r5zi", "PB7"), ("nucleo-g0b1re", "PA5")])
  func aPressIsAnEdgeAndALetGoAnother(board: String, led: String) throws {
    var parts = try parts(board, ["user@200ms", "PC13@500ms+50ms"])
    parts.measures = [
      "lit=gpio PC13 rising..gpio \(led) rising", "out=gpio PC13 falling..gpio \(led) falling",
      "held=gpio PC13 rising..gpio PC13 falling",
    ]
    let run = try NordicBench.run(Deployment.make(parts: parts), image: parts.firmware ?? "")
    #expect(run.console == "prpr")
    #expect(try run.word("presses") == 2)
    let starts = try run.measure("held").occurrences.map(\.from)
    #expect(starts == [.zero + .milliseconds(200), .zero + .milliseconds(500)])
    #expect(try run.latencies("held") == [.milliseconds(100), .milliseconds(50)])
    for name in ["lit", "out"] {
      let latencies = try run.latencies(name)
      #expect(latencies.count == 2)
      #expect(latencies.allSatisfy { $0 > .zero && $0 < .microseconds(20) }, "\(latencies)")
    }
    #expect(run.record.findings.isEmpty, "\(run.record.findings)")
  }

  @Test(arguments: [
    ("PC13", "--press PC13: error: expected PIN@TIME or PIN@TIME+DURATION, found 'PC13'"),
    ("PC13@2", "--press PC13@2: error: '2' has no unit; a duration is in"),
    ("usr@2s", "--press usr@2s: error: 'nucleo-l4r5zi' has no pin or button 'usr'; did you mean"),
    ("PC13@1s+0s", "--press PC13@1s+0s: error: expected a duration above zero"),
  ])
  func aPressThatCannotBeIsRefused(text: String, message: String) throws {
    let parts = try parts("nucleo-l4r5zi", [text])
    let error = #expect(throws: DocumentError.self) {
      let deployment = try Deployment.make(parts: parts)
      try deployment.check(
        against: deployment.loadBoard(from: DataDirectory(explicit: FirmwareBench.root.path)))
    }
    #expect(error?.description.hasPrefix(message) == true, "\(error as Any)")
  }

  @Test func aPinThatTheChipDoesNotHaveIsRefused() throws {
    let parts = try parts("nucleo-l4r5zi", ["P0.11@1s"])
    let error = #expect(throws: MachineError.self) {
      _ = try NordicBench.run(Deployment.make(parts: parts), image: parts.firmware ?? "")
    }
    #expect(error?.description.contains("has no pin P0.11") == true)
  }
}
