import Sensors
import Simulation
import Testing
import Units

@Suite struct LSM9DS1Tests {
  @Test func identifiesItselfAndHasTheDataSheetsResetValues() {
    let bench = Bench()
    #expect(bench.byte(0x0f) == 0x68)
    #expect(bench.bytes(0x1e, 7) == [0x38, 0x38, 0, 0, 0x04, 0, 0])
    // Drivers set bit 7 of the sub-address.
    #expect(bench.bytes(0x8f, 2) == [0x68, 0])
    bench.write(0x0f, 0xff)
    #expect(bench.byte(0x0f) == 0x68)
  }

  @Test func answersAtItsAddressOnly() {
    let bench = Bench()
    #expect(bench.fabric.i2c("TWIM0").target(at: 0x6a) == nil)
    #expect(bench.fabric.i2c("TWIM1").target(at: 0x6b) == nil)
  }

  @Test(
    arguments: [
      (0x10, 1, Hertz(149, per: 10)), (0x10, 2, Hertz(595, per: 10)), (0x10, 3, Hertz(119)),
      (0x10, 4, Hertz(238)), (0x10, 5, Hertz(476)), (0x10, 6, Hertz(952)),
      (0x20, 1, Hertz(10)), (0x20, 2, Hertz(50)), (0x20, 3, Hertz(119)),
      (0x20, 4, Hertz(238)), (0x20, 5, Hertz(476)), (0x20, 6, Hertz(952)),
    ] as [(UInt8, UInt8, Hertz)])
  func samplesAtExactlyTheRateOfItsRegister(register: UInt8, code: UInt8, rate: Hertz) {
    let bench = Bench()
    bench.advance(.microseconds(12_345))
    bench.write(register, code << 5)
    let clock = ClockDomain(frequency: rate, start: bench.scheduler.now)
    bench.advance(.seconds(2))
    let expected = (1...clock.ticks(at: bench.scheduler.now)).map { clock.instant(ofTick: $0) }
    #expect(bench.dataReady == expected)
    #expect(bench.track.produced == expected.count)
  }

  @Test func readsAStreamBackBitForBitAtItsInstants() {
    let bench = Bench { quantity, instant in
      let n = Double(instant.picoseconds / 1_000_000_000)
      return quantity == .acceleration
        ? .values([n * 0.001, -n * 0.001, 1]) : .values([n * 0.1, -n * 0.1, 0.01])
    }
    bench.write(0x10, 0x78)
    bench.write(0x20, 0x70)
    let clock = ClockDomain(frequency: Hertz(119), start: .zero)
    for tick in 1...100 as ClosedRange<UInt64> {
      let instant = clock.instant(ofTick: tick)
      bench.advance(to: instant)
      let n = Double(instant.picoseconds / 1_000_000_000)
      let gyroscope = [n * 0.1, -n * 0.1, 0.01].map { counts($0 / 0.07) }
      let accelerometer = [n * 0.001, -n * 0.001, 1].map { counts($0 / 0.000122) }
      #expect(bench.words(0x18, 6) == gyroscope + accelerometer)
      #expect(bench.read.last == instant)
    }
    #expect(bench.track.read == 100)
    #expect(bench.track.lost == 0)
    #expect(bench.track.duplicate == 0)
  }

  @Test func liesStillWithoutAStream() {
    let bench = Bench(isStreamed: false)
    bench.write(0x10, 0x60)
    bench.advance(.milliseconds(9))
    #expect(bench.words(0x18, 6) == [0, 0, 0, 0, 0, 16_393])
    #expect(bench.words(0x15, 1) == [0])
  }

  @Test(arguments: [(0, 0.061), (1, 0.732), (2, 0.122), (3, 0.244)] as [(UInt8, Double)])
  func accelerometerFollowsItsFullScale(code: UInt8, milligravities: Double) {
    let bench = Bench { quantity, _ in
      quantity == .acceleration ? .values([0.5, -1.25, 1.75]) : .absent
    }
    bench.write(0x20, 0x60 | code << 3)
    bench.advance(.milliseconds(9))
    let expected = [0.5, -1.25, 1.75].map { counts($0 * 1_000 / milligravities) }
    #expect(bench.words(0x28, 3) == expected)
  }

  @Test(arguments: [(0, 8.75), (1, 17.5), (3, 70)] as [(UInt8, Double)])
  func gyroscopeFollowsItsFullScale(code: UInt8, millidegrees: Double) {
    let bench = Bench { quantity, _ in
      quantity == .angularRate ? .values([100.3, -77.7, 240.1]) : .absent
    }
    bench.write(0x10, 0x60 | code << 3)
    bench.advance(.milliseconds(9))
    let expected = [100.3, -77.7, 240.1].map { counts($0 * 1_000 / millidegrees) }
    #expect(bench.words(0x18, 3) == expected)
  }

  @Test func roundsTiesToEvenAndSaturates() {
    // A sensitivity of 0.25 g makes ties exact.
    let bench = Bench(parameters: ["accelerometer-sensitivity": 250_000_000_000]) { _, instant in
      instant < Instant(picoseconds: 110_000_000_000)
        ? .values([0.125, 0.375, -0.625])
        : .values([1e9, -.infinity, .nan])
    }
    bench.write(0x20, 0x20)
    bench.advance(.milliseconds(100))
    #expect(bench.words(0x28, 3) == [0, 2, -2])
    bench.advance(.milliseconds(100))
    #expect(bench.words(0x28, 3) == [32_767, -32_768, 0])
  }

