public import Units

/// What a deployment says about a recording that the file itself may not.
public struct ReadingOptions: Sendable {
  /// Samples a second; wins over a time column. A WAV file has its own.
  public var rate: Hertz?
  /// One channel of a WAV file, counted from 1; nil keeps all (a microphone plays the first).
  public var channel: Int?
  /// The CSV column of sample times; nil finds `t`, `time`, `timestamp` by name.
  public var timeColumn: String?
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
  static func read(
    _ bytes: [UInt8], path: String, options: ReadingOptions
  ) throws(StreamError) -> Recording
}

/// Every format that can be read, one line each.
enum Catalog {
  static var readers: [any RecordingReader.Type] {
    [
      WAVReader.self,
      CSVReader.self,
    ]
  }
}

extension Recording {
  /// Reads a recording in any known format, told by its contents, else by its extension.
  public init(file path: String, options: ReadingOptions = .init()) throws(StreamError) {
    try self.init(bytes: readFile(path), path: path, options: options)
  }

  /// The same from bytes already read; `path` is for messages and its extension.
  public init(
    bytes: [UInt8], path: String, options: ReadingOptions = .init()
  ) throws(StreamError) {
    if bytes.isEmpty {
      throw StreamError(.empty, path, "an empty file", hint: "record it again or copy it whole")
    }
    let recording = try reader(of: bytes, path).read(bytes, path: path, options: options)
    self = recording
  }
}

private func reader(
  of bytes: [UInt8], _ path: String
) throws(StreamError) -> any RecordingReader.Type {
  let suffix = path.split(separator: ".").last.map { $0.lowercased() } ?? ""
  for reader in Catalog.readers where reader.recognizes(bytes) { return reader }
  for reader in Catalog.readers where reader.extensions.contains(suffix) { return reader }
  let known = Catalog.readers.flatMap { $0.extensions }.map { "." + $0 }.joined(separator: ", ")
  throw StreamError(
    .unknownFormat, path, "unknown recording format", hint: "expected one of \(known)")
}
