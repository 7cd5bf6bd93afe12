public import Documents
import FileSystem

/// The folder that holds `Boards/` and what else ships with the tool.
public struct DataDirectory: Hashable, Sendable {
  public let path: String

  /// Takes the first place that holds `Boards/`: `--data` alone when given, `$THUMBPRINT_HOME`
  /// alone when set, `../share/thumbprint` beside the executable, the package root above it.
  public init(explicit: String? = nil) throws(BoardError) {
    let places = DataDirectory.places(explicit)
    guard let found = places.first(where: { Files.exists($0 + "/Boards") }) else {
      throw .noData(searched: places)
    }
    path = found
  }

  private static func places(_ explicit: String?) -> [String] {
    if let explicit { return [explicit] }
    if let home = Files.environment("THUMBPRINT_HOME"), !home.isEmpty { return [home] }
    guard let executable = Files.executable else { return [] }
    var directory = Files.directory(of: executable)
    var places = [Files.directory(of: directory) + "/share/thumbprint"]
    while directory != "/" && directory != "." {
      directory = Files.directory(of: directory)
      places.append(directory)
    }
    return places
  }

  /// What `--board` accepts beside files, sorted.
  public func boardNames() -> [String] { names(in: path + "/Boards") }
  public func chipNames() -> [String] { names(in: path + "/Boards/Chips") }

  private func names(in folder: String) -> [String] {
    Files.names(in: folder).filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
  }

  /// Loads a board by name, or from a file when the name ends in `.yaml`.
  ///
  /// A chip stands in the board's file, or is looked for in `Chips/` beside it, then here.
  /// `overrides` are dotted keys of the board, of its chip (`core.priority-bits`) or below a memory
  /// (`flash.wait-states`).
  /// `sensors` are laid over the board's: one of the same name takes its place.
  public func board(
    _ name: String, overrides: [Override] = [], sensors: [Node.Entry] = [],
    at position: Position? = nil
  ) throws(BoardError) -> Board {
    let isFile = name.hasSuffix(".yaml") || name.hasSuffix(".yml")
    if !isFile && !boardNames().contains(name) {
      throw .unknownBoard(name, known: boardNames(), at: position)
    }
    let file = isFile ? name : "\(path)/Boards/\(name).yaml"
    do throws(DocumentError) {
      var trees = BoardTrees(board: try Node.load(path: file), chip: nil)
      let chipName = try trees.chipName()
      let isInline = if case .mapping = chipName.content { true } else { false }
      trees.chip = isInline ? chipName : try chipTree(chipName, beside: file)
      for sensor in sensors { try trees.board.lay(sensor, below: "sensors") }
      for override in overrides { try trees.apply(override) }
      return try Board(trees.board, chip: trees.chip ?? trees.board, isInline: isInline)
    } catch {
      throw .document(error)
    }
  }

  private func chipTree(_ name: Node, beside file: String) throws(DocumentError) -> Node {
    let chip = try name.string()
    let folders = [Files.directory(of: file) + "/Chips", path + "/Boards/Chips"]
    // A name is no path: `../../x` would leave the folder.
    let isPlain = !chip.contains("/")
    for folder in folders where isPlain && Files.exists("\(folder)/\(chip).yaml") {
      return try Node.load(path: "\(folder)/\(chip).yaml")
    }
    throw name.error("unknown chip '\(shortened(chip))'" + hint(for: chip, in: chipNames()))
  }

  /// The files that `board` was loaded from, by name: its own and its chip's. Empty texts are none.
  public func sources(of board: Board, named name: String) -> [String] {
    let file =
      name.hasSuffix(".yaml") || name.hasSuffix(".yml") ? name : "\(path)/Boards/\(name).yaml"
    let folders = [Files.directory(of: file) + "/Chips", path + "/Boards/Chips"]
    let chips = folders.map { "\($0)/\(board.chip.name).yaml" }
    return [file] + chips.filter(Files.exists).prefix(1)
  }
}

extension Board {
  /// A board from its tree and its chip's, which may stand in it and share its sources.
  package init(_ board: Node, chip: Node, isInline: Bool = false) throws(DocumentError) {
    let reader = try BoardReader(board)
    self = try reader.board(
      try ChipReader(chip, beside: isInline ? reader.provenances : nil).chip())
  }
}
