import Deployments
import Foundation
import Peripherals
import RunRecord
import Simulation
import Testing
import Units

@testable import Machine

/// `Firmware/stm32-dialogue` on each board: clocks through the PLL, a dialogue over the console's port.
@Suite struct STM32DialogueTests {
  static let boards = ["nucleo-l4r5zi", "nucleo-g0b1re"]

  private func dialogue(_ board: String, _ input: String) throws -> NordicBench.Run {
    var parts = DeploymentParts()
    parts.firmware = try NordicBench.image("stm32-dialogue", board: board)
    parts.board = board
    parts.duration = "2 s"
    parts.timeout = "60 s"
    return try NordicBench.run(Deployment.make(parts: parts), image: parts.firmware ?? "") {
      let port = $0.bus.serialPort(board == "nucleo-l4r5zi" ? "LPUART1" : "USART2")
      port?.device.receive(Array(input.utf8))
    }
  }

  @Test(arguments: boards) func `the firmware boots, converses and says goodbye`(
    board: String
  ) throws {
    let run = try dialogue(board, "name%clocks%updates%dma%what%bye%")
    let name = board == "nucleo-l4r5zi" ? "LPUART1" : "USART2"
    #expect(
      run.console
        == "m-ready\r\nm-name-[\(name)]\r\nclocks agree\r\nupdates agree\r\nm-by-dma\r\n"
        + "e-unknown [what]\r\nm-bye\r\n")
    #expect(run.record.outcome == .exited(code: 0))
    #expect(run.record.coreClock == Hertz(board == "nucleo-l4r5zi" ? 120_000_000 : 64_000_000))
    let findings = run.machine.fabric.findings.entries.map { "\($0.kind) \($0.place)" }
    #expect(findings == [])
  }

  @Test(arguments: boards) func `it waits asleep for a command that does not come`(
    board: String
  ) throws {
    let run = try dialogue(board, "name%")
    #expect(run.record.outcome == .reachedLimit(.duration))
    #expect(run.machine.sleepCycles > run.record.coreClock.numerator)
  }
}
