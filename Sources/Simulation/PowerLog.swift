public import Units

/// In which power state every consumer was, for how long, jointly: the energy model judges it after
/// the run, so another table needs no second run.
public final class PowerLog {
  private let scheduler: Scheduler
  private var names: [String] = []
  private var stateNames: [[String]] = []
  private var current: [Int] = []
  /// Each combination of states that was met, and the time spent in it.
  private var combinations: [[Int]] = [[]]
  private var times: [Int64] = [0]
  private var present = 0
  /// Where a change leads from a combination: a core that sleeps a million times takes few ways.
  private var ways: [Way: Int] = [:]
  private var since = Instant.zero
  private var steps = PowerSteps()
  /// Told of each state that a consumer enters.
  public var onEnter: (_ consumer: String, _ state: String) -> Void = { _, _ in }

  private struct Way: Hashable {
    let from: Int
    let consumer: Int
    let state: Int
  }

  init(scheduler: Scheduler) { self.scheduler = scheduler }

  /// The consumer of that name, in the state that it has from the start of the run.
  public func consumer(_ name: String, initial state: String) -> PowerConsumer {
    if let index = names.firstIndex(of: name) { return PowerConsumer(log: self, index: index) }
    settle()
    names.append(name)
    stateNames.append([state])
    current.append(0)
    present = combination(current)
    ways = [:]
    return PowerConsumer(log: self, index: names.count - 1)
  }

  func enter(_ index: Int, _ state: String) {
    if stateNames[index][current[index]] == state { return }
    settle()
    let number = stateNumber(index, state)
    current[index] = number
    let way = Way(from: present, consumer: index, state: number)
    if let known = ways[way] {
      present = known
    } else {
      present = combination(current)
      ways[way] = present
    }
    onEnter(names[index], state)
  }

  private func stateNumber(_ index: Int, _ state: String) -> Int {
    if let known = stateNames[index].firstIndex(of: state) { return known }
    stateNames[index].append(state)
    return stateNames[index].count - 1
  }

  private func combination(_ states: [Int]) -> Int {
    if let known = combinations.firstIndex(of: states) { return known }
    combinations.append(states)
    times.append(0)
    return combinations.count - 1
  }

  private func settle() {
    let now = scheduler.now
    if now == since { return }
    times[present] += (now - since).picoseconds
    steps.add(present, from: since.picoseconds, to: now.picoseconds)
    since = now
  }

  /// Time spent in each combination of states up to now; a consumer that came later was not there
  /// in earlier rows. In the order of first state indices, so that equal runs give equal lists.
  public func residencies() -> [(states: [(consumer: String, state: String)], time: Interval)] {
    settle()
    return met.map { index in
      let key = combinations[index]
      let states = key.indices.map { (names[$0], stateNames[$0][key[$0]]) }
      return (states, Interval(picoseconds: times[index]))
    }
  }

  /// The combinations that time was spent in, in their order.
  private var met: [Int] {
    combinations.indices.filter { times[$0] > 0 }.sorted {
      combinations[$0].lexicographicallyPrecedes(combinations[$1])
    }
  }

  /// The same by equal steps of time: the step, the row of `residencies` and the time there.
  public func timeSteps() -> (width: Interval, rows: [(step: Int, row: Int, time: Interval)]) {
    settle()
    let rows = Dictionary(uniqueKeysWithValues: met.enumerated().map { ($1, $0) })
    return (
      Interval(picoseconds: steps.width),
      steps.entries.compactMap { entry in
        rows[entry.combination].map {
          (entry.step, $0, Interval(picoseconds: entry.picoseconds))
        }
      }
    )
  }
}

/// One thing that draws current: the core, a clock, a sensor.
public struct PowerConsumer {
  fileprivate let log: PowerLog
  fileprivate let index: Int

  /// From now on it is in that state, until it enters another.
  public func enter(_ state: String) { log.enter(index, state) }
}
