import CortexM
import Engine
import FirmwareImage
import RunRecord
import Simulation
import Units

/// Tells what an interval of the run was spent on, in parts that sum exactly to it.
final class Timeline {
  private unowned let engine: Engine
  private let image: FirmwareImage
  private let fabric: Fabric
  let clock: ClockSignal
  private let names: [Int: String]
  /// The exception being handled right now; 0 in thread mode.
  var currentException: () -> Int = { 0 }

  init(
    engine: Engine, image: FirmwareImage, fabric: Fabric, clock: ClockSignal,
    interruptNames: [Int: String]
  ) {
    self.engine = engine
    self.image = image
    self.fabric = fabric
    self.clock = clock
    names = interruptNames
  }

  private struct Segment {
    let start: Instant
    let end: Instant
    let entry: TraceEntry?
    /// The exception in whose handler it ran; nil: what the last handler interrupted.
    let handler: Int?
  }

  /// Functions of the code that led to `to`, handlers that came in between, buses at work while the
  /// core slept, and sleep; longest first.
  func parts(from: Instant, to: Instant) -> [MeasureRecord.Part] {
    let final = currentException()
    var sums: [Key: Int64] = [:]
    for segment in segments(from, to, final) {
      split(segment, final) { key, time in sums[key, default: 0] += time.picoseconds }
    }
    return sums.filter { $0.value != 0 }.sorted { a, b in
      (b.value, a.key.what) < (a.value, b.key.what)
    }.map {
      MeasureRecord.Part(
        kind: $0.key.kind, what: $0.key.what, time: Interval(picoseconds: $0.value))
    }
  }

  private struct Key: Hashable {
    let kind: MeasureRecord.Part.Kind
    let what: String
  }

  /// The trace cut to the interval. Walking back from the end tells in whose handler each part ran.
  private func segments(_ from: Instant, _ to: Instant, _ final: Int) -> [Segment] {
    let trace = engine.trace(since: clock.ticks(at: from)).entries
    var result: [Segment] = []
    var end = to
    var handlers: [Int] = final == 0 ? [] : [final]
    for entry in trace.reversed() where end > from {
      let start = max(clock.instant(ofTick: entry.cycle), from)
      if start < end {
        result.append(Segment(start: start, end: end, entry: entry, handler: handlers.last))
        end = start
      }
      switch entry.kind {
      case .handlerEnd: handlers.append(Int(entry.id))
      case .exceptionEntry: _ = handlers.popLast()
      case .function, .sleep, .wakeUp, .handler: break
      }
    }
    if end > from { result.append(Segment(start: from, end: end, entry: nil, handler: nil)) }
    return result
  }

  private func split(_ segment: Segment, _ final: Int, _ add: (Key, Interval) -> Void) {
    let length = segment.end - segment.start
    guard let entry = segment.entry else {
      return add(Key(kind: .unknown, what: "[not traced]"), length)
    }
    if let handler = segment.handler, handler != final {
      return add(Key(kind: .exception, what: handlerName(handler)), length)
    }
    switch entry.kind {
    case .sleep: splitSleep(segment, add)
    case .wakeUp: add(Key(kind: .wakeUp, what: "[wake-up]"), length)
    case .exceptionEntry, .handler, .handlerEnd:
      add(Key(kind: .exception, what: "[exception entry]"), length)
    case .function:
      let known = Int(entry.id) < image.functions.count
      let name = known ? image.functions[Int(entry.id)].name : "[no symbol]"
      add(Key(kind: .function, what: name), length)
    }
  }

  /// Sleep while a bus or device worked is that one's time; the first by name where several did.
  private func splitSleep(_ segment: Segment, _ add: (Key, Interval) -> Void) {
    var edges: [Instant] = [segment.start, segment.end]
    var spans: [(name: String, start: Instant, end: Instant)] = []
    for track in fabric.activityTracks.sorted(by: { $0.name < $1.name }) {
      for span in track.spans.reversed() {
        if span.end <= segment.start { break }
        spans.append((track.name, span.start, span.end))
      }
      if let start = track.start { spans.append((track.name, start, segment.end)) }
    }
    for span in spans {
      edges += [span.start, span.end].filter { $0 > segment.start && $0 < segment.end }
    }
    edges.sort()
    for (start, end) in zip(edges, edges.dropFirst()) where end > start {
      let busy = spans.first { $0.start <= start && $0.end >= end }
      let key = busy.map { Key(kind: .bus, what: $0.name) } ?? Key(kind: .sleep, what: "[sleep]")
      add(key, end - start)
    }
  }

  private func handlerName(_ number: Int) -> String {
    ExceptionName.name(number, interrupts: names)
  }
}
