import Boards
import Energy
import Profiling
public import RunRecord
import Trust
import Units
import Verdicts

/// The rows of a JSON report, each an object.
extension JSONReport {
  func outcome(_ outcome: Outcome) -> JSONValue {
    var members: [(String, JSONValue)] = []
    switch outcome {
    case .exited(let code): members = [("kind", .string("exited")), ("code", .integer(code))]
    case .reachedLimit(.duration):
      members = [("kind", .string("reached-limit")), ("limit", .string("duration"))]
    case .reachedLimit(.streamEnd(let sensor)):
      members = [
        ("kind", .string("reached-limit")), ("limit", .string("recording")),
        ("sensor", .string(sensor)),
      ]
    case .faulted(let fault):
      members = [("kind", .string("faulted")), ("fault", self.fault(fault))]
    case .lockedUp(let fault):
      members = [("kind", .string("locked-up")), ("fault", self.fault(fault))]
    case .sleepsForever: members = [("kind", .string("sleeps-forever"))]
    case .timedOut: members = [("kind", .string("timed-out"))]
    case .scriptFailed(let why):
      members = [("kind", .string("script-failed")), ("message", .string(why))]
    }
    if !members.contains(where: { $0.0 == "code" }) { members.insert(("code", .null), at: 1) }
    if !members.contains(where: { $0.0 == "fault" }) {
      members.append(("fault", .null))
      if let dump = judgement.record.dump {
        members.append(("state", .object(self.members(of: dump))))
      }
    }
    return .object(members)
  }

  private func fault(_ fault: Outcome.Fault) -> JSONValue {
    .object(
      [
        ("exception", .string(fault.exception)), ("cause", .string(fault.cause)),
        ("address", .optional(fault.address) { .string("\($0)") }),
        ("pc", .string("\(fault.programCounter)")), ("lr", .string("\(fault.linkRegister)")),
        ("sp", .string("\(fault.stackPointer)")), ("cfsr", .string(hexadecimal(fault.cfsr))),
        ("hfsr", .string(hexadecimal(fault.hfsr))),
        ("backtrace", .array(fault.backtrace.map { .string($0) })),
      ] + (judgement.record.dump.map(members) ?? []))
  }

  func measure(_ measure: JudgedMeasure) -> JSONValue {
    func time(_ interval: Interval?) -> JSONValue {
      .optional(interval) { seconds($0.picoseconds) }
    }
    let statistics = measure.statistics
    return .object([
      ("name", .string(measure.name)), ("from", .string(measure.from)),
      ("to", .string(measure.to)), ("count", .integer(measure.count)),
      ("min", time(statistics?.min)), ("p50", time(statistics?.p50)),
      ("p99", time(statistics?.p99)), ("max", time(statistics?.max)),
      ("mean", time(statistics?.mean)), ("jitter", time(statistics?.jitter)),
      ("missed", .integer(measure.missed.value)), ("deadline", time(measure.deadline)),
      ("band", fraction(measure.trust.band)), ("tier", .string(measure.trust.tier.rawValue)),
      ("worst", worst(measure)),
    ])
  }

  /// Its parts in cycles of the core clock that sum exactly to the whole.
  private func worst(_ measure: JudgedMeasure) -> JSONValue {
    let occurrences = judgement.record.measures.first { $0.name == measure.name }?.occurrences ?? []
    guard let worst = measure.worst, occurrences.indices.contains(worst.index) else { return .null }
    let occurrence = occurrences[worst.index]
    let clock = ClockDomain(frequency: judgement.record.coreClock)
    var (elapsed, counted): (Int64, UInt64) = (0, 0)
    let parts = worst.parts.map { part -> JSONValue in
      elapsed = elapsed &+ part.time.picoseconds
      let ticks = clock.ticks(at: Instant(picoseconds: elapsed))
      defer { counted = ticks }
      return .object([
        ("what", .string(part.what)), ("cycles", .integer(Int128(ticks) - Int128(counted))),
        ("kind", .string(part.kind.rawValue)), ("seconds", seconds(part.time.picoseconds)),
      ])
    }
    return .object([
      ("index", .integer(worst.index)), ("at_seconds", seconds(occurrence.to.picoseconds)),
      ("cycles", .integer(counted)), ("seconds", seconds(elapsed)), ("parts", .array(parts)),
    ])
  }

  func sample(_ sample: SampleRecord) -> JSONValue {
    .object([
      ("sensor", .string(sample.sensor)), ("produced", .integer(sample.produced)),
      ("read", .integer(sample.read)), ("lost", .integer(sample.lost)),
      ("duplicate", .integer(sample.duplicate)),
    ])
  }

  func budget(_ budget: JudgedBudget) -> JSONValue {
    func quantity(_ value: Int64) -> JSONValue {
      .decimal(Int128(value), digits: budget.unit.digits)
    }
    func share(_ margin: Int64?) -> JSONValue {
      .optional(margin) { .decimal(Int128($0), digits: 6) }
    }
    return .object([
      ("name", .string(budget.name)), ("limit", quantity(budget.limit)),
      ("value", .optional(budget.value) { quantity($0.value) }),
      ("band", .optional(budget.value) { fraction($0.trust.band) }),
      ("tier", .optional(budget.value) { .string($0.trust.tier.rawValue) }),
      ("unit", .string(budget.unit.symbol)), ("verdict", .string(budget.verdict.rawValue)),
      ("margin", share(budget.margin)), ("worst_margin", share(budget.worstMargin)),
      ("low", .optional(budget.value) { quantity($0.low) }),
      ("high", .optional(budget.value) { quantity($0.high) }),
      ("reason", .optional(budget.reason) { .string($0) }),
    ])
  }

