import Machine
import Units

/// One line on the terminal that says how far a run is: `12.3 s of 60.0 s  20 %, 9 s left`.
final class ProgressLine {
  private let terminal: Terminal
  private let isShown: Bool
  private let duration: Interval?
  private var isOnScreen = false
  private let start = WallClock.seconds()
  private var next = WallClock.seconds() + 0.5

  /// Seconds between two updates.
  private static let period = 0.2

  init(_ terminal: Terminal, isWanted: Bool, duration: Interval?) {
    (self.terminal, self.duration) = (terminal, duration)
    isShown = isWanted && terminal.isErrorTerminal
  }

  /// Called often; prints now and then.
  func update(_ now: Instant) {
    guard isShown else { return }
    let wall = WallClock.seconds()
    if wall < next { return }
    next = wall + Self.period
    isOnScreen = true
    var text = "\r\u{1b}[K\(tenths(now.picoseconds)) s"
    if let duration, duration > .zero {
      let percent = Int128(now.picoseconds) * 100 / Int128(duration.picoseconds)
      text += " of \(tenths(duration.picoseconds)) s  \(percent) %"
      // Too early, a guess would only jump about.
      if percent > 0, wall - start > 1 {
        let share = Double(now.picoseconds) / Double(duration.picoseconds)
        text += ", \(Int((wall - start) * (1 - share) / share) + 1) s left"
      }
    }
    terminal.writeError(text)
  }

  /// Takes it off the screen.
  func clear() {
    if isOnScreen { terminal.writeError("\r\u{1b}[K") }
    isOnScreen = false
  }

  private func tenths(_ picoseconds: Int64) -> String {
    let tenths = picoseconds / 100_000_000_000
    return "\(tenths / 10).\(tenths % 10)"
  }
}
