import Foundation
import NetworkCompiler
import Testing

/// The firmware's pipeline with the demonstration's network, built for the host under the
/// sanitizers and fed the committed recording.
@Suite(.enabled("skipped: cc is not installed") { FirmwareSupport.hasHostCompiler })
struct FirmwarePipelineTests {
  private static let demonstration = FirmwareSupport.root.appending(path: "Firmware/demo")
  private static let classes = ["rest", "circle", "shake", "lift", "command"]
  private static let rate = 119.0
  private static let block = 256
  private static let restBand = [2048, 2048, 2048, 2048]

  private func compile(
    _ sources: [String], includes: [String], to program: String
  ) throws {
    let flags = [
      "-std=c11", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-ffp-contract=off",
      "-fno-math-errno", "-fsanitize=address,undefined", "-fno-sanitize-recover=all",
    ]
    _ = try FirmwareSupport.run(
      "cc", flags + includes.flatMap { ["-I", $0] } + sources + ["-o", program])
  }

  private func numbers(_ text: String) -> [[Int]] {
    text.split(separator: "\n").map { line in
      line.split(separator: " ").compactMap { Int($0) }
    }
  }

  /// Four band energies of each block of the recorded sound.
  private func bands(in directory: String) throws -> [[Int]] {
    let host = FirmwareSupport.runtime + "/host"
    try compile(
      [host + "/bands.c", FirmwareSupport.runtime + "/audio.c"],
      includes: [host, FirmwareSupport.runtime], to: directory + "/bands")
    let wave = try Data(contentsOf: Self.demonstration.appending(path: "recordings/gestures.wav"))
    let printed = try FirmwareSupport.run(
      directory + "/bands", [], input: wave.dropFirst(44))
    return numbers(printed)
  }

  /// The recording as the registers would hold it, and the label of each sample.
  private func samples() throws -> (counts: [[Int]], labels: [String]) {
    let folder = Self.demonstration.appending(path: "recordings")
    let movement = try String(
      contentsOf: folder.appending(path: "gestures.csv"), encoding: .utf8)
    let counts = movement.split(separator: "\n").dropFirst().map { line in
      line.split(separator: ",").enumerated().map { index, cell in
        Int(((Double(cell) ?? 0) / (index < 3 ? 0.000122 : 0.07)).rounded())
      }
    }
    var labels = [String](repeating: "", count: counts.count)
    let track = try String(
      contentsOf: folder.appending(path: "gestures.label"), encoding: .utf8)
    for line in track.split(separator: "\n").dropFirst() {
      let cells = line.split(separator: ",")
      let (start, length) = (Double(cells[0]) ?? 0, Double(cells[1]) ?? 0)
      for index in labels.indices {
        let time = Double(index) / Self.rate
        if time >= start && time < start + length { labels[index] = String(cells[2]) }
      }
    }
    return (counts, labels)
  }

  /// Decisions on the recording: class, confidence, scores.
  private func decisions(hearing: Bool) throws -> (rows: [[Int]], labels: [String]) {
    let (counts, labels) = try samples()
    return try FirmwareSupport.inDirectory { directory in
      let network = try Network(
        file: Self.demonstration.appending(path: "gesture.tflite").path)
      for file in try CGenerator(network).files() {
        try file.contents.write(
          toFile: directory + "/" + file.name, atomically: true, encoding: .utf8)
      }
      let sources = ["pipeline.c", "window.c", "kalman.c", "host/replay.c"]
      try compile(
        sources.map { FirmwareSupport.runtime + "/" + $0 } + [directory + "/deepcraft.c"],
        includes: [directory, FirmwareSupport.runtime + "/host", FirmwareSupport.runtime],
        to: directory + "/replay")
      let bands = hearing ? try self.bands(in: directory) : []
      var lines = ""
      for (index, row) in counts.enumerated() {
        let heard = Int(Double(index) * 16000 / Self.rate) / Self.block
        let sound = hearing && heard > 0 ? bands[heard - 1] : Self.restBand
        lines += (row + sound).map(String.init).joined(separator: " ") + "\n"
      }
      let printed = try FirmwareSupport.run(
        directory + "/replay", [], input: Data(lines.utf8))
      return (numbers(printed), labels)
    }
  }

  private func share(_ rows: [[Int]], _ labels: [String], of label: String? = nil) -> Double {
    let judged = zip(rows, labels).filter { label == nil || $0.1 == label }
    let right = judged.filter { Self.classes[$0.0[0]] == $0.1 }
    return Double(right.count) / Double(judged.count)
  }

  @Test func `the committed recording is recognised, one decision for every sample`() throws {
    let (rows, labels) = try decisions(hearing: true)
    try #require(rows.count == labels.count)
    #expect(share(rows, labels) > 0.9)
    for label in Self.classes { #expect(share(rows, labels, of: label) > 0.8, "\(label)") }
    for row in rows {
      #expect((0...100).contains(row[1]))
      #expect(row[2...].max() == row[2 + row[0]])
    }
  }

  @Test func `without sound a command is taken for a lift`() throws {
    let (rows, labels) = try decisions(hearing: false)
    try #require(rows.count == labels.count)
    #expect(share(rows, labels, of: "command") < 0.2)
    #expect(share(rows, labels, of: "circle") > 0.8)
    let commands = zip(rows, labels).filter { $0.1 == "command" }
    let lifts = commands.filter { Self.classes[$0.0[0]] == "lift" }
    #expect(Double(lifts.count) > 0.8 * Double(commands.count))
  }
}
