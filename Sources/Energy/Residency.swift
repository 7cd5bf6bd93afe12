import Boards
import RunRecord
import Units

/// How long each consumer of a table was in each of its states, as the run's power log tells it.
struct Residency {
  private let record: RunRecord
  private let table: PowerTable
  private let initial: [String: String]
  private(set) var findings: [Finding] = []

  init(_ record: RunRecord, _ table: PowerTable) {
    self.record = record
    self.table = table
    initial = Dictionary(table.consumers.map { ($0.name, $0.initial) }) { first, _ in first }
    findUnpriced()
  }

  /// Time in a state, and how long the state's figure would have to be drawn for as much charge: less
  /// where the core's clock was lower than the figure's.
  struct Time {
    var spent = Interval.zero
    var charged = Interval.zero
    var certainty = ClockCurrent.Certainty.stated
  }

  /// Times by state, in the table's order. A conditional consumer counts while its condition holds.
  func times(of consumer: CurrentConsumer) -> [Time] {
    var times = consumer.states.map { _ in Time() }
    let currents = consumer.states.map(ClockCurrent.init)
    var rest = record.end.picoseconds
    func count(_ states: [String: String], _ picoseconds: Int64) {
      guard let index = stateIndex(states, of: consumer) else { return }
      let (charged, certainty) = currents[index].charge(
        picoseconds, at: states[PowerResidency.coreClock])
      times[index].certainty = max(times[index].certainty, certainty)
      times[index].spent = Interval(picoseconds: times[index].spent.picoseconds &+ picoseconds)
      times[index].charged = Interval(
        picoseconds: times[index].charged.picoseconds &+ charged)
    }
    for row in record.power where row.time > .zero {
      count(row.states, row.time.picoseconds)
      rest = rest.subtractingReportingOverflow(row.time.picoseconds).partialValue
    }
    if rest > 0 { count([:], rest) }
    return times
  }

  /// Index of the state that a consumer is in; nil: it does not count then.
  func stateIndex(_ states: [String: String], of consumer: CurrentConsumer) -> Int? {
    if let condition = consumer.condition,
      state(of: condition.consumer, in: states) != condition.state
    {
      return nil
    }
    let name = state(of: consumer.name, in: states)
    return consumer.states.firstIndex { $0.name == name }
  }

  private func state(of consumer: String, in states: [String: String]) -> String? {
    states[consumer] ?? initial[consumer]
  }

  /// States that the run logs and no figure is known for.
  ///
  /// The figures of many chips hold what their peripherals draw: only a table that prices some peripheral's
  /// clock lacks those of the others.
  private mutating func findUnpriced() {
    var unpriced: [[String]: Int64] = [:]
    let pricesClocks = table.consumers.contains { $0.state("clocked") != nil }
    for row in record.power where row.time > .zero {
      for (consumer, state) in row.states
      where consumer != PowerResidency.coreClock && table.consumer(consumer)?.state(state) == nil {
        if state == "gated" || state == "clocked" && !pricesClocks { continue }
        unpriced[[consumer, state], default: 0] &+= row.time.picoseconds
      }
    }
    for key in unpriced.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      findings.append(
        Finding(
          kind: "no-current", place: key[0],
          message: "no current known for \(key[0]) in state \(key[1]): counted as 0", count: 1))
    }
  }
}
