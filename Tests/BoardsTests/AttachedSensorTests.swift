import Boards
import Documents
import Testing
import Trust
import Units

@testable import Deployments

/// Sensors that a deployment wires to a board, and what it lets go wrong with them.
@Suite struct AttachedSensorTests {
  private func deployment(_ text: String) throws(DocumentError) -> Deployment {
    let head = "board: nucleo-l4r5zi\nfirmware: a.elf\n"
    return try Deployment.make(
      Node.parse(head + text, file: "d.yaml"), path: "d.yaml", parts: DeploymentParts())
  }

  private func board(_ deployment: Deployment) throws -> Board {
    try deployment.loadBoard(from: data())
  }

  @Test func `a controller's name is enough of a bus where it leaves no choice`() throws {
    let d = try deployment(
      """
      sensors:
        imu: {part: LSM6DSOX, bus: I2C2, address: 0x6B, pins: {INT1: PB5}}
        tilt: {part: LIS2DW12, bus: {kind: spi, controller: SPI1, pins: {cs: PE3}}}
        room: {part: MP34DT05, bus: DFSDM1, parameters: {line: 2}}
      """)
    let sensors = try board(d).sensors
    #expect(sensors.map(\.id) == ["imu", "tilt", "room"])
    #expect(sensors.map(\.bus.kind) == [.i2c, .spi, .pdm])
    #expect(sensors[0].bus.controller == "I2C2")
    #expect(sensors[0].addresses.map(\.value) == [0x6b])
    #expect(sensors[0].chipPin(of: "INT1") == PinName("PB5"))
    #expect(sensors[1].bus.pin("cs") == PinName("PE3"))
    #expect(sensors[2].parameters == ["line": 2])
    #expect(sensors.map(\.position.line) == [4, 5, 6])
  }

  @Test func `a sensor takes the place of the board's of the same name`() throws {
    var d = try deployment("sensors: {imu: {part: BMI270, bus: TWIM1}}")
    d.board = "arduino-nano-33-ble-sense"
    let sensors = try board(d).sensors
    #expect(sensors.count == 5)
    #expect(sensors.filter { $0.id == "imu" }.map(\.part) == ["BMI270"])
  }

