import Energy
public import Profiling
import RunRecord
import Units

/// A run over time: a track for thread mode and one for each exception level, sensors, buses and pins,
/// the power drawn as counters, and arrows from each sample to the decision that it led to.
///
/// Handlers of one priority never nest, so that they share a track: that of their priority at the run's end.
///
/// Reference: Trace Event Format (Chrome), as Perfetto's legacy JSON importer reads it.
public struct PerfettoView: Sendable {
  private let view: ViewData

  public init(_ view: ViewData) { self.view = view }

  public var text: String {
    var writer = Writer(view)
    writer.write()
    return "{\"displayTimeUnit\":\"ns\",\"otherData\":{\"title\":\(JSONValue.string(view.title)),"
      + "\"cycles\":\(view.total[.cycles]),\"femtojoules\":\(view.total[.energy])},\n"
      + "\"traceEvents\":[\n" + writer.events.joined(separator: ",\n") + "\n]}\n"
  }

  /// Processes of the trace: what its tracks belong to.
  private enum Group: Int {
    case core = 1
    case sensors, buses, pins, power

    var name: String {
      switch self {
      case .core: "core"
      case .sensors: "sensors"
      case .buses: "buses and devices"
      case .pins: "pins"
      case .power: "power"
      }
    }
  }

  private struct Writer {
    let view: ViewData
    var events: [String] = []
    private var threads: [String: Int] = [:]
    /// The priority of each exception whose handler ran.
    private let priorities: [Int: Int]
    /// Exceptions whose handlers are under way, 0 for thread mode below them.
    private var contexts: [Int] = [0]
    /// Functions open on each context's track.
    private var open: [Int: [String]] = [:]
    private var busy: Set<Int> = []
    /// The newest sample of each sensor: when it was ready, and when read.
    private var ready: [Int: Instant] = [:]
    private var read: [Int: (ready: Instant, read: Instant)] = [:]
    private var flows = 0

    init(_ view: ViewData) {
      self.view = view
      priorities = Dictionary(
        (view.memory?.record.handlerStacks ?? []).map { ($0.exception, $0.priority) },
        uniquingKeysWith: { first, _ in first })
    }

    mutating func write() {
      for group in [Group.core, .sensors, .buses, .pins, .power] {
        metadata("process_name", group, 0, group.name)
        events.append(
          "{\"ph\":\"M\",\"name\":\"process_sort_index\",\"pid\":\(group.rawValue),\"tid\":0,"
            + "\"args\":{\"sort_index\":\(group.rawValue)}}")
      }
      _ = core(0)
      for (index, event) in view.timeline.events.enumerated() {
        if view.timeline.omitted > 0, index == view.timeline.omittedAfter { leaveOut(event.at) }
        take(event)
      }
      close(at: view.end)
      power()
    }

    // MARK: Events

    private mutating func take(_ event: RunTimeline.Event) {
      let name = view.timeline.name(of: event)
      switch event.kind {
      case .pended:
        add(
          "i", exceptionName(event.value) + " pended", .core, core(event.value), event.at,
          [
            ("s", .string("t"))
          ])
      case .masked:
        add(
          "i", "\(exceptionName(event.value)) masked by \(name)", .core, core(event.value),
          event.at,
          [("s", .string("t"))])
      case .handlerEntered:
        add("B", exceptionName(event.value), .core, core(event.value), event.at)
        contexts.append(event.value)
      case .handlerLeft:
        guard contexts.count > 1, contexts.last == event.value else { return }
        for _ in open.removeValue(forKey: event.value) ?? [] {
          add("E", nil, .core, core(event.value), event.at)
        }
        contexts.removeLast()
        add("E", nil, .core, core(event.value), event.at)
      case .slept: add("B", "sleep", .core, core(contexts.last ?? 0), event.at)
      case .woke: add("E", nil, .core, core(contexts.last ?? 0), event.at)
      case .functionEntered:
        let context = contexts.last ?? 0
        open[context, default: []].append(name)
        add("B", name, .core, core(context), event.at)
        decide(core(context), event.at)
      case .functionLeft:
        let context = contexts.last ?? 0
        guard let stack = open[context], stack.last == name else { return }
        open[context]?.removeLast()
        add("E", nil, .core, core(context), event.at)
      case .sampleReady: sample("ready", event, name)
      case .sampleRead: sample("read", event, name)
      case .sampleLost: sample("lost", event, name)
      case .pinRose, .pinFell:
        counter(name, .pins, event.at, "level", event.kind == .pinRose ? 1 : 0)
      case .busyBegan:
        busy.insert(event.subject)
        add("B", name, .buses, thread(.buses, name), event.at)
      case .busyEnded:
        if busy.remove(event.subject) != nil {
          add("E", nil, .buses, thread(.buses, name), event.at)
        }
      case .powerState:
        let names = view.timeline.names
        let state = names.indices.contains(event.value) ? names[event.value] : ""
        add("i", state, .power, thread(.power, name), event.at, [("s", .string("t"))])
      }
    }

