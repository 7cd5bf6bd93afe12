import Foundation
import TestSupport
import Testing

@testable import Commands

/// Views of the demonstration, half a second of it, run once.
private enum Demonstration {
  static let hasCompiler = SystemProgram.exists("arm-none-eabi-gcc")
  static let directory = FileManager.default.temporaryDirectory
    .appending(path: "thumbprint-views-\(ProcessInfo.processInfo.processIdentifier)").path

  static let finished = Session.call([
    "run", Session.root.appending(path: "Firmware/demo/deployment.yaml").path, "--for", "500 ms",
    "--quiet", "--format", "json", "--output", directory,
  ])

  struct Result: Decodable {
    struct Cycles: Decodable { var total: Int64 }
    struct Energy: Decodable { var joules: Decimal }
    var cycles: Cycles
    var energy: Energy
    var instructions: Int64

    /// Rounded as views round their sums.
    var nanojoules: Int64 {
      var exact = energy.joules * 1_000_000_000
      var rounded = Decimal()
      NSDecimalRound(&rounded, &exact, 0, .plain)
      return NSDecimalNumber(decimal: rounded).int64Value
    }
  }

  static let result = Swift.Result {
    try JSONDecoder().decode(Result.self, from: Data(finished.output.utf8))
  }

  static func file(_ name: String) throws -> Data {
    _ = finished
    return try Data(contentsOf: URL(fileURLWithPath: "\(directory)/\(name)"))
  }
  static func text(_ name: String) throws -> String {
    String(decoding: try file(name), as: UTF8.self)
  }
}

@Suite(.enabled(if: Demonstration.hasCompiler, "skipped: arm-none-eabi-gcc is not installed"))
struct ViewTests {
  @Test func `folded stacks sum to the run's cycles`() throws {
    let lines = try Demonstration.text("cycles.folded").split(separator: "\n")
    let counts = lines.compactMap { Int64($0.split(separator: " ").last ?? "") }
    #expect(counts.count == lines.count)
    #expect(counts.reduce(0, +) == (try Demonstration.result.get()).cycles.total)
    #expect(lines.contains { $0.hasPrefix("PDM;PDM_IRQHandler;audio_bands;energy_of ") })
    #expect(lines.contains { $0.hasPrefix("[sleep] ") })
  }

  @Test func `callgrind's lines sum to the run's cycles, instructions and joules`() throws {
    let text = try Demonstration.text("callgrind.out")
    var sums: [Int64] = []
    var isCall = false
    for line in text.split(separator: "\n") {
      if line.hasPrefix("calls=") { isCall = true }
      guard line.hasPrefix("0x") else { continue }
      let numbers = line.split(separator: " ").dropFirst(2).compactMap { Int64($0) }
      if isCall {
        isCall = false
      } else {
        sums = sums.isEmpty ? numbers : zip(sums, numbers).map(+)
      }
    }
    let result = try Demonstration.result.get()
    #expect(sums.first == result.cycles.total)
    #expect(sums[1] == result.instructions)
    #expect(sums.last == result.nanojoules)
    let totals = sums.map(String.init).joined(separator: " ")
    #expect(text.contains("summary: \(totals)\n") && text.hasSuffix("totals: \(totals)\n"))
  }

