import Documents
public import Trust
import Units

/// One number of a board's or chip's data as text, with where it comes from.
public struct Figure: Hashable, Sendable {
  /// The dotted key, as `--set board.` takes it: `flash.wait-states`.
  public var key: String
  public var value: String
  public var provenance: Provenance

  public var tier: Tier { provenance.trust.tier }
}

extension Board {
  /// Every number that results depend on: the board's, then the chip's, in the files' order.
  public var figures: [Figure] {
    var figures = [
      Figure(
        key: "core-clock", value: Quantity.text(coreClock.value), provenance: coreClock.provenance),
      Figure(
        key: "vector-table", value: "\(vectorTable.value)", provenance: vectorTable.provenance),
    ]
    if let bootLoader {
      figures.append(
        Figure(
          key: "boot-loader", value: "\(bootLoader.writes.count) writes",
          provenance: bootLoader.provenance))
    }
    figures += clocks.flatMap(\.figures)
    for sensor in sensors {
      figures.append(
        Figure(
          key: "sensors.\(sensor.id)", value: "\(sensor.part) on \(sensor.bus.controller)",
          provenance: sensor.provenance))
    }
    if let power {
      figures.append(
        Figure(
          key: "power.supply", value: Quantity.text(power.supply.value),
          provenance: power.supply.provenance))
      figures += power.consumers.flatMap(\.figures)
    }
    return figures + chip.figures
  }

  /// The figures that no document at hand supports.
  public var assumptions: [Figure] { figures.filter { $0.tier == .assumed } }
}

extension CurrentConsumer {
  fileprivate var figures: [Figure] {
    states.map { state in
      Figure(
        key: "\(name).states.\(state.name)", value: state.text, provenance: state.provenance)
    }
  }
}

extension CurrentConsumer.State {
  /// `40 mA at 168 MHz, 20 mA at 90 MHz`.
  fileprivate var text: String {
    let own = Quantity.text(current)
    guard let clock else { return own }
    if isProportional { return "\(own) per \(Quantity.text(clock))" }
    let points = [CurrentConsumer.ClockPoint(clock: clock, current: current)] + others.reversed()
    return points.map { "\(Quantity.text($0.current)) at \(Quantity.text($0.clock))" }
      .joined(separator: ", ")
  }
}

extension Chip {
  fileprivate var figures: [Figure] {
    var figures = [
      Figure(key: "core.name", value: core.name, provenance: core.provenance),
      Figure(
        key: "core.priority-bits", value: "\(core.priorityBits)", provenance: core.provenance),
      Figure(key: "core.interrupts", value: "\(core.interruptCount)", provenance: core.provenance),
    ]
    if let reference = core.systickReference {
      figures.append(
        Figure(
          key: "core.systick-reference", value: Quantity.text(reference.value),
          provenance: reference.provenance))
    }
    if let wakeUp = core.wakeUp {
      figures.append(
        Figure(
          key: "core.wake-up", value: Quantity.text(wakeUp.value), provenance: wakeUp.provenance))
    }
    if let cache = core.instructionCache {
      figures.append(cache.figure("core.instruction-cache"))
    }
    if let cache = core.dataCache { figures.append(cache.figure("core.data-cache")) }
    figures += clocks.flatMap(\.figures)
    return figures + memories.flatMap(\.figures) + blocks.map(\.figure)
  }
}

extension Clock {
  fileprivate var figures: [Figure] {
    var figures = [
      Figure(key: "\(name).frequency", value: Quantity.text(frequency), provenance: provenance)
    ]
    if let startUp {
      figures.append(
        Figure(
          key: "\(name).start-up", value: Quantity.text(startUp.value),
          provenance: startUp.provenance))
    }
    return figures
  }
}

extension Memory {
  fileprivate var figures: [Figure] {
    let place = "\(base), \(Quantity.text(bytes: UInt64(size)))"
    var figures = [Figure(key: name, value: place, provenance: provenance)]
    if let states = waitStates {
      let value =
        states.miss == states.uncached && states.hit == 0 && cache == nil
        ? "\(states.uncached)"
        : "\(states.uncached) uncached, \(states.miss) on a miss, \(states.hit) on a hit"
      figures.append(
        Figure(key: "\(name).wait-states", value: value, provenance: states.provenance))
    }
    if let cache { figures.append(cache.figure("\(name).cache")) }
    if let dataCache { figures.append(dataCache.figure("\(name).data-cache")) }
    if let sharing { figures.append(sharing.figure("\(name).sharing")) }
    return figures
  }
}

extension Memory.Sharing {
  fileprivate func figure(_ key: String) -> Figure {
    var parts = slaves.map { Quantity.text(bytes: UInt64($0)) }
    if banks > 1 { parts.append("\(banks) banks") }
    if isCoreFirst { parts.append("the core first") }
    return Figure(
      key: key, value: parts.isEmpty ? "by turns" : parts.joined(separator: ", "),
      provenance: provenance)
  }
}

extension Cache {
  fileprivate func figure(_ key: String) -> Figure {
    Figure(
      key: key, value: "\(Quantity.text(bytes: UInt64(size))), \(ways) ways of \(line) B lines",
      provenance: provenance)
  }
}

extension Block {
  fileprivate var figure: Figure {
    let lines = interrupts.map { " irq \($0)" }.joined()
    return Figure(key: name, value: "\(type) at \(base)\(lines)", provenance: provenance)
  }
}
