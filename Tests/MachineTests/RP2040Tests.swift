import Deployments
import Foundation
import RunRecord
import Simulation
import Testing

@testable import Machine

/// `Firmware/rp2040-*` on a Raspberry Pi Pico, from the boot ROM on.
@Suite(.enabled(if: FirmwareBench.hasCompiler, "needs arm-none-eabi-gcc"))
struct RP2040Tests {
  private static let board = "raspberry-pi-pico"

  private func run(_ name: String) throws -> NordicBench.Run {
    try NordicBench.run(name, board: Self.board) { $0.duration = "1 s" }
  }

  @Test func `the ROM of the repository is what its sources give`() throws {
    let made = try FirmwareBench.run(
      "make",
      [
        "-s", "-C", FirmwareBench.firmware.appendingPathComponent("rp2040-bootrom").path,
        "OUT=\(FirmwareBench.output.path)",
      ])
    #expect(made.status == 0, "\(made.output)")
    let name = "rp2040-bootrom.hex"
    let built = try Data(contentsOf: FirmwareBench.output.appendingPathComponent(name))
    let kept = try Data(
      contentsOf: FirmwareBench.root.appendingPathComponent("Boards/Chips/\(name)"))
    #expect(built == kept)
  }

  @Test func `nothing that a firmware's start needs is unknown`() throws {
    let run = try run("rp2040-boot")
    #expect(run.record.outcome == .exited(code: 0))
    #expect(run.machine.fabric.findings.entries.map(\.kind) == [])
  }

  @Test func `an image without boot code ends in the ROM, and a run says why`() throws {
    // Four bytes at the start of flash.
    let image = try NordicBench.write(
      ":020000041000EA\n:0400000000200020BC\n:00000001FF\n", "no-boot-code.hex")
    var parts = DeploymentParts()
    (parts.firmware, parts.board, parts.duration) = (image, Self.board, "1 s")
    let run = try NordicBench.run(Deployment.make(parts: parts), image: image)
    guard case .faulted = run.record.outcome else {
      Issue.record("\(run.record.outcome)")
      return
    }
    #expect(run.machine.fabric.findings.entries.map(\.kind).contains("no-boot-code"))
  }

  @Test func `an image for the place of the ROM is refused`() throws {
    var parts = DeploymentParts()
    let image = try FirmwareBench.image("exceptions-v6m", board: "generic-m0plus")
    (parts.firmware, parts.board) = (image, Self.board)
    let deployment = try Deployment.make(parts: parts)
    #expect(throws: MachineError.self) { try NordicBench.run(deployment, image: image) }
  }

  /// A transfer is 8 cycles of address and mode, 4 of waiting and 8 of data on four wires, or 64 on one;
  /// a line takes two; each transfer 10 core cycles more.
  @Test func `a miss costs what the set-up of the serial interface makes it`() throws {
    let run = try run("rp2040-xip")
    #expect(run.record.outcome == .exited(code: 0))
    let cold = try run.words("cold", 3)
    let warm = try run.words("warm", 3)
    let uncached = try run.words("uncached", 3)
    for (kind, transfer) in [20 * 2 + 10, 20 * 4 + 10, 64 * 4 + 10].enumerated() {
      #expect(cold[kind] - warm[kind] == UInt32(64 * 2 * transfer))
      #expect(uncached[kind] - warm[kind] == UInt32(64 * transfer))
    }
    #expect(try run.words("off", 2) == [uncached[2], 0x600d_cafe])
  }

  @Test func `the cache has two ways of lines of eight bytes, and counts`() throws {
    let run = try run("rp2040-xip")
    // Misses, then accesses: cold, the other half of each line, warm.
    #expect(try run.words("counts", 6) == [64, 0, 0, 64, 64, 64])
    // Two lines of one set stay, three push each other out, three of other sets stay.
    #expect(try run.words("conflicts", 3) == [2, 48, 3])
    // A write takes the line out.
    #expect(try run.words("writes", 3) == [1, 0, 1])
    // In the middle of a block, whose reads are looked at as it begins.
    #expect(try run.words("inside", 8) == [0, 1, 1, 2, 1, 3, 2, 4])
  }

  @Test func `code misses line by line and counts word by word`() throws {
    let code = try run("rp2040-xip").words("code", 4)
    #expect(code[2] == 33)
    #expect(code[3] == 65)
    // A word is asked for a cycle or two before it is needed.
    #expect((32 * 100...33 * 100).contains(Int(code[0]) - Int(code[1])), "\(code)")
  }
}
