import Foundation

/// Every kind of bad input: what is handed over, the status, and what the message says.
enum BadInputRows {
  static let all =
    images + crashes + yaml + keys + networks + recordings + demonstration + unjudged + usage
    + files

  private static let word: [UInt8] = [0xff, 0xff, 0xff, 0xff]

  static let images: [BadInput] = [
    .firmware("an empty ELF", .text(""), says: "bad.elf: error: an empty file", "build or copy"),
    .firmware(
      "text named .elf", .text("hello"), says: "not an ELF file", "raw binary"),
    .firmware(
      "a cut off Intel HEX", .text(":10000000"), says: "bad.elf:1:1: error: expected a record of"),
    .firmware(
      "x86 code", BadInput.image(.spins.patched(18, [62, 0])), says: "built for x86-64, not Arm"),
    .firmware("a 64-bit ELF", BadInput.image(.spins.patched(4, [2])), says: "a 64-bit ELF file"),
    .firmware(
      "a big-endian ELF", BadInput.image(.spins.patched(5, [2])), says: "-mbig-endian"),
    .firmware(
      "a relocatable object", BadInput.image(.spins.patched(16, [1, 0])), says: "relocatable",
      "linker script"),
    .firmware(
      "a shared object", BadInput.image(.spins.patched(16, [3, 0])), says: "shared object"),
    .firmware(
      "no segments", BadInput.image(.spins.patched(44, [0, 0])), says: "no loadable segments"),
    .firmware(
      "a segment past the file's end", BadInput.image(.spins.patched(68, [0, 0, 1, 0])),
      says: "truncated", "build or copy it again"),
    .firmware(
      "a segment past the address space", BadInput.image(.spins.patched(64, word)),
      says: "runs past the end of the address space"),
    .firmware(
      "a segment larger in the file than in memory",
      BadInput.image(.spins.patched(72, [4, 0, 0, 0])), says: "bytes in the file for 4 in memory"),
    .firmware(
      "section headers past the file's end", BadInput.image(.spins.patched(32, word)),
      says: "section headers"),
    .firmware(
      "firmware larger than the flash",
      BadInput.image(.spins.with { $0.padding = 5 << 20 }), says: "do not fit the board's memory",
      "0x00000000"),
    .firmware(
      "firmware where the board has no memory", BadInput.image(.spins.at(0x9000_0000)),
      says: "do not fit the board's memory", "it has "),
    .firmware(
      "no vector table at the board's address", BadInput.image(.spins.at(0x10000)),
      says: "no usable vector table at 0x00000000", "board.vector-table.address"),
    .firmware(
      "a stack pointer outside memory", BadInput.image(.spins.with { $0.stack = 0x6000_0000 }),
      says: "no usable vector table", "0x60000000"),
    .firmware(
      "a stack pointer of zero", BadInput.image(.spins.with { $0.stack = 0 }),
      says: "no usable vector table"),
    .firmware(
      "a reset vector without the Thumb bit", BadInput.image(.spins.with { $0.reset = 0x40 }),
      says: "no usable vector table", "Thumb"),
    .firmware(
      "a reset vector outside memory", BadInput.image(.spins.with { $0.reset = 0x9000_0001 }),
      says: "no usable vector table", "0x9000000"),
    BadInput(
      name: "a vector table that --set puts nowhere",
      arguments: [
        "run", "spins.elf", "--board", "mps2-an386", "--set",
        "board.vector-table.address=0x70000000",
      ], status: 65, says: ["no usable vector table at 0x70000000"]),
  ]

  static let crashes: [BadInput] = [
    .running(
      "a stack that overflows", .overflowsItsStack, status: 3,
      says: "CRASHED", "data access to 0x1ffff", "Reset_Handler"),
    .running(
      "a jump to nowhere", .jumpsToNowhere, status: 3,
      says: "instruction fetch from 0x60000000, where nothing answers", "Reset_Handler"),
    .running(
      "an undefined instruction in HardFault", .locksUp, status: 3, says: "LOCKED UP",
      "undefined instruction"),
    .running("a status other than 0", .exitsWith3, status: 3, says: "exited with 3"),
    .running("an endless loop stops at its time", .spins, status: 0, says: "1 ms"),
    .running(
      "an endless loop stops at the wall's clock", .spins,
      ["--set", "for=1000 h", "--timeout", "300 ms"], status: 4, says: "wall clock"),
    .running(
      "a sleep through a timer stops at the wall's clock", .sleepsThroughATimer,
      ["--set", "for=1000 h", "--timeout", "300 ms"], status: 4, says: "wall clock"),
    .running("a core that sleeps for ever", .sleeps, status: 0, says: "bad"),
    .running(
      "a core that sleeps for ever under a budget", .sleeps, ["--budget", "flash=1 MiB"],
      status: 4, says: "nothing can wake the core"),
    .running(
      "a crash under budgets", .jumpsToNowhere,
      ["--measure", "m=enter Reset_Handler..return Reset_Handler", "--budget", "m=1 us"],
      status: 3, says: "nothing answers"),
    .running(
      "a firmware without symbols runs", .spins.with { $0.isStripped = true }, status: 0,
      says: "[no symbol]"),
    .running(
      "a measure on a firmware without symbols", .spins.with { $0.isStripped = true },
      ["--measure", "m=enter step..return step"], status: 4,
      says: "measure m: no symbol matches 'step'"),
  ]