  @Test func orientationSignsAndAxisEnablesActOnTheOutput() {
    let bench = Bench { quantity, _ in
      quantity == .angularRate ? .values([70, 140, 210]) : .values([0.061, 0.122, 0.183])
    }
    bench.write(0x13, 0x28)
    bench.write(0x1e, 0x30)
    bench.write(0x1f, 0x08)
    bench.write(0x10, 0x78)
    bench.advance(.milliseconds(9))
    #expect(bench.words(0x18, 6) == [0, 2_000, -3_000, 1_000, 0, 0])
  }

  @Test func temperatureHas16CountsADegreeFrom25AndTwelveBits() {
    let bench = Bench { quantity, instant in
      guard quantity == .temperature else { return .absent }
      return .values([instant < Instant(picoseconds: 30_000_000_000) ? 31.5 : 1_000])
    }
    bench.write(0x20, 0x60)
    #expect(bench.byte(0x17) == 0)
    bench.advance(.milliseconds(26))
    #expect(bench.byte(0x17) & 4 == 4)
    #expect(bench.words(0x15, 1) == [104])
    #expect(bench.byte(0x17) & 4 == 0)
    bench.advance(.milliseconds(40))
    #expect(bench.words(0x15, 1) == [2_047])
  }

  @Test func changingTheFullScaleKeepsTheClock() {
    let bench = Bench()
    bench.write(0x20, 0x60)
    bench.advance(.milliseconds(5))
    bench.write(0x20, 0x70)
    bench.advance(.milliseconds(5))
    #expect(bench.track.produced == 1)
    bench.write(0x20, 0x80)
    bench.advance(.milliseconds(4))
    #expect(bench.track.produced == 1)
    bench.advance(.milliseconds(1))
    #expect(bench.track.produced == 2)
  }

  @Test func accelerometerRegisterDoesNotStopARunningGyroscope() {
    let bench = Bench()
    bench.write(0x10, 0x60)
    bench.write(0x20, 0x20)
    bench.advance(.seconds(1))
    #expect(bench.track.produced == 119)
    bench.write(0x10, 0)
    bench.advance(.seconds(1))
    #expect(bench.track.produced == 129)
    bench.write(0x20, 0)
    bench.advance(.seconds(1))
    #expect(bench.track.produced == 129)
  }

  @Test func decimationUpdatesTheAccelerometerEveryFewSamples() {
    let bench = Bench()
    bench.write(0x1f, 0x78)
    bench.write(0x20, 0x60)
    bench.advance(.seconds(1))
    #expect(bench.track.produced == 59)
  }

  @Test func askingForWhatIsNotModelledIsAFinding() {
    let bench = Bench()
    bench.write(0x06, 0)
    bench.write(0x10, 0x60)
    #expect(bench.fabric.findings.entries.isEmpty)
    bench.write(0x06, 0x2a)
    bench.write(0x12, 0x41)
    bench.write(0x2e, 0x60)
    _ = bench.byte(0x40)
    let places = bench.fabric.findings.entries.map(\.place)
    #expect(places == ["imu.INT_GEN_CFG_XL", "imu.CTRL_REG3_G", "imu.FIFO_CTRL", "imu.0x40"])
    #expect(bench.fabric.findings.entries.allSatisfy { $0.kind == "unmodelled-register" })
    #expect(bench.byte(0x06) == 0x2a)
  }

  @Test func endOfTheStreamEndsTheRun() {
    let bench = Bench { _, instant in
      instant < Instant(picoseconds: 500_000_000_000) ? .values([0, 0, 0]) : .ended
    }
    bench.write(0x20, 0x20)
    bench.advance(.seconds(1))
    #expect(bench.fabric.stopReason == .streamEnded(sensor: "imu"))
    #expect(bench.track.produced == 4)
  }

  @Test func softwareResetGivesTheResetValuesAndStopsSampling() {
    let bench = Bench()
    bench.write(0x10, 0x60)
    bench.write(0x0c, 0x03)
    bench.advance(.milliseconds(9))
    #expect(bench.int1.level)
    bench.write(0x22, 0x05)
    #expect(bench.byte(0x22) == 0x04)
    #expect(bench.byte(0x10) == 0)
    #expect(bench.byte(0x17) == 0)
    #expect(!bench.int1.level)
    bench.advance(.seconds(1))
    #expect(bench.track.produced == 1)
    #expect(bench.track.lost == 0)
  }

  @Test func burstsRunInACircleThroughTheActiveDies() {
    let bench = Bench { quantity, _ in
      quantity == .acceleration ? .values([0.061, 0.122, 0.183]) : .values([8.75, 17.5, 26.25])
    }
    bench.write(0x10, 0x60)
    bench.advance(.milliseconds(9))
    let set: [Int16] = [1_000, 2_000, 3_000, 1_000, 2_000, 3_000]
    #expect(bench.words(0x18, 12) == set + set)
    bench.write(0x10, 0)
    bench.write(0x20, 0x60)
    bench.advance(.milliseconds(9))
    #expect(bench.words(0x28, 6) == [1_000, 2_000, 3_000, 1_000, 2_000, 3_000])
    bench.write(0x22, 0)
    #expect(bench.bytes(0x29, 3) == [0x03, 0x03, 0x03])
  }
}

/// The data sheet's output word for a value in counts.
func counts(_ value: Double) -> Int16 {
  Int16(max(-32_768, min(32_767, value.rounded(.toNearestOrEven))))
}
