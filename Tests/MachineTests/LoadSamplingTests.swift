import Machine
import RunRecord
import Testing

/// Looking at the addresses of data reads now and then gives the wait states that looking at every
/// one of them gives.
@Suite(.enabled(if: FirmwareBench.hasCompiler, "needs arm-none-eabi-gcc"))
struct LoadSamplingTests {
  private func stallsInAMillion(_ name: String, everyLoad: Bool) throws -> UInt64 {
    let path = try FirmwareBench.image(name, board: "nrf52840-dk")
    // Enough rounds of the work, and little enough for the slow way.
    let machine = try FirmwareBench.machine(path, board: "nrf52840-dk", duration: "150 ms")
    machine.looksAtEveryLoad = everyLoad
    let record = machine.run()
    // Stalls by instruction: the runs end at the same cycle, after slightly different work.
    let stalls = record.blocks.reduce(0) { $0 + $1.stallCycles }
    return stalls * 1_000_000 / record.instructions
  }

  @Test func theWaitStatesAreThoseOfEveryLoad() throws {
    let sampled = try stallsInAMillion("bench-nrf52840", everyLoad: false)
    let exact = try stallsInAMillion("bench-nrf52840", everyLoad: true)
    #expect(exact > 0)
    let difference = sampled > exact ? sampled - exact : exact - sampled
    // Within one in a thousand of all cycles; there is more than one cycle an instruction.
    #expect(difference <= 1_000, "\(sampled) against \(exact) stalls in a million instructions")
  }
}
