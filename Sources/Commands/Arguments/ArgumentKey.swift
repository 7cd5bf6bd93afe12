import Documents
import Verdicts

/// How an argument stands on the command line.
enum ArgumentShape: Hashable, Sendable {
  /// `--quiet`.
  case flag
  /// `--board NAME` or `--board=NAME`, at most once.
  case option(placeholder: String)
  /// The same, as often as wanted.
  case list(placeholder: String)
  /// `FIRMWARE`, by its place.
  case positional(isRequired: Bool)
  /// `DEPLOYMENT...`: every word behind the positional ones, at least one.
  case remaining

  var placeholder: String? {
    switch self {
    case .option(let placeholder), .list(let placeholder): placeholder
    case .flag, .positional, .remaining: nil
    }
  }
}

/// What is known of an argument whatever the type of its value.
protocol ArgumentKey: Sendable {
  /// `--board`, or `FIRMWARE` for a positional one.
  var name: String { get }
  var help: String { get }
  var shape: ArgumentShape { get }
  /// Not in the help: understood, but of no use yet.
  var isHidden: Bool { get }
  /// Fails when the texts given for it are no value.
  func check(_ texts: [String]) throws(CommandFailure)
}

/// One argument: this constant parses it, reads it and documents it.
struct Key<Value: Sendable>: ArgumentKey {
  let name: String
  let help: String
  let shape: ArgumentShape
  var isHidden = false
  /// The value that all the texts given for it come to, none included.
  let read: @Sendable ([String]) throws(CommandFailure) -> Value

  func check(_ texts: [String]) throws(CommandFailure) { _ = try read(texts) }
}

extension Key where Value == Bool {
  static func flag(_ name: String, _ help: String) -> Key {
    Key(name: name, help: help, shape: .flag) { texts in !texts.isEmpty }
  }
}

extension Key where Value == String? {
  static func option(_ name: String, _ placeholder: String, _ help: String) -> Key {
    Key(name: name, help: help, shape: .option(placeholder: placeholder)) { texts in texts.first }
  }

  static func positional(_ name: String, _ help: String) -> Key {
    Key(name: name, help: help, shape: .positional(isRequired: false)) { texts in texts.first }
  }

  /// An option that is promised but not there yet.
  static func unavailable(_ name: String) -> Key {
    Key(name: name, help: "", shape: .list(placeholder: "VALUE"), isHidden: true) {
      (texts) throws(CommandFailure) in
      if texts.isEmpty { return nil }
      throw .usage("'\(name)' is not available yet")
    }
  }
}

extension Key where Value == String {
  static func required(_ name: String, _ help: String) -> Key {
    Key(name: name, help: help, shape: .positional(isRequired: true)) {
      (texts) throws(CommandFailure) in
      guard let text = texts.first else { throw .usage("missing argument \(name)") }
      return text
    }
  }
}

extension Key where Value == [String] {
  static func list(_ name: String, _ placeholder: String, _ help: String) -> Key {
    Key(name: name, help: help, shape: .list(placeholder: placeholder)) { texts in texts }
  }
}

extension Key {
  /// One of a few words; the first is taken when none is given.
  static func choice(
    _ name: String, _ choices: [(word: String, value: Value)], _ help: String
  ) -> Key {
    let words = choices.map(\.word)
    return Key(
      name: name, help: help, shape: .option(placeholder: words.joined(separator: "|"))
    ) { (texts) throws(CommandFailure) in
      guard let text = texts.first else { return choices[0].value }
      if let choice = choices.first(where: { $0.word == text }) { return choice.value }
      throw CommandFailure(
        .usage, "\(name): error: unknown choice '\(shortened(text))'" + hint(for: text, in: words))
    }
  }
}
