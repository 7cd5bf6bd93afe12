import Foundation
import RunRecord
import Testing

@Suite(.enabled(if: FirmwareBench.hasCompiler, "needs arm-none-eabi-gcc"))
struct RealTimeTransferRunTests {
  @Test func aStrippedImageSaysTheSame() throws {
    let image = try FirmwareBench.image("rtt")
    let stripped = FirmwareBench.output.appendingPathComponent("rtt-stripped.elf").path
    #expect(try FirmwareBench.run("arm-none-eabi-strip", ["-o", stripped, image]).status == 0)
    let run = try FirmwareBench.simulate(image, board: "mps2-an386")
    let bare = try FirmwareBench.simulate(stripped, board: "mps2-an386")
    #expect(bare.console == run.console)
    #expect(bare.record.outcome == .exited(code: 0))
  }

  @Test func aPortThatNobodyReadsIsAFinding() throws {
    let run = try FirmwareBench.simulate(FirmwareBench.image("rtt"), board: "mps2-an386")
    let finding = run.record.findings.first { $0.kind == "unconnected-port" }
    #expect(finding?.place == "RTT1")
    // 10, 5 and 15 bytes.
    #expect(finding?.count == 30)
  }
}
