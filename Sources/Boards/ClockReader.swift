import Documents
import Units

/// Reads the clocks of a chip or a board.
extension Provenances {
  func clocks(_ node: Node?) throws(DocumentError) -> [Clock] {
    var clocks: [Clock] = []
    for entry in try node?.entries("clocks") ?? [] {
      let clock = try Fields(
        entry.value, "a clock", keys: ["frequency", "tolerance", "start-up"] + Provenances.keys)
      clocks.append(
        Clock(
          name: entry.key, frequency: try clock.required("frequency").hertz(),
          tolerance: try clock.optional("tolerance")?.ratio(),
          startUp: try clock.optional("start-up").map { node throws(DocumentError) in
            try time(node)
          },
          provenance: try read(clock)))
    }
    return clocks
  }

  func time(_ node: Node) throws(DocumentError) -> Sourced<Interval> {
    try sourced(node, "time") { node throws(DocumentError) in
      let time = try node.interval()
      guard time >= .zero else { throw node.error("expected a duration that is not negative") }
      return time
    }
  }
}
