import Boards
import Deployments
import Documents
import Foundation
import Testing

/// Correct files with random damage: whatever comes of it is a value or an error with a place.
@Suite struct RandomBoardTests {
  private static let boards = ["arduino-nano-33-ble-sense", "nrf52840-dk"]
  private static let words = [
    "0", "-1", "1 mA", "64 MHz", "18446744073709551615", "0xFFFFFFFF", "{}", "[]", "~", "x: y",
    "true", "1e9", "999999999999999999 h", "P0.31", "'", "*a", "&a", "0.000000000000000001 Hz",
  ]

  private func damaged(_ text: String, seed: UInt64) -> String {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    func random(_ bound: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(bound))
    }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    for _ in 0...random(3) {
      let index = random(lines.count)
      var pieces = lines[index].split(separator: " ", omittingEmptySubsequences: false)
        .map(String.init)
      pieces[random(pieces.count)] = Self.words[random(Self.words.count)]
      lines[index] = pieces.joined(separator: " ")
    }
    return lines.joined(separator: "\n")
  }

  private func check(_ error: any Error, _ file: String) {
    #expect(String(describing: error).contains("error: "))
    #expect(String(describing: error).contains(file))
  }

  @Test(arguments: 0..<100) func `a damaged chip or board never crashes`(seed: UInt64) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: folder) }
    let chips = folder.appending(path: "Boards/Chips")
    try FileManager.default.createDirectory(at: chips, withIntermediateDirectories: true)
    let name = Self.boards[Int(seed % 2)]
    var board = try String(contentsOfFile: "\(packageRoot)/Boards/\(name).yaml", encoding: .utf8)
    var chip = try String(
      contentsOfFile: packageRoot + "/Boards/Chips/nrf52840.yaml", encoding: .utf8)
    if seed % 4 < 2 {
      board = damaged(board, seed: seed)
    } else {
      chip = damaged(chip, seed: seed)
    }
    try Data(board.utf8).write(to: folder.appending(path: "Boards/\(name).yaml"))
    try Data(chip.utf8).write(to: chips.appending(path: "nrf52840.yaml"))
    let data = try DataDirectory(explicit: folder.path())
    do throws(BoardError) {
      #expect(try data.board(name).figures.count > 20)
    } catch {
      check(error, ".yaml")
    }
  }

  @Test(arguments: 0..<200) func `a damaged deployment never crashes`(seed: UInt64) throws {
    let text = """
      board: nrf52840-dk
      firmware: a.elf
      streams:
        imu: {file: a.csv, rate: 119 Hz, offset: 20 ms, drift: 15 ppm, columns: {gyroscope: [a] } }
      for: 10 s
      measure:
        m: {from: imu.pin, to: return f, deadline: 8 ms}
      inference: {entry: f, class: argument 0 of g, scores: "s[5] int8" }
      battery: {capacity: 220 mAh, voltage: 3.0 V}
      budgets: {m: {max: 12 ms }, lost-samples: 0, flash: 256 KiB, average-current: {max: 8 mA } }
      """
    do throws(DocumentError) {
      let tree = try Node.parse(damaged(text, seed: seed), file: "d.yaml")
      let d = try Deployment.make(tree, path: "d.yaml", parts: DeploymentParts())
      #expect(!d.name.isEmpty)
      if d.board == "nrf52840-dk" { try d.check(against: try! data().board(d.board)) }
    } catch {
      check(error, "d.yaml")
    }
  }
}
