public import Documents

/// Why there is no board.
public enum BoardError: Error, Hashable, Sendable {
  /// A file of it cannot be read or is wrong.
  case document(DocumentError)
  /// No board of that name; `position` is where a deployment names it.
  case unknownBoard(String, known: [String], at: Position?)
  /// The folder with the boards is in none of these places.
  case noData(searched: [String])

  public var isCannotOpen: Bool {
    switch self {
    case .document(let error): error.kind == .cannotOpen
    case .unknownBoard: false
    case .noData: true
    }
  }
}

extension BoardError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .document(let error): return error.description
    case .unknownBoard(let name, let known, let position):
      let place = position.map { "\($0): " } ?? ""
      let near = nearest(to: name, in: known).map { "; did you mean '\($0)'?" } ?? ""
      return "\(place)error: unknown board '\(shortened(name))'\(near)"
        + " (known: \(known.joined(separator: ", ")))"
    case .noData(let searched):
      return "error: no folder 'Boards' in \(searched.joined(separator: ", "));"
        + " give --data DIRECTORY or set THUMBPRINT_HOME"
    }
  }
}