  @Test(
    .enabled(if: SystemProgram.exists("callgrind_annotate"), "skipped: valgrind is not installed"))
  func `callgrind_annotate reads it`() throws {
    _ = try Demonstration.file("callgrind.out")
    let (status, output) = SystemProgram.run(
      "callgrind_annotate", ["--inclusive=yes", Demonstration.directory + "/callgrind.out"])
    #expect(status == 0)
    let result = try Demonstration.result.get()
    #expect(output.contains("Cycles Ir LdSt Oper Bran Fetch Data Div Float Nanojoules"))
    #expect(
      output.replacing(",", with: "").contains(
        try Regex("\(result.cycles.total) \\(100.0%\\) .* PROGRAM TOTALS")))
    #expect(output.contains("deepcraft_layer_00_fully_connected"))
  }

  @Test func `speedscope's profiles hold the schema and sum to the run's totals`() throws {
    struct File: Decodable {
      struct Frame: Decodable { var name: String }
      struct Shared: Decodable { var frames: [Frame] }
      struct Profile: Decodable {
        var type: String
        var name: String
        var unit: String
        var startValue: Decimal
        var endValue: Decimal
        var samples: [[Int]]
        var weights: [Decimal]
      }
      var shared: Shared
      var profiles: [Profile]
      var activeProfileIndex: Int
    }
    let file = try JSONDecoder().decode(File.self, from: Demonstration.file("speedscope.json"))
    let units = ["bytes", "microseconds", "milliseconds", "nanoseconds", "none", "seconds"]
    for profile in file.profiles {
      #expect(profile.type == "sampled" && units.contains(profile.unit))
      #expect(profile.samples.count == profile.weights.count)
      #expect(profile.weights.reduce(0, +) == profile.endValue - profile.startValue)
      let isKnown = profile.samples.allSatisfy {
        $0.allSatisfy(file.shared.frames.indices.contains)
      }
      #expect(isKnown && profile.samples.allSatisfy { !$0.isEmpty })
    }
    let result = try Demonstration.result.get()
    #expect(file.profiles.first?.endValue == Decimal(result.cycles.total))
    #expect(file.profiles.last?.endValue == result.energy.joules * 1_000_000_000)
  }

  @Test(.enabled(if: SystemProgram.exists("python3"), "skipped: python3 is not installed"))
  func `pprof's samples sum to the run's totals`() throws {
    _ = try Demonstration.file("profile.pb.gz")
    let (status, output) = SystemProgram.run(
      "python3", ["-c", Self.pprofReader, Demonstration.directory + "/profile.pb.gz"])
    #expect(status == 0)
    let numbers = output.split(separator: " ").compactMap {
      Int64($0.trimmingCharacters(in: .whitespacesAndNewlines))
    }
    let result = try Demonstration.result.get()
    #expect(numbers.first == result.cycles.total)
    #expect(numbers.dropFirst().first == result.instructions)
    #expect(numbers.last == result.nanojoules)
  }

  /// Reads the message by its field numbers and follows every index in it.
  private static let pprofReader = """
    import gzip, sys
    def fields(data):
        place, found = 0, []
        def number():
            nonlocal place
            value = shift = 0
            while True:
                byte = data[place]; place += 1
                value |= (byte & 127) << shift; shift += 7
                if byte < 128: return value
        while place < len(data):
            key = number()
            value = number()
            if key & 7 == 2:
                value, place = data[place:place + value], place + value
            else: assert key & 7 == 0
            found.append((key >> 3, value))
        return found
    def numbers(data):
        return [value for _, value in fields(b''.join(b'\\x08' + part for part in split(data)))]
    def split(data):
        part = b''
        for byte in data:
            part += bytes([byte])
            if byte < 128: yield part; part = b''
    profile = fields(gzip.open(sys.argv[1]).read())
    strings = [value.decode() for field, value in profile if field == 6]
    assert strings[0] == ''
    functions = {dict(fields(value))[1]: dict(fields(value)) for field, value in profile if field == 5}
    assert all(strings[f[2]] for f in functions.values())
    locations = {}
    for field, value in profile:
        if field == 4:
            location = fields(value)
            lines = [dict(fields(line)) for key, line in location if key == 4]
            assert lines and all(line[1] in functions for line in lines)
            locations[dict(location)[1]] = lines
    kinds = [dict(fields(value)) for field, value in profile if field == 1]
    sums = [0] * len(kinds)
    for field, value in profile:
        if field == 2:
            sample = dict(fields(value))
            assert all(location in locations for location in numbers(sample[1]))
            values = numbers(sample[2])
            assert len(values) == len(sums)
            sums = [a + b for a, b in zip(sums, values)]
    assert strings[kinds[0][1]] == 'cycles' and strings[kinds[-1][2]] == 'nanojoules'
    print(*sums)
    """

  @Test(.enabled(if: SystemProgram.exists("go"), "skipped: golang is not installed"))
  func `go tool pprof reads it`() throws {
    _ = try Demonstration.file("profile.pb.gz")
    for (index, line) in [("cycles", "audio_bands"), ("energy", "\\[imu\\]")] {
      let (status, output) = SystemProgram.run(
        "go",
        [
          "tool", "pprof", "-top", "-sample_index=\(index)",
          Demonstration.directory + "/profile.pb.gz",
        ])
      #expect(status == 0)
      #expect(output.contains(try Regex(line)))
    }
  }

  @Test func `a flame graph is well-formed and tells its totals`() throws {
    let text = try Demonstration.text("flamegraph.svg")
    let parser = XMLParserBox(text)
    #expect(parser.isWellFormed)
    let total = (try Demonstration.result.get()).cycles.total
    #expect(text.replacing(",", with: "").contains("\(total) in all"))
  }

  @Test func `a view that does not exist is told with the nearest`() {
    let finished = Session.call(["run", "app.elf", "--export", "calgrind=out"])
    #expect(finished.status == 64)
    #expect(finished.error.contains("unknown view 'calgrind'; did you mean 'callgrind'?"))
    #expect(Session.call(["run", "app.elf", "--export", "callgrind"]).status == 64)
    let unwritable = Session.call([
      "run", Session.root.appending(path: "Firmware/demo/deployment.yaml").path, "--export",
      "folded=/nowhere/at/all",
    ])
    #expect(unwritable.status == 66)
  }
}

