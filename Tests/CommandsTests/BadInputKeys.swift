import Foundation

extension BadInputRows {
  static let keys: [BadInput] = [
    .deployment(
      "no board", "firmware: works.elf\n", says: "d.yaml:1:1: error: missing key 'board'"),
    .deployment(
      "no firmware", "board: mps2-an386\n",
      says: "d.yaml:1:1: error: missing key 'firmware' or 'generate'"),
    .deployment(
      "a board of numbers", "board: [1]\nfirmware: works.elf\n",
      says: "d.yaml:1:8: error: expected a text, found a list"),
    .deployment(
      "an unknown board", "board: mps2-an368\nfirmware: spins.elf\n",
      says: "d.yaml:1:8: error: unknown board 'mps2-an368'", "did you mean 'mps2-an386'?"),
    .deployment(
      "a board's file that is not there", "board: my.yaml\nfirmware: spins.elf\n", status: 66,
      says: "my.yaml: error: cannot open: no such file"),
    .deployment(
      "firmware and generate", "board: mps2-an386\nfirmware: a.elf\ngenerate: {network: a}\n",
      says: "d.yaml:3:", "not both"),
    .deployment(
      "a firmware that is not there", "board: mps2-an386\nfirmware: none.elf\n", status: 66,
      says: "none.elf: error: cannot read: no such file"),
    .key(
      "an unknown key", "budgts: {flash: 1 KiB}",
      says: "d.yaml:4:1: error: unknown key 'budgts'; did you mean 'budgets'?"),
    .key(
      "an unknown budget", "budgets: {flsh: 1 KiB}",
      says: "d.yaml:4:11: error: unknown key 'flsh'; did you mean 'flash'?"),
    .key(
      "an unknown statistic",
      "measure: {m: {from: enter work, to: return work}}\nbudgets: {m: {maximum: 1 ms}}",
      says: "d.yaml:5:15: error: unknown key 'maximum'; expected one of min, p50, p99, max"),
    .key(
      "an unknown sensor", "streams: {mic: {file: sound.wav}}",
      says: "d.yaml:4:11: error: 'arduino-nano-33-ble-sense' has no sensor 'mic'"),
    .key(
      "an unknown key of a stream", "streams: {imu: {file: imu.csv, rats: 1 Hz}}",
      says: "d.yaml:4:32: error: unknown key 'rats'; did you mean 'rate'?"),
    .key(
      "an unknown key of a measure", "measure: {m: {form: enter a, to: return a}}",
      says: "unknown key 'form'; did you mean 'from'?"),
    .key(
      "a measure without an end", "measure: {m: {from: enter a}}", says: "missing key 'to'"),
    .key(
      "a point that is none", "measure: {m: {from: leave a, to: return a}}",
      says: "d.yaml:4:21: error: expected a point"),
    .key(
      "an unknown event of a sensor", "measure: {m: {from: imu.ready, to: return a}}",
      says: "unknown point 'ready' of a sensor; did you mean 'read'?"),
    .key(
      "a sensor's pin that is not wired", "measure: {m: {from: imu.pin, to: return work}}",
      says: "no interrupt pin of 'imu' is wired"),
    .key(
      "an interrupt that the chip does not have",
      "measure: {m: {from: irq TIMER9, to: return work}}",
      says: "has no interrupt 'TIMER9'; did you mean 'TIMER"),
    .key(
      "a pin that the chip does not have",
      "measure: {m: {from: gpio P7.99 rising, to: return work}}", says: "d.yaml:4:21: error: "),
    .key(
      "an unknown interpolation",
      "streams: {imu: {file: imu.csv, rate: 9 Hz, interpolate: cubic}}",
      says: "unknown interpolation 'cubic'"),
    .key(
      "an unknown end", "streams: {imu: {file: imu.csv, rate: 9 Hz, end: loop}}",
      says: "unknown end 'loop'"),
    .key("a unit of another kind", "timeout: 10 mA", says: "d.yaml:4:10: error: "),
    .key("a unit that is none", "timeout: 10 sec", says: "d.yaml:4:10: error: unknown unit 'sec'"),
    .key("no unit", "timeout: 10", says: "d.yaml:4:10: error: ", "unit"),
    .key("no number", "timeout: ms", says: "d.yaml:4:10: error: "),
    .key("a time of zero", "timeout: 0 s", says: "d.yaml:4:10: error: expected"),
    .key("a negative time", "timeout: -1 s", says: "d.yaml:4:10: error: expected"),
    .key("a time beyond all range", "timeout: 1e30 s", says: "d.yaml:4:10: error: "),
    .key("a time that is a list", "timeout: [1 s]", says: "d.yaml:4:10: error: expected"),
    .key(
      "a rate of zero", "streams: {imu: {file: imu.csv, rate: 0 Hz}}", says: "d.yaml:4:38: error: "),
    .key("a rate without a unit", "streams: {imu: {file: imu.csv, rate: 119}}", says: "unit"),
    .key(
      "a rate beyond all range", "streams: {imu: {file: imu.csv, rate: 1e18 Hz}}", says: "error: "),
    .key(
      "a drift of 20 %", "streams: {imu: {file: imu.csv, rate: 9 Hz, drift: 20 %}}",
      says: "expected a drift within 10 %, found '20 %'"),
    .key("bytes without a unit", "budgets: {flash: 256}", says: "d.yaml:4:18: error: ", "unit"),
    .key("bytes in seconds", "budgets: {flash: 1 s}", says: "d.yaml:4:18: error: "),
    .key("bytes below zero", "budgets: {flash: -1 KiB}", says: "d.yaml:4:18: error: "),
    .key("an accuracy above 100 %", "budgets: {label-accuracy: 101 %}", says: "0 % to 100 %"),
    .key("lost samples below zero", "budgets: {lost-samples: -1}", says: "d.yaml:4:25: error: "),
    .key("half a lost sample", "budgets: {lost-samples: 0.5}", says: "d.yaml:4:25: error: "),
    .key("a current in joules", "budgets: {average-current: 6 mJ}", says: "d.yaml:4:28: error: "),
    .key(
      "an unknown scope", "budgets: {average-current: {max: 6 mA, scope: chip}}",
      says: "unknown scope 'chip'"),
    .key(
      "a battery without a voltage", "battery: {capacity: 220 mAh}", says: "missing key 'voltage'"),
    .key("a battery of zero", "battery: {capacity: 0 mAh, voltage: 3 V}", says: "above zero"),
    .key("a judge that is none", "judge: strict", says: "unknown judge 'strict'"),
    .key(
      "a class that no argument holds",
      "inference: {entry: infer, class: argument 9 of work}", says: "N from 0 to 3"),
    .key(
      "scores without a count", "inference: {entry: infer, scores: s int8}", says: "SYMBOL[COUNT]"),
    .key(
      "scores of an unknown type", "inference: {entry: infer, scores: 's[5] int9'}",
      says: "unknown type 'int9'; did you mean 'int8'?"),
    .key(
      "labels that are not there", "labels: none.label", status: 66, says: "none.label: error: "),
    .key("labels that are none", "labels: imu.csv", says: "imu.csv"),
  ]

