public import Units

/// What a deployment says about a recording that the file itself may not.
public struct ReadingOptions: Sendable {
  /// Samples a second; wins over a time column. A WAV file has its own.
  public var rate: Hertz?
  /// One channel of a WAV file, counted from 1; nil keeps all (a microphone plays the first).
  public var channel: Int?
  /// The CSV column of sample times, its unit in brackets if the file does not say: `tick [ms]`; nil
  /// finds `t`, `time`, `timestamp` by name.
  public var timeColumn: String?
  /// Of a file with several tracks the one that holds these columns.
  public var columns: [String] = []
  /// Checks an Edge Impulse file's signature with this key.
  public var key: String?
  /// Reads a table whose times repeat or jump back: what was done is told in `repairs`.
  public var allowsDisorder = false
  /// Reads what is there of a file that was cut off, instead of refusing it.
  public var allowsTruncated = false

  public init(rate: Hertz? = nil, channel: Int? = nil, timeColumn: String? = nil) {
    (self.rate, self.channel, self.timeColumn) = (rate, channel, timeColumn)
  }
}

/// Reads one file format.
protocol RecordingReader {
  /// For messages: `WAV`.
  static var name: String { get }
  /// Lower case, without the dot.
  static var extensions: [String] { get }
  /// Whether the file's first bytes are this format's beyond doubt.
  static func recognizes(_ bytes: [UInt8]) -> Bool
  /// The tracks of the file, at least one: columns that were sampled together.
  static func read(
    _ bytes: [UInt8], path: String, options: ReadingOptions
  ) throws(StreamError) -> [Recording]
}

/// Every format that can be read and written, one line each.
enum Catalog {
  /// Every format that can be read; contents tell first, then extensions, in this order.
  static var readers: [any RecordingReader.Type] {
    [
      WAVReader.self,
      RESDReader.self,
      EdgeImpulseJSONReader.self,
      EdgeImpulseCBORReader.self,
      HSDatalogReader.self,
      SDSReader.self,
      RenodeReader.self,
      CSVReader.self,
    ]
  }

  /// Every format that can be written.
  static var writers: [any RecordingWriter.Type] {
    [
      CSVWriter.self,
      DeepCraftWriter.self,
      EdgeImpulseJSONWriter.self,
      EdgeImpulseCBORWriter.self,
      RESDWriter.self,
      SDSWriter.self,
      RenodeWriter.self,
      WAVWriter.self,
    ]
  }
}

extension Recording {
  /// Reads a recording in any known format, told by its contents, else by its extension.
  ///
  /// Of a file with several tracks it is the one that holds `options.columns`; without them it throws.
  public init(file path: String, options: ReadingOptions = .init()) throws(StreamError) {
    try self.init(bytes: readFile(path), path: path, options: options)
  }

  /// The same from bytes already read; `path` is for messages, its extension and files beside it.
  public init(
    bytes: [UInt8], path: String, options: ReadingOptions = .init()
  ) throws(StreamError) {
    let tracks = try Self.tracks(bytes: bytes, path: path, options: options)
    func holds(_ track: Recording) -> Bool {
      let names = track.channels.map(\.name)
      return options.columns.allSatisfy(names.contains)
    }
    if tracks.count == 1 {
      self = tracks[0]
    } else if !options.columns.isEmpty, let track = tracks.first(where: holds) {
      self = track
    } else {
      let names = tracks.map { $0.channels.map(\.name).joined(separator: " ") }
      throw StreamError(
        .unknownColumn, path,
        options.columns.isEmpty
          ? "\(tracks.count) tracks that were sampled apart"
          : "no track with all of \(options.columns.joined(separator: ", "))",
        hint: "name the columns of one of them: \(names.joined(separator: "; "))")
    }
  }

  /// Every track of a file: one, unless its sensors were sampled apart.
  public static func tracks(
    file path: String, options: ReadingOptions = .init()
  ) throws(StreamError) -> [Recording] {
    try tracks(bytes: readFile(path), path: path, options: options)
  }

  /// The same from bytes already read.
  public static func tracks(
    bytes: [UInt8], path: String, options: ReadingOptions = .init()
  ) throws(StreamError) -> [Recording] {
    if bytes.isEmpty {
      throw StreamError(.empty, path, "an empty file", hint: "record it again or copy it whole")
    }
    return try reader(of: bytes, path).read(bytes, path: path, options: options)
  }

  /// Whether the first bytes of a file are those of a known format.
  public static func isRecording(_ start: [UInt8]) -> Bool {
    Catalog.readers.contains { $0.recognizes(start) }
  }

  /// Whether a name ends like a recording's.
  public static func isRecording(named path: String) -> Bool {
    Catalog.readers.contains { $0.extensions.contains(suffix(of: path)) }
  }
}

/// What follows the last dot of a file's name, in lower case.
func suffix(of path: String) -> String {
  let name = path.split(separator: "/").last ?? ""
  return name.split(separator: ".").dropFirst().last?.lowercased() ?? ""
}

private func reader(
  of bytes: [UInt8], _ path: String
) throws(StreamError) -> any RecordingReader.Type {
  let suffix = suffix(of: path)
  for reader in Catalog.readers where reader.recognizes(bytes) { return reader }
  for reader in Catalog.readers where reader.extensions.contains(suffix) { return reader }
  let known = Catalog.readers.flatMap { $0.extensions }.map { "." + $0 }.joined(separator: ", ")
  throw StreamError(
    .unknownFormat, path, "unknown recording format", hint: "expected one of \(known)")
}
