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
  struct Board: CustomTestStringConvertible {
    let name: String
    let port: String
    let megahertz: UInt64
    let flash: String
    var testDescription: String { name }
  }

  static let boards = [
    Board(name: "nucleo-l4r5zi", port: "LPUART1", megahertz: 120, flash: "5 true"),
    Board(name: "nucleo-g0b1re", port: "USART2", megahertz: 64, flash: "2 true"),
    Board(name: "nucleo-f746zg", port: "USART3", megahertz: 216, flash: "11 false"),
    Board(name: "nucleo-u575zi-q", port: "USART1", megahertz: 160, flash: "4 true"),
    Board(name: "nucleo-h7a3zi-q", port: "USART3", megahertz: 280, flash: "10 false"),
  ]

  private func dialogue(_ board: Board, _ input: String) throws -> NordicBench.Run {
    var parts = DeploymentParts()
    parts.firmware = try NordicBench.image("stm32-dialogue", board: board.name)
    parts.board = board.name
    parts.duration = "2 s"
    parts.timeout = "60 s"
    return try NordicBench.run(Deployment.make(parts: parts), image: parts.firmware ?? "") {
      let port = $0.bus.serialPort(board.port)
      port?.device.receive(Array(input.utf8))
    }
  }

  @Test(arguments: boards) func `the firmware boots, converses and says goodbye`(
    board: Board
  ) throws {
    let run = try dialogue(board, "name%clocks%updates%dma%what%bye%")
    #expect(
      run.console
        == "m-ready\r\nm-name-[\(board.port)]\r\nclocks agree\r\nupdates agree\r\nm-by-dma\r\n"
        + "e-unknown [what]\r\nm-bye\r\n")
    #expect(run.record.outcome == .exited(code: 0))
    #expect(run.record.coreClock == Hertz(board.megahertz * 1_000_000))
    let findings = run.machine.fabric.findings.entries.map { "\($0.kind) \($0.place)" }
    #expect(findings == [])
    // Its flash waits for most of the run, with its caches as the firmware left them.
    let longest = run.record.memoryUses?.filter { $0.memory.hasPrefix("flash") }.max {
      $0.cycles < $1.cycles
    }
    #expect(longest.map { "\($0.waitStates) \($0.isCached)" } == board.flash)
    let all = run.record.activeCycles + run.record.sleepCycles
    for (_, uses) in Dictionary(grouping: run.record.memoryUses ?? [], by: \.memory) {
      #expect(uses.reduce(0) { $0 + $1.cycles } == all)
    }
  }

  @Test(arguments: boards) func `it waits asleep for a command that does not come`(
    board: Board
  ) throws {
    let run = try dialogue(board, "name%")
    #expect(run.record.outcome == .reachedLimit(.duration))
    #expect(run.machine.sleepCycles > run.record.coreClock.numerator)
  }
}
