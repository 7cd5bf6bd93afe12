import Documents
import Units

/// Makes a board of its checked tree and its chip.
struct BoardReader {
  static let keys =
    [
      "board", "title", "chip", "sources", "core-clock", "clocks", "vector-table", "boot-loader",
      "application", "sensors", "unmodelled-parts", "console", "leds", "buttons", "pull-ups",
      "power",
    ] + Provenances.defaults

  private let fields: Fields
  let provenances: Provenances

  init(_ root: Node) throws(DocumentError) {
    fields = try Fields(root, "a board", keys: Self.keys)
    provenances = try Provenances(fields)
  }

  func board(_ chip: Chip) throws(DocumentError) -> Board {
    Board(
      name: try fields.required("board").string(), title: try fields.required("title").string(),
      chip: chip,
      coreClock: try provenances.sourced(fields.required("core-clock"), "frequency") {
        node throws(DocumentError) in try node.hertz()
      },
      clocks: try provenances.clocks(fields.optional("clocks")),
      vectorTable: try provenances.sourced(fields.required("vector-table"), "address") {
        node throws(DocumentError) in try node.address()
      },
      bootLoader: try bootLoader(chip),
      application: try application(fields.required("application"), chip),
      sensors: try sensors(chip), unmodelledParts: try unmodelledParts(),
      console: try console(chip), leds: try pins(fields.optional("leds")),
      buttons: try pins(fields.optional("buttons")), pullUps: try pullUps(),
      power: try power(chip),
      sources: provenances.sources
        + chip.sources.filter { source in !provenances.sources.contains { $0.key == source.key } })
  }

  private func application(_ node: Node, _ chip: Chip) throws(DocumentError) -> Application {
    let application = try Fields(node, "an application", keys: ["flash", "ram"] + Provenances.keys)
    return Application(
      flash: try region(application.required("flash"), chip),
      ram: try region(application.required("ram"), chip),
      provenance: try provenances.read(application))
  }

  /// Each write is `BLOCK+OFFSET: VALUE`.
  private func bootLoader(_ chip: Chip) throws(DocumentError) -> BootLoader? {
    guard let node = fields.optional("boot-loader") else { return nil }
    let loader = try Fields(node, "a boot loader", keys: ["writes"] + Provenances.keys)
    var writes: [BootLoader.Write] = []
    for entry in try loader.required("writes").entries("writes") {
      let words = entry.key.split(separator: "+", maxSplits: 1)
      guard words.count == 2, let block = chip.blocks.first(where: { $0.name == words[0] }),
        words[1].hasPrefix("0x"), let offset = UInt32(words[1].dropFirst(2), radix: 16),
        offset & 3 == 0, offset >= block.first, offset < block.size
      else {
        throw entry.value.error("'\(entry.key)' is no register; expected one like UARTE0+0x500")
      }
      let value = UInt32(try entry.value.integer(in: 0...0xffff_ffff))
      writes.append(BootLoader.Write(register: block.base + offset, value: value))
    }
    return BootLoader(writes: writes, provenance: try provenances.read(loader))
  }

  private func region(_ node: Node, _ chip: Chip) throws(DocumentError) -> Application.Region {
    let region = try Fields(node, "a region", keys: ["base", "size"])
    let base = try region.required("base").address()
    let size = try byteCount(region.required("size"))
    guard let memory = chip.memory(at: base), size <= memory.size - (base - memory.base) else {
      throw node.error("the region is not inside one memory of '\(chip.name)'")
    }
    return Application.Region(base: base, size: size)
  }

  private func power(_ chip: Chip) throws(DocumentError) -> PowerTable? {
    guard let node = fields.optional("power") else { return nil }
    let reader = PowerReader(provenances)
    var consumers = chip.consumers + (try reader.consumers(node))
    for sensor in try fields.optional("sensors")?.entries("sensors") ?? [] {
      guard let consumer = try reader.consumer(ofSensor: sensor) else { continue }
      consumers.removeAll { $0.name == consumer.name }
      consumers.append(consumer)
    }
    let table = PowerTable(supply: try reader.supply(node), consumers: consumers)
    try PowerReader.check(table, at: node)
    return table
  }

  private func console(_ chip: Chip) throws(DocumentError) -> Console? {
    guard let node = fields.optional("console") else { return nil }
    let console = try Fields(
      node, "a console", keys: ["controller", "transmit", "receive"] + Provenances.keys)
    return Console(
      controller: try controller(console.required("controller"), chip),
      transmit: try optionalPin(console, "transmit"), receive: try optionalPin(console, "receive"),
      provenance: try provenances.read(console))
  }

