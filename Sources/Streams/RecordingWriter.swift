import Units

/// What a recording's file should be like.
public struct WritingOptions: Sendable {
  /// Signs an Edge Impulse file with this key.
  public var key: String?

  public init(key: String? = nil) { self.key = key }
}

/// A recording in a format of its own, and what that format could not keep.
public struct WrittenRecording: Sendable {
  public let bytes: [UInt8]
  /// A file that belongs beside it, by its path.
  public var companion: (path: String, bytes: [UInt8])?
  /// `the unit of ax`, in the order of loss.
  public var losses: [String] = []
}

/// Writes one file format.
protocol RecordingWriter {
  /// The word for `--to`.
  static var name: String { get }
  /// Lower case, without the dot.
  static var extensions: [String] { get }
  /// `path` is where it goes, for messages and companions.
  static func write(
    _ recording: Recording, to path: String, options: WritingOptions
  ) throws(StreamError) -> WrittenRecording
}

extension Recording {
  /// The words that name a format to write, in the catalog's order.
  public static var writableFormats: [String] { Catalog.writers.map { $0.name } }

  /// The recording as a file; the format is told by its word, else by the path's extension.
  public func written(
    to path: String, format: String? = nil, options: WritingOptions = .init()
  ) throws(StreamError) -> WrittenRecording {
    let writers = Catalog.writers
    let found =
      format.map { name in writers.first { $0.name == name } }
      ?? writers.first { $0.extensions.contains(suffix(of: path)) }
    guard let writer = found else {
      throw StreamError(
        .unknownFormat, path, "no format to write is called that",
        hint: "give one with --to: \(Self.writableFormats.joined(separator: ", "))")
    }
    return try writer.write(self, to: path, options: options)
  }

  /// The rate, for formats that know nothing else.
  func constantRate(for format: String, _ path: String) throws(StreamError) -> Hertz {
    if let rate { return rate }
    throw StreamError(
      .wrongRate, path, "\(self.path) has a time for each sample, \(format) only a rate",
      hint: "give the rate that it was to have with --rate, or one to convert to with --resample")
  }

  /// What most formats cannot keep.
  func losses(attributes known: [String] = [], start: Bool = true, segments: Bool = true)
    -> [String]
  {
    var losses: [String] = []
    if start, self.start != .zero { losses.append("the time of the first sample") }
    if segments, self.segments.count > 1 {
      losses.append("the \(self.segments.count) parts that it was recorded in")
    }
    losses += attributes.map(\.name).filter { !known.contains($0) }
    return losses
  }
}
