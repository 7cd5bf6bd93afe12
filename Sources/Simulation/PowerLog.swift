public import Units

/// In which power state every consumer was, for how long, jointly: the energy model judges it after
/// the run, so another table needs no second run.
public final class PowerLog {
  private let scheduler: Scheduler
  private var names: [String] = []
  private var stateNames: [[String]] = []
  private var current: [Int] = []
  private var totals: [[Int]: Int64] = [:]
  private var since = Instant.zero

  init(scheduler: Scheduler) { self.scheduler = scheduler }

  /// The consumer of that name, in the state that it has from the start of the run.
  public func consumer(_ name: String, initial state: String) -> PowerConsumer {
    if let index = names.firstIndex(of: name) { return PowerConsumer(log: self, index: index) }
    settle()
    names.append(name)
    stateNames.append([state])
    current.append(0)
    return PowerConsumer(log: self, index: names.count - 1)
  }

  func enter(_ index: Int, _ state: String) {
    if stateNames[index][current[index]] == state { return }
    settle()
    if let known = stateNames[index].firstIndex(of: state) {
      current[index] = known
    } else {
      stateNames[index].append(state)
      current[index] = stateNames[index].count - 1
    }
  }

  private func settle() {
    let elapsed = (scheduler.now - since).picoseconds
    since = scheduler.now
    if elapsed > 0 { totals[current, default: 0] += elapsed }
  }

  /// Time spent in each combination of states up to now; a consumer that came later was not there
  /// in earlier rows. In the order of first state indices, so that equal runs give equal lists.
  public func residencies() -> [(states: [(consumer: String, state: String)], time: Interval)] {
    settle()
    let keys = totals.keys.sorted { $0.lexicographicallyPrecedes($1) }
    return keys.map { key in
      let states = key.indices.map { (names[$0], stateNames[$0][key[$0]]) }
      return (states, Interval(picoseconds: totals[key] ?? 0))
    }
  }
}

/// One thing that draws current: the core, a clock, a sensor.
public struct PowerConsumer {
  fileprivate let log: PowerLog
  fileprivate let index: Int

  /// From now on it is in that state, until it enters another.
  public func enter(_ state: String) { log.enter(index, state) }
}
