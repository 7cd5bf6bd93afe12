import CortexM
import Simulation
import Testing
import Units

/// What is smaller on a Cortex-M0.
struct Armv6MTests {
  private func bench(vectorTable: Bool = false) -> CoreBench {
    CoreBench(
      architecture: .v6M, priorityBits: 2, interrupts: 32, floatingPoint: false,
      vectorTable: vectorTable)
  }

  @Test func prioritiesHaveTwoBitsAndTakeWordsOnly() {
    let bench = bench()
    bench[0xe000_e400] = 0xffff_ffff
    #expect(bench[0xe000_e400] == 0xc0c0_c0c0)
    #expect(!bench.core.writePrivateNarrow(0xe000_e400, 0, .byte))
    #expect(bench[0xe000_e400] == 0xc0c0_c0c0)
    bench[0xe000_ed1c] = 0xffff_ffff
    bench[0xe000_ed20] = 0xffff_ffff
    #expect(bench[0xe000_ed1c] == 0xc000_0000)
    #expect(bench[0xe000_ed20] == 0xc0c0_0000)
  }

  @Test(
    arguments: [
      0xe000_e004, 0xe000_e300, 0xe000_e420, 0xe000_ed18, 0xe000_ed24, 0xe000_ed28, 0xe000_ed2c,
      0xe000_ed34, 0xe000_ed38, 0xe000_ed88, 0xe000_ef00, 0xe000_ef34, 0xe000_1004,
    ] as [UInt32])
  func whatIsNotThereReadsZeroAndTakesNothing(address: UInt32) {
    let bench = bench()
    bench[address] = 0xffff_ffff
    #expect(bench[address] == 0)
    #expect(bench.events.isEmpty)
  }

  @Test func theConfigurationIsFixed() {
    let bench = bench()
    #expect(bench[0xe000_ed14] == 0x208)
    bench[0xe000_ed14] = 0
    #expect(bench[0xe000_ed14] == 0x208)
    bench[0xe000_ed0c] = 0x05fa_0700
    #expect(bench[0xe000_ed0c] == 0xfa05_0000)
    bench[0xe000_ed0c] = 0x05fa_0001
    #expect(!bench.fabric.resetRequested)
    bench[0xe000_ed0c] = 0x05fa_0004
    #expect(bench.fabric.resetRequested)
  }

  @Test func theVectorTableMovesOnACortexM0PlusOnly() {
    let plain = bench()
    plain[0xe000_ed08] = 0x2000_0000
    #expect(plain[0xe000_ed08] == 0)
    let plus = bench(vectorTable: true)
    plus[0xe000_ed08] = 0x2000_0000
    #expect(plus[0xe000_ed08] == 0x2000_0000)
  }

  @Test(arguments: [
    CoreFault.undefinedInstruction, .unaligned, .invalidState, .dataBus(Address(0x6000_0000)),
    .instructionBus(Address(0x6000_0000)), .breakpointWithoutDebugger,
  ])
  func everyFaultIsAHardFault(fault: CoreFault) {
    let bench = bench()
    bench.core.raise(fault, at: Address(0x100))
    #expect(bench.running == 3)
    #expect(bench.processor[.lr] == 0xffff_fff9)
    #expect(bench[0xe000_ed28] == 0)
    #expect(bench[0xe000_ed2c] == 0)
    bench.core.raise(fault, at: Address(0x100))
    #expect(bench.core.isLockedUp)
  }

  @Test func aBlockedSupervisorCallIsAHardFault() {
    let bench = bench()
    bench[0xe000_ed1c] = 0xc000_0000
    bench.enable(1)
    bench.pend(1)
    _ = bench.core.takePending()
    bench.core.supervisorCall()
    #expect(bench.running == 3)
  }

  @Test func anUnfitReturnIsAHardFault() {
    let bench = bench()
    bench.enable(1)
    bench.pend(1)
    _ = bench.core.takePending()
    bench.core.exceptionReturn(0xffff_fff1)
    #expect(bench.running == 3)
  }

  @Test func theStackIsAlwaysAligned() {
    let bench = bench()
    bench.processor.mainStack -= 4
    bench.enable(1)
    bench.pend(1)
    _ = bench.core.takePending()
    #expect(bench.frame == CoreBench.stackTop - 40)
  }
}