  static let yaml: [BadInput] = [
    .deployment("an empty YAML", "", says: "missing key 'board'"),
    .deployment("a YAML of comments", "# nothing\n", says: "missing key 'board'"),
    .deployment(
      "a list instead of keys", "- a\n- b\n", says: "d.yaml:1:1: error: expected the keys"),
    .deployment("a text instead of keys", "hello\n", says: "d.yaml:1:1: error: expected the keys"),
    .deployment("a tab as indent", "board: x\nstreams:\n\timu: y\n", says: "d.yaml:3:1: error: "),
    .deployment("a bracket left open", "board: [a, b\n", says: "d.yaml:2:1: error: "),
    .deployment("a quote left open", "board: \"a\n", says: "d.yaml:2:1: error: "),
    .deployment(
      "a key twice", "board: a\nfor: 1 s\nboard: b\n",
      says: "d.yaml:3:1: error: duplicate key 'board', first on line 1"),
    .deployment("two documents", "board: a\n---\nboard: b\n", says: "expected one document only"),
    .deployment(
      "an alias without an anchor", "board: *a\n", says: "d.yaml:1:8: error: no anchor 'a'"),
    .deployment("an alias of itself", "a: &a [*a]\n", says: "no anchor 'a'"),
    .deployment("an alias bomb", aliasBomb, says: "more than 1048576 values"),
    .deployment("a tag", "board: !!python/object x\n", says: "d.yaml:1:8: error: the tag"),
    .deployment("a NUL byte", "board: a\0b\n", says: "error: control characters are not allowed"),
    .deployment(
      "deep nesting", "board: " + String(repeating: "[", count: 100_000),
      says: "nested more than 64 deep"),
    .deployment(
      "a key that is a list", "[a, b]: c\n", says: "d.yaml:1:1: error: expected a key"),
    BadInput(
      name: "bytes that are no UTF-8", arguments: ["run", "d.yaml"], status: 65,
      says: ["d.yaml:1:1: error: invalid"],
      files: ["d.yaml": .bytes { Data([0x62, 0x3a, 0x20, 0xff, 0xfe, 0x0a]) }]),
    BadInput(
      name: "a YAML of 17 MiB", arguments: ["run", "d.yaml"], status: 65,
      says: ["larger than 16 MiB"],
      files: ["d.yaml": .bytes { Data(repeating: 0x23, count: 17 << 20) }]),
    BadInput(
      name: "a bad deployment on standard input", arguments: ["run", "-"], status: 65,
      says: ["-:1:1: error: unknown key 'bord'; did you mean 'board'?"],
      input: Data("bord: x\n".utf8)),
  ]

  private static var aliasBomb: String {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...30 {
      let list = [String](repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(list)]\n"
    }
    return text
  }

