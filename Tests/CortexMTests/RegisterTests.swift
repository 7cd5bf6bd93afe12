import CortexM
import Simulation
import Testing
import Units

/// The registers of the System Control Space.
struct RegisterTests {
  @Test(arguments: [2, 3, 4, 8])
  func prioritiesKeepTheImplementedBits(bits: Int) {
    let bench = CoreBench(priorityBits: bits)
    bench[0xe000_e400] = 0xffff_ffff
    let field = UInt32(0xff << (8 - bits) & 0xff)
    #expect(bench[0xe000_e400] == field * 0x0101_0101)
    bench[0xe000_ed20] = 0xffff_ffff
    // SysTick, PendSV, reserved, debug monitor.
    #expect(bench[0xe000_ed20] == field << 24 | field << 16 | field)
    bench[0xe000_ed18] = 0xffff_ffff
    #expect(bench[0xe000_ed18] == field << 16 | field << 8 | field)
    bench[0xe000_ed1c] = 0xffff_ffff
    #expect(bench[0xe000_ed1c] == field << 24)
  }

  @Test func aByteOrHalfwordSetsItsPrioritiesOnly() {
    let bench = CoreBench()
    bench[0xe000_e404] = 0x4433_2211
    #expect(bench.core.writePrivateNarrow(0xe000_e406, 0x77, .byte))
    #expect(bench[0xe000_e404] == 0x4477_2211)
    #expect(bench.core.writePrivateNarrow(0xe000_e404, 0x9988, .halfword))
    #expect(bench[0xe000_e404] == 0x4477_9988)
    #expect(bench.core.writePrivateNarrow(0xe000_ed1f, 0x60, .byte))
    #expect(bench[0xe000_ed1c] == 0x6000_0000)
    #expect(!bench.core.writePrivateNarrow(0xe000_ed10, 2, .byte))
  }

  @Test func prioritiesBeyondTheLastInterruptReadZero() {
    let bench = CoreBench(interrupts: 6)
    bench[0xe000_e404] = 0xffff_ffff
    #expect(bench[0xe000_e404] == 0x0000_ffff)
    bench[0xe000_e100] = 0xffff_ffff
    #expect(bench[0xe000_e100] == 0x3f)
    bench[0xe000_e200] = 0xffff_ffff
    #expect(bench[0xe000_e200] == 0x3f)
    #expect(bench[0xe000_e004] == 0)
    #expect(CoreBench(interrupts: 64)[0xe000_e004] == 1)
  }

  @Test(arguments: [0, 63, 64, 255, 495, 496, 511] as [UInt32])
  func theSoftwareTriggerPendsWhatExists(number: UInt32) {
    let bench = CoreBench(interrupts: 64)
    bench[0xe000_ef00] = number
    #expect(bench[0xe000_e200] == (number == 0 ? 1 : 0))
    #expect(bench[0xe000_e204] == (number == 63 ? 1 << 31 : 0))
  }

  @Test func resetControlObeysItsKeyOnly() {
    let bench = CoreBench()
    bench[0xe000_ed0c] = 0x0000_0704
    #expect(bench[0xe000_ed0c] == 0xfa05_0000)
    #expect(!bench.fabric.resetRequested)
    bench[0xe000_ed0c] = 0x05fa_0500
    #expect(bench[0xe000_ed0c] == 0xfa05_0500)
    #expect(!bench.fabric.resetRequested)
    bench[0xe000_ed0c] = 0x05fa_0004
    #expect(bench.fabric.resetRequested)
  }

  @Test func theVectorTableMoves() {
    let bench = CoreBench()
    bench[0xe000_ed08] = 0x0000_207f
    #expect(bench[0xe000_ed08] == 0x2000)
    bench.processor.code[0x2000 / 4 + 17] = 0x3001
    bench.enable(1)
    bench.pend(1)
    _ = bench.core.takePending()
    #expect(bench.processor[.pc] == 0x3001)
  }

