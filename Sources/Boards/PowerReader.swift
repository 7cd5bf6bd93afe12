import Documents
import Units

/// Makes the power table of a chip's and a board's checked trees.
struct PowerReader {
  private let provenances: Provenances

  init(_ provenances: Provenances) { self.provenances = provenances }

  func consumers(_ node: Node?) throws(DocumentError) -> [CurrentConsumer] {
    guard let node else { return [] }
    let fields = try Fields(node, "power", keys: ["supply", "consumers"])
    var consumers: [CurrentConsumer] = []
    for entry in try fields.optional("consumers")?.entries("consumers") ?? [] {
      consumers.append(try consumer(entry))
    }
    return consumers
  }

  func supply(_ node: Node) throws(DocumentError) -> Sourced<Volts> {
    let fields = try Fields(node, "power", keys: ["supply", "consumers"])
    let supply = try fields.required("supply")
    return try provenances.sourced(supply, "voltage") { node throws(DocumentError) in
      let voltage = try node.volts()
      guard voltage.millivolts > 0 else { throw node.error("expected a voltage above zero") }
      return voltage
    }
  }

  /// What a sensor's own `currents` say: figures that its user vouches for.
  func consumer(ofSensor entry: Node.Entry) throws(DocumentError) -> CurrentConsumer? {
    guard let node = entry.value["currents"], !node.isNull else { return nil }
    var states: [CurrentConsumer.State] = []
    for state in try node.entries("currents") {
      let current = try state.value.amperes()
      guard current >= .zero else {
        throw state.value.error("expected a current that is not negative")
      }
      states.append(
        CurrentConsumer.State(name: state.key, current: current, provenance: .assumedWiring))
    }
    if states.isEmpty { throw node.error("expected at least one state of '\(entry.key)'") }
    return CurrentConsumer(name: entry.key, scope: .sensors, states: states)
  }

  private func consumer(_ entry: Node.Entry) throws(DocumentError) -> CurrentConsumer {
    let fields = try Fields(
      entry.value, "a consumer", keys: ["scope", "while", "initial", "states"])
    var states: [CurrentConsumer.State] = []
    for state in try fields.required("states").entries("states") {
      states.append(try self.state(state))
    }
    if states.isEmpty {
      throw entry.value.error("expected at least one state of '\(entry.key)'")
    }
    let names = states.map { ($0.name, $0.name) }
    return CurrentConsumer(
      name: entry.key,
      scope: try fields.required("scope").choice("scope", as: ConsumerScope.self),
      condition: try fields.optional("while").map { node throws(DocumentError) in
        try condition(node)
      },
      initial: try fields.optional("initial")?.choice("state", of: names),
      states: states)
  }

  private func state(_ entry: Node.Entry) throws(DocumentError) -> CurrentConsumer.State {
    let current = try provenances.sourced(entry.value, "current", and: ["at", "also-at", "per"]) {
      node throws(DocumentError) in try amperes(node)
    }
    var state = CurrentConsumer.State(
      name: entry.key, current: current.value, provenance: current.provenance)
    // A current given for one run holds for all its clocks.
    if current.provenance == .override { return state }
    state.clock = try entry.value["at"].map { node throws(DocumentError) in try clock(node) }
    if let per = entry.value["per"] {
      guard state.clock == nil else { throw per.error("expected either 'at' or 'per'") }
      state.clock = try clock(per)
      state.isProportional = true
    }
    guard let others = entry.value["also-at"] else { return state }
    guard let own = state.clock, !state.isProportional else {
      throw others.error("expected 'at' beside 'also-at': the clock that 'current' holds for")
    }
    for other in try others.entries("also-at") {
      let key = Node(.scalar(other.key, quoted: false), at: other.position)
      state.others.append(.init(clock: try clock(key), current: try amperes(other.value)))
    }
    state.others.sort { $0.clock < $1.clock }
    let clocks = [own] + state.others.map(\.clock)
    if Set(clocks).count < clocks.count {
      throw others.error("a current for the same clock is given twice")
    }
    return state
  }

  private func amperes(_ node: Node) throws(DocumentError) -> Amperes {
    let current = try node.amperes()
    guard current >= .zero else { throw node.error("expected a current that is not negative") }
    return current
  }

  private func clock(_ node: Node) throws(DocumentError) -> Hertz {
    let clock = try node.hertz()
    guard clock.numerator > 0 else { throw node.error("expected a clock above zero") }
    return clock
  }

  private func condition(_ node: Node) throws(DocumentError) -> CurrentConsumer.Condition {
    let parts = try node.string().split(separator: ".")
    guard parts.count == 2 else {
      throw node.error("expected CONSUMER.STATE, found \(node.summary)")
    }
    return CurrentConsumer.Condition(consumer: String(parts[0]), state: String(parts[1]))
  }

  /// Every condition must name a state of another consumer of the whole table.
  static func check(_ table: PowerTable, at place: Node) throws(DocumentError) {
    var names: Set<String> = []
    for consumer in table.consumers where !names.insert(consumer.name).inserted {
      throw place.error("consumer '\(consumer.name)' is in the chip's table and in the board's")
    }
    for consumer in table.consumers {
      guard let condition = consumer.condition else { continue }
      let other = table.consumer(condition.consumer)
      if other?.state(condition.state) == nil || other?.condition != nil {
        throw place.error(
          "'\(consumer.name)' counts while '\(condition.consumer).\(condition.state)', "
            + "which is no state of an unconditional consumer")
      }
    }
  }
}