  static let recordings: [BadInput] = [
    .recording("an empty recording", "r.csv", .text(""), says: "r.csv: error: an empty file"),
    .recording(
      "a recording of column names only", "r.csv", .text("ax,ay,az,gx,gy,gz\n"),
      says: "r.csv", "no samples"),
    .recording(
      "a recording of one sample", "r.csv", .text(BadInput.csv(header: "t,ax,ay,az", rows: 1)),
      more: "interpolate: hold", says: "r.csv"),
    .recording(
      "numbers instead of column names", "r.csv", .text("1,2,3\n4,5,6\n"),
      says: "r.csv:1:1: error: numbers instead of column names"),
    .recording(
      "NaN in a recording", "r.csv", .text("ax,ay,az\n1,2,3\n1,nan,3\n"), says: "r.csv:3:3: error: "
    ),
    .recording(
      "an infinity in a recording", "r.csv", .text("ax,ay,az\n1,2,3\n1,2,1e999\n"),
      says: "r.csv:3:5: error: "),
    .recording(
      "a cell that is text", "r.csv", .text("ax,ay,az\n1,2,x3\n"), says: "r.csv:2:5: error: "),
    .recording(
      "a line with too few cells", "r.csv", .text("ax,ay,az\n1,2,3\n1,2\n"), says: "r.csv:3"),
    .recording(
      "a line with too many cells", "r.csv", .text("ax,ay,az\n1,2,3\n1,2,3,4\n"), says: "r.csv:3"),
    .recording(
      "times that run backwards", "r.csv", .text("t,ax,ay,az\n0,1,1,1\n2,1,1,1\n1,1,1,1\n"),
      more: "interpolate: hold", says: "r.csv:4:1: error: "),
    .recording(
      "no rate", "r.csv", .text(BadInput.csv(rows: 5)), more: "end: hold", says: "rate"),
    .recording(
      "none of the sensor's columns", "r.csv", .text(BadInput.csv(header: "a,b,c", rows: 5)),
      says: "holds none of accelerometer", "columns:"),
    .recording(
      "a column that is not there", "r.csv", .text(BadInput.csv(rows: 5)),
      more: "rate: 119 Hz, columns: {accelerometer: [ax, ay, aw]}",
      says: "no column 'aw'; did you mean 'a"),
    .recording(
      "a time column that is not there", "r.csv",
      .text(BadInput.csv(header: "t,ax,ay,az", rows: 5)),
      more: "time: tt", says: "no time column 'tt'; did you mean 't'?"),
    .recording(
      "an unknown unit", "r.csv", .text(BadInput.csv(rows: 5)),
      more: "rate: 119 Hz, units: {accelerometer: gg}",
      says: "d.yaml:5:", "unknown unit 'gg'; did you mean 'g'?"),
    .recording(
      "a unit of another quantity", "r.csv", .text(BadInput.csv(rows: 5)),
      more: "rate: 119 Hz, units: {accelerometer: dps}", says: "dps"),
    .recording(
      "a channel that the sensor does not have", "r.csv", .text(BadInput.csv(rows: 5)),
      more: "rate: 119 Hz, columns: {acelerometer: [ax, ay, az]}",
      says: "d.yaml:5:", "no channel 'acelerometer'; did you mean 'accelerometer'?"),
    .recording(
      "two columns for three axes", "r.csv", .text(BadInput.csv(rows: 5)),
      more: "rate: 119 Hz, columns: {accelerometer: [ax, ay]}",
      says: "expected 3 columns for 'accelerometer', found 2"),
    .recording("a format that is not known", "r.xyz", .text("x"), says: "unknown recording format"),
    .recording(
      "a WAV cut off in its audio", "r.wav", .bytes { BadInput.wave().prefix(1_000) },
      more: "end: hold", says: "r.wav: error: cut off: the header promises 3200 bytes",
      "holds 956"),
    .recording(
      "a WAV cut off in its header", "r.wav", .bytes { BadInput.wave().prefix(30) },
      more: "end: hold", says: "r.wav: error: cut off before its audio"),
    .recording(
      "a WAV without samples", "r.wav", .bytes { BadInput.wave(samples: 0) }, more: "end: hold",
      says: "no audio samples"),
    .recording(
      "a WAV with a compressed encoding", "r.wav", .bytes { BadInput.wave(encoding: 17) },
      more: "end: hold", says: "r.wav: error: "),
    .recording(
      "a rate that a WAV file does not have", "r.wav", .bytes { BadInput.wave() },
      more: "rate: 8 kHz", says: "recorded at 16000 Hz"),
    .recording(
      "a channel that a WAV file does not have", "r.wav", .bytes { BadInput.wave() },
      more: "channel: 2", says: "no channel 2"),
    .recording(
      "text named .wav", "r.wav", .text("hello"), more: "end: hold", says: "not a WAV file"),
  ]

  static let unjudged: [BadInput] = [
    .key(
      "a symbol that matches nothing", "measure: {m: {from: enter wrk, to: return work}}",
      status: 4, reports: true, says: "measure m: no symbol matches 'wrk'; did you mean 'work'?"),
    .key(
      "an inference that matches nothing", "inference: {entry: infr}", status: 4, reports: true,
      says: "no symbol matches 'infr'; did you mean 'infer'?"),
    .key(
      "an inference that never happens", "inference: {entry: infer}", status: 4, reports: true,
      says: "no inference happened: 'infer' never returned"),
    .key(
      "a budget on a measure that never happens",
      "measure: {m: {from: enter work, to: return infer}}\nbudgets: {m: {max: 1 ms}}",
      status: 4, reports: true, says: "m.max"),
    .key(
      "a value within the band of its limit",
      "measure: {m: {from: enter work, to: return work}}\nbudgets: {m: {max: 11.2 us}}", status: 4,
      reports: true, says: "m max"),
    .key(
      "an energy budget within its band", "budgets: {average-current: 6 mA}", status: 4,
      reports: true, says: "average-current"),
    .key(
      "labels that nothing is compared with", "budgets: {label-accuracy: 90 %}", status: 4,
      reports: true, says: "no labels are given"),
    .key(
      "an interrupt that never comes",
      "measure: {m: {from: irq TIMER1, to: return work}}\n"
        + "budgets: {m: {max: 1 ms}}", status: 4, reports: true, says: "m"),
  ]
}