  /// Deployments whose firmware the tool is to make.
  static let networks: [BadInput] = [
    generated(
      "a network that is not there", "none.tflite", nil, status: 66, "none.tflite: error: "),
    generated("an empty network", "n.tflite", .text(""), "n.tflite: "),
    generated("text named .tflite", "n.tflite", .text("hello, network"), "n.tflite: "),
    generated("a network cut off", "n.tflite", .bytes { demoNetwork.prefix(2_000) }, "n.tflite: "),
    generated(
      "a network whose first table lies outside", "n.tflite",
      .bytes { Data([0xff, 0xff, 0xff, 0x7f]) + demoNetwork.dropFirst(4) }, "n.tflite: byte "),
    generated(
      "an unknown sensor to generate for", "n.tflite", .bytes { demoNetwork },
      sensors: "{imu: 119 Hz, radar: 9 Hz}", "has no sensor 'radar'"),
    generated(
      "a sensor without a rate", "n.tflite", .bytes { demoNetwork }, sensors: "{imu: fast}",
      "d.yaml:2:"),
    generated(
      "a sound rate that is not supported", "n.tflite", .bytes { demoNetwork },
      sensors: "{imu: 119 Hz, microphone: 8 kHz}", "at 16 kHz"),
    generated(
      "a window that is missing", "n.tflite", .bytes { demoNetwork }, window: "", "window"),
    generated(
      "a window that no memory holds", "n.tflite", .bytes { demoNetwork },
      window: ", window: {length: 100000 s, hop: 8.4 ms}", "window"),
    generated(
      "a window shorter than a sample", "n.tflite", .bytes { demoNetwork },
      window: ", window: {length: 1 us, hop: 1 us}", "window"),
    generated(
      "a board that firmware is not generated for", "n.tflite", .bytes { demoNetwork },
      board: "mps2-an386", sensors: "{}", "mps2-an386"),
    BadInput(
      name: "no compiler", arguments: ["run", "d.yaml"], status: 69,
      says: ["arm-none-eabi-gcc"],
      files: [
        "d.yaml": .text(
          generation("arduino-nano-33-ble-sense", "n.tflite", "{imu: 119 Hz}", window)),
        "n.tflite": .bytes { demoNetwork },
      ], environment: ["PATH": "/nonexistent"]),
  ]

