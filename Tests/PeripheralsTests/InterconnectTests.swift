import Simulation
import Testing
import Units

@testable import Peripherals

@Suite struct InterconnectTests {
  private let period = Interval(picoseconds: 62_500)

  @Test func aTimerTriggersAnotherOnePeriodOfThePeripheralClockLater() {
    let bench = Bench()
    let source = bench.device("nordic-timer", "TIMER0", base: 0x4000_8000)
    let sink = bench.device("nordic-timer", "TIMER1", base: 0x4000_9000)
    let ppi = bench.device("nordic-ppi", "PPI", base: 0x4001_f000)
    ppi[0x510] = 0x4000_8140
    ppi[0x514] = 0x4000_9000
    ppi[0x504] = 1
    source[0x540] = 10
    source[0x000] = 1
    sink[0x510] = 0
    sink[0x540] = 1
    // 10 us, then 1 period to START, then 1 tick.
    #expect(bench.wait(for: sink, 0x140) == after(.microseconds(10) + period * 2))
  }

  @Test func aForkTriggersASecondTaskAndADisabledChannelNone() {
    let bench = Bench()
    let source = bench.device("nordic-timer", "TIMER0", base: 0x4000_8000)
    let first = bench.device("nordic-timer", "TIMER1", base: 0x4000_9000)
    let second = bench.device("nordic-timer", "TIMER2", base: 0x4000_a000)
    let ppi = bench.device("nordic-ppi", "PPI", base: 0x4001_f000)
    for timer in [first, second] { timer[0x504] = 1 }
    for timer in [first, second] { timer[0x000] = 1 }
    ppi[0x518] = 0x4000_8140
    ppi[0x51c] = 0x4000_9008
    ppi[0x914] = 0x4000_a008
    ppi[0x504] = 2
    source[0x540] = 10
    source[0x200] = 1
    source[0x000] = 1
    bench.advance(.microseconds(35))
    ppi[0x508] = 2
    bench.advance(.microseconds(35))
    for timer in [first, second] {
      timer[0x044] = 1
      #expect(timer[0x544] == 3)
    }
  }

  @Test func aGroupTaskSwitchesItsChannels() {
    let bench = Bench()
    let source = bench.device("nordic-timer", "TIMER0", base: 0x4000_8000)
    let ppi = bench.device("nordic-ppi", "PPI", base: 0x4001_f000)
    ppi[0x800] = 0x6
    ppi[0x000] = 1
    #expect(ppi[0x500] == 6)
    // The compare event switches the group off again.
    ppi[0x510] = 0x4000_8140
    ppi[0x514] = 0x4001_f004
    ppi[0x504] = 1
    source[0x540] = 1
    source[0x000] = 1
    bench.advance(.microseconds(2))
    #expect(ppi[0x500] == 1)
  }

  @Test func aTaskThatIsNotModelledIsAFinding() {
    let bench = Bench()
    let source = bench.device("nordic-timer", "TIMER0", base: 0x4000_8000)
    let ppi = bench.device("nordic-ppi", "PPI", base: 0x4001_f000)
    ppi[0x504] = 1 << 20
    source[0x540] = 1
    source[0x000] = 1
    bench.advance(.microseconds(2))
    #expect(bench.fabric.findings.entries.map(\.place) == ["0x40001000"])
  }

