import Foundation
import Testing

/// The filter's C, built for the host in two precisions and run on a recording with known truth.
@Suite(.enabled("skipped: cc is not installed") { FirmwareSupport.hasHostCompiler })
struct FirmwareKalmanTests {
  private static let recordings = FirmwareSupport.root.appending(path: "Firmware/demo/recordings")
  private static let secondsToSettle = 5
  private static let rate = 119

  private func rows(_ text: some StringProtocol, separator: Character) -> [[Double]] {
    text.split(separator: "\n").map { line in
      line.split(separator: separator).compactMap { Double($0) }
    }
  }

  private func table(_ name: String) throws -> (text: Substring, rows: [[Double]]) {
    let text = try String(contentsOf: Self.recordings.appending(path: name), encoding: .utf8)
    let body = text[text.index(after: text.firstIndex(of: "\n")!)...]
    return (body, rows(body, separator: ","))
  }

  /// Up and bias after each line of samples.
  private func filtered(_ samples: some StringProtocol, as type: String) throws -> [[Double]] {
    try FirmwareSupport.inDirectory { directory in
      let program = directory + "/attitude"
      let runtime = FirmwareSupport.runtime
      _ = try FirmwareSupport.run(
        "cc",
        [
          "-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", "-ffp-contract=off",
          "-fno-math-errno", "-DREAL_T=\(type)", "-I", runtime, runtime + "/kalman.c",
          runtime + "/host/attitude.c", "-o", program,
        ])
      let printed = try FirmwareSupport.run(program, [], input: Data(samples.utf8))
      return rows(printed, separator: " ")
    }
  }

  @Test func `tilt and bias are recovered from a movement with known truth`() throws {
    let samples = try table("attitude.csv")
    let truth = try table("attitude-truth.csv").rows
    let found = try filtered(samples.text, as: "float")
    try #require(found.count == truth.count && found.count == samples.rows.count)
    var (worstTilt, worstBias) = (0.0, 0.0)
    for index in (Self.secondsToSettle * Self.rate)..<found.count {
      let (row, actual) = (found[index], truth[index])
      let cross = [
        row[1] * actual[2] - row[2] * actual[1], row[2] * actual[0] - row[0] * actual[2],
        row[0] * actual[1] - row[1] * actual[0],
      ]
      let sine = (cross[0] * cross[0] + cross[1] * cross[1] + cross[2] * cross[2]).squareRoot()
      worstTilt = max(worstTilt, asin(min(1, sine)) * 180 / .pi)
      for axis in 3..<6 { worstBias = max(worstBias, abs(row[axis] - actual[axis])) }
    }
    #expect(worstTilt < 2, "degrees")
    #expect(worstBias < 0.5, "degrees per second")
    // The truth is not what the filter starts from.
    #expect(abs(truth[0][5] - found[0][5]) > 1)
  }

  @Test(arguments: ["attitude.csv", "gestures.csv"])
  func `single precision agrees with double`(name: String) throws {
    let samples = try table(name)
    let single = try filtered(samples.text, as: "float")
    let double = try filtered(samples.text, as: "double")
    try #require(single.count == samples.rows.count && double.count == single.count)
    var worst = 0.0
    for (one, other) in zip(single, double) {
      for (a, b) in zip(one, other) { worst = max(worst, abs(a - b)) }
    }
    #expect(worst < 1e-3)
    #expect(worst > 0)
  }
}
