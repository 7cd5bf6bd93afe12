import Deployments
import Foundation
import RunRecord
import Testing

/// Boards that are only a core take their flash's wait states from the command line.
@Suite(.enabled(if: FirmwareBench.hasCompiler, "needs arm-none-eabi-gcc"))
struct GenericBoardTests {
  private func cycles(_ setting: String?) throws -> UInt64 {
    let image = try FirmwareBench.image("semihosting", board: "generic-m4")
    let run = try FirmwareBench.simulate(image, board: "generic-m4") {
      if let setting { $0.settings = [setting] }
    }
    return run.record.activeCycles
  }

  @Test func waitStatesOfTheFlashGoByEitherName() throws {
    let fast = try cycles(nil)
    let slow = try cycles("memory.flash.wait-states=3")
    #expect(try cycles("memory.flash.wait-states=0") == fast)
    #expect(slow > fast + fast / 2)
    #expect(try cycles("board.flash.wait-states=3") == slow)
  }
}
