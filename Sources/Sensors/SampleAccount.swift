import Simulation

/// What became of the newest sample of a part that holds one at a time.
struct SampleAccount {
  private enum State { case none, untouched, touched, read }

  private var state = State.none

  var isRead: Bool { state == .read }

  /// A new sample stands in the registers: the one before is lost when nobody looked at it.
  mutating func arrive(_ track: SensorTrack) {
    if state == .untouched { track.markLost() }
    track.markDataReady()
    state = .untouched
  }

  /// A byte of it was read; `isLast`: the one that makes it complete.
  mutating func note(isLast: Bool, _ track: SensorTrack) {
    switch state {
    case .none: return
    case .read:
      if isLast { track.markDuplicate() }
    case .untouched, .touched:
      state = isLast ? .read : .touched
      if isLast { track.markRead() }
    }
  }
}
