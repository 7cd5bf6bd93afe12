import CortexM
import Testing
import Units

struct FaultTests {
  private static let all: UInt32 = 7 << 16

  @Test(
    arguments: [
      (CoreFault.undefinedInstruction, 6, 1 << 16), (.invalidState, 6, 1 << 17),
      (.noCoprocessor, 6, 1 << 19), (.unaligned, 6, 1 << 24), (.divideByZero, 6, 1 << 25),
      (.dataBus(Address(0x6000_0000)), 5, 0x8200),
      (.instructionBus(Address(0x6000_0000)), 5, 0x100),
      (.dataAccess(Address(0x6000_0000)), 4, 0x82),
      (.instructionAccess(Address(0x4000_0000)), 4, 1),
    ] as [(CoreFault, Int, UInt32)])
  func aFaultHasItsExceptionAndItsBit(fault: CoreFault, number: Int, status: UInt32) {
    let enabled = CoreBench()
    enabled[0xe000_ed24] = Self.all
    enabled.core.raise(fault, at: Address(0x1234))
    #expect(enabled.running == number)
    #expect(enabled[0xe000_ed28] == status)
    #expect(enabled[0xe000_ed2c] == 0)
    #expect(enabled.stacked(6) == 0x1234)
    let disabled = CoreBench()
    disabled.core.raise(fault, at: Address(0x1234))
    #expect(disabled.running == 3)
    #expect(disabled[0xe000_ed28] == status)
    #expect(disabled[0xe000_ed2c] == 1 << 30)
  }

  @Test func aFaultOfTheSamePriorityEscalates() {
    let bench = CoreBench()
    bench[0xe000_ed24] = Self.all
    bench.core.raise(.undefinedInstruction, at: Address(0x100))
    bench.core.raise(.undefinedInstruction, at: Address(0x200))
    #expect(bench.running == 3)
    #expect(bench[0xe000_ed2c] == 1 << 30)
    #expect(bench[0xe000_ed24] & 0xfff == 1 << 3)
  }

  @Test(arguments: [CoreRegister.primask, .basepri, .faultmask])
  func maskedFaultsEscalate(mask: CoreRegister) {
    let bench = CoreBench()
    bench[0xe000_ed24] = Self.all
    bench.setPriority(6, 0x40)
    bench.processor[mask] = mask == .basepri ? 0x20 : 1
    bench.core.raise(.undefinedInstruction, at: Address(0x100))
    // At FAULTMASK's priority of -1 not even HardFault can run.
    #expect(bench.core.isLockedUp == (mask == .faultmask))
    #expect(bench.running == (mask == .faultmask ? 0 : 3))
  }

  @Test func aFaultInHardFaultLocksUp() {
    let bench = CoreBench()
    bench.core.raise(.undefinedInstruction, at: Address(0x100))
    #expect(!bench.core.isLockedUp)
    bench.core.raise(.dataBus(Address(4)), at: Address(0x200))
    #expect(bench.core.isLockedUp)
    #expect(bench.core.lastFault?.programCounter == Address(0x200))
    bench[0xe000_ed04] = 1 << 28
    #expect(bench.core.takePending() == nil)
  }

  @Test func aFaultInNMILocksUp() {
    let bench = CoreBench()
    bench[0xe000_ed04] = 1 << 31
    #expect(bench.core.takePending() == 2)
    bench.core.raise(.undefinedInstruction, at: Address(0x100))
    #expect(bench.core.isLockedUp)
  }

  @Test func anUnmaskableInterruptPreemptsHardFault() {
    let bench = CoreBench()
    bench.core.raise(.undefinedInstruction, at: Address(0x100))
    bench[0xe000_ed04] = 1 << 31
    #expect(bench.core.takePending() == 2)
    bench.leave()
    #expect(bench.running == 3)
  }

  @Test func leavingAnythingButNMIClearsFaultmask() {
    let bench = CoreBench()
    bench.enable(1)
    bench.pend(1)
    _ = bench.core.takePending()
    bench.processor[.faultmask] = 1
    bench[0xe000_ed04] = 1 << 31
    #expect(bench.core.takePending() == 2)
    bench.leave()
    #expect(bench.processor[.faultmask] == 1)
    bench.processor[.lr] = 0xffff_fff9
    bench.leave()
    #expect(bench.processor[.faultmask] == 0)
  }

