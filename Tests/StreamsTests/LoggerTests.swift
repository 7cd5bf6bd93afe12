import Foundation
import Streams
import Testing
import Units

/// A folder of files that is removed with the last reference to it.
private final class Folder {
  let path: String

  init(_ files: [String: [UInt8]]) throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(
      "loggers-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
    for (name, bytes) in files {
      try Data(bytes).write(to: url.appendingPathComponent(name))
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func failure(_ name: String) -> String? {
    do {
      _ = try Recording(file: path + "/" + name)
      return nil
    } catch { return error.description.replacing(path + "/", with: "") }
  }
}

private func words(_ values: [Int]) -> [UInt8] {
  values.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
}

private func record(slot: UInt32, _ data: [UInt8]) -> [UInt8] {
  [slot, UInt32(data.count)].flatMap { value in
    (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) }
  } + data
}

@Suite struct SDSTests {
  private let metadata = Array(
    """
    sds:
      name: Accelerometer
      sample-frequency: 100
      content:
      - {value: x, type: int16_t, scale: 0.061, offset: 1, unit: mg}
      - {value: raw, type: uint8_t}

    """.utf8)

  private func folder(_ data: [UInt8], _ text: [UInt8]? = nil) throws -> Folder {
    try Folder(["a.1.sds": data, "a.sds.yml": text ?? metadata])
  }

  @Test func `numbers are scaled by the description`() throws {
    let data =
      record(slot: 500, [0xfd, 0xff, 7, 1, 0, 255]) + record(slot: 520, [])
      + record(slot: 520, [2, 0, 9])
    let folder = try folder(data)
    let recording = try Recording(file: folder.path + "/a.1.sds")
    #expect(recording.samples == [[1 - 0.183, 1.061, 1.122], [7, 255, 9]])
    #expect(recording.channels == [Channel(name: "x", unit: "mg"), Channel(name: "raw")])
    #expect(recording.rate == Hertz(100))
    #expect(recording.start == .milliseconds(500))
    #expect(recording.attribute("name") == "Accelerometer")
  }

  @Test func `records that come late leave timestamps, and wrapped slots none`() throws {
    let late = try folder(
      record(slot: 0, [1, 0, 1, 2, 0, 1]) + record(slot: 70, [3, 0, 1]))
    #expect(
      try Recording(file: late.path + "/a.1.sds").timing
        == .timestamps([.zero, .milliseconds(10), .milliseconds(70)]))
    let wrapped = try folder(record(slot: .max - 4, [1, 0, 1]) + record(slot: 5, [3, 0, 1]))
    #expect(try Recording(file: wrapped.path + "/a.1.sds").rate == Hertz(100))
    let back = try folder(record(slot: 100, [1, 0, 1]) + record(slot: 5, [3, 0, 1]))
    #expect(
      back.failure("a.1.sds")
        == "a.1.sds: error: the time slot goes back from 100 to 5 at sample 1; "
        + "cut the file there, or give the stream's `rate:`")
  }

  @Test func `audio comes out in int16 counts`() throws {
    let text =
      "sds: {name: m, content: [{audio: {bit-depth: 24, channels: 2, sample-frequency: 16000}}]}"
    let folder = try folder(record(slot: 0, [0, 1, 0, 0x80, 0xff, 0xff]), Array(text.utf8))
    let recording = try Recording(file: folder.path + "/a.1.sds")
    #expect(recording.samples == [[1], [-0.5]])
    #expect(recording.channels[0] == Channel(name: "channel 1", unit: "int16"))
    #expect(recording.rate == Hertz(16_000))
  }

  @Test(arguments: [
    (
      "sds: {content: [{value: x, type: int16_t}]}",
      "a.1.sds: error: its description gives no sample-frequency; give the stream's rate, such as `rate: 100 Hz`"
    ),
    (
      "sds: {frequency: 1, content: [{value: x, type: int12_t}]}",
      "a.sds.yml:1:48: error: unknown type 'int12_t'; expected one of int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t, float, double; expected the description of an SDS recording"
    ),
    (
      "sds: {frequency: 1, content: [{value: x, type: double}]}",
      "a.1.sds: error: a record of 3 bytes at byte 8; a sample takes 8 by its description"
    ),
    (
      "sds: {frequency: 0, content: [{value: x, type: int8_t}]}",
      "a.sds.yml:1:18: error: expected a frequency in hertz, found '0'; expected the description of an SDS recording"
    ),
  ])
  func `descriptions that do not fit are named`(text: String, message: String) throws {
    #expect(try folder(record(slot: 0, [1, 2, 3]), Array(text.utf8)).failure("a.1.sds") == message)
  }

  @Test func `a recording without its description is named`() throws {
    let folder = try Folder(["a.1.sds": record(slot: 0, [1])])
    #expect(
      folder.failure("a.1.sds")
        == "a.1.sds: error: no description beside it; expected a.1.sds.yml")
  }
}

@Suite struct HSDatalogTests {
  private func configuration(_ type: String = "int16_t", block: Int = 2) -> [UInt8] {
    func sensor(_ kind: String, _ unit: String, _ sensitivity: String, _ active: Bool) -> String {
      """
      {"name": "ISM", "sensorDescriptor": {"subSensorDescriptor": [{"sensorType": "\(kind)",
        "dimensions": 2, "dimensionsLabel": ["x", "y"], "unit": "\(unit)", "dataType": "\(type)"}]},
       "sensorStatus": {"subSensorStatus": [{"ODR": 100, "ODRMeasured": 0, "initialOffset": 0.5,
        "sensitivity": \(sensitivity), "isActive": \(active), "samplesPerTs": \(block)}]}}
      """
    }
    let list = [
      sensor("ACC", "g", "6.1e-05", true), sensor("GYRO", "mdps", "8.75", true),
      sensor("MAG", "gauss", "0.0015", false),
    ]
    return Array(
      "{\"UUIDAcquisition\": \"1\", \"device\": {\"sensor\": [\(list.joined(separator: ","))]}}"
        .utf8)
  }

