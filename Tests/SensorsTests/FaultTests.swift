import Simulation
import Testing
import Units

@testable import Sensors

/// Each fault's effect through the registers.
@Suite struct FaultTests {
  /// An accelerometer at 100 Hz (LIS2DW12) whose X counts the samples, from 1.
  private func bench(_ faults: [SensorFault], seed: UInt64 = 0, fifo: UInt8 = 0) -> Bench {
    let bench = Bench(
      part: "LIS2DW12", address: 0x19, pins: ["INT1": "INT1"], faults: faults, seed: seed
    ) { quantity, instant in
      let tick = Double(ClockDomain(frequency: Hertz(100)).ticks(at: instant))
      return quantity == .acceleration ? .values([tick * 0.000_244, 0.5, -0.5]) : .absent
    }
    bench.write(0x2e, fifo)
    bench.write(0x20, 0x54)
    return bench
  }

  private func at(_ milliseconds: Int64) -> Instant { .zero + .milliseconds(milliseconds) }

  /// X, Y and Z at each data-ready of so many milliseconds.
  private func samples(_ bench: Bench, _ milliseconds: Int64) -> [[Int16]] {
    var rows: [[Int16]] = []
    while bench.scheduler.now < at(milliseconds) {
      bench.advance(.milliseconds(10))
      if bench.byte(0x27) & 1 == 1 { rows.append(bench.words(0x28, 3).map { $0 >> 2 }) }
    }
    return rows
  }

  @Test func `dropout makes no samples and loses none`() {
    let bench = bench([SensorFault(.dropout, from: at(50), until: at(80), text: "d")])
    #expect(samples(bench, 100).map { $0[0] } == [1, 2, 3, 4, 8, 9, 10])
    #expect(bench.track.produced == 7)
    #expect(bench.track.lost == 0)
    let finding = bench.fabric.findings.entries.first
    #expect(finding?.kind == "injected-fault")
    #expect(finding?.place == "imu")
    #expect(finding?.message == "d")
    #expect(finding?.count == 3)
  }

  @Test func `stuck holds what it felt when the fault began`() {
    let bench = bench([SensorFault(.stuck, of: .acceleration, from: at(45), until: at(75))])
    #expect(samples(bench, 100).map { $0[0] } == [1, 2, 3, 4, 4, 4, 4, 8, 9, 10])
  }

  @Test func `saturation gives the end of the range, or a limit`() {
    let whole = bench([SensorFault(.saturation(limit: nil), from: at(15), until: at(25))])
    #expect(samples(whole, 30)[1] == [8_191, 8_191, -8_192])
    let limited = bench([SensorFault(.saturation(limit: 0.244), from: .zero)])
    #expect(samples(limited, 10)[0] == [1, 1_000, -1_000])
  }

  @Test func `bias adds one value to all axes, or one to each, in the order of the list`() {
    let bench = bench([
      SensorFault(.bias([0.244]), of: .acceleration, from: at(15), until: at(25)),
      SensorFault(.bias([0.0244, 0, -0.0244]), of: .acceleration, from: at(15), until: at(35)),
      SensorFault(.bias([100]), of: .temperature, from: .zero),
    ])
    let rows = samples(bench, 40)
    #expect(rows[0] == [1, 2_049, -2_049])
    #expect(rows[1] == [1_102, 3_049, -1_149])
    #expect(rows[2] == [103, 2_049, -2_149])
    #expect(rows[3] == [4, 2_049, -2_049])
  }

  @Test func `noise has its root mean square, repeats for a seed and differs between seeds`() {
    let fault = SensorFault(.noise(0.0244), of: .acceleration, from: .zero)
    let first = samples(bench([fault], seed: 1), 10_000)
    #expect(first == samples(bench([fault], seed: 1), 10_000))
    #expect(first != samples(bench([fault], seed: 2), 10_000))
    let count = Double(first.count)
    let deviations: [Double] = first.map { Double($0[1]) - 2_049.18 }
    let mean = deviations.reduce(0, +) / count
    let square = deviations.map { $0 * $0 }.reduce(0, +) / count
    #expect(abs(mean) < 10)
    #expect(abs(square - 10_000) < 1_000)
    // The axes are independent.
    let others = first.map { Double($0[2]) + 2_049.18 }
    let product = zip(deviations, others).map { $0 * $1 }.reduce(0, +) / Double(first.count)
    #expect(abs(product) < 1_000)
  }

  @Test func `a clock that drifts samples faster or slower, from and until its instants`() {
    let fast = bench([
      SensorFault(.clockDrift(partsPerBillion: 250_000_000), from: at(100), until: at(180))
    ])
    fast.advance(to: at(100))
    #expect(fast.dataReady.count == 10)
    fast.advance(to: at(180))
    // 125 Hz: a sample each 8 ms.
    #expect(fast.dataReady[10...].first == at(108))
    #expect(fast.dataReady.count == 20)
    fast.advance(to: at(280))
    #expect(fast.dataReady.count == 30)
    #expect(fast.dataReady.last == at(280))
  }

