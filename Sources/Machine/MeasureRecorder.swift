import Boards
import CortexM
import Deployments
import Documents
import Engine
import FirmwareImage
import RunRecord
import Simulation
import Units

/// Pairs the ends of measures with their starts while the run goes on, and keeps the worst apart.
///
/// An end belongs to the newest start that happened before the entry of the function that led to it.
/// An edge that hardware made was led to by no function. Edges of pins that one function makes belong
/// to each other, and so does an edge to what happened since its function, such as main, began, when
/// nothing had happened before.
final class MeasureRecorder {
  private final class Pairing {
    var record: MeasureRecord
    /// Starts that a later end may still belong to, oldest first; the first may be answered.
    var starts: [Start] = []
    var worst = Interval(picoseconds: -1)

    init(_ record: MeasureRecord) { self.record = record }
  }

  private struct Start {
    let instant: Instant
    let isEdge: Bool
    var isAnswered = false
  }

  private enum Trigger: Hashable {
    case dataReady(String)
    case read(String)
    case pin(String)
    case interrupt(Int)
    case entry(UInt32)
    case exit(UInt32)
    case gpio(String, Bool)
    case text(String, [UInt8])

    var isEdge: Bool { if case .gpio = self { true } else { false } }
  }

  private struct Role {
    let pairing: Int
    let isStart: Bool
  }

  private unowned let engine: Engine
  private let timeline: Timeline
  private let inlined: InlinedCallWatcher
  /// Ids of symbols whose inlined calls are watched, beyond those of the image's functions.
  private var inlinedSymbols: [String: UInt32] = [:]
  private var debug: DebugInformation?
  /// Whether a store of the core is what is happening.
  var isInCode: () -> Bool = { false }
  private var pairings: [Pairing] = []
  private var roles: [Trigger: [Role]] = [:]
  private var listeners: [TextListener] = []

  init(
    measures: [Measure], engine: Engine, image: FirmwareImage, board: Board,
    timeline: Timeline, inlined: InlinedCallWatcher
  ) throws(MachineError) {
    self.engine = engine
    self.inlined = inlined
    self.timeline = timeline
    for measure in measures {
      let index = pairings.count
      pairings.append(
        Pairing(
          MeasureRecord(
            name: measure.name, from: measure.from.description, to: measure.to.description)))
      for (point, isStart) in [(measure.from, true), (measure.to, false)] {
        for trigger in try triggers(point, measure.name, engine, image, board) {
          roles[trigger, default: []].append(Role(pairing: index, isStart: isStart))
        }
      }
    }
  }

  private func triggers(
    _ point: MeasurePoint, _ name: String, _ engine: Engine, _ image: FirmwareImage, _ board: Board
  ) throws(MachineError) -> [Trigger] {
    switch point {
    case .dataReady(let sensor): return [.dataReady(sensor)]
    case .read(let sensor): return [.read(sensor)]
    case .pin(let sensor): return [.pin(sensor)]
    case .interrupt(let interrupt):
      guard let number = board.chip.interrupt(interrupt) else {
        throw .noSymbol(name: interrupt, use: "measure \(name)", nearest: nil)
      }
      return [.interrupt(NVICNumber.exception(ofInterrupt: number))]
    case .entry(let symbol), .exit(let symbol):
      let functions = image.entries(named: symbol)
      let pieces = inlinedID(symbol, image)
      if functions.isEmpty && pieces == nil {
        throw .noSymbol(
          name: symbol, use: "measure \(name)", nearest: image.nearestName(to: symbol))
      }
      for function in functions { engine.watch(function: UInt32(function.id)) }
      let isEntry = if case .entry = point { true } else { false }
      return (functions.map { UInt32($0.id) } + (pieces.map { [$0] } ?? [])).map {
        isEntry ? .entry($0) : .exit($0)
      }
    case .gpio(let pin, let rising): return [.gpio(pin.description, rising)]
    case .uart(let port, let text): return [.text(port, text)]
    }
  }

  /// The id under which the symbol's inlined calls are told; nil when it was inlined nowhere.
  private func inlinedID(_ symbol: String, _ image: FirmwareImage) -> UInt32? {
    if let known = inlinedSymbols[symbol] { return known }
    if debug == nil { debug = DebugInformation(image) }
    let places = debug?.inlinedCalls(named: symbol).filter { !$0.ranges.isEmpty } ?? []
    guard !places.isEmpty else { return nil }
    let id = UInt32(image.functions.count + inlinedSymbols.count)
    inlinedSymbols[symbol] = id
    inlined.watch(places, as: id)
    return id
  }

