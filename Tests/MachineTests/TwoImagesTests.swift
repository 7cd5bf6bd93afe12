import Boards
import Deployments
import FirmwareImage
import Foundation
import RunRecord
import Testing
import Units

@testable import Machine

/// A boot loader and its application in one chip: `Firmware/two-images`.
@Suite(.enabled(if: FirmwareBench.hasCompiler, "needs arm-none-eabi-gcc"))
struct TwoImagesTests {
  private static let images: [String: String] = {
    var images: [String: String] = [:]
    for image in ["boot", "app"] {
      let folder = FirmwareBench.output.appendingPathComponent("two-images")
      let made = try? FirmwareBench.run(
        "make",
        [
          "-s", "-C", FirmwareBench.firmware.appendingPathComponent("two-images").path,
          "IMAGE=\(image)", "OUT=\(folder.path)",
        ])
      if made?.status == 0 {
        images[image] = folder.appendingPathComponent("two-images-\(image).elf").path
      }
    }
    return images
  }()

  private func image(_ name: String) throws -> FirmwareImage {
    try FirmwareImage(file: try #require(Self.images[name]))
  }

  private func run(_ image: FirmwareImage) throws -> (record: RunRecord, console: String) {
    var parts = DeploymentParts()
    parts.firmware = image.path
    parts.board = "mps2-an386"
    parts.duration = "10 ms"
    parts.measures = ["ask=enter answer..return answer"]
    if image.functions(named: "answer").isEmpty { parts.measures = [] }
    let deployment = try Deployment.make(parts: parts)
    let board = try deployment.loadBoard(from: DataDirectory(explicit: FirmwareBench.root.path))
    let machine = try Machine(board: board, image: image, deployment: deployment)
    var bytes: [UInt8] = []
    machine.console = { bytes.append($0) }
    return (machine.run(), String(decoding: bytes, as: UTF8.self))
  }

  @Test func theBootLoaderStartsTheApplication() throws {
    let both = try FirmwareImage(together: [image("boot"), image("app")])
    let (record, console) = try run(both)
    #expect(console == "boot loader\napplication\n")
    #expect(record.outcome == .exited(code: 0))
    #expect(record.measures.first?.occurrences.count == 1)
    // Functions of both, numbered anew, each with its own source.
    #expect(both.functions.map(\.id) == Array(both.functions.indices))
    let debug = try #require(DebugInformation(both))
    for (name, file) in [("is_there", "boot.c"), ("answer", "app.c")] {
      let function = try #require(both.functions(named: name).first)
      #expect(both.function(at: function.address) == function)
      #expect(debug.location(of: function.address)?.file.hasSuffix(file) == true)
      #expect(debug.declaration(of: function)?.file.hasSuffix(file) == true)
    }
    #expect(debug.compilationUnits.count == 6)
    let unwinding = Unwinding(both)
    for function in both.functions where function.name == "main" {
      #expect(unwinding.callFrame(at: function.address) != nil)
    }
  }

  @Test func aloneItFindsNone() throws {
    let (record, console) = try run(image("boot"))
    #expect(console == "no application\n")
    #expect(record.outcome == .exited(code: 1))
  }

  @Test func aRawBinaryGoesBehindIt() throws {
    let app = try image("app")
    var bytes = [UInt8](repeating: 0xff, count: 0)
    for segment in app.segments where !segment.bytes.isEmpty {
      let offset = Int(segment.loadAddress - Address(0x10000))
      if offset > bytes.count { bytes += [UInt8](repeating: 0, count: offset - bytes.count) }
      bytes += segment.bytes
    }
    let raw = try FirmwareImage(bytes: bytes, path: "app.bin", base: Address(0x10000))
    let (record, console) = try run(FirmwareImage(together: [image("boot"), raw]))
    #expect(console == "boot loader\napplication\n")
    #expect(record.outcome == .exited(code: 0))
  }

  @Test func imagesInEachOthersWayAreRefused() throws {
    let error = #expect(throws: FirmwareError.self) {
      _ = try FirmwareImage(together: [image("boot"), image("boot")])
    }
    #expect(error?.description.contains("are also those of") == true)
  }
}