/// Whether a text is XML; by python, as Foundation's parser is a module of its own here.
private struct XMLParserBox {
  let isWellFormed: Bool

  init(_ text: String) {
    let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try? text.write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    let program = "import sys, xml.etree.ElementTree as t; t.parse(sys.argv[1])"
    isWellFormed = SystemProgram.run("python3", ["-c", program, file.path]).status == 0
  }
}

@Suite(.enabled(if: Demonstration.hasCompiler, "skipped: arm-none-eabi-gcc is not installed"))
struct TimedViewTests {
  @Test func `a power trace read again sums to the run's joules`() throws {
    let lines = try Demonstration.text("power.csv").split(separator: "\n")
    #expect(lines.first == "Timestamp(ms),Current(uA),D0,D1,D2,D3,D4,D5,D6,D7")
    let rows = lines.dropFirst().map {
      $0.split(separator: ",").compactMap { Decimal(string: String($0)) }
    }
    #expect(rows.count > 1_000 && rows.allSatisfy { $0.count == 10 })
    // The pin that feeds the microphone rises once, and stays.
    let levels = rows.map { $0[2...] }
    #expect(levels.allSatisfy { $0.allSatisfy { $0 == 0 || $0 == 1 } })
    #expect(levels.contains { $0.contains(1) } && levels.first != levels.last)
    // A reader takes the times between lines as equal.
    let step = rows[1][0] - rows[0][0]
    #expect(zip(rows, rows.dropFirst()).allSatisfy { $1[0] - $0[0] == step })
    // uA x ms x 3 V = nJ.
    let nanojoules = rows.reduce(Decimal(0)) { $0 + $1[1] } * step * 3
    let wanted = try Demonstration.result.get().energy.joules * 1_000_000_000
    #expect(abs(nanojoules - wanted) < Decimal(1))
  }

