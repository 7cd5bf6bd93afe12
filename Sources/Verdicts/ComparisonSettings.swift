import Boards
import Deployments
import Documents
import Profiling
import RunRecord
import Units

/// What a run was made with, as far as it can move its results.
extension Judgement {
  public var settings: [ComparisonSide.Setting] {
    typealias Setting = ComparisonSide.Setting
    var settings: [Setting] = []
    func add(_ key: String, _ value: String) { settings.append(Setting(key, value)) }
    let used = usedSensors
    for sensor in used {
      if let pacing = pacing(of: sensor) { add("\(sensor.id).pacing", pacing) }
    }
    if case .generated(let generation) = deployment.firmware {
      add("run-in", generation.context.rawValue)
    }
    add("board", board.name)
    add("chip", board.chip.name)
    add("core-clock", Quantity.text(record.coreClock))
    for override in deployment.boardOverrides {
      add("board." + override.path.joined(separator: "."), override.value)
    }
    if case .generated(let generation) = deployment.firmware {
      add("network", lastComponent(generation.network))
      add("fusion", generation.fusion.rawValue)
      if let window = generation.window {
        add("window", Quantity.text(window.length))
        add("hop", Quantity.text(window.hop))
      }
      for rate in generation.sensors { add("\(rate.sensor).rate", Quantity.text(rate.rate)) }
    }
    for sensor in used {
      add(sensor.id, "\(sensor.part), \(sensor.bus.kind.rawValue) on \(sensor.bus.controller)")
    }
    for stream in deployment.streams { settings += recording(stream) }
    for producer in evidence.sources.producers { add("compiler", producer) }
    settings += evidence.origins
    if let duration = deployment.duration { add("for", Quantity.text(duration)) }
    for measure in deployment.measures {
      add("measure.\(measure.name)", "\(measure.from) -> \(measure.to)")
    }
    for budget in deployment.budgets { add("budgets.\(budget.name)", "\(budget.limit)") }
    return settings
  }

  /// Those that are fed or that the generated firmware reads.
  private var usedSensors: [BoardSensor] {
    var read: [String] = []
    if case .generated(let generation) = deployment.firmware {
      read = generation.sensors.map(\.sensor)
    }
    return board.sensors.filter { sensor in
      deployment.stream(sensor.id) != nil || read.contains(sensor.id)
    }
  }

  /// What starts the reads of a sensor on a bus that is polled.
  private func pacing(of sensor: BoardSensor) -> String? {
    if sensor.bus.kind == .pdm { return nil }
    if let wired = sensor.pins.first { return "data-ready on \(wired.pin)" }
    return "timer"
  }

  private func recording(_ stream: StreamInput) -> [ComparisonSide.Setting] {
    var settings = [
      ComparisonSide.Setting("\(stream.sensor).recording", lastComponent(stream.file))
    ]
    func add(_ key: String, _ value: String) {
      settings.append(.init("\(stream.sensor).\(key)", value))
    }
    if stream.interpolation != .hold { add("interpolate", stream.interpolation.rawValue) }
    if stream.end != .stop { add("end", stream.end.rawValue) }
    if stream.offset != .zero { add("offset", Quantity.text(stream.offset)) }
    if stream.drift != .zero { add("drift", Quantity.text(stream.drift)) }
    return settings
  }

  private func lastComponent(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }
}
