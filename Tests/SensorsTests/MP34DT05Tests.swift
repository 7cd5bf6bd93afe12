import Sensors
import Simulation
import Testing
import Units

@Suite struct MP34DT05Tests {
  private func source(_ bench: Bench) throws -> any PDMSource {
    try #require(bench.fabric.pdm("TWIM0").left)
  }

  @Test func givesTheRecordingsCountsWhileClocked() throws {
    let bench = Bench(part: "MP34DT05") { quantity, instant in
      quantity == .sound ? .values([Double(instant.picoseconds)]) : .absent
    }
    let microphone = try source(bench)
    #expect(microphone.sample(at: Instant(picoseconds: 7), rate: Hertz(16_000)) == 0)
    microphone.clock(running: true)
    #expect(microphone.sample(at: Instant(picoseconds: 7), rate: Hertz(16_000)) == 7)
    #expect(microphone.sample(at: Instant(picoseconds: 70_000), rate: Hertz(16_000)) == 32_767)
    microphone.clock(running: false)
    #expect(microphone.sample(at: Instant(picoseconds: 7), rate: Hertz(16_000)) == 0)
  }

  @Test func isOnWhilePoweredAndClocked() throws {
    let bench = Bench(part: "MP34DT05", hasPowerPin: true)
    let microphone = try source(bench)
    bench.advance(.milliseconds(1))
    microphone.clock(running: true)
    bench.advance(.milliseconds(2))
    bench.powerPin?.drive("test", true)
    bench.advance(.milliseconds(4))
    microphone.clock(running: false)
    bench.advance(.milliseconds(8))
    let states = bench.fabric.power.residencies().map {
      ($0.states[0].consumer, $0.states[0].state, $0.time)
    }
    #expect(states.map(\.0) == ["imu", "imu"])
    #expect(states.map(\.1) == ["off", "on"])
    #expect(states.map(\.2) == [.milliseconds(11), .milliseconds(4)])
  }

  @Test func countsBuffersAsReadOrLost() throws {
    let bench = Bench(part: "MP34DT05")
    let microphone = try source(bench)
    microphone.delivered(count: 256)
    microphone.overwritten(count: 256)
    microphone.delivered(count: 128)
    #expect(bench.track.produced == 640)
    #expect(bench.track.read == 384)
    #expect(bench.track.lost == 256)
    #expect(bench.read.count == 2)
  }

  @Test func anotherRateThanTheRecordingsIsReportedOnce() throws {
    let bench = Bench(part: "MP34DT05") { _, _ in .values([0]) }
    bench.stimulus.rate = Hertz(44_100)
    let microphone = try source(bench)
    microphone.clock(running: true)
    for n in 0..<3 {
      _ = microphone.sample(at: Instant(picoseconds: Int64(n)), rate: Hertz(16_000))
    }
    let model = try #require(bench.sensor as? MP34DT05)
    #expect(model.rateMismatch?.recorded == Hertz(44_100))
    #expect(model.rateMismatch?.interface == Hertz(16_000))
    #expect(bench.fabric.findings.entries.map(\.kind) == ["rate-mismatch"])
    #expect(bench.fabric.findings.entries.first?.count == 1)
  }

  @Test func endOfTheRecordingEndsTheRun() throws {
    let bench = Bench(part: "MP34DT05") { _, _ in .ended }
    let microphone = try source(bench)
    microphone.clock(running: true)
    #expect(microphone.sample(at: .zero, rate: Hertz(16_000)) == nil)
    #expect(bench.fabric.stopReason == .streamEnded(sensor: "imu"))
  }

  @Test func canBeWiredToTheOtherClockEdge() {
    let bench = Bench(part: "MP34DT05", parameters: ["right": 1])
    #expect(bench.fabric.pdm("TWIM0").left == nil)
    #expect(bench.fabric.pdm("TWIM0").right != nil)
  }
}

@Suite struct SensorCatalogTests {
  @Test func makesEveryPartItLists() {
    #expect(SensorCatalog.parts == SensorCatalog.parts.sorted())
    for part in SensorCatalog.parts {
      let description = SensorCatalog.description(of: part)
      #expect(description?.part == part)
      #expect(description?.quantities.isEmpty == false)
      _ = Bench(part: part)
    }
  }

  @Test func knowsNoOther() {
    let fabric = Fabric(scheduler: Scheduler(), memory: NoMemory())
    let track = SensorTrack(sensor: "x", scheduler: fabric.scheduler)
    let context = SensorContext(
      name: "x", bus: "TWIM0", stimulus: nil, track: track, fabric: fabric)
    #expect(SensorCatalog.make(part: "LSM9DS0", context: context) == nil)
    #expect(SensorCatalog.description(of: "lsm9ds1") == nil)
  }

  @Test func everyPowerStateEnteredIsListed() {
    let listed = SensorCatalog.description(of: "LSM9DS1")?.powerStates ?? []
    let bench = Bench(hasPowerPin: true)
    bench.advance(.milliseconds(1))
    bench.powerPin?.drive("test", true)
    for (register, value) in [
      (0x20, 0x60), (0x10, 0x20), (0x12, 0x80), (0x10, 0x40), (0x10, 0x60), (0x23, 0x40),
    ] as [(UInt8, UInt8)] {
      bench.advance(.milliseconds(1))
      bench.write(register, value)
    }
    bench.advance(.milliseconds(1))
    let entered = Set(bench.fabric.power.residencies().map { $0.states[0].state })
    #expect(entered == Set(listed))
  }
}
