import Machine
import Synchronization
import Units

/// How far the runs of a gate are; told by their threads, shown by the command's.
final class GateProgress: Sendable {
  private struct State {
    /// Simulated picoseconds of the runs under way, by path.
    var running: [String: (now: Int64, duration: Int64)] = [:]
    var finished = 0
  }
  private let state = Mutex(State())
  private let start = WallClock.seconds()

  func begin(_ path: String, _ duration: Interval?) {
    state.withLock { $0.running[path] = (0, duration?.picoseconds ?? 0) }
  }

  func reach(_ path: String, _ now: Instant) {
    state.withLock { $0.running[path]?.now = now.picoseconds }
  }

  func end(_ path: String) {
    state.withLock { state in
      state.running[path] = nil
      state.finished += 1
    }
  }

  var seconds: Double { WallClock.seconds() - start }

  /// `2 of 5 done, 40 s left, now demo/deployment.yaml 40 %`.
  func line(of count: Int) -> String {
    let seconds = seconds
    return state.withLock { state in
      var done = Double(state.finished)
      var now: [String] = []
      for (path, run) in state.running.sorted(by: { $0.key < $1.key }) {
        let share = run.duration > 0 ? Double(run.now) / Double(run.duration) : 0
        done += min(share, 1)
        now.append(run.duration > 0 ? "\(path) \(Int(share * 100)) %" : path)
      }
      var text = "\(state.finished) of \(count) done"
      // Too early, a guess would only jump about.
      if done > 0.2, seconds > 1 {
        text += ", \(Int(seconds / done * (Double(count) - done)) + 1) s left"
      }
      return now.isEmpty ? text : text + ", now " + now.prefix(2).joined(separator: ", ")
    }
  }
}
