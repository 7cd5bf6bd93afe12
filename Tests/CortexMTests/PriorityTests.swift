import CortexM
import Simulation
import Testing
import Units

/// Masks, groups, sleep and events.
struct PriorityTests {
  @Test func tiesGoToTheLowestNumber() {
    let bench = CoreBench()
    bench.enable(5, 9, 2)
    bench.pend(9, 5, 2)
    #expect(bench.core.takePending() == 18)
  }

  @Test func subpriorityOrdersButDoesNotPreempt() {
    let bench = CoreBench()
    bench[0xe000_ed0c] = 0x05fa_0500
    bench.enable(1, 2, 3)
    bench.setPriority(17, 0x70)
    bench.setPriority(18, 0x50)
    bench.setPriority(19, 0x60)
    bench.pend(1)
    _ = bench.core.takePending()
    bench.pend(2, 3)
    #expect(bench.core.takePending() == nil)
    bench.leave()
    #expect(bench.running == 18)
    bench.leave()
    #expect(bench.running == 19)
  }

  @Test func withSevenGroupBitsNothingPreempts() {
    let bench = CoreBench()
    bench[0xe000_ed0c] = 0x05fa_0700
    bench.enable(1, 2)
    bench.setPriority(17, 0xff)
    bench.pend(1)
    _ = bench.core.takePending()
    bench.pend(2)
    #expect(bench.core.takePending() == nil)
    bench[0xe000_ed04] = 1 << 31
    #expect(bench.core.takePending() == 2)
  }

  @Test func basepriMasksItsPriorityAndLessUrgentOnes() {
    let bench = CoreBench()
    bench.enable(1, 2)
    bench.setPriority(17, 0x40)
    bench.setPriority(18, 0x20)
    bench.processor[.basepri] = 0x40
    bench.pend(1)
    #expect(bench.core.takePending() == nil)
    #expect(bench[0xe000_ed04] >> 12 & 0x1ff == 0)
    bench.pend(2)
    #expect(bench.core.takePending() == 18)
  }

  @Test func primaskAndFaultmaskLeaveTheirExceptions() {
    let bench = CoreBench()
    bench.enable(1)
    bench.pend(1)
    bench.processor[.primask] = 1
    #expect(bench.core.takePending() == nil)
    #expect(bench.processor.hasPending)
    bench.processor[.faultmask] = 1
    bench[0xe000_ed04] = 1 << 31
    #expect(bench.core.takePending() == 2)
  }

  @Test func aLineThatStaysHighComesBackAfterTheHandler() {
    let bench = CoreBench()
    let line = InterruptLine(number: 4)
    bench.core.connect(line)
    bench.enable(4)
    line.set(true)
    #expect(bench.core.takePending() == 20)
    #expect(bench[0xe000_e200] == 0)
    bench.leave()
    #expect(bench.running == 20)
    line.set(false)
    bench.leave()
    #expect(bench.running == 0)
    #expect(bench[0xe000_e200] == 0)
  }

  @Test func aPulseWhileActiveIsTakenAgain() {
    let bench = CoreBench()
    let line = InterruptLine(number: 4)
    bench.core.connect(line)
    bench.enable(4)
    line.set(true)
    line.set(false)
    _ = bench.core.takePending()
    line.set(true)
    line.set(false)
    #expect(bench[0xe000_e200] == 1 << 4)
    bench.leave()
    #expect(bench.running == 20)
  }

  @Test func aLineBeyondTheControllerIsHeldByNothing() {
    let bench = CoreBench(interrupts: 8)
    let line = InterruptLine(number: 600)
    bench.core.connect(line)
    line.set(true)
    #expect(bench.core.takePending() == nil)
  }

  // MARK: Sleep

  @Test func primaskDoesNotKeepTheCoreAsleep() {
    let bench = CoreBench()
    bench.enable(1)
    bench.setPriority(17, 0x80)
    bench.processor[.primask] = 1
    bench.pend(1)
    #expect(bench.core.wakes())
    #expect(bench.core.takePending() == nil)
    bench.processor[.basepri] = 0x40
    #expect(!bench.core.wakes())
    bench.processor[.basepri] = 0
    bench.processor[.faultmask] = 1
    #expect(!bench.core.wakes())
  }

  @Test func theEventRegisterIsSetOnceAndCleared() {
    let bench = CoreBench()
    #expect(bench.core.waitForEvent())
    bench.core.sendEvent()
    bench.core.sendEvent()
    #expect(bench.core.eventRegister)
    #expect(!bench.core.waitForEvent())
    #expect(bench.core.waitForEvent())
  }

  @Test(arguments: [false, true])
  func pendingSendsAnEventWhenAsked(isAsked: Bool) {
    let bench = CoreBench()
    if isAsked { bench[0xe000_ed10] = 1 << 4 }
    // Disabled and masked: an event all the same.
    bench.pend(3)
    #expect(bench.core.eventRegister == isAsked)
    _ = bench.core.waitForEvent()
    bench.pend(3)
    #expect(!bench.core.eventRegister)
  }

  @Test func sleepOnExitAsksOnceOnTheWayToTheThread() {
    let bench = CoreBench()
    bench[0xe000_ed10] = 1 << 1
    bench.enable(1, 2)
    bench.setPriority(17, 0x80)
    bench.pend(1)
    _ = bench.core.takePending()
    bench.pend(2)
    _ = bench.core.takePending()
    bench.leave()
    #expect(!bench.core.takeSleepOnExit())
    bench.processor[.lr] = 0xffff_fff9
    bench.leave()
    #expect(bench.core.takeSleepOnExit())
    #expect(!bench.core.takeSleepOnExit())
  }
}