  /// What the chip and its sensors drew; the rest of the board beside it.
  func energy(_ energy: EnergyBill) -> JSONValue {
    let scope = EnergyScope.socAndSensors
    let total = energy.total(scope)
    func part(_ part: EnergyBill.Part) -> JSONValue {
      .object([
        ("name", .string(part.name)), ("scope", .string(part.scope.rawValue)),
        ("joules", joules(part.joules)), ("band", fraction(part.trust.band)),
        ("tier", .string(part.trust.tier.rawValue)),
      ])
    }
    let perInference = energy.perInference(scope, count: judgement.record.inferences.count)
    return .object([
      ("scope", .string(scope.rawValue)), ("joules", joules(total.value)),
      ("average_amperes", amperes(energy.averageCurrent(scope).value)),
      ("supply_volts", .decimal(Int128(energy.supply.value.millivolts), digits: 3)),
      ("band", fraction(total.trust.band)), ("tier", .string(total.trust.tier.rawValue)),
      ("joules_per_inference", .optional(perInference) { joules($0.value) }),
      ("battery_seconds", .optional(judgement.batterySeconds) { .integer($0) }),
      ("parts", .array(energy.parts(in: scope).map(part))),
      (
        "outside_scope",
        .array(energy.parts.filter { !scope.includes($0.scope) }.map(part))
      ),
    ])
  }

  func function(_ row: Profile.Row) -> JSONValue {
    let place = judgement.place(of: row)
    return .object([
      ("name", .string(row.name)), ("file", .optional(row.file) { .string($0) }),
      ("line", .optional(row.line) { .integer($0) }),
      ("address", .optional(row.address) { .string("\($0)") }),
      ("calls", .integer(row.calls)), ("instructions", .integer(row.instructions)),
      ("size_bytes", .optional(row.size) { .integer($0) }),
      ("frame_bytes", .optional(row.frame) { .integer($0) }),
      ("memory", .string(place.memory)), ("in_ram", .boolean(place.isInRAM)),
      ("digest", digest(row.digest)), ("callees", .array(row.callees.map { .string($0) })),
      ("cycles_self", .integer(row.selfCycles)),
      ("cycles_inclusive", .integer(row.inclusiveCycles)),
      ("stall_cycles", .integer(row.stallCycles)), ("causes", causes(row.causes)),
      ("joules_self", .optional(row.joules, joules)),
    ])
  }

  /// As a hexadecimal number of 16 digits.
  func digest(_ value: UInt64?) -> JSONValue {
    .optional(value) {
      let digits = String($0, radix: 16)
      return .string(String(repeating: "0", count: 16 - digits.count) + digits)
    }
  }

  func remainder(_ row: Profile.Row) -> JSONValue {
    .object([
      ("name", .string(row.name)), ("cycles_self", .integer(row.selfCycles)),
      ("stall_cycles", .integer(row.stallCycles)), ("causes", causes(row.causes)),
      ("joules_self", .optional(row.joules, joules)),
    ])
  }

  /// Cycles by cause; they sum to what they are the causes of.
  func causes(_ causes: CycleCauses) -> JSONValue {
    .object(CycleCauses.Cause.allCases.map { ($0.jsonKey, .integer(causes[$0])) })
  }

  func layer(_ layer: NetworkLayer) -> JSONValue {
    .object([
      ("index", .integer(layer.index)), ("operator", .string(layer.operatorName)),
      ("calls", .integer(layer.calls)), ("cycles", .integer(layer.cycles)),
      ("macs", .optional(judgement.evidence.multiplyAccumulates[layer.index]) { .integer($0) }),
      ("joules", .optional(layer.joules, joules)),
    ])
  }

  func exception(_ exception: ExceptionRecord) -> JSONValue {
    .object([
      ("number", .integer(exception.number)), ("name", .string(exception.name)),
      ("entries", .integer(exception.entries)), ("cycles", .integer(exception.cycles)),
      ("max_latency_cycles", .integer(exception.maxLatencyCycles)),
      ("pended_twice", .integer(exception.pendedTwice)),
    ])
  }

  func finding(_ finding: Finding) -> JSONValue {
    .object([
      ("kind", .string(finding.kind)), ("where", .string(finding.place)),
      ("count", .integer(finding.count)), ("message", .string(finding.message)),
    ])
  }
}

extension JSONReport {
  func seconds(_ picoseconds: Int64) -> JSONValue { .decimal(Int128(picoseconds), digits: 12) }
  func joules(_ energy: Joules) -> JSONValue { .decimal(Int128(energy.femtojoules), digits: 15) }
  func amperes(_ current: Amperes) -> JSONValue { .decimal(Int128(current.nanoamperes), digits: 9) }
  func fraction(_ band: Band) -> JSONValue { .decimal(Int128(band.partsPerMillion), digits: 6) }
  func hertz(_ frequency: Hertz) -> JSONValue {
    frequency.denominator == 1 ? .integer(frequency.numerator) : .real(frequency.value)
  }
}

extension CycleCauses.Cause {
  /// Its key in results.
  public var jsonKey: String {
    switch self {
    case .loadStore: "load_store"
    case .wakeUp: "wake_up"
    default: rawValue
    }
  }
}

extension JudgedBudget.Unit {
  /// Decimal places between the whole base unit and the printed one.
  var digits: Int {
    switch self {
    case .picoseconds: 12
    case .count, .bytes: 0
    case .nanoamperes, .partsPerBillion: 9
    case .femtojoules: 15
    }
  }

  var symbol: String {
    switch self {
    case .picoseconds: "s"
    case .count: "1"
    case .bytes: "B"
    case .nanoamperes: "A"
    case .femtojoules: "J"
    case .partsPerBillion: "1"
    }
  }
}
