import Boards
import Documents
import FileSystem
import Units

/// Makes a deployment of its checked tree.
struct DeploymentReader {
  static let keys = [
    "name", "board", "firmware", "generate", "sensors", "streams", "faults", "labels", "for",
    "timeout", "measure",
    "inference", "battery", "budgets", "judge", "uart",
    "files", "arguments", "seed", "svd", "hold", "press",
  ]

  private let fields: Fields
  private let path: String?

  init(_ root: Node, path: String?) throws(DocumentError) {
    fields = try Fields(root, "a deployment", keys: Self.keys)
    self.path = path
  }

  func deployment(boardOverrides: [Override]) throws(DocumentError) -> Deployment {
    let board = try fields.required("board")
    let firmware = try firmware()
    let measures = try measures()
    var deployment = Deployment(
      name: try fields.optional("name")?.string() ?? defaultName(firmware), path: path,
      board: try boardName(board), boardPosition: board.position, boardOverrides: boardOverrides,
      firmware: firmware, streams: try streams(),
      labels: try fields.optional("labels").map(resolve),
      duration: try fields.optional("for")?.positiveInterval(),
      timeout: try fields.optional("timeout")?.positiveInterval(), measures: measures,
      inference: try fields.optional("inference").map { node throws(DocumentError) in
        try Inference(node)
      },
      battery: try fields.optional("battery").map(battery),
      budgets: try fields.optional("budgets").map { node throws(DocumentError) in
        try BudgetReader(measures: measures.map(\.name)).budgets(node)
      } ?? [],
      judge: try fields.optional("judge")?.choice("judge", as: Deployment.Judge.self) ?? .guarded,
      uarts: try uarts(), description: try fields.optional("svd").map(resolve),
      holds: try holds(), files: try fields.optional("files").map(resolve),
      arguments: try fields.optional("arguments")?.string())
    deployment.sensors = try fields.optional("sensors")?.entries("sensors") ?? []
    deployment.faults = try faults()
    for node in try fields.optional("press")?.oneOrMore() ?? [] {
      deployment.presses.append(try PinPress(node))
    }
    for node in try fields.optional("firmware")?.oneOrMore().dropFirst() ?? [] {
      deployment.furtherFirmware.append(try resolve(node))
    }
    deployment.seed = try fields.optional("seed")?.integer() ?? 0
    return deployment
  }

  private func faults() throws(DocumentError) -> [Fault] {
    var faults: [Fault] = []
    for node in try fields.optional("faults")?.elements() ?? [] { faults.append(try Fault(node)) }
    return faults
  }

  /// Paths in the file are relative to it, those of options to where the command was typed.
  private func resolve(_ node: Node) throws(DocumentError) -> String {
    let text = try node.string()
    guard !text.isEmpty else { throw node.error("expected the path of a file, found nothing") }
    guard let path, !node.isOverride, text != "-" else { return text }
    return Files.resolve(text, in: Files.directory(of: path))
  }

  private func boardName(_ node: Node) throws(DocumentError) -> String {
    let name = try node.string()
    return name.hasSuffix(".yaml") || name.hasSuffix(".yml") ? try resolve(node) : name
  }

  private func defaultName(_ firmware: Deployment.Firmware) -> String {
    let file: String
    switch firmware {
    case .file(let elf): file = path ?? elf
    case .generated(let generation): file = path ?? generation.network
    }
    let last = file.split(separator: "/").last.map(String.init) ?? file
    guard let dot = last.lastIndex(of: "."), dot != last.startIndex else { return last }
    return String(last[..<dot])
  }

  private func firmware() throws(DocumentError) -> Deployment.Firmware {
    switch (fields.optional("firmware"), fields.optional("generate")) {
    case (let file?, nil):
      guard let first = try file.oneOrMore().first else {
        throw file.error("expected the path of a file, found an empty list")
      }
      return .file(try resolve(first))
    case (nil, let node?): return .generated(try Generation(node, resolve: resolve))
    case (nil, nil): throw fields.node.error("missing key 'firmware' or 'generate' in a deployment")
    case (_?, let node?): throw node.error("expected 'firmware' or 'generate', not both")
    }
  }

  private func streams() throws(DocumentError) -> [StreamInput] {
    var streams: [StreamInput] = []
    for entry in try fields.optional("streams")?.entries("streams") ?? [] {
      streams.append(try StreamInput(entry, resolve: resolve))
    }
    return streams
  }

  private func measures() throws(DocumentError) -> [Measure] {
    var measures: [Measure] = []
    for entry in try fields.optional("measure")?.entries("measures") ?? [] {
      measures.append(try Measure(entry))
    }
    return measures
  }

  private func battery(_ node: Node) throws(DocumentError) -> Deployment.Battery {
    let fields = try Fields(node, "a battery", keys: ["capacity", "voltage"])
    let (capacity, voltage) = (try fields.required("capacity"), try fields.required("voltage"))
    let battery = Deployment.Battery(
      capacity: try capacity.charge(), voltage: try voltage.volts())
    guard battery.capacity.nanoampereHours > 0 else {
      throw capacity.error("expected a charge above zero, found \(capacity.summary)")
    }
    guard battery.voltage.millivolts > 0 else {
      throw voltage.error("expected a voltage above zero, found \(voltage.summary)")
    }
    return battery
  }

  private func uarts() throws(DocumentError) -> [UARTConnection] {
    var uarts: [UARTConnection] = []
    for entry in try fields.optional("uart")?.entries("serial ports") ?? [] {
      uarts.append(
        UARTConnection(name: entry.key, target: try target(entry.value), position: entry.position))
    }
    return uarts
  }

  private func holds() throws(DocumentError) -> [RegisterHold] {
    var holds: [RegisterHold] = []
    for entry in try fields.optional("hold")?.entries("held registers") ?? [] {
      holds.append(try RegisterHold(entry))
    }
    return holds
  }

  /// `FILE`, `pty`, `tcp:PORT` or `script:FILE`.
  private func target(_ node: Node) throws(DocumentError) -> UARTConnection.Target {
    let text = try node.string()
    if text == "pty" { return .pseudoTerminal }
    if text.hasPrefix("tcp:") {
      guard let port = UInt16(text.dropFirst(4)), port > 0 else {
        throw node.error("expected 'tcp:PORT' with a port from 1 to 65535, found \(node.summary)")
      }
      return .tcp(port: port)
    }
    if text.hasPrefix("script:") {
      var file = node
      file.content = .scalar(String(text.dropFirst(7)), quoted: true)
      return .script(try resolve(file))
    }
    return .file(try resolve(node))
  }
}