  /// The demonstration, on recordings that do not do; its firmware is built first.
  static let demonstration: [BadInput] =
    !BuiltTool.has("arm-none-eabi-gcc")
    ? []
    : [
      demo(
        "a WAV of another rate", ["--stream", "microphone=slow.wav"], status: 65,
        "stream 'microphone': recorded at 8000 Hz, but its interface samples at", "resample: true"),
      demo(
        "a movement that ends early", ["--stream", "imu=imu.csv"], status: 4,
        "the recording of 'imu' ends before the run's time"),
      demo(
        "a sound that ends early", ["--stream", "microphone=sound.wav"], status: 4,
        "the recording of 'microphone' ends before the run's time"),
      demo(
        "an inference under another name", ["--set", "inference.entry=deepcraft_infr"], status: 4,
        "no symbol matches 'deepcraft_infr'; did you mean 'deepcraft_infer'?"),
      demo(
        "no decision in the time", ["--for", "1 ms"], status: 4, "no inference happened"),
    ]

  private static func demo(
    _ name: String, _ arguments: [String], status: Int32, _ says: String...
  ) -> BadInput {
    let path = BuiltTool.root.appendingPathComponent("Firmware/demo/deployment.yaml").path
    let time = arguments.contains("--for") ? [] : ["--for", "700 ms"]
    return BadInput(
      name: name, arguments: ["run", path] + time + arguments, status: status, says: says,
      files: ["slow.wav": .bytes { BadInput.wave(rate: 8_000) }], reports: true)
  }

  private static var demoNetwork: Data {
    let file = BuiltTool.root.appendingPathComponent("Firmware/demo/gesture.tflite")
    return (try? Data(contentsOf: file)) ?? Data()
  }

  private static let window = ", window: {length: 1 s, hop: 8.4 ms}"

  private static func generation(
    _ board: String, _ network: String, _ sensors: String, _ window: String
  ) -> String {
    """
    board: \(board)
    generate: {network: \(network), sensors: \(sensors), fusion: kalman\(window)}
    for: 10 ms

    """
  }

  private static func generated(
    _ name: String, _ network: String, _ part: BadInput.Part?,
    board: String = "arduino-nano-33-ble-sense", sensors: String = "{imu: 119 Hz}",
    window: String = window, status: Int32 = 65, _ says: String
  ) -> BadInput {
    var files: [String: BadInput.Part] = [
      "d.yaml": .text(generation(board, network, sensors, window))
    ]
    files[network] = part
    return BadInput(
      name: name, arguments: ["run", "d.yaml"], status: status, says: [says], files: files)
  }

  static let usage: [BadInput] = [
    .words(says: "usage: thumbprint COMMAND"),
    .words("rum", says: "unknown command 'rum'; did you mean 'run'?"),
    .words("--verbose", says: "unknown option '--verbose'"),
    .words("run", says: "missing argument FIRMWARE"),
    .words("cores", "a", "b", says: "unexpected argument 'b'"),
    .words("run", "spins.elf", says: "no board for 'spins.elf'; give --board NAME"),
    .words(
      "run", "spins.elf", "--board", "mps2-an368",
      says: "unknown board 'mps2-an368'; did you mean 'mps2-an386'?"),
    .words(
      "run", "spins.elf", "--bord", "x", says: "unknown option '--bord'; did you mean '--board'?"),
    .words("run", "spins.elf", "--board", says: "'--board' needs a value: --board NAME"),
    .words("run", "spins.elf", "--full=1", says: "'--full' takes no value"),
    .words(
      "run", "spins.elf", "--board", "a", "--board", "b", says: "'--board' is given twice"),
    .words(
      "run", "spins.elf", "--board", "mps2-an386", "--format", "jsn",
      says: "unknown choice 'jsn'; did you mean 'json'?"),
    .words(
      "run", "spins.elf", "--board", "mps2-an386", "--for", "1",
      says: "--for: error: '1' has no unit"),
    .words(
      "run", "spins.elf", "--board", "mps2-an386", "--for", "1 lightyear",
      says: "unknown unit 'lightyear'"),
    .words(
      "run", "spins.elf", "--board", "mps2-an386", "--set", "nonsense", says: "expected KEY=VALUE"),
    .words(
      "run", "spins.elf", "--board", "mps2-an386", "--set", "budgts.flash=1 KiB",
      says: "unknown key 'budgts'; did you mean 'budgets'?"),
    .words(
      "run", "spins.elf", "--board", "mps2-an386", "--set", "board.cokc=1",
      says: "unknown key 'cokc'"),
    .words(
      "run", "spins.elf", "--board", "mps2-an386", "--set", "for=[", says: "--set for=["),
    .words(
      "run", "spins.elf", "--board", "mps2-an386", "--measure", "m=enter a", says: "NAME=FROM..TO"),
    .words(
      "run", "spins.elf", "--board", "mps2-an386", "--budget", "flash", says: "NAME=LIMIT"),
    .words(
      "run", "spins.elf", "--board", "mps2-an386", "--budget", "flash=lots", says: "--budget flash"),
    .words(
      "run", "spins.elf", "--board", "mps2-an386", "--stream", "imu=imu.csv",
      says: "has no sensor 'imu'; it has none"),
    .words("run", "spins.elf", "--board", "mps2-an386", "--seed", "x", says: "a whole number"),
    .words(
      "run", "spins.elf", "--board", "mps2-an386", "--judge", "kindly",
      says: "unknown judge 'kindly'"),
    .words("run", "imu.csv", "--board", "mps2-an386", status: 65, says: "expected an ELF file"),
  ]