  @Test func interruptControlTellsWhatRunsAndWaits() {
    let bench = CoreBench()
    bench.enable(1, 2)
    bench.setPriority(17, 0x80)
    bench.setPriority(18, 0x40)
    bench.pend(1)
    #expect(bench[0xe000_ed04] & ~(1 << 11) == 1 << 22 | 17 << 12)
    _ = bench.core.takePending()
    #expect(bench[0xe000_ed04] == 1 << 11 | 17)
    bench.pend(2)
    _ = bench.core.takePending()
    // Another exception is active below.
    #expect(bench[0xe000_ed04] == 18)
    bench[0xe000_ed04] = 1 << 28 | 1 << 26
    #expect(bench[0xe000_ed04] == 1 << 28 | 1 << 26 | 14 << 12 | 18)
    bench[0xe000_ed04] = 1 << 27 | 1 << 25
    #expect(bench[0xe000_ed04] == 18)
  }

  @Test func systemHandlerStateShowsAndSetsActiveAndPending() {
    let bench = CoreBench()
    bench[0xe000_ed24] = 7 << 16
    #expect(bench[0xe000_ed24] == 7 << 16)
    bench.core.supervisorCall()
    #expect(bench[0xe000_ed24] == 7 << 16 | 1 << 7)
    // Clearing the active bit of what runs makes its return invalid.
    bench[0xe000_ed24] = 7 << 16
    bench.leave()
    #expect(bench.running == 6)
    #expect(bench[0xe000_ed28] == 1 << 18)
    bench[0xe000_ed24] = 7 << 16 | 1 << 3 | 1 << 13
    #expect(bench[0xe000_ed24] == 7 << 16 | 1 << 3 | 1 << 13)
    bench[0xe000_ed24] = 7 << 16 | 1 << 3
    #expect(bench[0xe000_ed24] == 7 << 16 | 1 << 3)
  }

  @Test func faultStatusIsClearedByOnesOfAnyWidth() {
    let bench = CoreBench()
    bench.core.raise(.dataBus(Address(0x6000_0000)), at: Address(0x100))
    #expect(bench[0xe000_ed28] == 0x8200)
    #expect(bench[0xe000_ed38] == 0x6000_0000)
    bench[0xe000_ed28] = 0
    #expect(bench[0xe000_ed28] == 0x8200)
    #expect(bench.core.writePrivateNarrow(0xe000_ed29, 0x80, .byte))
    #expect(bench[0xe000_ed28] == 0x200)
    bench[0xe000_ed28] = 0xffff_ffff
    #expect(bench[0xe000_ed28] == 0)
  }

  @Test func theCoprocessorAccessSwitchesTheFloatingPointUnit() {
    let bench = CoreBench()
    #expect(bench.processor.floatingPointOff)
    bench[0xe000_ed88] = 0xffff_ffff
    #expect(bench[0xe000_ed88] == 0x00f0_0000)
    #expect(!bench.processor.floatingPointOff)
    let plain = CoreBench(floatingPoint: false)
    plain[0xe000_ed88] = 0x00f0_0000
    #expect(plain[0xe000_ed88] == 0)
    #expect(plain[0xe000_ef34] == 0)
    #expect(plain[0xe000_ef40] == 0)
  }

  @Test func theConfigurationSwitchesTheTraps() {
    let bench = CoreBench()
    bench[0xe000_ed14] = 0x200 | 1 << 4
    #expect(bench.processor.traps == (true, false))
    bench[0xe000_ed14] = 0x200 | 1 << 3
    #expect(bench.processor.traps == (false, true))
    _ = bench.core.reset()
    #expect(bench.processor.traps == (false, false))
    #expect(CoreBench(architecture: .v6M).processor.traps == (false, false))
  }

  @Test func theCycleCounterCountsWhileTraceIsOn() {
    let bench = CoreBench()
    bench[0xe000_1000] = 1
    bench.processor.pass(100)
    #expect(bench[0xe000_1004] == 0)
    bench[0xe000_edfc] = 1 << 24
    bench.processor.pass(100)
    #expect(bench[0xe000_1004] == 100)
    bench[0xe000_1004] = 0xffff_fff0
    bench.processor.pass(32)
    #expect(bench[0xe000_1004] == 16)
    bench[0xe000_1000] = 0
    bench.processor.pass(32)
    #expect(bench[0xe000_1004] == 16)
    bench[0xe000_1000] = 1
    bench.processor.pass(4)
    #expect(bench[0xe000_1004] == 20)
  }