  private func pullUps() throws(DocumentError) -> [PinName] {
    var pins: [PinName] = []
    for node in try fields.optional("pull-ups")?.elements() ?? [] { pins.append(try pin(node)) }
    return pins
  }

  private func unmodelledParts() throws(DocumentError) -> [UnmodelledPart] {
    var parts: [UnmodelledPart] = []
    for entry in try fields.optional("unmodelled-parts")?.entries("unmodelled parts") ?? [] {
      let part = try Fields(entry.value, "a part", keys: ["part"] + Provenances.keys)
      parts.append(
        UnmodelledPart(
          id: entry.key, part: try part.required("part").string(),
          provenance: try provenances.read(part)))
    }
    return parts
  }
}

extension BoardReader {
  private func sensors(_ chip: Chip) throws(DocumentError) -> [BoardSensor] {
    var sensors: [BoardSensor] = []
    for entry in try fields.optional("sensors")?.entries("sensors") ?? [] {
      sensors.append(try sensor(entry, chip))
    }
    return sensors
  }

  private static let sensorKeys = [
    "part", "bus", "address", "addresses", "pins", "power-pin", "channels", "parameters",
    "currents",
  ]

  private func sensor(_ entry: Node.Entry, _ chip: Chip) throws(DocumentError) -> BoardSensor {
    let sensor = try Fields(entry.value, "a sensor", keys: Self.sensorKeys + Provenances.keys)
    var channels: [String] = []
    for node in try sensor.optional("channels")?.elements() ?? [] {
      channels.append(try node.string())
    }
    return BoardSensor(
      id: entry.key, position: entry.position, part: try sensor.required("part").string(),
      bus: try bus(sensor.required("bus"), chip), addresses: try addresses(sensor),
      pins: try pins(sensor.optional("pins")), powerPin: try optionalPin(sensor, "power-pin"),
      channels: channels, parameters: try integers(sensor.optional("parameters")),
      provenance: sensor.has("source") ? try provenances.read(sensor) : .wiring)
  }

  /// `address: 0x6A`, or several by the dies' names.
  private func addresses(_ sensor: Fields) throws(DocumentError) -> [BoardSensor.BusAddress] {
    var addresses: [BoardSensor.BusAddress] = []
    func add(_ name: String, _ node: Node) throws(DocumentError) {
      let value = UInt8(try node.integer(in: 0x08...0x77))
      addresses.append(BoardSensor.BusAddress(name: name, value: value))
    }
    if let node = sensor.optional("address") { try add("address", node) }
    for address in try sensor.optional("addresses")?.entries("addresses") ?? [] {
      try add(address.key, address.value)
    }
    return addresses
  }

  /// A controller's name alone says the kind of bus, where it can be only one.
  private func bus(_ node: Node, _ chip: Chip) throws(DocumentError) -> BoardSensor.Bus {
    if case .scalar = node.content {
      let name = try controller(node, chip)
      guard let kind = BoardSensor.BusKind.of(controller: name) else {
        throw node.error(
          "expected the kind of bus, too: {kind: "
            + BoardSensor.BusKind.allCases.map(\.rawValue).joined(separator: "|")
            + ", controller: \(name)}")
      }
      return BoardSensor.Bus(kind: kind, controller: name, pins: [])
    }
    let bus = try Fields(node, "a bus", keys: ["kind", "controller", "pins", "pull-up-pin"])
    return BoardSensor.Bus(
      kind: try bus.required("kind").choice("kind of bus", as: BoardSensor.BusKind.self),
      controller: try controller(bus.required("controller"), chip),
      pins: try pins(bus.optional("pins")), pullUpPin: try optionalPin(bus, "pull-up-pin"))
  }

  private func controller(_ node: Node, _ chip: Chip) throws(DocumentError) -> String {
    let names = chip.blocks.flatMap { block in ([block.name] + block.aliases).map { ($0, $0) } }
    return try node.choice("peripheral", of: names)
  }

  private func pins(_ node: Node?) throws(DocumentError) -> [NamedPin] {
    var pins: [NamedPin] = []
    for entry in try node?.entries("pins") ?? [] {
      pins.append(NamedPin(name: entry.key, pin: try pin(entry.value)))
    }
    return pins
  }

  private func optionalPin(_ fields: Fields, _ key: String) throws(DocumentError) -> PinName? {
    guard let node = fields.optional(key) else { return nil }
    return try pin(node)
  }

  private func pin(_ node: Node) throws(DocumentError) -> PinName {
    guard let pin = PinName(try node.string()) else {
      throw node.error("expected a pin such as 'P0.14', found \(node.summary)")
    }
    return pin
  }
}
