import Boards
import Documents
import Testing
import Units

@testable import Deployments

private let gesture = """
  name: nano33-gesture
  board: arduino-nano-33-ble-sense
  firmware: build/app.elf               # or `generate:` below
  streams:
    imu: {file: recordings/circle.csv, rate: 119 Hz, columns: {accelerometer: [ax, ay, az], gyroscope: [gx, gy, gz]}, units: {accelerometer: g, gyroscope: dps}, interpolate: linear, end: repeat}
    microphone: {file: recordings/room.wav, offset: 20 ms, drift: 15 ppm, end: hold}
  labels: recordings/circle.label
  for: 10 s
  measure:
    latency:  {from: imu.data-ready, to: return deepcraft_infer}
    response: {from: imu.read, to: return deepcraft_infer, deadline: 8 ms}
  inference: {entry: deepcraft_infer, class: argument 0 of trigger_event, scores: "deepcraft_scores[5] int8"}
  battery: {capacity: 220 mAh, voltage: 3.0 V}
  budgets: {latency: {max: 12 ms, p99: 11 ms}, response: {max: 1 ms}, missed-deadlines: 0, lost-samples: 0, flash: 256 KiB, ram: 64 KiB, stack: 4 KiB, average-current: {max: 8 mA, scope: soc+sensors}, energy-per-inference: 6 mJ, label-accuracy: 90 %}
  judge: guarded
  """

private func deployment(
  _ text: String, _ parts: DeploymentParts = DeploymentParts()
) throws(DocumentError) -> Deployment {
  try Deployment.make(Node.parse(text, file: "work/d.yaml"), path: "work/d.yaml", parts: parts)
}

private func parts(_ change: (inout DeploymentParts) -> Void) -> DeploymentParts {
  var parts = DeploymentParts()
  change(&parts)
  return parts
}

@Suite struct DeploymentTests {
  @Test func `names of ports tell which is the console`() {
    #expect(ConsolePort.isConsole("UART0") && ConsolePort.isConsole("RTT0"))
    #expect(!ConsolePort.isConsole("ITM1") && !ConsolePort.isConsole("RTT10"))
    #expect(ConsolePort.names.count == 49)
    #expect(ConsolePort.channel("RTT12") == 12 && ConsolePort.channel("ITM1") == nil)
  }