  /// Hooks sensors and pins to the points that name them.
  func attach(tracks: [SensorTrack], board: Board, fabric: Fabric) {
    for track in tracks {
      if roles[.dataReady(track.sensor)] != nil {
        track.onDataReady = { [unowned self] in fire(.dataReady(track.sensor), at: $0, entered: $0)
        }
      }
      if roles[.read(track.sensor)] != nil {
        track.onRead = { [unowned self] in fire(.read(track.sensor), at: $0, entered: $0) }
      }
    }
    for trigger in roles.keys {
      switch trigger {
      case .gpio(let name, let rising):
        fabric.pins[name].observe { [unowned self] level in
          if level == rising { fireEdge(trigger, at: fabric.scheduler.now) }
        }
      case .pin(let sensor):
        for pin in board.sensor(sensor)?.pins ?? [] {
          fabric.pins[pin.pin.description].observe { [unowned self] level in
            let now = fabric.scheduler.now
            if level { fire(trigger, at: now, entered: now) }
          }
        }
      default: break
      }
    }
  }

  /// Listens to the serial ports that points name; `resolve` gives what the chip calls one.
  func listen(
    ports: [String], resolve: (String) -> String?
  ) throws(MachineError) {
    // In an order that repeats: two texts may end with the same byte.
    let texts = roles.keys.compactMap { trigger in
      if case .text(let name, let text) = trigger { (name: name, text: text) } else { nil }
    }.sorted { a, b in
      a.name == b.name ? a.text.lexicographicallyPrecedes(b.text) : a.name < b.name
    }
    for (name, text) in texts {
      guard let port = resolve(name) else {
        throw .badInput("error: no serial port '\(name)'" + hint(for: name, in: ports))
      }
      listeners.append(
        TextListener(port: port, text: text) { [unowned self] in
          fire(.text(name, text), at: $0, entered: $0)
        })
    }
  }

  // MARK: What happens

  /// A byte has left a serial port.
  func transmitted(_ port: String, _ byte: UInt8, at instant: Instant) {
    for listener in listeners where listener.port == port { listener.take(byte, at: instant) }
  }

  func entered(_ function: UInt32, at instant: Instant) {
    fire(.entry(function), at: instant, entered: instant)
  }

  func returned(_ function: UInt32, entered: Instant, at instant: Instant) {
    fire(.exit(function), at: instant, entered: entered)
  }

  func interruptPended(_ number: Int, at instant: Instant) {
    fire(.interrupt(number), at: instant, entered: instant)
  }

  /// An edge that code made belongs to the function under way.
  private func fireEdge(_ trigger: Trigger, at instant: Instant) {
    let entry = isInCode() ? engine.innermostEntry : nil
    let entered = entry.map { timeline.clock.instant(ofTick: $0) } ?? instant
    fire(trigger, at: instant, entered: min(entered, instant))
  }

  private func fire(_ trigger: Trigger, at instant: Instant, entered: Instant) {
    guard let roles = roles[trigger] else { return }
    // Ends first: a point that is both ends one occurrence and starts the next.
    for role in roles where !role.isStart {
      end(pairings[role.pairing], instant, entered, isEdge: trigger.isEdge)
    }
    for role in roles where role.isStart {
      pairings[role.pairing].starts.append(Start(instant: instant, isEdge: trigger.isEdge))
    }
  }

  /// The start that an end belongs to.
  private func start(
    of starts: [Start], endingAt instant: Instant, _ entered: Instant, isEdge: Bool
  ) -> Int? {
    let index = starts.lastIndex { $0.instant <= (isEdge && $0.isEdge ? instant : entered) }
    return index ?? (isEdge ? starts.indices.last : nil)
  }

  private func end(
    _ pairing: Pairing, _ instant: Instant, _ entered: Instant, isEdge: Bool
  ) {
    guard let index = start(of: pairing.starts, endingAt: instant, entered, isEdge: isEdge)
    else { return }
    for start in pairing.starts[..<index] where !start.isAnswered {
      pairing.record.unanswered.append(start.instant)
    }
    pairing.starts.removeFirst(index)
    pairing.starts[0].isAnswered = true
    let occurrence = MeasureRecord.Occurrence(from: pairing.starts[0].instant, to: instant)
    pairing.record.occurrences.append(occurrence)
    if occurrence.latency > pairing.worst {
      pairing.worst = occurrence.latency
      pairing.record.worst = MeasureRecord.Worst(
        index: pairing.record.occurrences.count - 1,
        parts: timeline.parts(from: occurrence.from, to: occurrence.to))
    }
  }

  func finish() -> [MeasureRecord] {
    pairings.map { pairing in
      var record = pairing.record
      for start in pairing.starts where !start.isAnswered {
        record.open.append(start.instant)
      }
      return record
    }
  }
}

/// Waits for a text among what a serial port says.
private final class TextListener {
  let port: String
  private let text: [UInt8]
  private let hear: (Instant) -> Void
  /// As many bytes as the text has, newest last.
  private var last: [UInt8] = []

  init(port: String, text: [UInt8], hear: @escaping (Instant) -> Void) {
    (self.port, self.text, self.hear) = (port, text, hear)
  }

  func take(_ byte: UInt8, at instant: Instant) {
    if last.count == text.count { last.removeFirst() }
    last.append(byte)
    if last == text { hear(instant) }
  }
}

/// Exception numbers of interrupts.
enum NVICNumber {
  static func exception(ofInterrupt number: Int) -> Int { 16 + number }
}
