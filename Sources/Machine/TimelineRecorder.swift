import CortexM
import Engine
import FirmwareImage
import RunRecord
import Simulation
import Units

/// Writes down what happens in a run and when, as far as there is room: the first events and the last.
final class TimelineRecorder {
  private let clock: ClockSignal
  private let scheduler: Scheduler
  private var names: [String] = []
  private var indices: [String: Int] = [:]
  private var first: [RunTimeline.Event] = []
  /// A ring once it is full.
  private var last: [RunTimeline.Event] = []
  private var lastCount = 0

  private static let half = 1 << 16

  init(fabric: Fabric, clock: ClockSignal) {
    self.clock = clock
    scheduler = fabric.scheduler
  }

  /// Hooks it to what surrounds the core.
  func attach(tracks: [SensorTrack], fabric: Fabric) {
    for track in tracks {
      let subject = index(of: track.sensor)
      track.onSample = { [unowned self] fate, count in
        let kind: RunTimeline.Kind =
          switch fate {
          case .ready: .sampleReady
          case .read: .sampleRead
          case .lost: .sampleLost
          }
        note(kind, at: scheduler.now, subject, count)
      }
    }
    fabric.pins.onChange = { [unowned self] pin, level in
      note(level ? .pinRose : .pinFell, at: scheduler.now, index(of: pin))
    }
    fabric.onActivity = { [unowned self] name, begins in
      note(begins ? .busyBegan : .busyEnded, at: scheduler.now, index(of: name))
    }
    fabric.power.onEnter = { [unowned self] consumer, state in
      // The core's own are told by its sleep.
      if consumer == "cpu" || consumer == PowerResidency.coreClock { return }
      note(.powerState, at: scheduler.now, index(of: consumer), index(of: state))
    }
  }

  func exception(_ kind: RunTimeline.Kind, _ number: Int, at cycle: UInt64) {
    note(kind, at: clock.instant(ofTick: cycle), -1, number)
  }

  /// `mask` is what keeps it from being taken, as long as it stays set.
  func pended(_ number: Int, mask: String?) {
    note(.pended, at: scheduler.now, -1, number)
    if let mask { note(.masked, at: scheduler.now, index(of: mask), number) }
  }

  func slept(from start: UInt64, to end: UInt64) {
    note(.slept, at: clock.instant(ofTick: start), -1)
    note(.woke, at: clock.instant(ofTick: end), -1)
  }

  func function(_ kind: RunTimeline.Kind, _ name: String, at instant: Instant) {
    note(kind, at: instant, index(of: name))
  }

  private func index(of name: String) -> Int {
    if let known = indices[name] { return known }
    indices[name] = names.count
    names.append(name)
    return names.count - 1
  }

  private func note(
    _ kind: RunTimeline.Kind, at instant: Instant, _ subject: Int, _ value: Int = 0
  ) {
    let event = RunTimeline.Event(at: instant, kind: kind, subject: subject, value: value)
    if first.count < Self.half {
      first.append(event)
    } else if last.count < Self.half {
      last.append(event)
      lastCount += 1
    } else {
      last[lastCount % Self.half] = event
      lastCount += 1
    }
  }

  /// In the order of time; of events at one instant, in the order that they happened.
  var record: RunTimeline {
    var timeline = RunTimeline()
    timeline.names = names
    timeline.omitted = lastCount - last.count
    timeline.omittedAfter = timeline.omitted > 0 ? first.count : 0
    let turn = last.isEmpty ? 0 : lastCount % last.count
    let rest = timeline.omitted > 0 ? Array(last[turn...] + last[..<turn]) : last
    timeline.events = sorted(first) + sorted(rest)
    return timeline
  }

  private func sorted(_ events: [RunTimeline.Event]) -> [RunTimeline.Event] {
    events.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
      .map(\.element)
  }
}