  @Test func `the contract's example is read in full`() throws {
    let d = try deployment(gesture)
    #expect(d.name == "nano33-gesture")
    #expect(d.board == "arduino-nano-33-ble-sense")
    #expect(d.firmware == .file("work/build/app.elf"))
    #expect(d.labels == "work/recordings/circle.label")
    #expect(d.duration == .seconds(10))
    #expect(d.judge == .guarded)
    let imu = try #require(d.stream("imu"))
    #expect(imu.file == "work/recordings/circle.csv")
    #expect(imu.rate == Hertz(119))
    #expect(imu.channel("gyroscope")?.columns == ["gx", "gy", "gz"])
    #expect(imu.channel("gyroscope")?.unit == "dps")
    #expect(imu.interpolation == .linear)
    #expect(imu.end == .repeat)
    let microphone = try #require(d.stream("microphone"))
    #expect(microphone.offset == .milliseconds(20))
    #expect(microphone.drift == Ratio(partsPerBillion: 15_000))
    #expect(d.measure("latency")?.from == .dataReady(sensor: "imu"))
    #expect(d.measure("response")?.to == .exit(symbol: "deepcraft_infer"))
    #expect(d.measure("response")?.deadline == .milliseconds(8))
    #expect(d.inference?.classSource == .argument(0, of: "trigger_event"))
    #expect(d.inference?.scores?.count == 5)
    #expect(d.battery?.capacity == Charge(nanoampereHours: 220_000_000))
    #expect(
      d.budgets.map { "\($0.name)=\($0.limit)" } == [
        "latency.max=12 ms", "latency.p99=11 ms", "response.max=1 ms", "missed-deadlines=0",
        "lost-samples=0", "flash=256 KiB", "ram=64 KiB", "stack=4 KiB", "average-current=8 mA",
        "energy-per-inference=6 mJ", "label-accuracy=90 %",
      ])
    try d.check(against: d.loadBoard(from: data()))
  }

  @Test func `a generated firmware is read in full`() throws {
    let d = try deployment(
      """
      board: arduino-nano-33-ble-sense
      generate:
        network: models/gesture.tflite
        sensors: {imu: 119 Hz, microphone: 16 kHz}
        fusion: kalman
        window: {length: 1 s, hop: 250 ms}
        run-in: pendsv
      """)
    guard case .generated(let generation) = d.firmware else {
      Issue.record("not generated")
      return
    }
    #expect(d.name == "d")
    #expect(generation.network == "work/models/gesture.tflite")
    #expect(generation.sensors.map(\.rate) == [Hertz(119), Hertz(16_000)])
    #expect(generation.fusion == .kalman)
    #expect(generation.window == .init(length: .seconds(1), hop: .milliseconds(250)))
    #expect(generation.context == .pendsv)
  }

  @Test(arguments: [
    (
      #"uart LPUART1 "m-lap \r\n""#,
      MeasurePoint.uart(port: "LPUART1", text: Array("m-lap \r\n".utf8))
    ),
    ("imu.data-ready", MeasurePoint.dataReady(sensor: "imu")), ("imu.read", .read(sensor: "imu")),
    ("imu.pin", .pin(sensor: "imu")), ("irq TIMER3", .interrupt("TIMER3")),
    ("enter main", .entry(symbol: "main")), ("return main", .exit(symbol: "main")),
    ("gpio P1.09 falling", .gpio(PinName(port: 1, 9), rising: false)),
  ]) func `every point is read and printed`(text: String, point: MeasurePoint) throws {
    let d = try deployment("board: b\nfirmware: f\nmeasure: {m: {from: \(text), to: \(text)}}")
    #expect(d.measure("m")?.from == point)
    #expect(d.measure("m")?.to.description == text)
  }

  @Test func `a stream's sensitivity is exact and its sound channel counts from 1`() throws {
    let d = try deployment(
      """
      board: b
      firmware: f
      streams:
        imu: {file: a, time: t, sensitivity: {accelerometer: 0.061 mg, gyroscope: 61.035mdps}}
        microphone: {file: b, channel: 1, resample: true}
      """)
    let imu = try #require(d.stream("imu"))
    #expect(imu.timeColumn == "t")
    #expect(imu.channel("accelerometer")?.sensitivity == .init(trillionths: 61_000_000, unit: .g))
    #expect(imu.channel("gyroscope")?.sensitivity == .init(trillionths: 61_035_000_000, unit: .dps))
    #expect(d.stream("microphone")?.soundChannel == 1)
    #expect(d.stream("microphone")?.isResampled == true)
  }

  @Test func `a deployment is made of options alone`() throws {
    let d = try Deployment.make(
      parts: parts {
        $0.firmware = "out/app.elf"
        $0.board = "nrf52840-dk"
        $0.streams = ["imu=data/a=b: c.csv"]
        $0.measures = ["latency=imu.pin..return infer"]
        $0.budgets = ["latency=12ms", "latency.p99=11 ms", "average-current=8 mA"]
        $0.duration = "5 s"
        $0.uarts = ["UARTE0=script:talk.txt"]
        $0.settings = ["judge=nominal", "board.flash.wait-states=2"]
      })
    #expect(d.name == "app")
    #expect(d.firmware == .file("out/app.elf"))
    #expect(d.streams.map(\.file) == ["data/a=b: c.csv"])
    #expect(d.measures.map(\.from) == [.pin(sensor: "imu")])
    #expect(d.budgets.map(\.name) == ["latency.max", "latency.p99", "average-current"])
    #expect(d.duration == .seconds(5))
    #expect(d.judge == .nominal)
    #expect(d.uarts.map(\.target) == [.script("talk.txt")])
    let board = try d.loadBoard(from: data())
    try d.check(against: board)
    #expect(board.chip.memory("flash")?.waitStates?.uncached == 2)
  }

  @Test func `an option replaces one key of a file and leaves its paths where they were typed`()
    throws
  {
    let d = try deployment(
      gesture,
      parts {
        $0.streams = ["imu=other.csv"]
        $0.settings = ["budgets.latency.max=1us", "budgets.average-current.max=1 mA"]
      })
    #expect(d.stream("imu")?.file == "other.csv")
    #expect(d.stream("imu")?.rate == Hertz(119))
    #expect(d.budgets.first?.limit == .time(.microseconds(1)))
    #expect(d.budgets.map(\.name).contains("latency.p99"))
  }
}

@Suite struct DeploymentErrorTests {
  private static let head = "board: nrf52840-dk\nfirmware: a.elf\n"