  @Test func aSupervisorCallThatCannotRunIsAHardFaultBehindTheInstruction() {
    let bench = CoreBench()
    bench.processor[.primask] = 1
    bench.processor.programCounter = 0x102 | 1
    bench.core.supervisorCall()
    #expect(bench.running == 3)
    #expect(bench[0xe000_ed2c] == 1 << 30)
    #expect(bench.stacked(6) == 0x102)
    #expect(bench.core.lastFault?.programCounter == Address(0x100))
  }

  @Test func aSupervisorCallReturnsBehindTheInstruction() {
    let bench = CoreBench()
    bench.processor.programCounter = 0x102 | 1
    bench.core.supervisorCall()
    #expect(bench.running == 11)
    #expect(bench.stacked(6) == 0x102)
  }

  @Test func aBreakpointWithoutADebuggerIsADebugEvent() {
    let bench = CoreBench()
    bench[0xe000_ed24] = Self.all
    bench.core.raise(.breakpointWithoutDebugger, at: Address(0x100))
    #expect(bench.running == 3)
    #expect(bench[0xe000_ed2c] == 1 << 31)
  }

  // MARK: Faults of the exceptions themselves

  @Test func aMissingVectorIsAHardFault() {
    let bench = CoreBench()
    bench[0xe000_ed08] = 0x6000_0000
    bench.enable(1)
    bench.pend(1)
    _ = bench.core.takePending()
    // The handler of HardFault has no vector, either.
    #expect(bench.core.isLockedUp)
    #expect(bench[0xe000_ed2c] & 2 == 2)
  }

  @Test func aVectorWithoutThumbIsAnInvalidState() {
    let bench = CoreBench()
    bench[0xe000_ed24] = Self.all
    bench.processor.code[17] &= ~1
    bench.enable(1)
    bench.setPriority(17, 0x80)
    bench.pend(1)
    _ = bench.core.takePending()
    #expect(bench.running == 6)
    #expect(bench[0xe000_ed28] == 1 << 17)
  }

  @Test func stackingIntoNowhereDerivesABusFault() {
    let bench = CoreBench()
    bench[0xe000_ed24] = Self.all
    bench.enable(1)
    bench.setPriority(17, 0x80)
    bench.setPriority(5, 0x40)
    bench.processor.mainStack = 0x1000_0000
    bench.pend(1)
    #expect(bench.core.takePending() == 5)
    #expect(bench[0xe000_ed28] == 1 << 12)
    // The interrupt waits behind it.
    #expect(bench[0xe000_e200] == 2)
  }

  @Test func aDerivedFaultLessUrgentThanTheInterruptWaits() {
    let bench = CoreBench()
    bench[0xe000_ed24] = Self.all
    bench.enable(1)
    bench.setPriority(17, 0x20)
    bench.setPriority(5, 0x40)
    bench.processor.mainStack = 0x1000_0000
    bench.pend(1)
    #expect(bench.core.takePending() == 17)
    #expect(bench[0xe000_ed24] & 1 << 14 != 0)
  }

  @Test func stackingIntoNowhereWithoutBusFaultIsAHardFault() {
    let bench = CoreBench()
    bench.enable(1)
    bench.processor.mainStack = 0x1000_0000
    bench.pend(1)
    #expect(bench.core.takePending() == 3)
    #expect(bench[0xe000_ed2c] == 1 << 30)
    #expect(bench[0xe000_ed28] == 1 << 12)
  }

  @Test func unstackingFromNowhereDerivesABusFault() {
    let bench = CoreBench()
    bench[0xe000_ed24] = Self.all
    bench.enable(1)
    bench.pend(1)
    _ = bench.core.takePending()
    bench.processor.mainStack = 0x1000_0000
    bench.leave()
    #expect(bench.running == 5)
    #expect(bench[0xe000_ed28] == 1 << 11)
    #expect(bench.processor.mainStack == 0x1000_0000)
  }

  @Test func unstackingFromNowhereInNMIOverHardFaultLocksUp() {
    let bench = CoreBench()
    bench.core.raise(.undefinedInstruction, at: Address(0x100))
    bench[0xe000_ed04] = 1 << 31
    _ = bench.core.takePending()
    bench.processor.mainStack = 0x1000_0000
    bench.leave()
    #expect(bench.core.isLockedUp)
  }

  @Test func resetWithoutATableLocksUp() {
    let bench = CoreBench()
    bench.core.initialVectorTable = Address(0x5000_0000)
    #expect(!bench.core.reset())
    #expect(bench.core.isLockedUp)
  }
}