  @Test func `faults are read in their order, with their values in the channel's unit`() throws {
    let d = try deployment(
      """
      sensors: {imu: {part: LSM6DSOX, bus: I2C1}}
      seed: 7
      faults:
        - {sensor: imu, kind: bias, channel: accelerometer, value: [50 mg, -0.25 g, 9.80665 m/s2], at: 1 s, for: 2 s}
        - {sensor: imu, kind: noise, channel: gyroscope, value: 500 mdps, at: 0 s}
        - {sensor: imu, kind: clock-drift, value: -200 ppm, at: 3 s}
        - {sensor: imu, kind: stretch, value: 250 us, at: 3 s}
        - {sensor: imu, kind: saturation, channel: accelerometer, value: 1.5 g, at: 3 s}
      """)
    #expect(d.seed == 7)
    #expect(d.faults.map(\.kind) == [.bias, .noise, .clockDrift, .stretch, .saturation])
    #expect(d.faults[0].levels == [0.05, -0.25, 1])
    #expect(d.faults[0].start == .seconds(1))
    #expect(d.faults[0].duration == .seconds(2))
    #expect(
      d.faults[0].text == "bias of 50 mg, -0.25 g, 9.80665 m/s2 on accelerometer, from 1 s for 2 s")
    #expect(d.faults[1].levels == [0.5])
    #expect(d.faults[2].drift == Ratio(partsPerBillion: -200_000))
    #expect(d.faults[3].stretch == .microseconds(250))
    try d.check(against: board(d))
  }

  @Test func `what a sensor draws stands beside its wiring, and is assumed`() throws {
    let d = try deployment(
      "sensors: {imu: {part: LSM6DSOX, bus: I2C1, currents: {power-down: 3 uA, gyroscope: 1 mA}}}")
    let consumer = try #require(try board(d).power?.consumer("imu"))
    #expect(consumer.scope == .sensors)
    #expect(consumer.initial == "power-down")
    #expect(consumer.state("gyroscope")?.current == Amperes(nanoamperes: 1_000_000))
    #expect(consumer.state("gyroscope")?.provenance.mark == .memory)
  }

  @Test func `the option's seed goes before the file's`() throws {
    var parts = DeploymentParts()
    parts.seed = 9
    let text = "board: nucleo-l4r5zi\nfirmware: a.elf\nseed: 3\n"
    let d = try Deployment.make(Node.parse(text, file: "d.yaml"), path: "d.yaml", parts: parts)
    #expect(d.seed == 9)
  }

  private static let imu = "sensors: {imu: {part: LSM6DSOX, bus: I2C1, channels: [gyroscope]}}\n"

  @Test(arguments: [
    ("sensors: {imu: {prt: A}}", "3:17: error: unknown key 'prt'; did you mean 'part'?"),
    ("sensors: {imu: {part: A}}", "3:16: error: missing key 'bus' in a sensor"),
    ("sensors: {imu: {part: A, bus: I2C9}}", "3:31: error: unknown peripheral 'I2C9'"),
    ("sensors: {imu: {part: A, bus: GPIOA}}", "3:31: error: expected the kind of bus, too"),
    (
      "sensors: {imu: {part: A, bus: I2C1, address: 0x90}}",
      "3:46: error: expected a number from 8 to 119, found 144"
    ),
    (
      "sensors: {imu: {part: A, bus: I2C1, pins: {INT1: B5}}}",
      "3:50: error: expected a pin such as"
    ),
    ("faults: {}", "3:9: error: expected a list, found a mapping"),
    ("faults: [{kind: stuck, at: 1 s}]", "3:10: error: missing key 'sensor' in a fault"),
    (
      "faults: [{sensor: imu, kind: stick, at: 1 s}]",
      "3:30: error: unknown kind of fault 'stick'; did you mean 'stuck'?"
    ),
    (
      "faults: [{sensor: imu, kind: stuck, at: 1 s, value: 1 g}]",
      "3:53: error: a fault 'stuck' has no value"
    ),
    (
      "faults: [{sensor: imu, kind: nack, channel: gyroscope, at: 1 s}]",
      "3:45: error: a fault 'nack' concerns the whole sensor, not a channel"
    ),
    (
      "faults: [{sensor: imu, kind: bias, value: 1 g, at: 1 s}]",
      "3:10: error: missing key 'channel' in a fault 'bias' with a value"
    ),
    (
      "faults: [{sensor: imu, kind: bias, channel: gyroscope, value: 1 g, at: 1 s}]",
      "3:63: error: unknown unit 'g'; 'gyroscope' is in dps, mdps"
    ),
    (
      "faults: [{sensor: imu, kind: noise, channel: gyroscope, value: -1 dps, at: 1 s}]",
      "3:64: error: expected a value that is not negative"
    ),
    (
      "faults: [{sensor: imu, kind: clock-drift, value: 1 s, at: 1 s}]",
      "3:50: error: unknown unit 's'; a ratio is in ppb, ppm, %"
    ),
    (
      "faults: [{sensor: imu, kind: stuck, at: -1 s}]",
      "3:41: error: expected an instant of the run, found '-1 s'"
    ),
    (
      imu + "faults: [{sensor: imi, kind: stuck, at: 1 s}]",
      "4:19: error: 'nucleo-l4r5zi' has no sensor 'imi'; did you mean 'imu'?"
    ),
    (
      imu + "faults: [{sensor: imu, kind: stuck, channel: gyro, at: 1 s}]",
      "4:46: error: 'imu' has no channel 'gyro'; expected 'gyroscope'"
    ),
    (
      imu
        + "faults: [{sensor: imu, kind: bias, channel: gyroscope, value: [1 dps, 2 dps], at: 1 s}]",
      "4:30: error: expected 1 or 3 values for 'gyroscope', found 2"
    ),
    (
      "sensors: {mic: {part: MP34DT05, bus: DFSDM1}}\n"
        + "faults: [{sensor: mic, kind: nack, at: 1 s}]",
      "4:30: error: 'mic' is not on an I2C bus: no fault 'nack'"
    ),
  ]) func `what is wrong is said with its place`(text: String, message: String) {
    do {
      let d = try deployment(text)
      try d.check(against: board(d))
      Issue.record("nothing was wrong with \(text)")
    } catch {
      #expect("\(error)".hasPrefix("d.yaml:" + message), "\(error)")
    }
  }
}
