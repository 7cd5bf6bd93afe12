import Deployments
import Engine
import Foundation
import RunRecord
import Testing

/// Every firmware of the repository prints what its folder says, on our engine and on QEMU.
@Suite(.enabled(if: FirmwareBench.hasCompiler, "needs arm-none-eabi-gcc"))
struct FirmwareTests {
  struct Case: CustomStringConvertible, Sendable {
    let name: String
    let board: String
    /// QEMU's machine that runs the same image; nil where there is none.
    let machine: String?
    var description: String { "\(name) on \(board)" }
  }

  /// Folders with an expected text and a list of boards.
  static let cases: [Case] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: FirmwareBench.firmware.path))
    return (names ?? []).sorted().flatMap { name -> [Case] in
      let folder = FirmwareBench.firmware.appendingPathComponent(name)
      let expected = folder.appendingPathComponent("expected.txt").path
      guard FileManager.default.fileExists(atPath: expected),
        let boards = try? String(
          contentsOf: folder.appendingPathComponent("boards"), encoding: .utf8)
      else { return [] }
      return boards.split(separator: "\n").map { line in
        // BOARD, or BOARD MACHINE where QEMU calls it otherwise.
        let words = line.split(separator: " ").map(String.init)
        let machine = words.count > 1 ? words[1] : words[0].hasPrefix("mps2") ? words[0] : nil
        return Case(name: name, board: words[0], machine: machine)
      }
    }
  }()

  /// What asks for the MPU, which the older engine does not enforce.
  static let protecting: Set = ["protection", "protection-v8m"]

  static let runnable: [Case] = {
    let all = cases.filter { EngineVersion.current.isModern || !protecting.contains($0.name) }
    guard ProcessInfo.processInfo.environment["THUMBPRINT_ONE_BOARD_EACH"] != nil else {
      return all
    }
    // Its boards take turns from one firmware to the next, so that every core has its share.
    return Dictionary(grouping: all, by: \.name).sorted { $0.key < $1.key }.enumerated().map {
      $1.value[$0 % $1.value.count]
    }
  }()

  static func text(_ name: String, _ file: String) throws -> String {
    try String(
      contentsOf: FirmwareBench.firmware.appendingPathComponent(name).appendingPathComponent(file),
      encoding: .utf8)
  }

  /// What it prints on that board: `expected-BOARD.txt` where it differs from the others.
  static func expectedText(_ firmware: Case) throws -> String {
    if let own = try? text(firmware.name, "expected-\(firmware.board).txt") { return own }
    return try text(firmware.name, "expected.txt")
  }

  /// What a folder with a file `arguments` is told by semihosting, and an empty directory for its
  /// files.
  static func host(_ name: String) throws -> (arguments: String, files: URL)? {
    guard let arguments = try? text(name, "arguments") else { return nil }
    let files = FirmwareBench.output.appendingPathComponent("files-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
    return (arguments.trimmingCharacters(in: .newlines), files)
  }

  /// What a folder with a `deployment.yaml` has on its boards and feeds to it, or on one of them.
  static func deployment(_ firmware: Case) -> String? {
    let folder = FirmwareBench.firmware.appendingPathComponent(firmware.name)
    return ["deployment-\(firmware.board).yaml", "deployment.yaml"]
      .map { folder.appendingPathComponent($0).path }
      .first(where: FileManager.default.fileExists)
  }

  static func expectedStatus(_ name: String) -> Int32 {
    (try? text(name, "status")).flatMap {
      Int32($0.trimmingCharacters(in: .whitespacesAndNewlines))
    }
      ?? 0
  }

  @Test func thereAreFirmwaresToRun() { #expect(Self.cases.count >= 9) }

  /// Code of the same sources elsewhere is another image, and the same settings again are none.
  @Test func aSettingThatChangesBuildsAnew() throws {
    let folder = FirmwareBench.output.appendingPathComponent("settings")
    func build(_ settings: String...) throws -> String {
      let made = try FirmwareBench.run(
        "make",
        [
          "-C", FirmwareBench.firmware.appendingPathComponent("timing").path,
          "BOARD=nucleo-u575zi-q", "OUT=\(folder.path)",
        ] + settings)
      #expect(made.status == 0, "\(made.output)")
      return made.output
    }
    #expect(try build().contains("gcc"))
    #expect(try build("CODE_AT=0x08000000").contains("code_origin=0x08000000"))
    #expect(try !build("CODE_AT=0x08000000").contains("gcc"))
    let run = try FirmwareBench.simulate(
      folder.appendingPathComponent("timing.elf").path, board: "nucleo-u575zi-q")
    #expect(run.console.hasPrefix("kernel,cycles\n"))
  }

  @Test(arguments: runnable)
  func itPrintsWhatItsFolderSays(_ firmware: Case) throws {
    let image = try FirmwareBench.image(firmware.name, board: firmware.board)
    let host = try Self.host(firmware.name)
    let run = try FirmwareBench.simulate(
      image, board: firmware.board, deployment: Self.deployment(firmware)
    ) {
      $0.timeout = "120 s"
      $0.files = host?.files.path
      $0.arguments = host?.arguments
    }
    let expected = try Self.expectedText(firmware)
    #expect(FirmwareBench.masked(run.console) == expected)
    #expect(run.record.outcome == .exited(code: Self.expectedStatus(firmware.name)))
  }

  @Test(
    .enabled(if: FirmwareBench.has("qemu-system-arm"), "needs qemu-system-arm"),
    arguments: cases.filter { $0.machine != nil })
  func qemuPrintsTheSame(_ firmware: Case) throws {
    let deviation = FirmwareBench.firmware.appendingPathComponent(firmware.name)
      .appendingPathComponent("qemu-deviates")
    if FileManager.default.fileExists(atPath: deviation.path) { return }
    let image = try FirmwareBench.image(firmware.name, board: firmware.board)
    let host = try Self.host(firmware.name)
    var semihosting = "enable=on,target=native"
    if let host {
      semihosting += ",arg=\(firmware.name).elf,arg=\(host.arguments)"
    }
    let run = try FirmwareBench.run(
      "timeout", in: host?.files,
      [
        "60", "qemu-system-arm", "-M", firmware.machine ?? firmware.board, "-nographic", "-icount",
        "shift=0",
        "-semihosting-config", semihosting, "-kernel", image,
      ])
    let expected = try Self.expectedText(firmware)
    #expect(FirmwareBench.masked(run.output) == expected)
    #expect(run.status == Self.expectedStatus(firmware.name))
  }
}