  private func time(_ seconds: Double) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: seconds.bitPattern >> UInt64(8 * $0)) }
  }

  @Test func `counts become the sensor's unit, and one file names all of them`() throws {
    let data = words([1, -2, 1_000, 4]) + time(0.52) + words([5, 6])
    let folder = try Folder([
      "DeviceConfig.json": configuration(), "ISM_ACC.dat": data, "ISM_GYRO.dat": data,
    ])
    let one = try Recording(file: folder.path + "/ISM_GYRO.dat")
    #expect(one.samples == [[8.75, 8_750, 43.75], [-17.5, 35, 52.5]])
    #expect(one.channels.map(\.name) == ["gx", "gy"])
    let all = try Recording(file: folder.path + "/DeviceConfig.json")
    #expect(all.channels.map(\.name) == ["ax", "ay", "gx", "gy"])
    #expect(all.samples[0] == [0.000061, 0.061, 0.000305])
    #expect(all.rate == Hertz(100))
    #expect(all.start == .milliseconds(500))
  }

  @Test func `a block that comes late leaves timestamps`() throws {
    let data =
      words([1, 1, 2, 2]) + time(0.52) + words([3, 3, 4, 4]) + time(0.9) + words([5, 5])
    let folder = try Folder(["DeviceConfig.json": configuration(), "ISM_ACC.dat": data])
    #expect(
      try Recording(file: folder.path + "/ISM_ACC.dat").timing
        == .timestamps([0, 10, 380, 390, 400].map { .milliseconds($0) }))
  }

  @Test func `what does not belong to the configuration is named`() throws {
    let folder = try Folder(["DeviceConfig.json": configuration(), "X.dat": [1, 2, 3, 4]])
    #expect(
      folder.failure("X.dat")
        == "X.dat: error: no sensor of DeviceConfig.json writes X.dat; "
        + "expected one of ISM_ACC.dat, ISM_GYRO.dat, ISM_MAG.dat")
    let typed = try Folder(["DeviceConfig.json": configuration("int12_t"), "ISM_ACC.dat": [1]])
    #expect(
      typed.failure("ISM_ACC.dat")
        == "DeviceConfig.json: error: sensor ISM has no usable dataType; "
        + "expected what FP-SNS-DATALOG1 writes")
    let back = try Folder([
      "DeviceConfig.json": configuration(),
      "ISM_ACC.dat": words([1, 1, 2, 2]) + time(0.5) + words([3, 3, 4, 4]) + time(0.4),
    ])
    #expect(
      back.failure("ISM_ACC.dat")
        == "ISM_ACC.dat: error: the time after sample 4 does not increase; "
        + "expected seconds since the start; check samplesPerTs in DeviceConfig.json")
  }
}

@Suite struct RenodeTests {
  @Test func `plain numbers have axes for names`() throws {
    let text = "# made by hand\n 1.5 -2 0\n\n0.25  3  1\n"
    let recording = try Recording(
      bytes: Array(text.utf8), path: "a.data", options: .init(rate: Hertz(119)))
    #expect(recording.channels.map(\.name) == ["x", "y", "z"])
    #expect(recording.samples == [[1.5, 0.25], [-2, 3], [0, 1]])
    #expect(
      failure(Array(text.utf8), "a.data")
        == "a.data: error: Renode's sample files hold no rate; "
        + "give the stream's rate, such as `rate: 119 Hz`")
    #expect(
      failure(Array((text + "1 2\n").utf8), "a.data", .init(rate: Hertz(1)))
        == "a.data:5:1: error: 2 numbers, the lines before have 3; "
        + "expected one number for each axis")
  }
}

@Suite(.enabled(if: Shared.root != nil, Comment(rawValue: Shared.missing)))
struct RealLoggerTests {
  @Test func `ST's datalog agrees with the tool's own export`() throws {
    let folder = "imu/st_hsdatalog/Fan_on/"
    let log = try Recording(file: Shared.recording(folder + "DeviceConfig.json"))
    let text = try Recording(
      file: Shared.recording("imu/st_fan/converted_Fan_on_ISM330DHCX.txt"),
      options: .init(rate: Hertz(104)))
    #expect(log.channels.map(\.name) == ["ax", "ay", "az", "gx", "gy", "gz"])
    #expect(log.rate == Hertz(1_044_816_513, per: 10_000_000))
    for (own, other) in zip(log.samples, text.samples) {
      for (a, b) in zip(own.prefix(6_000), other) { #expect(abs(a - b) < 1e-6) }
    }
  }

  @Test func `Arm's SDS example is read at its rate`() throws {
    let recording = try Recording(file: Shared.recording("sds/Test_In.0.sds"))
    #expect(recording.count == 369 * 166)
    #expect(recording.rate == Hertz(16_600))
    #expect(recording.samples.map { $0[0] } == [1.04, 1.709, 1.409])
    #expect(recording.start == .milliseconds(7_985))
  }

  @Test func `Renode's own sample files are read`() throws {
    let options = ReadingOptions(rate: Hertz(119))
    let circle = try Recording(
      file: Shared.recording("imu/renode/circle_rotated.data"), options: options)
    #expect(circle.channels.count == 3)
    #expect(circle.count == 640)
    let table = try Recording(
      file: Shared.recording("imu/renode/LSM6DSO-samples.csv"), options: options)
    #expect(RecordedQuantity.angularRate.columns(of: table.channels) == [3, 4, 5])
  }
}
