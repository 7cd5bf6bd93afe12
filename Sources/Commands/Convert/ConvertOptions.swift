import Documents
import Streams
import Units
import Verdicts

/// The arguments of `convert`.
enum ConvertOptions {
  static let input = Key.required("IN", "a recording or its labels")
  static let output = Key.required("OUT", "where the result goes; its extension tells the format")
  static let format = Key.option(
    "--to", "FORMAT",
    "the format, where OUT's extension does not tell it: "
      + Recording.writableFormats.joined(separator: ", "))
  static let rate = Key.rate("--rate", "samples a second of IN; wins over its times")
  static let resample = Key.rate("--resample", "samples a second of OUT: converts by a filter")
  static let columns = Key.option(
    "--columns", "LIST", "columns to keep, in this order; ax=A_X renames one")
  static let units = Key.option(
    "--units", "LIST", "what IN's numbers are in: g, or accelerometer=g,gyroscope=dps")
  static let newUnits = Key.option(
    "--to-units", "LIST", "what OUT's numbers are to be in, the same way")
  static let time = Key.option(
    "--time", "COLUMN", "the column of times, with its unit if need be: 'tick [ms]'")
  static let key = Key.option("--key", "KEY", "signs an Edge Impulse file with this HMAC key")
  static let checkKey = Key.option(
    "--check-key", "KEY", "checks the signature of an Edge Impulse IN with this HMAC key")
  static let recording = Key.option(
    "--recording", "FILE", "of labels that count samples: the recording that they belong to")
  static let repair = Key.flag(
    "--repair", "reads what is there of a file that is cut off or whose times repeat or jump back")

  /// How the arguments want IN to be read.
  static func reading(_ arguments: Arguments) throws(CommandFailure) -> ReadingOptions {
    var options = ReadingOptions(rate: try arguments[rate], timeColumn: try arguments[time])
    options.key = try arguments[checkKey]
    options.columns = try arguments[columns].map(Recording.columns) ?? []
    options.allowsTruncated = try arguments[repair]
    options.allowsDisorder = options.allowsTruncated
    return options
  }
}

extension Key where Value == Hertz? {
  /// A frequency with its unit.
  static func rate(_ name: String, _ help: String) -> Key {
    Key(name: name, help: help, shape: .option(placeholder: "RATE")) {
      (texts) throws(CommandFailure) in
      guard let text = texts.first else { return nil }
      do throws(QuantityError) { return try Quantity.hertz(text) } catch {
        throw CommandFailure(.usage, "\(name): error: \(error)")
      }
    }
  }
}
