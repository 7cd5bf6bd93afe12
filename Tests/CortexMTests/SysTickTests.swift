import CortexM
import Testing
import Units

struct SysTickTests {
  /// SysTick one clock at a time.
  private struct Reference {
    var reload: UInt32 = 0
    var value: UInt32 = 0
    var isEnabled = false
    var interrupts = false
    var flag = false
    var expiries = 0

    mutating func tick() {
      guard isEnabled else { return }
      if value == 0 {
        value = reload
        return
      }
      value -= 1
      if value == 0 {
        flag = true
        if interrupts { expiries += 1 }
      }
    }
  }

  @Test(arguments: 0..<200)
  func itCountsAsIfClockByClock(seed: Int) {
    var random = SeededGenerator(seed: seed)
    let bench = CoreBench()
    var reference = Reference()
    var pended = 0
    for step in 0..<300 {
      switch Int.random(in: 0..<12, using: &random) {
      case 0:
        let reload = UInt32.random(in: 0..<40, using: &random)
        reference.reload = reload
        bench[0xe000_e014] = reload
      case 1:
        reference.value = 0
        reference.flag = false
        bench[0xe000_e018] = 77
      case 2, 3:
        let word = UInt32.random(in: 0..<4, using: &random)
        reference.isEnabled = word & 1 != 0
        reference.interrupts = word & 2 != 0
        bench[0xe000_e010] = word
      case 4, 5:
        let expected =
          (reference.isEnabled ? 1 : 0) | (reference.interrupts ? 2 : 0) | 4
          | (reference.flag ? 1 << 16 : 0) as UInt32
        reference.flag = false
        #expect(bench[0xe000_e010] == expected, "step \(step)")
      default:
        let clocks = UInt64.random(in: 0..<60, using: &random)
        for _ in 0..<clocks { reference.tick() }
        bench.processor.pass(clocks)
      }
      #expect(bench[0xe000_e018] == reference.value, "step \(step)")
      let isPending = bench[0xe000_ed04] & 1 << 26 != 0
      #expect(isPending == (reference.expiries > pended), "step \(step)")
      pended = reference.expiries
      bench[0xe000_ed04] = 1 << 25
    }
  }

  @Test func withAReferenceClockItCountsThatOne() {
    let bench = CoreBench(reference: Hertz(1_000_000))
    #expect(bench[0xe000_e01c] == 9_999)
    bench[0xe000_e014] = 9
    bench[0xe000_e018] = 0
    bench[0xe000_e010] = 3
    // Ten microseconds of 64 clocks each.
    bench.processor.pass(639)
    #expect(bench[0xe000_ed04] & 1 << 26 == 0)
    bench.processor.pass(1)
    #expect(bench[0xe000_ed04] & 1 << 26 != 0)
  }

  @Test func withoutAReferenceClockTheCoreClockIsAllThereIs() {
    let bench = CoreBench()
    #expect(bench[0xe000_e01c] >> 31 == 1)
    bench[0xe000_e010] = 0
    #expect(bench[0xe000_e010] & 4 == 4)
  }

  @Test func theInterruptComesOnceAPeriod() {
    let bench = CoreBench()
    bench[0xe000_e014] = 99
    bench[0xe000_e018] = 0
    bench[0xe000_e010] = 7
    var at: [UInt64] = []
    for _ in 0..<1000 {
      bench.processor.pass(1)
      if bench[0xe000_ed04] & 1 << 26 != 0 {
        at.append(bench.processor.cycles)
        bench[0xe000_ed04] = 1 << 25
      }
    }
    #expect(at == [100, 200, 300, 400, 500, 600, 700, 800, 900, 1000])
  }
}
