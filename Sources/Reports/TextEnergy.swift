import Boards
import Deployments
import Energy
import Trust
import Units
import Verdicts

/// What the run drew, by part.
extension TextReport {
  var energyLines: [String] {
    guard let energy = judgement.energy else {
      return options.isFull ? TextLayout.section("energy", ["unknown: no power table"]) : []
    }
    let scope = EnergyScope.socAndSensors
    let total = energy.total(scope).value
    let current = energy.averageCurrent(scope).value
    var line = Figures.text(total.femtojoules, Figures.energy)
    line += ", \(Figures.text(current.nanoamperes, Figures.current)) at "
    line += Figures.fixed(Int128(energy.supply.value.millivolts), 1_000, decimals: 1)
    line += " V (\(scope.rawValue))"
    if let battery = judgement.deployment.battery {
      let life = judgement.batterySeconds.map { Figures.lifetime($0) } ?? "for ever"
      line += "; \(Figures.short(battery.capacity.nanoampereHours, Figures.charge)): \(life)"
    }
    return TextLayout.section("energy", [line] + split(energy, scope, total))
  }

  /// The chip and the sensors that draw most: `chip 23.1   imu 20.6   microphone 19.5 mJ: sensors are 63 %`.
  private func split(_ energy: EnergyBill, _ scope: EnergyScope, _ total: Joules) -> [String] {
    let scale = Figures.Scale(Int128(total.femtojoules), Figures.energy)
    let chip = energy.total(.soc).value
    let others = energy.parts(in: scope).filter { $0.scope != .soc }.enumerated().sorted {
      ($1.element.joules.femtojoules, $0.offset) < ($0.element.joules.femtojoules, $1.offset)
    }.map(\.element)
    if others.isEmpty { return [] }
    var parts = ["chip \(scale.number(Int128(chip.femtojoules)))"]
    let shown = others.prefix(3).filter { $0.joules.femtojoules >= total.femtojoules / 1_000 }
    parts += shown.map { part in
      "\(TextLayout.shortened(part.name, to: 14)) \(scale.number(Int128(part.joules.femtojoules)))"
    }
    if others.count > shown.count {
      let rest = others.dropFirst(shown.count).reduce(Int128(0)) {
        $0 + Int128($1.joules.femtojoules)
      }
      parts.append("others \(scale.number(rest))")
    }
    let sensors = Int128(total.femtojoules) - Int128(chip.femtojoules)
    let share = Figures.percent(sensors, of: Int128(total.femtojoules))
    return [
      parts.joined(separator: "   ") + " \(scale.unit.symbol): sensors are \(share)"
    ]
  }

  /// Every state of every consumer, with the source of its current.
  var energyDetails: [String] {
    guard let energy = judgement.energy else { return [] }
    var lines: [String] = []
    var idle = 0
    for part in energy.parts {
      for share in part.shares {
        if share.state.current == .zero {
          idle += 1
          continue
        }
        var line = TextLayout.left("\(part.scope.rawValue) \(part.name).\(share.state.name)", 44)
        line += TextLayout.right(Figures.text(share.joules.femtojoules, Figures.energy), 10)
        line += TextLayout.right(
          Figures.text(share.state.current.nanoamperes, Figures.current), 10)
        line += TextLayout.right(Figures.text(share.time.picoseconds, Figures.time), 10)
        let trust = share.trust
        line += "  \(trust.tier.rawValue) \(Figures.band(trust.band)), "
        lines.append(line + share.state.provenance.source.title)
      }
    }
    if idle > 0 { lines.append("\(idle) \(idle == 1 ? "state draws" : "states draw") nothing") }
    return TextLayout.section("", lines)
  }
}

extension Figures {
  static let charge = [
    Unit(symbol: "nAh", scale: 1), Unit(symbol: "uAh", scale: 1_000),
    Unit(symbol: "mAh", scale: 1_000_000), Unit(symbol: "Ah", scale: 1_000_000_000),
  ]
}
