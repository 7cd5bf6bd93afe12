import Foundation
import Testing

@testable import Boards

@Suite struct STM32Tests {
  @Test(.enabled(if: NRF52840Tests.facts != nil, "no shared/facts/boards.json beside the package"))
  func `the script makes the same chips again`() throws {
    let copy = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: copy) }
    let scripts = copy.appending(path: "Scripts")
    try FileManager.default.createDirectory(at: scripts, withIntermediateDirectories: true)
    for name in ["make-stm32", "stm32"] {
      try FileManager.default.copyItem(
        at: URL(filePath: packageRoot + "/Scripts/" + name), to: scripts.appending(path: name))
    }
    let process = try Process.run(
      scripts.appending(path: "make-stm32"), arguments: [try #require(NRF52840Tests.facts)])
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let chips = try FileManager.default
      .contentsOfDirectory(atPath: scripts.appending(path: "stm32").path)
      .filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }
    #expect(chips.count >= 6)
    for chip in chips {
      for suffix in ["yaml", "registers", "LICENCE"] {
        let name = "Boards/Chips/\(chip).\(suffix)"
        let made = try Data(contentsOf: copy.appending(path: name))
        #expect(made == (try Data(contentsOf: URL(filePath: packageRoot + "/" + name))))
      }
    }
  }
}
