import Deployments
import Documents
import Foundation
import RunRecord
import Testing
import Units

/// A deployment's faults as firmware meets them: `Firmware/stm32-sensor`.
@Suite(.enabled(if: FirmwareBench.hasCompiler, "needs arm-none-eabi-gcc"))
struct SensorFaultTests {
  private func run(
    _ faults: String, board: String = "nucleo-l4r5zi", seed: Int64? = nil,
    duration: String? = nil
  ) throws -> FirmwareBench.Run {
    let image = try FirmwareBench.image("stm32-sensor", board: board)
    var parts = DeploymentParts()
    parts.firmware = image
    parts.board = board
    parts.seed = seed
    parts.duration = duration
    parts.timeout = "300 s"
    let file = FirmwareBench.firmware.appendingPathComponent("stm32-sensor/deployment.yaml").path
    var tree = try Node.load(path: file)
    try tree.set(["faults"], to: Node.parse(faults, file: "faults"))
    return try FirmwareBench.simulate(
      Deployment.make(tree, path: file, parts: parts), image: image)
  }

  /// The samples that the firmware printed.
  private func rows(_ run: FirmwareBench.Run) -> [[Int]] {
    run.console.split(whereSeparator: \.isNewline).map { line in
      line.split(separator: " ").compactMap { Int($0) }
    }.filter { $0.count == 6 }
  }

  private func count(_ run: FirmwareBench.Run) -> Int {
    run.record.findings.filter { $0.kind == "injected-fault" }.map(\.count).reduce(0, +)
  }

  @Test func `without faults every sample is the recording's`() throws {
    let clean = try run("[]")
    #expect(clean.record.outcome == .exited(code: 0))
    #expect(rows(clean).count == 16)
    #expect(count(clean) == 0)
  }

  @Test func `a stuck sensor repeats itself and a dropout leaves samples out`() throws {
    let clean = try rows(run("[]"))
    let stuck = try run("[{sensor: imu, kind: stuck, at: 60 ms, for: 40 ms}]")
    let values = rows(stuck)
    #expect(values.count == 16)
    #expect(values != clean)
    #expect((12...14).contains(Set(values).count))
    #expect(count(stuck) > 0)
    let dropout = try run("[{sensor: imu, kind: dropout, at: 60 ms, for: 40 ms}]")
    #expect((4...5).contains(count(dropout)))
    #expect(rows(dropout) != clean)
    #expect(dropout.console.contains("the periods differ from 104 Hz"))
  }

  @Test func `noise changes with the seed and with nothing else`() throws {
    let noise = "[{sensor: imu, kind: noise, channel: accelerometer, value: 100 mg, at: 0 s}]"
    let first = try rows(run(noise, seed: 1))
    #expect(try first == rows(run(noise, seed: 1)))
    #expect(try first != rows(run(noise, seed: 2)))
    let clean = try rows(run("[]"))
    #expect(zip(first, clean).allSatisfy { $0[0...2] == $1[0...2] })
    #expect(zip(first, clean).contains { $0[3...5] != $1[3...5] })
  }

  @Test(arguments: ["nucleo-l4r5zi", "stm32f4-discovery"])
  func `a sensor that does not acknowledge is an error that the firmware sees`(
    board: String
  ) throws {
    // It waits for ever for what the refused transfer should have brought.
    let run = try run(
      "[{sensor: imu, kind: nack, at: 0 s, for: 15 ms}]", board: board, duration: "25 ms")
    #expect(run.record.outcome != .exited(code: 0))
    #expect(count(run) > 0)
  }

  @Test func `a stretched clock makes each sample older`() throws {
    func age(_ run: FirmwareBench.Run) throws -> Interval {
      let measure = try #require(run.record.measures.first { $0.name == "age" })
      return try #require(measure.occurrences.map { $0.to - $0.from }.max())
    }
    let quick = try age(run("[]"))
    let slow = try age(run("[{sensor: imu, kind: stretch, value: 100 us, at: 0 s}]"))
    // A sub-address and twelve bytes.
    #expect(abs((slow - quick - .microseconds(1_300)).picoseconds) < 5_000_000)
  }

  @Test func `a drifting clock is heard by the firmware's own`() throws {
    let run = try run("[{sensor: imu, kind: clock-drift, value: 2 %, at: 0 s}]")
    #expect(run.console.contains("the periods differ from 104 Hz"))
    #expect(rows(run).count == 16)
  }

  @Test func `a fault that the part cannot have is refused with its place`() throws {
    do {
      let image = try FirmwareBench.image("stm32-microphone", board: "nucleo-l4r5zi")
      let file = FirmwareBench.firmware
        .appendingPathComponent("stm32-microphone/deployment-nucleo-l4r5zi.yaml").path
      var tree = try Node.load(path: file)
      let fault = "[{sensor: microphone, kind: fifo-overrun, at: 1 s}]"
      try tree.set(["faults"], to: Node.parse(fault, file: "faults"))
      var parts = DeploymentParts()
      parts.firmware = image
      _ = try FirmwareBench.simulate(
        Deployment.make(tree, path: file, parts: parts), image: image)
      Issue.record("a microphone has no FIFO")
    } catch { #expect("\(error)".contains("MP34DT05 has no FIFO that could overrun")) }
  }
}