  static let files: [BadInput] = [
    .words(
      "run", "none.elf", "--board", "mps2-an386", status: 66, says: "none.elf: error: cannot open"),
    .words("run", "none.yaml", status: 66, says: "none.yaml: error: cannot open: no such file"),
    .words("run", "", status: 66, says: "error: cannot open"),
    .words(
      "run", ".", "--board", "mps2-an386", status: 66, says: ".: error: cannot open: is a directory"
    ),
    .words(
      "run", "spins.elf", "--board", "mps2-an386", "--data", "/nonexistent", status: 66,
      says: "/nonexistent"),
    .words(
      "run", "spins.elf", "--board", "mps2-an386", "--console", "none/x", status: 66,
      says: "none/x: error: cannot write: no such file"),
    .words(
      "run", "spins.elf", "--board", "mps2-an386", "--for", "1 ms", "--output", "spins.elf/x",
      status: 66, says: "spins.elf"),
    BadInput(
      name: "a firmware that is a folder",
      arguments: ["run", "d.elf", "--board", "mps2-an386"], status: 66,
      says: ["d.elf: error: cannot open: is a directory"], files: ["d.elf": .folder]),
    BadInput(
      name: "a deployment that is a folder", arguments: ["run", "d.yaml"], status: 66,
      says: ["d.yaml: error: cannot open: is a directory"], files: ["d.yaml": .folder]),
    BadInput(
      name: "a link to itself", arguments: ["run", "d.yaml"], status: 66,
      says: ["d.yaml: error: cannot open: too many levels"], files: ["d.yaml": .link("d.yaml")]),
    BadInput(
      name: "a device without an end", arguments: ["run", "d.yaml"], status: 66,
      says: ["d.yaml: error: cannot open: is a device"], files: ["d.yaml": .link("/dev/zero")]),
    BadInput(
      name: "a firmware without an end",
      arguments: ["run", "d.elf", "--board", "mps2-an386"], status: 66,
      says: ["d.elf: error: cannot read: is a device"], files: ["d.elf": .link("/dev/zero")]),
    BadInput(
      name: "a recording that is a folder",
      arguments: [
        "run", "works.elf", "--board", "arduino-nano-33-ble-sense", "--stream", "imu=d.csv",
      ], status: 66, says: ["d.csv: error: "], files: ["d.csv": .folder]),
    BadInput(
      name: "a recording that is not there",
      arguments: [
        "run", "works.elf", "--board", "arduino-nano-33-ble-sense", "--stream", "imu=none.csv",
      ], status: 66, says: ["none.csv: error: "]),
    BadInput(
      name: "a recording without an end",
      arguments: [
        "run", "works.elf", "--board", "arduino-nano-33-ble-sense", "--stream", "imu=d.csv",
      ], status: 66, says: ["d.csv: error: cannot read: is a device"],
      files: ["d.csv": .link("/dev/zero")]),
    BadInput(
      name: "a firmware that cannot be read",
      arguments: ["run", "d.elf", "--board", "mps2-an386"], status: 66,
      says: ["d.elf: error: cannot"], files: ["d.elf": .link("/proc/self/mem")]),
  ]
}
