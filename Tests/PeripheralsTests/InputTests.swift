import Simulation
import Testing
import Units

@testable import Peripherals

@Suite struct InputTests {
  private func decoder(_ bench: Bench) -> Device {
    let qdec = bench.device("nordic-qdec", "QDEC", base: 0x4001_2000)
    qdec[0x520] = 2
    qdec[0x524] = 3
    qdec[0x510] = 8
    qdec[0x500] = 1
    return qdec
  }

  /// Puts the pins to a position of the wheel and lets a sample pass.
  private func turn(_ bench: Bench, to position: Int) {
    let code = [0, 1, 3, 2][position & 3]
    bench.fabric.pins["P0.02"].drive("wheel", code & 2 != 0)
    bench.fabric.pins["P0.03"].drive("wheel", code & 1 != 0)
    bench.advance(.microseconds(128))
  }

  @Test func stepsAreCountedInBothDirections() {
    let bench = Bench()
    let qdec = decoder(bench)
    qdec[0x000] = 1
    for position in [0, 1, 2, 3, 4, 5, 4, 3] { turn(bench, to: position) }
    #expect(qdec[0x514] == 3)
    #expect(qdec[0x50c] == .max)
    #expect(qdec[0x104] == 1)
    qdec[0x008] = 1
    #expect(qdec[0x518] == 3)
    #expect(qdec[0x514] == 0)
    turn(bench, to: 1)
    #expect(qdec[0x544] == 1)
    #expect(qdec[0x50c] == 2)
    qdec[0x004] = 1
    #expect(qdec[0x110] == 1)
    #expect(bench.scheduler.next == .never)
  }

  @Test(arguments: 0..<100)
  func anyWalkOfSingleStepsAddsUp(seed: Int) {
    var random = SeededGenerator(seed: seed)
    let bench = Bench()
    let qdec = decoder(bench)
    qdec[0x000] = 1
    var position = 0
    turn(bench, to: 0)
    for _ in 0..<100 {
      position += Int.random(in: -1...1, using: &random)
      turn(bench, to: position)
    }
    #expect(Int32(bitPattern: qdec[0x514]) == Int32(position))
    #expect(qdec[0x544] == 0)
  }

  @Test func theAccumulatorDoesNotWrap() {
    let bench = Bench()
    let qdec = decoder(bench)
    qdec[0x000] = 1
    for position in 0...1023 { turn(bench, to: position) }
    #expect(qdec[0x108] == 0)
    turn(bench, to: 1024)
    #expect(qdec[0x108] == 1)
    #expect(qdec[0x514] == 1023)
  }

  @Test func theLowPowerComparatorSeesItsThreshold() {
    let bench = Bench()
    let inputs = bench.fabric.service(AnalogInputs.init)
    let comparator = bench.device("nordic-comparator", "LPCOMP", base: 0x4001_3000)
    comparator[0x504] = 2
    comparator[0x508] = 3
    comparator[0x500] = 1
    comparator[0x000] = 1
    #expect(bench.wait(for: comparator, 0x100) == after(.microseconds(140)))
    inputs.set("P0.04", microvolts: 1_500_000)
    #expect(comparator[0x108] == 0)
    inputs.set("P0.04", microvolts: 1_500_001)
    #expect(comparator[0x108] == 1)
    #expect(comparator[0x10c] == 1)
    comparator[0x008] = 1
    #expect(comparator[0x400] == 1)
    inputs.set("P0.04", microvolts: 0)
    #expect(comparator[0x104] == 1)
  }

  @Test func theComparatorHasTwoThresholds() {
    let bench = Bench()
    let inputs = bench.fabric.service(AnalogInputs.init)
    let comparator = bench.device("nordic-comparator", "LPCOMP", base: 0x4001_3000)
    comparator[0x504] = 0
    comparator[0x508] = 0
    comparator[0x530] = 31 << 8 | 15
    comparator[0x500] = 2
    comparator[0x000] = 1
    #expect(bench.wait(for: comparator, 0x100) == after(.microseconds(3)))
    // 600 mV up, 300 mV down of 1.2 V.
    for (microvolts, up, down) in [
      (Int64(600_000), UInt32(0), UInt32(0)), (600_001, 1, 0), (300_000, 1, 0), (299_999, 1, 1),
    ] {
      inputs.set("P0.02", microvolts: microvolts)
      #expect(comparator[0x108] == up)
      #expect(comparator[0x104] == down)
    }
  }

  @Test func theLowPowerComparatorWakesTheChip() {
    let bench = Bench()
    let inputs = bench.fabric.service(AnalogInputs.init)
    let power = bench.device("nordic-clock-power", "CLOCK", base: 0x4000_0000)
    let comparator = bench.device("nordic-comparator", "LPCOMP", base: 0x4001_3000)
    comparator[0x520] = 1
    comparator[0x500] = 1
    comparator[0x000] = 1
    bench.advance(.microseconds(140))
    power[0x500] = 1
    #expect(bench.fabric.stopReason == nil)
    inputs.set("P0.02", microvolts: 3_000_000)
    #expect(bench.fabric.resetRequested)
    power.peripheral.reset()
    #expect(power[0x400] == 1 << 17)
  }
}
