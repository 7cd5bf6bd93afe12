import Foundation
import Testing
import Units

@testable import NetworkCompiler

/// Firmware around generated networks.
@Suite(
  .enabled("skipped: arm-none-eabi-gcc is not installed") { FirmwareSupport.missing == nil })
struct FirmwareNetworkTests {
  private func build(
    _ network: FirmwareNetwork, target: FirmwareTarget, wiring: FirmwareWiring,
    pipeline: FirmwarePipeline
  ) throws -> (size: [Int], warnings: String) {
    let project = try FirmwareProject(
      target: target, wiring: wiring, pipeline: pipeline, network: network,
      runtime: FirmwareProject.runtime(in: FirmwareSupport.runtime))
    return try FirmwareSupport.inDirectory { directory in
      let built = try Toolchain().build(project, in: directory + "/cache")
      let table = try FirmwareSupport.run("arm-none-eabi-size", [built.program])
      let row = table.split(separator: "\n")[1].split(whereSeparator: \.isWhitespace)
      try project.write(to: directory + "/hand")
      let warnings = try FirmwareSupport.run(
        "sh", ["-c", "make -s -C '\(directory)/hand' 2>&1"])
      return (row.prefix(3).compactMap { Int($0) }, warnings)
    }
  }

  private func demonstration() throws -> FirmwareNetwork {
    let path = FirmwareSupport.root.appending(path: "Firmware/demo/gesture.tflite").path
    return FirmwareNetwork(try CGenerator(Network(file: path)))
  }

  @Test func `the demonstration builds for its board without a warning`() throws {
    let (size, warnings) = try build(
      demonstration(), target: FirmwareSupport.nano, wiring: FirmwareSupport.nanoWiring,
      pipeline: FirmwareSupport.pipeline)
    #expect(warnings.isEmpty, "\(warnings)")
    #expect((8_000..<32_000).contains(size[0]))
    #expect((3_000..<16_000).contains(size[1] + size[2]))
  }

  @Test(arguments: FirmwarePipeline.RunIn.allCases)
  func `the data-ready variant builds wherever it runs`(runIn: FirmwarePipeline.RunIn) throws {
    var pipeline = FirmwareSupport.pipeline
    pipeline.runIn = runIn
    let (size, warnings) = try build(
      demonstration(), target: FirmwareSupport.developmentKit, wiring: FirmwareSupport.kitWiring,
      pipeline: pipeline)
    #expect(warnings.isEmpty, "\(warnings)")
    #expect(size[0] > 8_000)
  }

  @Test func `a network of raw windows builds at a hop`() throws {
    var pipeline = FirmwareSupport.pipeline
    pipeline.fusion = .none
    pipeline.hop = .milliseconds(250)
    let (size, warnings) = try build(
      FirmwareSupport.network(inputs: 714), target: FirmwareSupport.nano,
      wiring: FirmwareSupport.nanoWiring, pipeline: pipeline)
    #expect(warnings.isEmpty, "\(warnings)")
    #expect(size[0] > 3_000)
  }

  @Test(.enabled(if: SharedModel.isThere, SharedModel.missing))
  func `the magic wand takes a second of raw samples`() throws {
    var pipeline = FirmwareSupport.pipeline
    pipeline.fusion = .none
    pipeline.hop = .milliseconds(250)
    let network = try SharedModel(name: "nanguoyu_magicwand_int8").network()
    let (size, warnings) = try build(
      FirmwareNetwork(CGenerator(network)), target: FirmwareSupport.nano,
      wiring: FirmwareSupport.nanoWiring, pipeline: pipeline)
    #expect(warnings.isEmpty, "\(warnings)")
    #expect(size[0] > 10_000)
  }

  @Test func `a network too large says by how much`() throws {
    let error = #expect(throws: FirmwareError.self) {
      _ = try build(
        FirmwareSupport.network(inputs: 64, padding: 0x100000), target: FirmwareSupport.nano,
        wiring: FirmwareSupport.nanoWiring, pipeline: FirmwareSupport.pipeline)
    }
    #expect(error?.message.contains("overflowed by") == true, "\(error?.message ?? "")")
  }

  /// Every period leaves time for status and data, 25 bytes of 9 bits at 400 kHz, before the next
  /// sample, and none skips a sample.
  @Test(arguments: FirmwarePipeline.rates.map(\.rate))
  func `a poll is early enough for its data`(rate: Hertz) throws {
    guard case .timer(let microseconds) = FirmwarePipeline.pollingPeriod(for: rate) else {
      Issue.record("no timer")
      return
    }
    let period = 1e6 / rate.value
    #expect(Double(microseconds) < period)
    if rate < Hertz(952) { #expect(period - Double(microseconds) > 500) }
  }
}
