import CortexM
import Simulation
import Testing
import Units

/// Frames, EXC_RETURN values and costs of exception entry and return.
struct EntryTests {
  private func prepared(floatingPoint: Bool = true) -> CoreBench {
    let bench = CoreBench(floatingPoint: floatingPoint)
    for index in 0..<13 { bench.processor.general[index] = 0x1111_0000 + UInt32(index) }
    bench.processor.link = 0x2222_2223
    bench.processor.programCounter = 0x0000_4445
    bench.processor.flags = 0xa80f_0000
    bench.enable(1, 2, 3)
    return bench
  }

  @Test func resetTakesStackAndStartFromTheTable() {
    let bench = CoreBench()
    #expect(bench.processor[.msp] == CoreBench.stackTop)
    #expect(bench.processor[.pc] == CoreBench.handler(1) | 1)
    #expect(bench.processor[.lr] == 0xffff_ffff)
    #expect(bench.processor.floatingPointOff)
  }

  @Test(arguments: [(0, [12]), (3, [12]), (5, [12, 2])] as [(UInt32, [UInt32])])
  func theFrameHidesSomeOfTheWaitsForTheVector(waits: UInt32, charges: [UInt32]) {
    let bench = prepared()
    bench.processor.vectorWaits = waits
    bench.pend(1)
    #expect(bench.core.takePending() == 17)
    #expect(bench.processor.charges.map(\.0) == charges)
  }

  @Test func nothingHidesThoseOfATailChain() {
    let bench = prepared()
    bench.pend(1, 2)
    #expect(bench.core.takePending() == 17)
    bench.processor.vectorWaits = 5
    bench.leave()
    #expect(bench.processor.charges.map(\.0) == [12, 6, 5])
  }

