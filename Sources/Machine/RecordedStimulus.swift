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
  /// What the recording was taken for where neither it nor the deployment says.
  private(set) var assumptions: [String] = []

  init(_ stream: StreamInput, sensor: BoardSensor) throws(MachineError) {
    isResampled = stream.isResampled
    do throws(StreamError) {
      let tracks = try Recording.tracks(
        file: stream.file,
        options: ReadingOptions(
          rate: stream.rate, channel: stream.soundChannel, timeColumn: stream.timeColumn))
      rate = tracks[0].rate
      for track in tracks { assumptions += track.assumptions }
      for quantity in PhysicalQuantity.allCases where sensor.channels.contains(quantity.rawValue) {
        guard let selected = try select(quantity, of: tracks, stream) else { continue }
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

  /// The quantity's columns in the sensor's unit, from the track that has them; nil when none does.
  private func select(
    _ quantity: PhysicalQuantity, of tracks: [Recording], _ stream: StreamInput
  ) throws(StreamError) -> Recording? {
    let channel = stream.channel(quantity.rawValue)
    if quantity == .sound {
      let sound = tracks.first { $0.channels[0].unit == "int16" } ?? tracks[0]
      return try sound.selecting([sound.channels[0].name])
    }
    guard let columns = channel?.columns ?? Self.usualColumns(quantity, tracks) else { return nil }
    func holds(_ track: Recording) -> Bool {
      columns.allSatisfy(track.channels.map(\.name).contains)
    }
    // Where no track has them all, the first says which one is missing.
    let selected = try (tracks.first(where: holds) ?? tracks[0]).selecting(columns)
    guard let unit = Self.unit(quantity) else { return selected }
    let given = channel?.unit ?? selected.channels.first?.unit
    if given == nil {
      let names = selected.channels.map { "'\($0.name)'" }.joined(separator: ", ")
      let (subject, verb) = columns.count == 1 ? ("column", "names") : ("columns", "name")
      assumptions.append("\(subject) \(names) \(verb) no unit: taken as \(unit)")
    }
    return try selected.converted(to: unit, from: given ?? unit)
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

  /// Columns that need no `columns:`, by their names.
  private static func usualColumns(
    _ quantity: PhysicalQuantity, _ tracks: [Recording]
  ) -> [String]? {
    for track in tracks {
      let names = track.channels.map(\.name)
      let own: [String] =
        switch quantity {
        case .light: ["clear", "red", "green", "blue"]
        case .gesture: ["up", "down", "left", "right"]
        default: [quantity.rawValue]
        }
      if own.allSatisfy(names.contains) { return own }
      if let places = RecordedQuantity(rawValue: quantity.rawValue)?.columns(of: track.channels) {
        return places.map { names[$0] }
      }
    }
    return nil
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
