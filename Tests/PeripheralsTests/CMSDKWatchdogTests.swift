import Simulation
import Testing
import Units

@testable import Peripherals

@Suite struct CMSDKWatchdogTests {
  private let tick = Interval.nanoseconds(40)

  private final class Setup {
    let bench = Bench()
    let device: Device
    var interrupts = 0

    init(lines: [InterruptLine] = []) {
      device = bench.device("cmsdk-watchdog", "WATCHDOG", base: 0x4000_8000, lines: lines)
      bench.fabric.service(NonMaskableInterrupt.init).pend = { [unowned self] in
        interrupts += 1
      }
    }
  }

  @Test func itStandsStillUntilItIsEnabled() {
    let setup = Setup()
    setup.bench.advance(tick * 1000)
    #expect(setup.device[0x000] == 0xffff_ffff)
    #expect(setup.device[0x004] == 0xffff_ffff)
    setup.device[0x000] = 100
    setup.bench.advance(tick * 1000)
    #expect(setup.device[0x004] == 100)
    #expect(setup.bench.scheduler.next == .never)
  }

  @Test func theFirstZeroInterruptsAndTheSecondResets() {
    let setup = Setup()
    setup.device[0x000] = 100
    setup.device[0x008] = 3
    setup.bench.advance(tick * 100 - Interval(picoseconds: 1))
    #expect(setup.interrupts == 0)
    setup.bench.advance(Interval(picoseconds: 1))
    #expect(setup.interrupts == 1)
    #expect(setup.device[0x010] == 1)
    #expect(setup.device[0x014] == 1)
    #expect(!setup.bench.fabric.resetRequested)
    setup.bench.advance(tick * 101)
    #expect(setup.interrupts == 1)
    #expect(setup.bench.fabric.resetRequested)
  }

  @Test func anAnswerStartsTheCountAgain() {
    let setup = Setup()
    setup.device[0x000] = 100
    setup.device[0x008] = 3
    for round in 1...5 {
      setup.bench.advance(tick * 100)
      #expect(setup.interrupts == round)
      setup.device[0x00c] = 0
      #expect(setup.device[0x004] == 100)
      #expect(setup.device[0x010] == 0)
    }
    #expect(!setup.bench.fabric.resetRequested)
  }

  @Test func enablingReloadsAndDisablingFreezes() {
    let setup = Setup()
    setup.device[0x000] = 100
    setup.device[0x008] = 1
    setup.bench.advance(tick * 30)
    #expect(setup.device[0x004] == 70)
    setup.device[0x008] = 0
    setup.bench.advance(tick * 30)
    #expect(setup.device[0x004] == 70)
    setup.device[0x008] = 1
    #expect(setup.device[0x004] == 100)
  }

  @Test func withoutRESENNothingResets() {
    let setup = Setup()
    setup.device[0x000] = 10
    setup.device[0x008] = 1
    setup.bench.advance(tick * 1000)
    #expect(setup.interrupts == 1)
    #expect(!setup.bench.fabric.resetRequested)
    setup.device[0x008] = 3
    #expect(setup.bench.fabric.resetRequested)
  }

  @Test func theLockGuardsEverythingElse() {
    let setup = Setup()
    setup.device[0xc00] = 5
    #expect(setup.device[0xc00] == 1)
    for offset: UInt32 in [0x000, 0x008, 0xf00, 0xf04] { setup.device[offset] = 3 }
    #expect(setup.device[0x000] == 0xffff_ffff)
    #expect(setup.device[0x008] == 0)
    #expect(setup.device[0xf00] == 0)
    setup.device[0xc00] = 0x1acc_e551
    setup.device[0x008] = 3
    #expect(setup.device[0x008] == 3)
  }

  @Test func testModeDrivesItsOutputs() {
    let line = InterruptLine(number: 3)
    let setup = Setup(lines: [line])
    setup.device[0xf00] = 1
    setup.device[0xf04] = 2
    #expect(line.level)
    #expect(setup.interrupts == 0)
    setup.device[0xf04] = 0
    #expect(!line.level)
    setup.device[0xf04] = 1
    #expect(setup.bench.fabric.resetRequested)
    setup.device.peripheral.reset()
    #expect(setup.device[0xf00] == 0)
  }
}
