import Boards
import Deployments
import Energy
import Profiling
import RunRecord
import Trust
import Units
public import Verdicts

/// A judged run as one JSON object, `schemaVersion` 1; keys may be added and keep their meaning.
///
/// Seconds, joules, amperes, bytes, cycles. Decimal numbers are exact, so that parts sum exactly to
/// their total.
public struct JSONReport: Sendable {
  let judgement: Judgement

  /// Whether each inference is told, not only how many there were.
  let listsInferences: Bool

  public init(_ judgement: Judgement, listsInferences: Bool = true) {
    (self.judgement, self.listsInferences) = (judgement, listsInferences)
  }

  /// The object and a line break.
  public var text: String { value.description + "\n" }

  private var record: RunRecord { judgement.record }

  var value: JSONValue {
    .object([
      ("schemaVersion", .integer(1)),
      (
        "tool",
        .object([
          ("version", .string(judgement.evidence.toolVersion)), ("engine", .string(record.engine)),
        ])
      ),
      ("deployment", .string(judgement.deployment.name)),
      ("board", board), ("firmware", firmware),
      (
        "settings",
        .array(
          judgement.settings.map {
            .object([("key", .string($0.key)), ("value", .string($0.value))])
          })
      ),
      ("outcome", outcome(record.outcome)),
      ("cycles", cycles), ("instructions", .integer(record.instructions)),
      ("seconds", seconds(record.end.picoseconds)),
      ("wall_seconds", .real(judgement.evidence.wallSeconds)),
      ("measures", .array(judgement.measures.map(measure))),
      ("samples", .array(record.samples.map(sample))),
      ("deadlines", .array(judgement.journeys.map(journey))),
      ("budgets", .array(judgement.budgets.map(budget))),
      ("verdict", .string(judgement.verdict.rawValue)),
      ("unjudged_because", .optional(judgement.incomplete) { .string($0) }),
      ("judge", .string(judgement.deployment.judge.rawValue)),
      ("exit_status", .integer(judgement.status.rawValue)),
      ("energy", .optional(judgement.energy, energy)),
      ("memory", memory),
      ("functions", .array(judgement.profile.functions.map(function))),
      ("remainders", .array(judgement.profile.remainders.map(remainder))),
      ("layers", .array(judgement.profile.layers.map(layer))),
      ("exceptions", .array(record.exceptions.map(exception))),
      ("inference_count", .integer(record.inferences.count)),
      ("inferences", listsInferences ? inferences : .array([])), ("label_accuracy", labelAccuracy),
      ("findings", .array(judgement.findings.map(finding))),
      ("objects", .array(judgement.evidence.sources.objects.map(object))),
      (
        "idle_functions",
        .array(
          judgement.evidence.sources.idle.map {
            .object([("name", .string($0.name)), ("size_bytes", .integer($0.size))])
          })
      ),
      ("inlined", .array(judgement.evidence.sources.inlined.map { .string($0) })),
      ("device_settings", .array((record.settings ?? []).map(setting))),
    ])
  }

  private var board: JSONValue {
    let board = judgement.board
    return .object([
      ("name", .string(board.name)), ("chip", .string(board.chip.name)),
      ("core", .string(board.chip.core.name)), ("clock_hz", hertz(record.coreClock)),
    ])
  }

  private var firmware: JSONValue {
    let firmware = judgement.evidence.firmware
    return .object([
      ("path", .string(firmware.path)), ("sha256", .string(firmware.sha256)),
      ("symbols", .integer(firmware.symbols)),
    ])
  }

  private func object(_ object: DataObject) -> JSONValue {
    .object([
      ("name", .string(object.name)), ("size_bytes", .integer(object.size)),
      ("in_ram", .boolean(object.isInRAM)),
      ("memory", .string(judgement.place(of: object).memory)), ("digest", digest(object.digest)),
    ])
  }

  private func setting(_ setting: DeviceSetting) -> JSONValue {
    .object([
      ("name", .string(setting.name)), ("values", .array(setting.values.map { .integer($0) })),
      ("is_data", .boolean(setting.isData)),
    ])
  }

  private var cycles: JSONValue {
    let profile = judgement.profile
    return .object([
      ("total", .integer(profile.totalCycles)), ("active", .integer(profile.activeCycles)),
      ("sleep", .integer(profile.sleepCycles)),
      (
        "stalls",
        .object([
          ("memory", .integer(profile.stallCycles)), ("branch", .integer(profile.branchCycles)),
        ])
      ),
      ("causes", causes(profile.causes)),
      ("band", fraction(judgement.cycles.band)), ("tier", .string(judgement.cycles.tier.rawValue)),
      ("interrupt_delivery", .string(record.delivery)),
      ("basis", .array(judgement.timing.basis.map { .string($0) })),
      ("assumptions", .array(judgement.timing.assumptions.map { .string($0) })),
    ])
  }

  private var memory: JSONValue {
    let memory = record.memory
    return .object([
      ("flash_bytes", .integer(memory.flash)),
      ("ram_bytes", .optional(memory.ram) { .integer($0) }),
      ("static_ram_bytes", .integer(memory.staticRAM)),
      ("stack_high_water_bytes", .optional(memory.stackHighWater) { .integer($0) }),
      ("heap_high_water_bytes", .optional(memory.heapHighWater) { .integer($0) }),
    ])
  }

  private var inferences: JSONValue {
    var labels: [String?] = []
    if case .success(let accuracy)? = judgement.labelAccuracy { labels = accuracy.labels }
    return .array(
      record.inferences.enumerated().map { index, inference in
        .object([
          ("at_seconds", seconds(inference.at.picoseconds)),
          ("class", .optional(inference.classIndex) { .integer($0) }),
          (
            "label",
            .optional(labels.indices.contains(index) ? labels[index] : nil) { .string($0) }
          ),
          ("scores", .optional(inference.scores) { .array($0.map { .integer($0) }) }),
          ("cycles", .integer(inference.cycles)),
        ])
      })
  }

  private var labelAccuracy: JSONValue {
    switch judgement.labelAccuracy {
    case nil: return .null
    case .failure(let unjudged): return .object([("unjudged_because", .string(unjudged.why))])
    case .success(let accuracy):
      return .object([
        ("accuracy", .optional(accuracy.ratio) { .decimal(Int128($0.partsPerBillion), digits: 9) }),
        ("judged", .integer(accuracy.judged)), ("correct", .integer(accuracy.correct)),
        ("undecided", .integer(accuracy.undecided)), ("unlabelled", .integer(accuracy.unlabelled)),
        (
          "classes",
          .array(
            accuracy.rows.map {
              .object([
                ("label", .string($0.label)), ("judged", .integer($0.judged)),
                ("correct", .integer($0.correct)),
              ])
            })
        ),
      ])
    }
  }
}