  @Test func aBasicFrameHoldsEightWords() {
    let bench = prepared()
    bench.pend(1)
    #expect(bench.core.takePending() == 17)
    #expect(bench.frame == CoreBench.stackTop - 32)
    let expected: [UInt32] = [
      0x1111_0000, 0x1111_0001, 0x1111_0002, 0x1111_0003, 0x1111_000c, 0x2222_2223, 0x4444,
      0xa90f_0000,
    ]
    for (index, word) in expected.enumerated() { #expect(bench.stacked(UInt32(index)) == word) }
    #expect(bench.processor[.lr] == 0xffff_fff9)
    #expect(bench.processor[.pc] == CoreBench.handler(17) | 1)
    #expect(bench.processor.charges.map(\.0) == [12])
  }

  @Test func theReturnRestoresEveryRegister() {
    let bench = prepared()
    bench.pend(1)
    _ = bench.core.takePending()
    for index in 0..<4 { bench.processor.general[index] = 0 }
    bench.processor.general[12] = 0
    bench.processor.flags = 0
    bench.leave()
    #expect(bench.processor.general[0...3] == [0x1111_0000, 0x1111_0001, 0x1111_0002, 0x1111_0003])
    #expect(bench.processor.general[12] == 0x1111_000c)
    #expect(bench.processor[.lr] == 0x2222_2223)
    #expect(bench.processor[.pc] == 0x4445)
    #expect(bench.processor[.xpsr] == 0xa90f_0000)
    #expect(bench.processor[.sp] == CoreBench.stackTop)
    #expect(bench.processor.charges.map(\.0) == [12, 10])
    #expect(bench.running == 0)
  }

  @Test(arguments: [0, 4] as [UInt32])
  func aMisalignedStackIsAlignedAndPutBack(offset: UInt32) {
    let bench = prepared()
    bench.processor.mainStack -= offset
    let before = bench.processor.mainStack
    bench.pend(1)
    _ = bench.core.takePending()
    #expect(bench.frame == (before - 32) & ~7)
    #expect(bench.stacked(7).map { $0 >> 9 & 1 } == (offset == 0 ? 0 : 1))
    bench.leave()
    #expect(bench.processor.mainStack == before)
  }

  @Test func withoutStackAlignmentTheFrameLiesWhereTheStackWas() {
    let bench = prepared()
    bench[0xe000_ed14] = 0
    bench.processor.mainStack -= 4
    bench.pend(1)
    _ = bench.core.takePending()
    #expect(bench.frame == CoreBench.stackTop - 36)
    #expect(bench.stacked(7).map { $0 >> 9 & 1 } == 0)
    bench.leave()
    #expect(bench.processor.mainStack == CoreBench.stackTop - 4)
  }

  @Test func theExecutionStateOfAnInterruptedIfThenBlockComesBack() {
    let bench = prepared()
    bench.processor.execution = 0x0300_3c00
    bench.pend(1)
    _ = bench.core.takePending()
    #expect(bench.processor.execution == 0x0100_0000)
    bench.leave()
    #expect(bench.processor.execution == 0x0300_3c00)
  }

  @Test func aThreadOnTheProcessStackIsStackedThere() {
    let bench = prepared()
    bench.processor.controlWord = 3
    bench.pend(1)
    _ = bench.core.takePending()
    #expect(bench.processor[.lr] == 0xffff_fffd)
    #expect(bench.processor.processStack == CoreBench.processTop - 32)
    #expect(bench.processor.mainStack == CoreBench.stackTop)
    #expect(bench.processor.controlWord == 1)
    bench.leave()
    #expect(bench.processor.controlWord == 3)
    #expect(bench.processor.processStack == CoreBench.processTop)
  }

  @Test func aPreemptedHandlerIsStackedOnTheMainStack() {
    let bench = prepared()
    bench.setPriority(17, 0x80)
    bench.setPriority(18, 0x40)
    bench.pend(1)
    _ = bench.core.takePending()
    bench.pend(2)
    #expect(bench.core.takePending() == 18)
    #expect(bench.processor[.lr] == 0xffff_fff1)
    #expect(bench.stacked(7).map { $0 & 0x1ff } == 17)
    bench.leave()
    #expect(bench.running == 17)
    bench.processor[.lr] = 0xffff_fff9
    bench.leave()
    #expect(bench.running == 0)
  }

  // MARK: Floating point

  private func withFloats() -> CoreBench {
    let bench = prepared()
    bench.processor.controlWord = 4
    for index in 0..<32 { bench.processor.singles[index] = 0x3f80_0000 + UInt32(index) }
    bench.processor.fpscr = 0x6000_0010
    return bench
  }

  @Test func anExtendedFrameHoldsTheFloatingPointRegisters() {
    let bench = withFloats()
    bench.pend(1)
    _ = bench.core.takePending()
    #expect(bench.frame == CoreBench.stackTop - 104)
    #expect(bench.processor[.lr] == 0xffff_ffe9)
    #expect(bench.processor.controlWord == 0)
    for index in 0..<16 {
      #expect(bench.stacked(8 + UInt32(index)) == 0x3f80_0000 + UInt32(index))
    }
    #expect(bench.stacked(24) == 0x6000_0010)
    for index in 0..<16 { bench.processor.singles[index] = 0 }
    bench.processor.fpscr = 0
    // The handler has used the unit.
    bench.processor.pendingLazyStacking = 0
    bench.leave()
    #expect(bench.processor.singles[15] == 0x3f80_000f)
    #expect(bench.processor.fpscr == 0x6000_0010)
    #expect(bench.processor.controlWord == 4)
    #expect(bench.processor.mainStack == CoreBench.stackTop)
  }

  @Test func aFrameThatWasOnlyReservedIsNotReadBack() {
    let bench = withFloats()
    bench.pend(1)
    _ = bench.core.takePending()
    bench.processor.ram[Int((bench.frame - 0x2000_0000) / 4) + 8] = 1
    bench.leave()
    #expect(bench.processor.singles[0] == 0x3f80_0000)
    #expect(bench.processor.controlWord == 4)
  }

  @Test func lazyStackingCostsNothingToAHandlerWithoutFloats() {
    let bench = withFloats()
    bench.pend(1)
    _ = bench.core.takePending()
    #expect(bench.processor.pendingLazyStacking == 17)
    bench.leave()
    #expect(bench.processor.charges.map(\.0) == [12, 10])
    #expect(bench.processor.pendingLazyStacking == 0)
  }

  @Test func aFrameThatTheHandlerMadeTheCoreWriteIsRestored() {
    let bench = withFloats()
    bench.pend(1)
    _ = bench.core.takePending()
    // The engine charges the 17 cycles at the handler's first use.
    bench.processor.pendingLazyStacking = 0
    bench.leave()
    #expect(bench.processor.charges.map(\.0) == [12, 27])
  }

  @Test func eagerStackingPaysAtEntryAndReturn() {
    let bench = withFloats()
    bench[0xe000_ef34] = 0x8000_0000
    bench.pend(1)
    _ = bench.core.takePending()
    #expect(bench.processor.pendingLazyStacking == 0)
    bench.leave()
    #expect(bench.processor.charges.map(\.0) == [29, 27])
  }

  @Test func anInnerHandlerWithoutFloatsKeepsTheOuterReservation() {
    let bench = withFloats()
    bench.setPriority(17, 0x80)
    bench.setPriority(18, 0x40)
    bench.pend(1)
    _ = bench.core.takePending()
    bench.pend(2)
    _ = bench.core.takePending()
    #expect(bench.processor[.lr] == 0xffff_fff1)
    #expect(bench.processor.pendingLazyStacking == 17)
    bench.leave()
    bench.processor[.lr] = 0xffff_ffe9
    bench.leave()
    #expect(bench.processor.charges.map(\.0) == [12, 12, 10, 10])
  }

  @Test func aCoreWithoutFloatsNeverStacksThem() {
    let bench = prepared(floatingPoint: false)
    bench.processor.controlWord = 4
    bench.pend(1)
    _ = bench.core.takePending()
    #expect(bench.processor[.lr] == 0xffff_fff9)
    #expect(bench.frame == CoreBench.stackTop - 32)
  }

  // MARK: Tail-chaining and late arrival

  @Test func aSecondInterruptIsChainedToTheFirst() {
    let bench = prepared()
    bench.pend(1, 2)
    _ = bench.core.takePending()
    bench.leave()
    #expect(bench.running == 18)
    #expect(bench.processor[.lr] == 0xffff_fff9)
    #expect(bench.frame == CoreBench.stackTop - 32)
    bench.leave()
    #expect(bench.events == ["begin", "enter 17", "leave 17", "chain 18", "leave 18"])
    #expect(bench.processor.charges.map(\.0) == [12, 6, 10])
  }

  @Test func chainingKeepsTheExtendedFrame() {
    let bench = withFloats()
    bench.pend(1, 2)
    _ = bench.core.takePending()
    bench.leave()
    #expect(bench.processor[.lr] == 0xffff_ffe9)
    #expect(bench.processor.pendingLazyStacking == 17)
  }

  @Test(arguments: 1...14 as ClosedRange<UInt64>)
  func aMoreUrgentInterruptDuringStackingIsTakenFirst(cycle: UInt64) {
    let bench = prepared()
    bench.setPriority(17, 0x80)
    bench.setPriority(18, 0x40)
    let arrival = bench.scheduler.event("arrival") { bench.core.pend(18) }
    arrival.schedule(at: bench.clock.instant(ofTick: cycle))
    bench.pend(1)
    _ = bench.core.takePending()
    #expect(bench.running == (cycle <= 12 ? 18 : 17))
    // One frame, one entry, whoever wins.
    #expect(bench.frame == CoreBench.stackTop - 32)
    #expect(bench.processor[.lr] == 0xffff_fff9)
    #expect(bench.processor.charges.map(\.0) == [12])
  }

  @Test func aLessUrgentInterruptDuringStackingWaits() {
    let bench = prepared()
    bench.setPriority(17, 0x40)
    bench.setPriority(18, 0x80)
    let arrival = bench.scheduler.event("arrival") { bench.core.pend(18) }
    arrival.schedule(at: bench.clock.instant(ofTick: 5))
    bench.pend(1)
    _ = bench.core.takePending()
    #expect(bench.running == 17)
    bench.leave()
    #expect(bench.running == 18)
  }

  @Test func aLateArrivalLeavesTheFirstPendingForChaining() {
    let bench = prepared()
    bench.setPriority(17, 0x80)
    bench.setPriority(18, 0x40)
    bench.scheduler.event("arrival") { bench.core.pend(18) }
      .schedule(at: bench.clock.instant(ofTick: 3))
    bench.pend(1)
    _ = bench.core.takePending()
    bench.leave()
    #expect(bench.events == ["begin", "enter 18", "leave 18", "chain 17"])
  }

  @Test func entryAndReturnClearTheExclusiveMonitorAndSetTheEvent() {
    let bench = prepared()
    bench.pend(1)
    _ = bench.core.takePending()
    #expect(bench.processor.monitorClears == 1)
    #expect(!bench.core.waitForEvent())
    #expect(bench.core.waitForEvent())
    bench.leave()
    #expect(bench.processor.monitorClears == 2)
    #expect(!bench.core.waitForEvent())
  }

  // MARK: Invalid returns

  @Test(
    arguments: [
      0xffff_fff1, 0xffff_fff3, 0xffff_fff5, 0xffff_ff79, 0xffff_fff0, 0xf000_0009,
    ] as [UInt32])
  func anUnfitReturnValueIsAUsageFaultOnTheSameFrame(value: UInt32) {
    let bench = prepared()
    bench[0xe000_ed24] = 1 << 18
    bench.pend(1)
    _ = bench.core.takePending()
    bench.core.exceptionReturn(value)
    #expect(bench.running == 6)
    #expect(bench[0xe000_ed28] == 1 << 18)
    #expect(bench.frame == CoreBench.stackTop - 32)
    #expect(bench.processor[.lr] == 0xf000_0000 | value & 0x0fff_ffff)
  }

  @Test func anUnfitReturnValueEscalatesToHardFault() {
    let bench = prepared()
    bench.pend(1)
    _ = bench.core.takePending()
    bench.core.exceptionReturn(0xffff_fff1)
    #expect(bench.running == 3)
    #expect(bench[0xe000_ed2c] == 1 << 30)
  }

  @Test func aFrameOfTheOtherModeIsAUsageFault() {
    let bench = prepared()
    bench[0xe000_ed24] = 1 << 18
    bench.pend(1)
    _ = bench.core.takePending()
    _ = bench.processor.setWord(0x0100_0011, at: .init(bench.frame + 28))
    bench.leave()
    #expect(bench.running == 6)
    #expect(bench[0xe000_ed28] == 1 << 18)
  }

  @Test func returningToThreadFromNestedHandlersNeedsPermission() {
    for permitted in [false, true] {
      let bench = prepared()
      bench[0xe000_ed24] = 1 << 18
      if permitted { bench[0xe000_ed14] = 0x201 }
      bench.setPriority(17, 0x80)
      bench.pend(1)
      _ = bench.core.takePending()
      bench.pend(2)
      _ = bench.core.takePending()
      _ = bench.processor.setWord(0x0100_0000, at: .init(bench.frame + 28))
      bench.core.exceptionReturn(0xffff_fff9)
      #expect(bench.running == (permitted ? 0 : 6))
    }
  }

  @Test func aStackedPCWithoutThumbIsAnInvalidState() {
    let bench = prepared()
    bench[0xe000_ed24] = 1 << 18
    bench.pend(1)
    _ = bench.core.takePending()
    _ = bench.processor.setWord(0, at: .init(bench.frame + 28))
    bench.leave()
    #expect(bench.running == 6)
    #expect(bench[0xe000_ed28] == 1 << 17)
  }
}
