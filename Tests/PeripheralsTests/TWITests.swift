import Simulation
import Testing
import Units

@testable import Peripherals

@Suite struct TWITests {
  private func controller(_ bench: Bench, _ target: TestTarget?) -> Device {
    if let target { bench.fabric.i2c("TWIM0").attach(target, address: 0x6b) }
    let twi = TWIMTests.controller(bench, frequency: 0x0640_0000)
    twi[0x500] = 5
    return twi
  }

  @Test func bytesAreSentAsTheyAreWritten() {
    let bench = Bench()
    let sensor = TestTarget()
    let twi = controller(bench, sensor)
    twi[0x008] = 1
    twi[0x51c] = 0x20
    #expect(bench.wait(for: twi, 0x11c) == after(Interval(picoseconds: 47_500_000)))
    twi[0x11c] = 0
    bench.advance(.microseconds(10))
    twi[0x51c] = 0x33
    #expect(bench.wait(for: twi, 0x11c) == after(.microseconds(80)))
    twi[0x014] = 1
    #expect(bench.wait(for: twi, 0x104) == after(Interval(picoseconds: 82_500_000)))
    #expect(sensor.log == ["W", "32", "51", "P"])
  }

  @Test func theByteBoundaryShortsPauseAfterEachByteAndStopAfterTheLast() {
    let bench = Bench()
    let sensor = TestTarget()
    let twi = controller(bench, sensor)
    var bytes: [UInt32] = []
    twi[0x200] = 1
    twi[0x000] = 1
    for remaining in [2, 1, 0] {
      _ = bench.wait(for: twi, 0x108)
      twi[0x108] = 0
      bench.advance(.microseconds(100))
      bytes.append(twi[0x518])
      if remaining == 1 { twi[0x200] = 2 }
      twi[0x020] = 1
    }
    #expect(bytes == [0, 1, 2])
    #expect(twi[0x104] == 1)
    #expect(sensor.log == ["R", "<0", "<1", "<2", "P"])
  }

  @Test func aByteWaitsUntilTheOneBeforeHasBeenRead() {
    let bench = Bench()
    let sensor = TestTarget()
    let twi = controller(bench, sensor)
    twi[0x000] = 1
    bench.advance(.milliseconds(1))
    #expect(sensor.log == ["R", "<0"])
    #expect(twi[0x518] == 0)
    bench.advance(.milliseconds(1))
    #expect(sensor.log == ["R", "<0", "<1"])
  }

  @Test func aRepeatedStartFollowsASuspendedWrite() {
    let bench = Bench()
    let sensor = TestTarget()
    let twi = controller(bench, sensor)
    twi[0x008] = 1
    twi[0x51c] = 0x20
    _ = bench.wait(for: twi, 0x11c)
    twi[0x01c] = 1
    #expect(twi[0x148] == 1)
    twi[0x200] = 2
    twi[0x020] = 1
    twi[0x000] = 1
    #expect(bench.wait(for: twi, 0x104) != nil)
    #expect(sensor.log == ["W", "32", "R", "<32", "P"])
    #expect(twi[0x518] == 0x20)
  }

  @Test func anAbsentTargetIsAnErrorUntilStop() {
    let bench = Bench()
    let twi = controller(bench, nil)
    twi[0x008] = 1
    #expect(bench.wait(for: twi, 0x124) == after(.microseconds(25)))
    #expect(twi[0x4c4] == 2)
    twi[0x014] = 1
    #expect(bench.wait(for: twi, 0x104) != nil)
    #expect(!bench.fabric.activity("TWIM0").isBusy)
  }
}