  @Test func theProfilingCountersCountWhileTheyAreEnabled() {
    let bench = CoreBench()
    var counts = ProfileCounts(instructions: 5, exceptions: 7, loadStore: 9)
    bench.core.profileCounts = { counts }
    bench[0xe000_edfc] = 1 << 24
    #expect(bench[0xe000_1000] >> 24 & 1 == 0)
    bench[0xe000_1000] = 1 << 17 | 1 << 20
    counts = ProfileCounts(instructions: 300, exceptions: 8, sleep: 3, loadStore: 30, folded: 2)
    // Eight bits each; the others stand.
    #expect((0..<5).map { bench[0xe000_1008 + 4 * $0] } == [295 & 0xff, 0, 0, 21, 0])
    bench[0xe000_1000] = 1 << 17
    counts.loadStore = 50
    #expect(bench[0xe000_1014] == 21)
    bench[0xe000_1014] = 0xfe
    bench[0xe000_1000] = 1 << 20
    #expect(bench[0xe000_1014] == 0, "enabling clears")
    counts.loadStore = 53
    #expect(bench[0xe000_1014] == 3)
    // Without trace they stand.
    bench[0xe000_edfc] = 0
    counts.loadStore = 60
    #expect(bench[0xe000_1014] == 3)
  }

  @Test func unprivilegedCodeReachesTheSoftwareTriggerWhenAllowed() {
    let bench = CoreBench()
    #expect(!bench.core.allowsUnprivileged(0xe000_ef00))
    #expect(!bench.core.allowsUnprivileged(0xe000_e100))
    bench[0xe000_ed14] = 0x202
    #expect(bench.core.allowsUnprivileged(0xe000_ef00))
    #expect(!bench.core.allowsUnprivileged(0xe000_e100))
  }

  @Test func resetPutsEverythingBack() {
    let bench = CoreBench()
    bench.enable(1, 2)
    bench.pend(1)
    bench[0xe000_ed0c] = 0x05fa_0300
    bench[0xe000_ed10] = 0x16
    bench[0xe000_ed14] = 0x31b
    bench[0xe000_e014] = 5
    bench[0xe000_e010] = 7
    bench.processor[.primask] = 1
    bench.processor[.basepri] = 0x40
    #expect(bench.core.reset())
    for address in [0xe000_e100, 0xe000_e200, 0xe000_ed10, 0xe000_e014] as [UInt32] {
      #expect(bench[address] == 0)
    }
    #expect(bench[0xe000_ed0c] == 0xfa05_0000)
    #expect(bench[0xe000_ed14] == 0x200)
    #expect(bench[0xe000_e010] == 4)
    #expect(bench.processor[.primask] == 0)
    #expect(bench.processor[.basepri] == 0)
    bench.processor.pass(1000)
    #expect(bench[0xe000_ed04] & 1 << 26 == 0)
  }

  @Test(arguments: 0..<100)
  func noAddressAndNoValueStopTheModel(seed: Int) {
    var random = SeededGenerator(seed: seed)
    let bench = CoreBench(
      architecture: seed % 3 == 0 ? .v6M : .v7M, priorityBits: 1 + seed % 8, interrupts: seed * 5)
    let banks: [UInt32] = [0xe000_1000, 0xe000_e000, 0xe000_e100, 0xe000_ed00, 0xe000_ef00]
    for _ in 0..<500 {
      let address =
        banks.randomElement(using: &random)! + UInt32.random(in: 0..<64, using: &random) * 4
      let value = UInt32.random(in: 0...UInt32.max, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0: _ = bench.core.readPrivate(address)
      case 1: _ = bench.core.writePrivateNarrow(address | value & 3, value & 0xff, .byte)
      case 2: _ = bench.core.takePending()
      case 3: bench.leave()
      case 4: bench.processor.pass(UInt64(value & 0xff))
      default: _ = bench.core.writePrivate(address, value)
      }
    }
    #expect(bench.processor.cycles > 0)
  }
}
