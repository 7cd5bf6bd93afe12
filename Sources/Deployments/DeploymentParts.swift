public import Documents

/// A deployment's parts as the command line gives them: alone, or on top of a file.
public struct DeploymentParts: Hashable, Sendable {
  /// An ELF, when there is no file.
  public var firmware: String?
  /// `--board NAME|FILE.yaml`.
  public var board: String?
  /// `--stream SENSOR=FILE`.
  public var streams: [String] = []
  /// `--measure NAME=FROM..TO`.
  public var measures: [String] = []
  /// `--budget NAME=LIMIT`.
  public var budgets: [String] = []
  /// `--uart NAME=TARGET`.
  public var uarts: [String] = []
  /// `--for`, `--timeout`, `--judge`.
  public var duration: String?
  public var timeout: String?
  public var judge: String?
  /// `--svd FILE`.
  public var description: String?
  /// `--hold REGISTER=VALUE`.
  public var holds: [String] = []
  /// `--press PIN@TIME`.
  public var presses: [String] = []
  /// Files beside the first firmware.
  public var furtherFirmware: [String] = []
  /// `--files`, `--arguments`.
  public var files: String?
  public var arguments: String?
  /// `--seed N`.
  public var seed: Int64?
  /// `--set KEY=VALUE`.
  public var settings: [String] = []

  public init() {}
}

extension Deployment {
  /// Loads a deployment's file with the command line's parts on top of it.
  public static func load(
    path: String, parts: DeploymentParts = DeploymentParts()
  ) throws(DocumentError) -> Deployment {
    try make(try Node.load(path: path), path: path == "-" ? nil : path, parts: parts)
  }

  /// A deployment of a firmware alone.
  public static func make(parts: DeploymentParts) throws(DocumentError) -> Deployment {
    let place = Position(file: parts.firmware ?? "command line")
    return try make(Node(.mapping([]), at: place), path: nil, parts: parts)
  }

  /// A deployment from a tree, which errors name by `path`.
  public static func make(
    _ tree: Node, path: String?, parts: DeploymentParts
  ) throws(DocumentError) -> Deployment {
    var tree = tree
    if tree.isNull { tree.content = .mapping([]) }
    let boardOverrides = try parts.apply(to: &tree)
    if parts.firmware != nil && tree["board"] == nil {
      throw tree.error("no board given; name one with --board NAME")
    }
    return try DeploymentReader(tree, path: path).deployment(boardOverrides: boardOverrides)
  }
}

extension DeploymentParts {
  /// Puts the parts into the tree and returns what `--set` says of the board.
  fileprivate func apply(to tree: inout Node) throws(DocumentError) -> [Override] {
    try set(firmware, ["firmware"], "firmware", &tree)
    try set(board, ["board"], "--board", &tree)
    try set(duration, ["for"], "--for", &tree)
    try set(timeout, ["timeout"], "--timeout", &tree)
    try set(judge, ["judge"], "--judge", &tree)
    try set(seed.map(String.init), ["seed"], "--seed", &tree)
    try set(files, ["files"], "--files", &tree)
    try set(arguments, ["arguments"], "--arguments", &tree)
    for text in streams {
      let (name, file) = try pair(text, "--stream", "SENSOR=FILE")
      try set(file, ["streams", name, "file"], "--stream \(text)", &tree)
    }
    for text in uarts {
      let (name, target) = try pair(text, "--uart", "NAME=FILE|pty|tcp:PORT|script:FILE")
      try set(target, ["uart", name], "--uart \(text)", &tree)
    }
    try set(description, ["svd"], "--svd", &tree)
    try append(presses, "press", "--press", &tree)
    try append(furtherFirmware, "firmware", "firmware", &tree)
    for text in holds {
      let (name, value) = try pair(text, "--hold", "BLOCK.REGISTER[.FIELD]=VALUE")
      try set(value, ["hold", name], "--hold \(text)", &tree)
    }
    for text in measures { try applyMeasure(text, &tree) }
    for text in budgets { try applyBudget(text, &tree) }
    var boardOverrides: [Override] = []
    for text in settings {
      let override = try Override(text)
      // `memory.flash.wait-states` is a board's, too.
      let isOfBoard = override.path.first == "board" || override.path.first == "memory"
      if isOfBoard && override.path.count > 1 {
        boardOverrides.append(override.droppingFirst())
      } else {
        try tree.apply(override)
      }
    }
    return boardOverrides
  }

  private func applyMeasure(_ text: String, _ tree: inout Node) throws(DocumentError) {
    let (name, points) = try pair(text, "--measure", "NAME=FROM..TO")
    let option = "--measure \(text)"
    guard let dots = firstDots(in: points) else {
      throw DocumentError(
        "expected NAME=FROM..TO", at: Position(file: "--measure \(shortened(text))"))
    }
    try set(String(points[..<dots]), ["measure", name, "from"], option, &tree)
    let to = points[points.index(dots, offsetBy: 2)...]
    try set(String(to), ["measure", name, "to"], option, &tree)
  }

  private func firstDots(in text: String) -> String.Index? {
    text.indices.first { text[$0...].hasPrefix("..") }
  }

  /// A limit of a measure is its maximum; one whose budget is a mapping in the file too.
  private func applyBudget(_ text: String, _ tree: inout Node) throws(DocumentError) {
    let (name, limit) = try pair(text, "--budget", "NAME=LIMIT")
    var path = ["budgets"] + name.split(separator: ".").map(String.init)
    if path.count == 2 {
      var isMapping = false
      if case .mapping? = tree["budgets"]?[name]?.content { isMapping = true }
      if isMapping || !BudgetMetric.plainNames.contains(name) { path.append("max") }
    }
    try set(limit, path, "--budget \(text)", &tree)
  }

  /// Puts texts behind those of a key that holds one or several.
  private func append(
    _ texts: [String], _ key: String, _ option: String, _ tree: inout Node
  ) throws(DocumentError) {
    if texts.isEmpty { return }
    var list = try tree[key].map { (node) throws(DocumentError) in try node.oneOrMore() } ?? []
    for text in texts {
      let place = Position(file: "\(option) \(shortened(text))")
      var node = Node(.scalar(text, quoted: true), at: place)
      node.isOverride = true
      list.append(node)
    }
    let place = tree[key]?.position ?? Position(file: option)
    try tree.put(Node(.sequence(list), at: place), for: key)
  }

  private func set(
    _ value: String?, _ path: [String], _ option: String, _ tree: inout Node
  ) throws(DocumentError) {
    guard let value else { return }
    let place = Position(file: shortened(option))
    try tree.set(path, to: Node(.scalar(value, quoted: true), at: place))
  }

  private func pair(
    _ text: String, _ option: String, _ form: String
  ) throws(DocumentError) -> (String, String) {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
      throw DocumentError("expected \(form)", at: Position(file: "\(option) \(shortened(text))"))
    }
    return (String(text[..<equals]), String(text[text.index(after: equals)...]))
  }
}
