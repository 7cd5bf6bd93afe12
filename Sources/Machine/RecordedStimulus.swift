import Boards
import Deployments
import Simulation
import Streams
import Units

/// A deployment's stream as its sensor feels it: recording, columns and units resolved.
final class RecordedStimulus: Stimulus {
  private var playbacks: [PhysicalQuantity: Playback] = [:]
  private(set) var rate: Hertz?
  private let isResampled: Bool

  init(_ stream: StreamInput, sensor: BoardSensor) throws(MachineError) {
    isResampled = stream.isResampled
    do throws(StreamError) {
      let recording = try Recording(
        file: stream.file,
        options: ReadingOptions(
          rate: stream.rate, channel: stream.soundChannel, timeColumn: stream.timeColumn))
      rate = recording.rate
      for quantity in PhysicalQuantity.allCases where sensor.channels.contains(quantity.rawValue) {
        guard let selected = try Self.select(quantity, of: recording, stream) else { continue }
        playbacks[quantity] = try Playback(
          selected, offset: stream.offset,
          drift: Drift(partsPerBillion: stream.drift.partsPerBillion),
          interpolation: stream.interpolation == .linear ? .linear : .hold,
          end: stream.end == .stop ? .stop : stream.end == .hold ? .hold : .repeat)
      }
    } catch { throw .recording(error) }
    if playbacks.isEmpty {
      throw .stream(
        sensor: stream.sensor,
        reason: "\(stream.file) holds none of \(sensor.channels.joined(separator: ", ")); "
          + "name its columns with 'columns:'")
    }
  }

  /// The quantity's columns in the sensor's unit; nil when the stream does not hold them.
  private static func select(
    _ quantity: PhysicalQuantity, of recording: Recording, _ stream: StreamInput
  ) throws(StreamError) -> Recording? {
    let channel = stream.channel(quantity.rawValue)
    if quantity == .sound {
      return recording.channels.isEmpty
        ? nil : try recording.selecting([recording.channels[0].name])
    }
    let usual = Self.usualColumns(quantity)
    let names = recording.channels.map(\.name)
    var columns = channel?.columns
    if columns == nil {
      columns = usual.first { $0.allSatisfy(names.contains) }
    }
    guard let columns else { return nil }
    let selected = try recording.selecting(columns)
    guard let unit = Self.unit(quantity) else { return selected }
    let given = channel?.unit ?? selected.channels.first?.unit ?? unit
    return try selected.converted(to: unit, from: given)
  }

  private static func unit(_ quantity: PhysicalQuantity) -> String? {
    switch quantity {
    case .acceleration: "g"
    case .angularRate: "dps"
    case .temperature: "C"
    case .magneticField: "uT"
    case .humidity: "%"
    case .pressure: "hPa"
    case .voltage: "V"
    case .sound, .light, .proximity, .gesture: nil
    }
  }

  /// Column names that need no `columns:`.
  private static func usualColumns(_ quantity: PhysicalQuantity) -> [[String]] {
    switch quantity {
    case .acceleration: [["ax", "ay", "az"], ["aX", "aY", "aZ"], ["accX", "accY", "accZ"]]
    case .angularRate: [["gx", "gy", "gz"], ["gX", "gY", "gZ"], ["gyrX", "gyrY", "gyrZ"]]
    case .temperature, .humidity, .pressure, .proximity, .voltage: [[quantity.rawValue]]
    case .magneticField: [["mx", "my", "mz"], ["mX", "mY", "mZ"], ["magX", "magY", "magZ"]]
    case .light: [["clear", "red", "green", "blue"]]
    case .gesture: [["up", "down", "left", "right"]]
    case .sound: []
    }
  }

  /// When the recording is over and, by its deployment, the run with it; `never` otherwise.
  var end: Instant { playbacks.values.map(\.endInstant).min() ?? .never }

  func convert(to rate: Hertz) -> Bool {
    guard isResampled else { return false }
    for (quantity, playback) in playbacks {
      guard let recording = try? playback.recording.resampled(to: rate),
        let converted = try? Playback(
          recording, offset: playback.offset, drift: playback.drift,
          interpolation: playback.interpolation, end: playback.end)
      else { return false }
      playbacks[quantity] = converted
    }
    self.rate = rate
    return true
  }

  func values(of quantity: PhysicalQuantity, at instant: Instant) -> StimulusValue {
    guard let playback = playbacks[quantity] else { return .absent }
    return playback.values(at: instant).map { .values($0) } ?? .ended
  }
}
