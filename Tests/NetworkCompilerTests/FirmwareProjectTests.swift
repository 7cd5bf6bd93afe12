import Foundation
import Testing
import Units

@testable import NetworkCompiler

@Suite struct FirmwareProjectTests {
  private func project(
    target: FirmwareTarget = FirmwareSupport.nano,
    wiring: FirmwareWiring = FirmwareSupport.nanoWiring,
    pipeline: FirmwarePipeline = FirmwareSupport.pipeline, inputs: Int = 64, padding: Int = 4
  ) throws -> FirmwareProject {
    try FirmwareProject(
      target: target, wiring: wiring, pipeline: pipeline,
      network: FirmwareSupport.network(inputs: inputs, padding: padding),
      runtime: FirmwareProject.runtime(in: FirmwareSupport.runtime))
  }

  private func symbols(of program: String) throws -> [String: UInt32] {
    var symbols: [String: UInt32] = [:]
    for line in try FirmwareSupport.run("arm-none-eabi-nm", [program]).split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count == 3 { symbols[String(words[2])] = UInt32(words[0], radix: 16) }
    }
    return symbols
  }

  static let loop = [
    "isr_sensor_update", "read_imu_mic", "fuse_kalman", "int8_quantize", "deepcraft_infer",
    "prediction_confidence", "trigger_event", "low_power_mode", "audio_bands", "main",
    "SPIM0_SPIS0_TWIM0_TWIS0_SPI0_TWI0_IRQHandler", "PDM_IRQHandler",
  ]

  @Test(
    .enabled("skipped: arm-none-eabi-gcc is not installed") { FirmwareSupport.missing == nil },
    arguments: FirmwarePipeline.RunIn.allCases)
  func `every stage of the loop keeps its symbol`(runIn: FirmwarePipeline.RunIn) throws {
    var pipeline = FirmwareSupport.pipeline
    pipeline.runIn = runIn
    let project = try project(pipeline: pipeline)
    try FirmwareSupport.inDirectory { directory in
      let built = try Toolchain().build(project, in: directory)
      let symbols = try symbols(of: built.program)
      for name in Self.loop { #expect(symbols[name] != nil, "\(name)") }
      #expect(symbols["vectors"] == 0x10000)
      #expect(symbols["stack_top"] == 0x2004_0000)
    }
  }

  @Test(
    .enabled("skipped: arm-none-eabi-gcc is not installed") { FirmwareSupport.missing == nil })
  func `the program does not depend on the directory it is built in`() throws {
    let project = try project()
    let first = try FirmwareSupport.inDirectory { directory in
      let built = try Toolchain().build(project, in: directory + "/a")
      #expect(!built.isReused)
      #expect(try Toolchain().build(project, in: directory + "/a").isReused)
      return try Data(contentsOf: URL(fileURLWithPath: built.program))
    }
    let second = try FirmwareSupport.inDirectory { directory in
      let built = try Toolchain().build(project, in: directory + "/somewhere/else")
      return try Data(contentsOf: URL(fileURLWithPath: built.program))
    }
    #expect(first == second)
    #expect(first.count > 10_000)
  }

  @Test(
    .enabled("skipped: arm-none-eabi-gcc is not installed") { FirmwareSupport.missing == nil })
  func `make builds what the toolchain builds`() throws {
    let project = try project(
      target: FirmwareSupport.developmentKit, wiring: FirmwareSupport.kitWiring)
    try FirmwareSupport.inDirectory { directory in
      let built = try Toolchain().build(project, in: directory + "/cache")
      try project.write(to: directory + "/hand")
      _ = try FirmwareSupport.run("make", ["-s", "-C", directory + "/hand"])
      let hand = try Data(contentsOf: URL(fileURLWithPath: directory + "/hand/app.elf"))
      #expect(try hand == Data(contentsOf: URL(fileURLWithPath: built.program)))
    }
  }

  @Test(
    .enabled("skipped: arm-none-eabi-gcc is not installed") { FirmwareSupport.missing == nil })
  func `builds of one firmware at once do not disturb each other`() async throws {
    let project = try project()
    let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let programs = try await withThrowingTaskGroup(of: Data.self) { group in
      for _ in 0..<4 {
        group.addTask {
          let built = try Toolchain().build(project, in: directory)
          return try Data(contentsOf: URL(fileURLWithPath: built.program))
        }
      }
      return try await group.reduce(into: Set<Data>()) { $0.insert($1) }
    }
    #expect(programs.count == 1)
    let left = try FileManager.default.contentsOfDirectory(atPath: directory)
    #expect(left.count == 1)
  }

  @Test(
    .enabled("skipped: arm-none-eabi-gcc is not installed") { FirmwareSupport.missing == nil })
  func `a raw window builds without the filter`() throws {
    var pipeline = FirmwareSupport.pipeline
    pipeline.fusion = .none
    pipeline.hop = .milliseconds(250)
    let project = try project(pipeline: pipeline, inputs: 714)
    try FirmwareSupport.inDirectory { directory in
      let built = try Toolchain().build(project, in: directory)
      let symbols = try symbols(of: built.program)
      #expect(symbols["deepcraft_infer"] != nil)
      #expect(symbols["kalman_step"] == nil)
    }
  }

  @Test(
    .enabled("skipped: arm-none-eabi-gcc is not installed") { FirmwareSupport.missing == nil })
  func `a firmware larger than flash is bad input`() throws {
    let project = try project(padding: 0x100000)
    try FirmwareSupport.inDirectory { directory throws in
      let error = #expect(throws: FirmwareError.self) {
        try Toolchain().build(project, in: directory)
      }
      #expect(error?.kind == .invalid)
      let left = try FileManager.default.contentsOfDirectory(atPath: directory)
      #expect(left.isEmpty)
    }
  }

  @Test func `a missing compiler is named with its package`() throws {
    let project = try project()
    try FirmwareSupport.inDirectory { directory throws in
      let error = #expect(throws: FirmwareError.self) {
        try Toolchain(compiler: "no-such-compiler").build(project, in: directory)
      }
      #expect(error?.kind == .missingProgram)
      #expect(error?.message.contains("gcc-arm-none-eabi") == true)
      let left = try FileManager.default.contentsOfDirectory(atPath: directory)
      #expect(left.isEmpty)
    }
  }

  @Test func `the digest follows every input`() throws {
    var seen: Set<String> = []
    var slower = FirmwareSupport.nanoWiring
    slower.pacing = .timer(microseconds: 8000)
    var pipeline = FirmwareSupport.pipeline
    pipeline.runIn = .main
    seen.insert(try project().digest(compiler: "1"))
    seen.insert(try project().digest(compiler: "2"))
    seen.insert(try project(wiring: slower).digest(compiler: "1"))
    seen.insert(try project(pipeline: pipeline).digest(compiler: "1"))
    seen.insert(try project(inputs: 48).digest(compiler: "1"))
    seen.insert(try project(target: FirmwareSupport.developmentKit).digest(compiler: "1"))
    #expect(seen.count == 6)
    #expect(try project().digest(compiler: "1") == project().digest(compiler: "1"))
  }

  static let misfits: [(String, FirmwareWiring, FirmwarePipeline, Int)] = {
    let wiring = FirmwareSupport.nanoWiring
    let pipeline = FirmwareSupport.pipeline
    func changed(_ change: (inout FirmwareWiring) -> Void) -> FirmwareWiring {
      var wiring = wiring
      change(&wiring)
      return wiring
    }
    func changed(_ change: (inout FirmwarePipeline) -> Void) -> FirmwarePipeline {
      var pipeline = pipeline
      change(&pipeline)
      return pipeline
    }
    return [
      ("no data rate of 100.0 Hz", wiring, changed { $0.rate = Hertz(100) }, 64),
      ("16 inputs for each segment", wiring, pipeline, 65),
      ("714 in all", wiring, changed { $0.fusion = .none }, 64),
      ("the window must be", wiring, changed { $0.window = .seconds(0) }, 64),
      ("the hop must be", wiring, changed { $0.hop = .seconds(100_000) }, 64),
      ("answers at 0x6a or 0x6b, not at 0x1e", changed { $0.address = 0x1E }, pipeline, 64),
      ("scl and sda are both", changed { $0.scl = 14 }, pipeline, 64),
      ("led is pin 99", changed { $0.led = 99 }, pipeline, 64),
      ("the timer's period", changed { $0.pacing = .timer(microseconds: 0) }, pipeline, 64),
    ].map { ($0.0, $0.1, $0.2, $0.3) }
  }()

  @Test(arguments: 0..<misfits.count)
  func `parts that do not fit are told apart`(index: Int) throws {
    let (words, wiring, pipeline, inputs) = Self.misfits[index]
    let error = #expect(throws: FirmwareError.self) {
      try project(wiring: wiring, pipeline: pipeline, inputs: inputs)
    }
    #expect(error?.kind == .invalid)
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
  }
}
