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

  private func consumer(_ entry: Node.Entry) throws(DocumentError) -> CurrentConsumer {
    let fields = try Fields(
      entry.value, "a consumer", keys: ["scope", "while", "initial", "states"])
    var states: [CurrentConsumer.State] = []
    for state in try fields.required("states").entries("states") {
      let current = try provenances.sourced(state.value, "current", and: ["at"]) {
        node throws(DocumentError) in
        let current = try node.amperes()
        guard current >= .zero else { throw node.error("expected a current that is not negative") }
        return current
      }
      states.append(
        CurrentConsumer.State(
          name: state.key, current: current.value, clock: try state.value["at"]?.hertz(),
          provenance: current.provenance))
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
