public import Boards
public import RunRecord
public import Trust
public import Units

/// What a run drew: the board's table times the time that the run spent in each power state.
///
/// Every joule belongs to one state of one consumer of the table; sums are exact in femtojoules.
/// A consumer that the run says nothing of stays in its initial state, and time that the run's power
/// log does not cover is spent in the initial states.
///
/// Not modelled: the current between two states (inrush, regulator settling), supply droop,
/// temperature.
public struct EnergyBill: Sendable {
  /// A state of a consumer and what it drew there.
  public struct Share: Sendable {
    public var state: CurrentConsumer.State
    public var time: Interval
    public var joules: Joules
    public var trust: Trust
    /// What the core did meanwhile; nil: it may have done either.
    var phase: CorePhase?
  }

  /// One consumer's joules: the sum of its shares.
  public struct Part: Sendable {
    public var name: String
    public var scope: ConsumerScope
    public var joules: Joules
    public var trust: Trust
    /// The states that it was in, in the table's order.
    public var shares: [Share]
  }

  public var supply: Sourced<Volts>
  public var duration: Interval
  /// One for each consumer, in the table's order.
  public var parts: [Part]
  /// What the table lacks.
  public var findings: [Finding]

  /// Prices a run. `cycles` is how well its active time is known: what the core draws while it runs
  /// is a product of both.
  public init(_ record: RunRecord, _ table: PowerTable, cycles: Trust) {
    supply = table.supply
    duration = Interval(picoseconds: record.end.picoseconds)
    let residency = Residency(record, table)
    parts = table.consumers.map { consumer in
      let times = residency.times(of: consumer)
      var shares: [Share] = []
      for (state, time) in zip(consumer.states, times) where time.spent > .zero {
        let joules = energy(state.current, table.supply.value, time.charged)
        let phase = CorePhase(of: consumer, in: state.name)
        var trust = phase == .running ? state.trust * cycles : state.trust
        trust = trust * time.certainty.trust
        shares.append(
          Share(state: state, time: time.spent, joules: joules, trust: trust, phase: phase))
      }
      return Part(
        name: consumer.name, scope: consumer.scope, joules: sum(shares.map(\.joules)),
        trust: .sum(shares.map { ($0.joules.femtojoules, $0.trust) }), shares: shares)
    }
    findings = residency.findings
  }

  /// The consumers that a scope counts.
  public func parts(in scope: EnergyScope) -> [Part] {
    parts.filter { scope.includes($0.scope) }
  }

  /// The sum of a scope's parts; their bands weighted by size, the worst of their tiers.
  ///
  /// The supply voltage is the condition that the figures hold for and adds no band.
  public func total(_ scope: EnergyScope) -> Trusted<Joules> {
    let counted = parts(in: scope)
    return Trusted(
      sum(counted.map(\.joules)), .sum(counted.map { ($0.joules.femtojoules, $0.trust) }))
  }

  /// The constant current that would have drawn as much, rounded half up to a nanoampere.
  public func averageCurrent(_ scope: EnergyScope) -> Trusted<Amperes> {
    total(scope).map { joules in
      let divisor = Int128(supply.value.millivolts) * Int128(duration.picoseconds)
      if divisor <= 0 { return .zero }
      let yoctojoules = Int128(joules.femtojoules) * 1_000_000_000
      return Amperes(nanoamperes: Int64(clamping: (yoctojoules + divisor / 2) / divisor))
    }
  }

  /// What the running core drew, with the consumers that count only while it runs.
  public var coreRunning: Joules { core(.running) }
  /// What the sleeping core drew, with the clocks and others that count only while it sleeps.
  public var coreSleeping: Joules { core(.sleeping) }

  /// What a scope counts beside the core, by consumer.
  public func outsideCore(_ scope: EnergyScope) -> [(name: String, joules: Joules)] {
    parts(in: scope).map { part in
      (part.name, sum(part.shares.filter { $0.phase == nil }.map(\.joules)))
    }
  }

  private func core(_ phase: CorePhase) -> Joules {
    sum(parts.flatMap(\.shares).filter { $0.phase == phase }.map(\.joules))
  }
}

/// Whether the processor core, the consumer `cpu`, runs instructions.
enum CorePhase: Sendable {
  case running
  case sleeping

  /// Of a consumer that is the core, or counts only in one of the core's states; else nil.
  init?(of consumer: CurrentConsumer, in state: String) {
    let core = "cpu"
    if consumer.name == core {
      self.init(state)
    } else if let condition = consumer.condition, condition.consumer == core {
      self.init(condition.state)
    } else {
      return nil
    }
  }

  /// `sleep`, `sleep-constant-latency`, `deep-sleep`; every other state runs.
  private init(_ state: String) {
    self = state.hasPrefix("sleep") || state.hasSuffix("sleep") ? .sleeping : .running
  }
}

/// `Joules(_:at:for:)` that stays in range for any table.
private func energy(_ current: Amperes, _ voltage: Volts, _ time: Interval) -> Joules {
  let picowatts = Int128(current.nanoamperes) * Int128(voltage.millivolts)
  let (product, overflow) = picowatts.multipliedReportingOverflow(by: Int128(time.picoseconds))
  if overflow || product > .max / 2 { return Joules(femtojoules: .max) }
  return Joules(femtojoules: Int64(clamping: (product + 500_000_000) / 1_000_000_000))
}

/// A sum that stays in range.
private func sum(_ parts: [Joules]) -> Joules {
  parts.reduce(.zero) {
    Joules(femtojoules: Int64(clamping: Int128($0.femtojoules) + Int128($1.femtojoules)))
  }
}
