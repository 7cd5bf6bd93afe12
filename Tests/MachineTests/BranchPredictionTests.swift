import Deployments
import RunRecord
import Testing

/// A core that predicts branches charges from one block to the next; what is charged must add up, also
/// when an interrupt comes between two blocks.
@Suite(.enabled(if: FirmwareBench.hasCompiler, "needs arm-none-eabi-gcc"))
struct BranchPredictionTests {
  static func run(_ name: String) throws -> RunRecord {
    let board = "mps2-an500"
    let image = try FirmwareBench.image(name, board: board)
    return try FirmwareBench.simulate(image, board: board) { $0.timeout = "120 s" }.record
  }

  @Test(arguments: ["timing", "storm", "exceptions"])
  func everyCycleBelongsToABlockOrANamedRemainder(_ name: String) throws {
    let record = try Self.run(name)
    let sum =
      record.blocks.reduce(0) { $0 + $1.cycles } + record.exceptionCycles
      + record.lazyStackingCycles + record.wakeUpCycles
    #expect(sum == record.activeCycles)
  }

  @Test func predictionsRepeatExactly() throws {
    #expect(try Self.run("storm").activeCycles == Self.run("storm").activeCycles)
  }
}