    private mutating func sample(_ fate: String, _ event: RunTimeline.Event, _ sensor: String) {
      let thread = thread(.sensors, sensor)
      // A slice, as arrows start and end at slices.
      add(
        "X", fate, .sensors, thread, event.at,
        [("dur", microseconds(1_000_000)), ("args", .object([("samples", .integer(event.value))]))])
      switch event.kind {
      case .sampleReady: ready[event.subject] = event.at
      case .sampleRead: read[event.subject] = (ready[event.subject] ?? event.at, event.at)
      default: break
      }
    }

    /// Arrows from the newest samples to a function that begins after they were read.
    private mutating func decide(_ track: Int, _ at: Instant) {
      for (sensor, sample) in read.sorted(by: { $0.key < $1.key }) {
        let name = view.timeline.names[sensor]
        let thread = thread(.sensors, name)
        flows += 1
        let id: [(String, JSONValue)] = [("id", .integer(flows)), ("cat", .string("sample"))]
        add("s", name, .sensors, thread, sample.ready, id)
        add("t", name, .sensors, thread, sample.read, id)
        add("f", name, .core, track, at, id + [("bp", .string("e"))])
      }
      read = [:]
    }

    private mutating func leaveOut(_ at: Instant) {
      close(at: at)
      contexts = [0]
      add(
        "i", "\(view.timeline.omitted) events left out", .core, core(0), at, [("s", .string("g"))])
    }

    private mutating func close(at: Instant) {
      for context in contexts.reversed() {
        for _ in open.removeValue(forKey: context) ?? [] {
          add("E", nil, .core, core(context), at)
        }
        if context != 0 { add("E", nil, .core, core(context), at) }
      }
      for subject in busy.sorted() {
        add("E", nil, .buses, thread(.buses, view.timeline.names[subject]), at)
      }
      busy = []
    }

    // MARK: Power

    /// Milliwatts of each step, consumer by consumer.
    private mutating func power() {
      guard let power = view.power, power.step > .zero else { return }
      for part in power.parts {
        var last: Int64?
        for (index, joules) in part.steps.enumerated() where joules != last {
          last = joules
          let at = power.step.picoseconds * Int64(index)
          // The last step may be shorter.
          let length = max(1, min(power.step.picoseconds, view.end.picoseconds - at))
          // fJ / ps = mW; six decimals.
          counter(
            part.name, .power, Instant(picoseconds: at), "mW",
            Int128(joules) * 1_000_000 / Int128(length), digits: 6)
        }
      }
    }

    // MARK: Tracks

    private func exceptionName(_ number: Int) -> String {
      number == 0 ? "thread mode" : view.exceptionNames[number] ?? "exception \(number)"
    }

    /// The track of an exception's level; the most urgent one is on top.
    private mutating func core(_ exception: Int) -> Int {
      let priority = exception == 0 ? nil : priorities[exception]
      let name = priority.map { "priority \($0)" } ?? exceptionName(exception)
      let isNew = threads["\(Group.core.rawValue) \(name)"] == nil
      let id = thread(.core, name)
      if isNew {
        let place = exception == 0 ? 1_000 : (priority ?? 900) + 3
        events.append(
          "{\"ph\":\"M\",\"name\":\"thread_sort_index\",\"pid\":\(Group.core.rawValue),\"tid\":\(id),"
            + "\"args\":{\"sort_index\":\(place)}}")
      }
      return id
    }

    private mutating func thread(_ group: Group, _ name: String) -> Int {
      let key = "\(group.rawValue) \(name)"
      if let known = threads[key] { return known }
      let id = threads.count + 1
      threads[key] = id
      metadata("thread_name", group, id, name)
      return id
    }

    private mutating func metadata(_ kind: String, _ group: Group, _ thread: Int, _ name: String) {
      events.append(
        "{\"ph\":\"M\",\"name\":\"\(kind)\",\"pid\":\(group.rawValue),\"tid\":\(thread),"
          + "\"args\":{\"name\":\(JSONValue.string(name))}}")
    }

    private mutating func counter(
      _ name: String, _ group: Group, _ at: Instant, _ unit: String, _ value: Int128,
      digits: Int = 0
    ) {
      let value: JSONValue = digits == 0 ? .number(value) : .decimal(value, digits: digits)
      add("C", name, group, thread(group, name), at, [("args", .object([(unit, value)]))])
    }

    private mutating func add(
      _ phase: String, _ name: String?, _ group: Group, _ thread: Int, _ at: Instant,
      _ more: [(String, JSONValue)] = []
    ) {
      var text = "{\"ph\":\"\(phase)\","
      if let name { text += "\"name\":\(JSONValue.string(name))," }
      text += "\"pid\":\(group.rawValue),\"tid\":\(thread),\"ts\":\(microseconds(at.picoseconds))"
      for (key, value) in more { text += ",\"\(key)\":\(value)" }
      events.append(text + "}")
    }

    private func microseconds(_ picoseconds: Int64) -> JSONValue {
      .decimal(Int128(picoseconds), digits: 6)
    }
  }
}
