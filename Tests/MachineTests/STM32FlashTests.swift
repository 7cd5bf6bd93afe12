import Deployments
import Foundation
import RunRecord
import Testing
import Units

@testable import Machine

/// `Firmware/stm32-flash`: what FLASH_ACR sets decides what reading constants costs, at run time.
@Suite(.enabled(if: FirmwareBench.hasCompiler, "needs arm-none-eabi-gcc"))
struct STM32FlashTests {
  /// Core clocks of one turn, four words that fill one line of flash, by setting.
  private func turns(_ board: String) throws -> [Double] {
    var parts = DeploymentParts()
    parts.firmware = try NordicBench.image("stm32-flash", board: board)
    parts.board = board
    parts.duration = "2 s"
    let run = try NordicBench.run(Deployment.make(parts: parts), image: parts.firmware ?? "")
    #expect(run.record.outcome == .exited(code: 0))
    return try run.words("cycles", 4).map { Double($0) / 1024 }
  }

  /// Published: about 7.3 cycles for each new line of streamed weights at 5 wait states.
  @Test func aNewLineOfTheL4CostsItsWaitStatesAndTheFill() throws {
    let turns = try turns("nucleo-l4r5zi")
    #expect(abs(turns[1] - turns[0] - 7) < 0.1)
    // Past the data cache, every word waits.
    #expect(abs(turns[2] - turns[0] - 4 * 5) < 0.1)
    // Past the instruction cache, so does the code.
    #expect(turns[3] > turns[2] + 5)
  }

  /// Published: 2 cycles for each load at 2 wait states.
  @Test func everyLoadOfTheG0Waits() throws {
    let turns = try turns("nucleo-g0b1re")
    #expect(abs(turns[1] - turns[0] - 4 * 2) < 1)
    #expect(abs(turns[2] - turns[0] - 4 * 1) < 1)
    #expect(turns[3] > turns[1])
  }
}