  @Test func `a trace has a track for each level, arrows from samples and the whole energy`()
    throws
  {
    struct Trace: Decodable {
      struct Event: Decodable {
        struct Arguments: Decodable {
          var name: String?
          var mW: Decimal?
        }
        var ph: String
        var name: String?
        var pid: Int
        var tid: Int
        var ts: Decimal?
        var id: Int?
        var args: Arguments?
      }
      var traceEvents: [Event]
    }
    struct Track: Hashable {
      var pid: Int
      var tid: Int
    }
    let trace = try JSONDecoder().decode(Trace.self, from: Demonstration.file("trace.json"))
    let names = trace.traceEvents.filter { $0.name == "thread_name" }.compactMap { $0.args?.name }
    #expect(Set(["thread mode", "PDM", "imu", "microphone", "TWIM0"]).isSubset(of: names))
    // What ran at a level says its slice.
    #expect(names.filter { $0.hasPrefix("priority ") }.sorted() == ["priority 64", "priority 96"])
    let slices = Set(trace.traceEvents.filter { $0.ph == "B" }.compactMap(\.name))
    #expect(slices.contains("PDM"))
    // Slices nest: every end closes what began last on its track, and none is left open.
    var depths: [Track: Int] = [:]
    for event in trace.traceEvents where event.ph == "B" || event.ph == "E" {
      depths[Track(pid: event.pid, tid: event.tid), default: 0] += event.ph == "B" ? 1 : -1
      #expect(depths[Track(pid: event.pid, tid: event.tid), default: 0] >= 0)
    }
    #expect(depths.values.allSatisfy { $0 == 0 })
    let starts = trace.traceEvents.filter { $0.ph == "s" }.compactMap(\.id)
    #expect(!starts.isEmpty && starts == trace.traceEvents.filter { $0.ph == "f" }.compactMap(\.id))
    #expect(trace.traceEvents.contains { $0.ph == "C" && ($0.args?.mW ?? 0) > 0 })
  }

  @Test func `an annotated listing's instructions sum to the run's cycles`() throws {
    let text = try Demonstration.text("annotated.txt")
    var sum: Int64 = 0
    for line in text.split(separator: "\n") {
      let cycles = Int64(
        line.prefix(15).trimmingCharacters(in: .whitespaces).replacing(",", with: ""))
      guard let cycles else { continue }
      let what = line.dropFirst(58)
      if what.hasPrefix("  0x") || what.hasPrefix("[") { sum += cycles }
    }
    #expect(sum == (try Demonstration.result.get()).cycles.total)
    #expect(text.contains("kalman.c:") && text.contains("vmul.f32"))
  }

  @Test func `views made later from the saved run are the same`() throws {
    _ = try Demonstration.file("profile.json")
    for (view, file) in [
      ("callgrind", "callgrind.out"), ("perfetto", "trace.json"), ("power-csv", "power.csv"),
    ] {
      let finished = Session.call(["inspect", Demonstration.directory, "--export", "\(view)=-"])
      #expect(finished.status == 0, "\(finished.error)")
      #expect(finished.output == (try Demonstration.text(file)))
    }
    let sheet = Session.call(["inspect", Demonstration.directory])
    #expect(sheet.status == 0 && sheet.output.contains("audio_bands"))
    let same = Session.call([
      "inspect", Demonstration.directory, "--against", Demonstration.directory, "--export",
      "flamegraph=-",
    ])
    #expect(same.output.contains("red grew, blue shrank: 0 cycles"))
  }

  @Test func `a damaged profile is bad input`() throws {
    let text = try Demonstration.text("profile.json")
    try Session.inDirectory { directory in
      let path = directory + "/profile.json"
      for damaged in [
        String(text.prefix(text.utf8.count / 2)), "{}", "[1,2",
        text.replacing("\"frame\":0", with: "\"frame\":99999"),
        String(repeating: "[", count: 100_000),
      ] {
        try damaged.write(toFile: path, atomically: true, encoding: .utf8)
        let finished = Session.call(["inspect", directory, "--export", "folded=-"])
        #expect(finished.status == 65 && finished.error.contains("profile.json: error: "))
      }
    }
  }
}
