import FileSystem
import Units

/// ST's high-speed datalog: a folder with `DeviceConfig.json` and one `.dat` file for each sensor.
///
/// Either names the recording: the `.dat` file is that sensor alone, `DeviceConfig.json` every active
/// sensor. Raw counts come out times the sensor's sensitivity, in its unit. The rate is
/// the measured one where the logger noted it. After each `samplesPerTs` samples stands the time of
/// the last one in seconds; where two are further apart than their samples, the times hold instead.
///
/// Reference: ST UM2695, "FP-SNS-DATALOG1", format HSD_1.0.0; STBlue HSDatalog Python SDK.
/// Not modelled: format 2 (`device_config.json`), tags, machine-learning-core outputs.
enum HSDatalogReader: RecordingReader {
  static let name = "HSDatalog"
  static let extensions = ["dat"]
  private static let configuration = "DeviceConfig.json"

  static func recognizes(_ bytes: [UInt8]) -> Bool {
    bytes.first == UInt8(ascii: "{")
      && String(decoding: bytes.prefix(512), as: UTF8.self).contains("\"UUIDAcquisition\"")
  }

  static func read(
    _ bytes: [UInt8], path: String, options: ReadingOptions
  ) throws(StreamError) -> [Recording] {
    let folder = Files.directory(of: path)
    if recognizes(bytes) {
      let sensors = try sensors(bytes, path).filter(\.isActive)
      guard !sensors.isEmpty else {
        throw StreamError(.empty, path, "no active sensor", hint: "expected one with isActive")
      }
      var tracks: [Recording] = []
      for sensor in sensors {
        let file = Files.resolve(sensor.file, in: folder)
        tracks.append(try sensor.recording(readFile(file), file, sensors, options))
      }
      return Recording.merging(tracks)
    }
    let place = Files.resolve(configuration, in: folder)
    let file = path.split(separator: "/").last.map(String.init) ?? path
    let sensors = try sensors(readFile(place), place)
    guard let sensor = sensors.first(where: { $0.file == file }) else {
      throw StreamError(
        .malformed, path, "no sensor of \(configuration) writes \(file)",
        hint: "expected one of \(sensors.map(\.file).joined(separator: ", "))")
    }
    return [try sensor.recording(bytes, path, [sensor], options)]
  }

  static func sensors(
    _ bytes: [UInt8], _ path: String
  ) throws(StreamError) -> [HSDatalogSensor] {
    let root = try JSONReader.read(bytes, path).root
    guard let device = root["device"], let list = device["sensor"]?.list else {
      throw StreamError(
        .unsupported, path, "no device.sensor: another version of the format",
        hint: "expected the DeviceConfig.json of FP-SNS-DATALOG1 (HSD_1)")
    }
    var sensors: [HSDatalogSensor] = []
    for sensor in list {
      let name = sensor["name"]?.text ?? ""
      let descriptors = sensor["sensorDescriptor"]?["subSensorDescriptor"]?.list ?? []
      let states = sensor["sensorStatus"]?["subSensorStatus"]?.list ?? []
      for (descriptor, state) in zip(descriptors, states) {
        sensors.append(try HSDatalogSensor(name, descriptor, state, path))
      }
    }
    return sensors
  }
}

/// One sensor of a datalog: how its file is to be read.
struct HSDatalogSensor {
  /// `ISM330DHCX_ACC.dat`.
  let file: String
  let isActive: Bool
  private let kind: String
  private let labels: [String]
  private let unit: String
  private let number: StoredNumber
  private let sensitivity: Double
  private let rate: Double
  private let start: Double
  /// Samples between two times; 0: no times.
  private let block: Int

  init(
    _ name: String, _ descriptor: DataTree, _ state: DataTree, _ path: String
  ) throws(StreamError) {
    func missing(_ key: String) -> StreamError {
      StreamError(
        .malformed, path, "sensor \(name) has no usable \(key)",
        hint: "expected what FP-SNS-DATALOG1 writes")
    }
    guard let kind = descriptor["sensorType"]?.text else { throw missing("sensorType") }
    guard let count = descriptor["dimensions"]?.count, 1...64 ~= count else {
      throw missing("dimensions")
    }
    let typeName = descriptor["dataType"]?.text ?? ""
    guard let number = StoredNumber(typeName) else { throw missing("dataType") }
    let given = descriptor["dimensionsLabel"]?.list?.compactMap(\.text) ?? []
    labels =
      given.count == count && Set(given).count == count
      ? given : (1...count).map { String($0) }
    self.kind = kind
    self.number = number
    file = "\(name)_\(kind).dat"
    isActive = if case .boolean(true)? = state["isActive"] { true } else { false }
    unit = descriptor["unit"]?.text ?? ""
    sensitivity = state["sensitivity"]?.number ?? 1
    let measured = state["ODRMeasured"]?.number ?? 0
    rate = measured > 0 ? measured : state["ODR"]?.number ?? 0
    start = state["initialOffset"]?.number ?? 0
    block = state["samplesPerTs"]?.count ?? 0
  }