  @Test func aTimerStartsAnI2CTransferWithoutTheCore() {
    let bench = Bench()
    let sensor = TestTarget()
    bench.fabric.i2c("TWIM0").attach(sensor, address: 0x6b)
    let timer = bench.device("nordic-timer", "TIMER0", base: 0x4000_8000)
    let ppi = bench.device("nordic-ppi", "PPI", base: 0x4001_f000)
    let twim = TWIMTests.controller(bench, frequency: 0x0640_0000)
    twim[0x544] = 0x2000_0000
    twim[0x548] = 1
    twim[0x200] = 1 << 9
    ppi[0x510] = 0x4000_8140
    ppi[0x514] = 0x4000_3008
    ppi[0x504] = 1
    timer[0x540] = 100
    timer[0x000] = 1
    // START, two bytes of nine bits, STOP: 20 bits of 2.5 us.
    #expect(
      bench.wait(for: twim, 0x104) == after(.microseconds(100) + period + .microseconds(50)))
  }

  @Test func outputsDriveTheirNetsAndOpenDrainLetsGo() {
    let bench = Bench()
    let port = bench.device(
      "nordic-gpio", "P1", base: 0x5000_0300, parameters: ["port": 1, "pins": 16])
    let net = bench.fabric.pins["P1.00"]
    port[0x508] = 1
    #expect(!net.level)
    port[0x518] = 1
    #expect(net.level)
    #expect(port[0x510] == 0)
    port[0x700] = 1
    #expect(port[0x510] == 1)
    port[0x700] = 0x601
    #expect(!net.isDriven)
    port[0x50c] = 1
    #expect(net.isDriven && !net.level)
    #expect(port.peripheral.read(0x740) == nil)
  }

  @Test func aPullActsWhileNothingDrives() {
    let bench = Bench()
    let port = bench.device("nordic-gpio", "P0", base: 0x5000_0000)
    port[0x700 + 4 * 14] = 0xc
    #expect(bench.fabric.pins["P0.14"].level)
    #expect(port[0x510] == 1 << 14)
    bench.fabric.pins["P0.14"].drive("imu", false)
    #expect(port[0x510] == 0)
  }

  @Test func aChannelInEventModeSeesTheEdgesOfItsPolarity() {
    let bench = Bench()
    _ = bench.device("nordic-gpio", "P0", base: 0x5000_0000)
    let gpiote = bench.device("nordic-gpiote", "GPIOTE", base: 0x4000_6000)
    gpiote[0x510] = 1 | 11 << 8 | 1 << 16
    gpiote[0x514] = 1 | 11 << 8 | 2 << 16
    let net = bench.fabric.pins["P0.11"]
    net.drive("imu", true)
    #expect(gpiote[0x100] == 1)
    #expect(gpiote[0x104] == 0)
    net.drive("imu", false)
    #expect(gpiote[0x104] == 1)
  }

  @Test func aChannelInTaskModeOwnsItsPin() {
    let bench = Bench()
    let port = bench.device("nordic-gpio", "P0", base: 0x5000_0000)
    let gpiote = bench.device("nordic-gpiote", "GPIOTE", base: 0x4000_6000)
    let net = bench.fabric.pins["P0.05"]
    gpiote[0x510] = 3 | 5 << 8 | 3 << 16 | 1 << 20
    #expect(net.level)
    gpiote[0x000] = 1
    #expect(!net.level)
    gpiote[0x030] = 1
    #expect(net.level)
    port[0x518] = 1 << 5
    #expect(net.level)
    gpiote[0x510] = 0
    #expect(!net.level)
  }

  @Test func aSensedPinRaisesPortOnceAndLatches() {
    let bench = Bench()
    let port = bench.device("nordic-gpio", "P0", base: 0x5000_0000)
    let gpiote = bench.device("nordic-gpiote", "GPIOTE", base: 0x4000_6000)
    port[0x700 + 4 * 3] = 2 << 16
    port[0x700 + 4 * 4] = 2 << 16
    bench.fabric.pins["P0.03"].drive("imu", true)
    #expect(gpiote[0x17c] == 1)
    gpiote[0x17c] = 0
    bench.fabric.pins["P0.04"].drive("imu", true)
    #expect(gpiote[0x17c] == 0)
    #expect(port[0x520] == 0x18)
    bench.fabric.pins["P0.04"].drive("imu", false)
    port[0x520] = 0x18
    #expect(port[0x520] == 0x8)
  }
}
