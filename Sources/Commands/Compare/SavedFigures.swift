import Boards
import Deployments
import Documents
import Verdicts

/// The figures of a run's JSON, in the order of a run's.
extension SavedResult {
  static func figures(_ root: Node) throws(DocumentError) -> [ComparisonSide.Figure] {
    var figures: [ComparisonSide.Figure] = []
    for node in try root["measures"]?.elements() ?? [] { figures += try measure(node) }
    for node in try root["samples"]?.elements() ?? [] {
      let sensor = try node.text("sensor")
      figures.append(.init(.lost(sensor: sensor), try node.scaled("lost", digits: 0)))
      figures.append(.init(.duplicate(sensor: sensor), try node.scaled("duplicate", digits: 0)))
    }
    let cycles = root["cycles"]
    figures.append(.init(.activeCycles, try cycles?.scaled("active", digits: 0)))
    figures.append(.init(.sleepCycles, try cycles?.scaled("sleep", digits: 0)))
    figures.append(.init(.stallCycles, try cycles?["stalls"]?.scaled("memory", digits: 0)))
    figures.append(.init(.instructions, try root.scaled("instructions", digits: 0)))
    var inferences = try root.scaled("inference_count", digits: 0)
    // Results of earlier versions.
    if inferences == nil { inferences = Int64(try root["inferences"]?.elements().count ?? 0) }
    figures.append(.init(.inferences, inferences))
    if let accuracy = root["label_accuracy"], accuracy["accuracy"] != nil {
      figures.append(.init(.labelAccuracy, try accuracy.scaled("accuracy", digits: 9)))
    }
    if let energy = root["energy"], !energy.isNull { figures += try self.energy(energy) }
    let memory = root["memory"]
    let sizes: [(ComparisonMetric, String)] = [
      (.flash, "flash_bytes"), (.ram, "ram_bytes"), (.staticRAM, "static_ram_bytes"),
      (.stack, "stack_high_water_bytes"), (.heap, "heap_high_water_bytes"),
    ]
    for (metric, key) in sizes {
      figures.append(.init(metric, try memory?.scaled(key, digits: 0)))
    }
    return figures
  }

  private static func measure(_ node: Node) throws(DocumentError) -> [ComparisonSide.Figure] {
    let name = try node.text("name")
    var figures: [ComparisonSide.Figure] = []
    for statistic in [Statistic.min, .p50, .p99, .max, .mean, .jitter] {
      let value = try node.scaled(statistic.rawValue, digits: 12)
      figures.append(.init(.measure(name, statistic), value))
    }
    figures.append(.init(.occurrences(name), try node.scaled("count", digits: 0)))
    figures.append(.init(.missed(name), try node.scaled("missed", digits: 0)))
    return figures
  }

  private static func energy(_ node: Node) throws(DocumentError) -> [ComparisonSide.Figure] {
    let scope = EnergyScope(rawValue: try node.text("scope")) ?? .socAndSensors
    var figures = [
      ComparisonSide.Figure(.energy(scope), try node.scaled("joules", digits: 15)),
      .init(.averageCurrent(scope), try node.scaled("average_amperes", digits: 9)),
      .init(.energyPerInference(scope), try node.scaled("joules_per_inference", digits: 15)),
    ]
    for key in ["parts", "outside_scope"] {
      for part in try node[key]?.elements() ?? [] {
        let scope = ConsumerScope(rawValue: try part.text("scope")) ?? .board
        figures.append(
          .init(.energyPart(try part.text("name"), scope), try part.scaled("joules", digits: 15)))
      }
    }
    return figures
  }
}