  @Test(arguments: ["LSM9DS1", "BMI270", "LSM6DSOX", "LPS22HB", "HTS221", "BMM150"])
  func `every part with a clock of its own drifts`(part: String) {
    func count(_ faults: [SensorFault]) -> Int {
      let addresses: [String: UInt8] = [
        "LSM9DS1": 0x6b, "BMI270": 0x68, "LSM6DSOX": 0x6a, "LPS22HB": 0x5c, "HTS221": 0x5f,
        "BMM150": 0x10,
      ]
      let bench = Bench(part: part, address: addresses[part]!, pins: [:], faults: faults)
      switch part {
      case "LSM9DS1": bench.write(0x20, 0x60)
      case "LSM6DSOX": bench.write(0x10, 0x40)
      case "LPS22HB": bench.write(0x10, 0x40)
      case "HTS221": bench.write(0x20, 0x83)
      case "BMM150":
        bench.write(0x4b, 0x01)
        bench.write(0x4c, 0x38)
      default:
        bench.startBMI270()
        bench.write(0x40, 0xa8)
        bench.write(0x7d, 0x04)
      }
      bench.advance(.seconds(1))
      let before = bench.track.produced
      bench.advance(.seconds(20))
      return bench.track.produced - before
    }
    let nominal = count([])
    let drifting = count([
      SensorFault(.clockDrift(partsPerBillion: 100_000_000), from: .zero + .milliseconds(500))
    ])
    #expect(nominal > 0)
    let difference = 10 * drifting - 11 * nominal
    #expect(abs(difference) <= 20)
  }

  @Test func `a refused bus acknowledges neither address nor byte`() {
    let bench = bench([SensorFault(.notAcknowledged, from: at(50), until: at(60))])
    #expect(bench.byte(0x0f) == 0x44)
    bench.advance(to: at(50))
    #expect(!bench.target.start(.write))
    #expect(!bench.target.receive(0x0f))
    bench.advance(to: at(60))
    #expect(bench.byte(0x0f) == 0x44)
  }

  @Test func `a stretched clock is told before each byte`() {
    let bench = bench([SensorFault(.stretch(.microseconds(200)), from: at(50), until: at(60))])
    #expect(bench.target.stretch == .zero)
    bench.advance(to: at(50))
    #expect(bench.target.stretch == .microseconds(200))
    bench.advance(to: at(60))
    #expect(bench.target.stretch == .zero)
  }

  @Test func `a FIFO that overruns gives up a sample for each new one`() {
    let bench = bench([SensorFault(.overrun, from: at(55), until: at(85))], fifo: 0xc0)
    bench.advance(to: at(100))
    #expect(bench.byte(0x2f) == 0x40 | 7)
    let words = bench.words(0x28, 21)
    let counts: [Int16] = (0..<7).map { words[3 * $0] >> 2 }
    #expect(counts == [4, 5, 6, 7, 8, 9, 10])
    #expect(bench.track.lost == 3)
    #expect(bench.track.read == 7)
  }

  @Test func `an empty FIFO that overruns loses the new sample`() {
    for (part, address, setUp) in [
      ("LSM9DS1", UInt8(0x6b), [(UInt8(0x23), UInt8(0x02)), (0x2e, 0xc0), (0x20, 0x60)]),
      ("LSM6DSOX", 0x6a, [(0x09, 0x04), (0x0a, 0x06), (0x10, 0x40)]),
      ("LPS22HB", 0x5c, [(0x11, 0x50), (0x14, 0x40), (0x10, 0x50)]),
    ] {
      let bench = Bench(
        part: part, address: address, pins: [:], faults: [SensorFault(.overrun, from: .zero)])
      for (register, value) in setUp { bench.write(register, value) }
      bench.advance(.milliseconds(100))
      #expect(bench.track.produced > 0)
      #expect(bench.track.lost == bench.track.produced, "\(part)")
    }
  }

  @Test func `a microphone drops out to silence and sticks to a value`() {
    let fabric = Fabric(scheduler: Scheduler(), memory: NoMemory())
    let stimulus = MadeUpStimulus { _, instant in
      .values([Double(ClockDomain(frequency: Hertz(1_000)).ticks(at: instant))])
    }
    stimulus.rate = Hertz(1_000)
    let faults = [
      SensorFault(.dropout, from: at(3), until: at(5)), SensorFault(.stuck, from: at(7)),
    ]
    let context = SensorContext(
      name: "mic", bus: "PDM", stimulus: stimulus,
      track: SensorTrack(sensor: "mic", scheduler: fabric.scheduler),
      faults: SensorFaults(sensor: "mic", faults, seed: 0, fabric: fabric), fabric: fabric)
    let microphone = MP34DT05(context)
    microphone.clock(running: true)
    let heard = (1...9).map { microphone.sample(at: at(Int64($0)), rate: Hertz(1_000)) }
    #expect(heard == [1, 2, 0, 0, 5, 6, 7, 7, 7])
  }
}