  @Test(arguments: [
    ("strems: {}", "3:1: error: unknown key 'strems'; did you mean 'streams'?"),
    ("for: 10", "3:6: error: '10' has no unit; a duration is in ps, ns, us, ms, s, min, h"),
    (
      "streams: {imu: {file: a, drift: 11 %}}",
      "3:33: error: expected a drift within 10 %, found '11 %'"
    ),
    (
      "streams: {imu: {file: a, sensitivity: {gyroscope: 70 mpds}}}",
      "3:51: error: unknown unit 'mpds'; did you mean 'mdps'?"
    ),
    (
      "streams: {imu: {file: a, sensitivity: {gyroscope: most}}}",
      "3:51: error: expected a number and a unit such as '0.061 mg', found 'most'"
    ),
    ("for: 0 s", "3:6: error: expected a duration above zero, found '0 s'"),
    (
      "streams: {imu: {fil: a}}", "3:17: error: unknown key 'fil'; did you mean 'file'?"
    ),
    ("streams: {imu: {rate: 1 Hz}}", "3:16: error: missing key 'file' in a stream"),
    (
      "streams: {imu: {file: a, end: loop}}",
      "3:31: error: unknown end 'loop'; expected one of stop, hold, repeat"
    ),
    (
      "streams: {imu: {file: a, units: {gyroscope: dsp}}}",
      "3:45: error: unknown unit 'dsp'; did you mean 'dps'?"
    ),
    (
      "measure: {m: {from: imu.dataready, to: return f}}",
      "3:21: error: unknown point 'dataready' of a sensor; did you mean 'data-ready'?"
    ),
    (
      "measure: {m: {from: gpio P0.40 rising, to: return f}}",
      "3:21: error: expected a pin such as 'P0.14', found 'P0.40'"
    ),
    (
      "measure: {flash: {from: imu.read, to: return f}}",
      "3:11: error: 'flash' is the name of a budget; give the measure another"
    ),
    ("budgets: {falsh: 1 KiB}", "3:11: error: unknown key 'falsh'; did you mean 'flash'?"),
    (
      "budgets: {flash: 65536}",
      "3:18: error: '65536' has no unit; a size is in B, kB, KiB, MB, MiB, GB, GiB"
    ),
    (
      "budgets: {label-accuracy: 101 %}",
      "3:27: error: expected a share from 0 % to 100 %, found '101 %'"
    ),
    (
      "generate: {network: a, sensors: {}}",
      "3:11: error: expected 'firmware' or 'generate', not both"
    ),
    (
      "uart: {UARTE0: \"tcp:99999\"}",
      "3:16: error: expected 'tcp:PORT' with a port from 1 to 65535, found 'tcp:99999'"
    ),
    (
      "inference: {entry: f, class: argument 4 of g}",
      "3:30: error: expected 'argument N of SYMBOL' with N from 0 to 3, or 'return SYMBOL', "
        + "found 'argument 4 of g'"
    ),
    ("for: 1 s\nfor: 2 s", "4:1: error: duplicate key 'for', first on line 3"),
  ]) func `a wrong deployment says where and what was expected`(text: String, message: String) {
    #expect(failure(Self.head + text) == "work/d.yaml:" + message)
  }

  @Test(arguments: [
    (
      "streams: {imv: {file: a}}",
      "3:11: error: 'nrf52840-dk' has no sensor 'imv'; did you mean 'imu'?"
    ),
    (
      "streams: {microphone: {file: a}}",
      "3:11: error: 'nrf52840-dk' has no sensor 'microphone'; expected 'imu'"
    ),
    (
      "streams: {imu: {file: a, columns: {gyro: [x]}}}",
      "3:36: error: 'imu' has no channel 'gyro'; expected one of accelerometer, gyroscope, "
        + "temperature"
    ),
    (
      "measure: {m: {from: irq TIMER9, to: return f}}",
      "3:21: error: 'nrf52840' has no interrupt 'TIMER9'; did you mean 'TIMER0'?"
    ),
    (
      "uart: {UARTE9: a.txt}",
      "3:8: error: 'nrf52840-dk' has no serial port 'UARTE9'; did you mean 'UARTE0'?"
    ),
  ]) func `what the board lacks is an error at its place`(text: String, message: String) throws {
    let d = try deployment(Self.head + text)
    let board = try d.loadBoard(from: data())
    #expect(
      error { () throws(DocumentError) in try d.check(against: board) } == "work/d.yaml:" + message)
  }

  @Test func `an interrupt pin that is not wired cannot be a point`() throws {
    let d = try deployment(
      "board: arduino-nano-33-ble-sense\nfirmware: a\nmeasure: {m: {from: imu.pin, to: return f}}")
    let board = try d.loadBoard(from: data())
    #expect(
      error { () throws(DocumentError) in try d.check(against: board) }
        == "work/d.yaml:3:21: error: no interrupt pin of 'imu' is wired on "
        + "'arduino-nano-33-ble-sense'; use imu.data-ready or imu.read")
  }

  @Test(arguments: [
    (
      "budgets.latncy.max=1us",
      "--set budgets.latncy.max=1us: error: unknown key 'latncy'; did you mean 'latency'?"
    ),
    ("for.x=1", "--set for.x=1: error: '10 s' has no key 'x'"),
    ("for", "--set for: error: expected KEY=VALUE"),
    ("a..b=1", "--set a..b=1: error: expected a dotted key before '='"),
    (
      "budgets.latency.max=1",
      "--set budgets.latency.max=1: error: '1' has no unit; a duration is in ps, ns, us, ms, s, "
        + "min, h"
    ),
  ]) func `a wrong setting is named as it was typed`(setting: String, message: String) {
    #expect(failure(gesture, parts { $0.settings = [setting] }) == message)
  }

  @Test func `a firmware without a board says how to name one`() {
    let options = parts { $0.firmware = "a.elf" }
    #expect(
      error { () throws(DocumentError) in _ = try Deployment.make(parts: options) }
        == "a.elf: error: no board given; name one with --board NAME")
  }

  private func failure(_ text: String, _ parts: DeploymentParts = DeploymentParts()) -> String {
    error { () throws(DocumentError) in _ = try deployment(text, parts) }
  }
}
