import Boards
import Deployments
import Foundation
import RunRecord
import Testing

/// How a firmware's end is told: a value, with everything measured so far.
@Suite(.enabled(if: FirmwareBench.hasCompiler, "needs arm-none-eabi-gcc"))
struct OutcomeTests {
  /// Runs what was built for a Cortex-M4.
  private func run(_ name: String, on board: String = "mps2-an386") throws -> FirmwareBench.Run {
    _ = try FirmwareBench.image("faults", file: "faults-\(name).elf")
    let image = FirmwareBench.output.appendingPathComponent("mps2-an386/faults-\(name).elf").path
    return try FirmwareBench.simulate(image, board: board) {
      $0.duration = "20 ms"
      $0.timeout = "60 s"
    }
  }

  private func fault(_ outcome: Outcome) throws -> Outcome.Fault {
    switch outcome {
    case .faulted(let fault), .lockedUp(let fault): return fault
    default: throw FirmwareBench.Failed(description: "\(outcome)")
    }
  }

  @Test(
    arguments: [
      ("mps2-an386", nil), ("generic-m7", nil),
      ("generic-m0", "built for Armv7E-M, which the board's cortex-m0 does not run"),
      ("generic-m3", "built for Armv7E-M, which the board's cortex-m3 does not run"),
    ] as [(String, String?)])
  func aFirmwareForAnotherCoreIsAFinding(_ board: String, _ message: String?) throws {
    let findings = try run("jump-to-nowhere", on: board).record.findings
    #expect(findings.first { $0.kind == "build-target" }?.message == message)
  }

  @Test func aCallToNowhereNamesTheAddressAndTheCaller() throws {
    let run = try run("jump-to-nowhere")
    let fault = try fault(run.record.outcome)
    #expect(fault.exception == "HardFault")
    #expect(fault.cause == "instruction fetch from 0x60000000, where nothing answers")
    #expect(fault.backtrace == ["deliver_sample", "main", "start", "Reset_Handler"])
    #expect(run.record.instructions > 0)
  }

  @Test func aStackThatLeavesRAMNamesTheRecursion() throws {
    let fault = try fault(run("stack-overflow").record.outcome)
    #expect(fault.cause.hasPrefix("data access to 0x1fff"))
    #expect(fault.backtrace.first?.hasPrefix("depth_first (") == true)
  }

  @Test func anUndefinedInstructionBehindAWaitIsNoWait() throws {
    let fault = try fault(run("undefined-after-wait").record.outcome)
    #expect(fault.cause == "undefined instruction")
    #expect(fault.backtrace.first == "main")
  }

  @Test(arguments: [
    "lock-up", "undefined-in-hardfault", "lock-up-in-nmi", "lock-up-under-faultmask",
  ])
  func aFaultAtHardFaultsPriorityLocksUp(_ name: String) throws {
    let run = try run(name)
    guard case .lockedUp = run.record.outcome else {
      Issue.record("not locked up")
      return
    }
    let expected = try FirmwareTests.text("faults", "\(name).txt")
    #expect(run.console.replacingOccurrences(of: "\r", with: "") == expected)
  }

  @Test(arguments: ["endless-loop", "unhandled-interrupt"])
  func anEndlessLoopStopsAtItsLimit(_ name: String) throws {
    let record = try run(name).record
    #expect(record.outcome == .reachedLimit(.duration))
    #expect(record.activeCycles + record.sleepCycles >= 500_000)
  }

  @Test(arguments: [
    "jump-to-nowhere", "stack-overflow", "lock-up", "undefined-in-hardfault", "endless-loop",
  ])
  func everyCycleBelongsToABlockOrANamedRemainder(_ name: String) throws {
    let record = try run(name).record
    let sum =
      record.blocks.reduce(0) { $0 + $1.cycles } + record.exceptionCycles
      + record.lazyStackingCycles + record.wakeUpCycles
    #expect(sum == record.activeCycles)
  }
}