  /// `ax`, or with the sensor's name where others measure the same.
  private func channels(_ all: [HSDatalogSensor]) -> [Channel] {
    let stems = ["ACC": "a", "GYRO": "g", "MAG": "m"]
    let names = ["TEMP": "temperature", "HUM": "humidity", "PRESS": "pressure", "MIC": "audio"]
    let isOnly = all.count { $0.kind == kind } == 1
    let prefix = isOnly ? "" : file.prefix { $0 != "_" } + "_"
    let unit = self.unit == "Waveform" ? "int16" : self.unit
    return labels.map { label in
      let name = stems[kind].map { $0 + label } ?? names[kind] ?? "\(kind)_\(label)"
      return Channel(name: prefix + name, unit: unit.isEmpty ? nil : unit)
    }
  }

  func recording(
    _ bytes: [UInt8], _ path: String, _ all: [HSDatalogSensor], _ options: ReadingOptions
  ) throws(StreamError) -> Recording {
    guard let rate = options.rate ?? DecimalText.rate(self.rate) else {
      throw StreamError(
        .malformed, path, "its configuration gives no rate (ODR 0)",
        hint: "give the stream's rate, such as `rate: 104 Hz`")
    }
    let scale = DecimalScale(sensitivity)
    var reader = ByteReader(bytes, path)
    var samples = [[Double]](repeating: [], count: labels.count)
    // Index of the sample and time in seconds.
    var times: [(after: Int, seconds: Double)] = []
    let width = number.width * labels.count
    while reader.remaining >= width {
      for column in samples.indices {
        let value = scale.apply(try number.next(&reader))
        guard value.isFinite else {
          throw reader.malformed("no finite number", hint: "expected samples of \(file)")
        }
        samples[column].append(value)
      }
      if block > 0, samples[0].count % block == 0, reader.remaining >= 8 {
        times.append((samples[0].count, try reader.next(Double.self)))
      }
    }
    guard !samples[0].isEmpty else {
      throw StreamError(.empty, path, "no samples", hint: "record it again or copy it whole")
    }
    return Recording(
      path: path, channels: channels(all), samples: samples,
      timing: try timing(times, rate, samples[0].count, path, options),
      start: Interval(picoseconds: Self.picoseconds(start) ?? 0),
      isTruncated: reader.remaining > 0)
  }

  private static func picoseconds(_ seconds: Double) -> Int64? {
    seconds >= 0 && seconds < 3_456_000 ? Int64((seconds * 1e12).rounded()) : nil
  }

  /// The rate; or times, where a block's end comes more than half a block too late.
  private func timing(
    _ marks: [(after: Int, seconds: Double)], _ rate: Hertz, _ count: Int, _ path: String,
    _ options: ReadingOptions
  ) throws(StreamError) -> Recording.Timing {
    if options.rate != nil || marks.count < 2 { return .rate(rate) }
    let period = Double(rate.denominator) / Double(rate.numerator)
    var ends: [Int64] = []
    for mark in marks {
      guard let end = Self.picoseconds(mark.seconds), end > ends.last ?? -1 else {
        throw StreamError(
          .malformed, path, "the time after sample \(mark.after) does not increase",
          hint: "expected seconds since the start; check samplesPerTs in DeviceConfig.json")
      }
      ends.append(end)
    }
    let usual = Double(block) * period
    let hasGap = zip(marks, marks.dropFirst()).contains { $1.seconds - $0.seconds > 1.5 * usual }
    if !hasGap { return .rate(rate) }
    return .timestamps(Self.times(ends, block, count, period))
  }

  /// Each sample a period after the one before, each block's last one at its time.
  private static func times(
    _ ends: [Int64], _ block: Int, _ count: Int, _ period: Double
  ) -> [Interval] {
    let step = Int64((period * 1e12).rounded())
    var times: [Int64] = []
    for index in 0..<count {
      let place = index / block
      let ideal =
        place < ends.count
        ? ends[place] - Int64(block - 1 - index % block) * step
        : ends[ends.count - 1] + Int64(index - ends.count * block + 1) * step
      times.append(max(ideal, (times.last ?? ideal - 1) + 1))
    }
    return times.map { Interval(picoseconds: $0 - times[0]) }
  }
}

extension Recording {
  /// The first sensor of a datalog and its configuration from bytes already read.
  package init(hsdatalog bytes: [UInt8], configuration: [UInt8]) throws(StreamError) {
    let path = "DeviceConfig.json"
    let sensors = try HSDatalogReader.sensors(configuration, path)
    guard let sensor = sensors.first else {
      throw StreamError(.empty, path, "no sensor", hint: "expected one")
    }
    self = try sensor.recording(bytes, "a.dat", sensors, .init())
  }
}
