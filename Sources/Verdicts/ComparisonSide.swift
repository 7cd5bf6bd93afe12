import Boards
import Deployments
import Energy
import Profiling
public import RunRecord
import Trust
import Units

/// One of two runs that are compared, reduced to what can differ: plain values, from a run or from a
/// saved result.
public struct ComparisonSide: Sendable, Equatable {
  /// Something that the run was made with: `board`, `run-in`, `imu.pacing`.
  public struct Setting: Sendable, Hashable {
    public var key: String
    public var value: String

    public init(_ key: String, _ value: String) { (self.key, self.value) = (key, value) }
  }

  /// nil: it could not be measured.
  public struct Figure: Sendable, Hashable {
    public var metric: ComparisonMetric
    public var value: Int64?

    public init(_ metric: ComparisonMetric, _ value: Int64?) {
      (self.metric, self.value) = (metric, value)
    }
  }

  /// A function's own cycles, or those of a named remainder.
  public struct Function: Sendable, Hashable {
    public var name: String
    public var file: String?
    public var calls: UInt64
    public var cycles: UInt64
    /// Part of `cycles`: waiting for memory.
    public var stalls: UInt64
    public var instructions: UInt64 = 0
    /// Bytes of its code, and what its entry takes from the stack; 0: not known.
    public var size: UInt32 = 0
    public var frame: UInt32 = 0
    public var causes = CycleCauses()
    /// What its code says, wherever it lies; nil: not known.
    public var digest: UInt64?
    /// What it calls, in the order of its instructions.
    public var callees: [String] = []
    public var place = Place()

    public init(name: String, file: String?, calls: UInt64, cycles: UInt64, stalls: UInt64) {
      (self.name, self.file) = (name, file)
      (self.calls, self.cycles, self.stalls) = (calls, cycles, stalls)
    }
  }

  /// The intervals of a measure's longest occurrence.
  public struct Worst: Sendable, Equatable {
    public var measure: String
    public var parts: [MeasureRecord.Part]

    public init(measure: String, parts: [MeasureRecord.Part]) {
      (self.measure, self.parts) = (measure, parts)
    }
  }

  public struct Budget: Sendable, Hashable {
    public var name: String
    public var unit: JudgedBudget.Unit
    public var isMinimum: Bool
    public var limit: Int64
    public var value: Int64?
    public var verdict: Verdict

    public init(
      name: String, unit: JudgedBudget.Unit, isMinimum: Bool, limit: Int64, value: Int64?,
      verdict: Verdict
    ) {
      (self.name, self.unit, self.isMinimum) = (name, unit, isMinimum)
      (self.limit, self.value, self.verdict) = (limit, value, verdict)
    }
  }

  /// The memory that something lies in; its name empty: not known.
  public struct Place: Sendable, Hashable {
    public var memory: String
    public var isInRAM: Bool

    public init(memory: String = "", isInRAM: Bool = false) {
      (self.memory, self.isInRAM) = (memory, isInRAM)
    }
  }

  /// A variable or constant.
  public struct Object: Sendable, Hashable {
    public var name: String
    public var size: UInt32
    public var place: Place
    /// What its first value says, wherever it lies; nil: not known, or zero.
    public var digest: UInt64?

    public init(name: String, size: UInt32, place: Place, digest: UInt64? = nil) {
      (self.name, self.size, self.place, self.digest) = (name, size, place, digest)
    }
  }

  /// A function that is in the image and never ran.
  public struct Idle: Sendable, Hashable {
    public var name: String
    public var size: UInt32

    public init(name: String, size: UInt32) { (self.name, self.size) = (name, size) }
  }

  /// One layer of the network with all that it calls.
  public struct Layer: Sendable, Hashable {
    public var index: Int
    public var operatorName: String
    public var calls: UInt64
    public var cycles: UInt64

    public init(index: Int, operatorName: String, calls: UInt64, cycles: UInt64) {
      (self.index, self.operatorName) = (index, operatorName)
      (self.calls, self.cycles) = (calls, cycles)
    }
  }

  public var name = ""
  /// Of the firmware's file.
  public var sha256 = ""
  public var settings: [Setting] = []
  public var figures: [Figure] = []
  /// Their cycles sum exactly to the active cycles.
  public var functions: [Function] = []
  public var exceptions: [ExceptionRecord] = []
  public var objects: [Object] = []
  public var idle: [Idle] = []
  public var layers: [Layer] = []
  /// Empty: they are not known.
  public var lines: [Line] = []
  /// Functions that were put into their callers.
  public var inlined: [String] = []
  /// How devices and sensors were set up.
  public var deviceSettings: [DeviceSetting] = []
  public var worsts: [Worst] = []
  public var budgets: [Budget] = []
  /// How the run ended: `reached-limit`, `exited`, ...
  public var outcome = ""
  /// Simulated picoseconds.
  public var length: Int64 = 0
  /// Why the run cannot be judged as a whole.
  public var incomplete: String?
  public var isFailed = false

  public init() {}

  public func value(_ metric: ComparisonMetric) -> Int64? {
    figures.first { $0.metric == metric }?.value
  }

  public static func == (a: ComparisonSide, b: ComparisonSide) -> Bool {
    a.name == b.name && a.sha256 == b.sha256 && a.settings == b.settings && a.hasSameResults(as: b)
  }

  /// Whether every measured figure is equal, whatever the runs were made with.
  public func hasSameResults(as other: ComparisonSide) -> Bool {
    figures == other.figures && functions == other.functions && worsts == other.worsts
      && budgets == other.budgets && outcome == other.outcome && length == other.length
      && incomplete == other.incomplete && exceptions == other.exceptions
  }
}

extension ComparisonSide {
  public init(_ judgement: Judgement) {
    let record = judgement.record
    name = judgement.deployment.name
    sha256 = judgement.evidence.firmware.sha256
    settings = judgement.settings
    figures = Self.figures(judgement)
    functions = judgement.profile.rows.dropLast().map { row in
      var function = Function(
        name: row.name, file: row.file, calls: row.calls, cycles: row.selfCycles,
        stalls: row.stallCycles)
      (function.instructions, function.causes) = (row.instructions, row.causes)
      (function.size, function.frame) = (row.size ?? 0, row.frame ?? 0)
      (function.digest, function.callees) = (row.digest, row.callees)
      function.place = judgement.place(of: row)
      return function
    }
    objects = judgement.evidence.sources.objects.map {
      Object(name: $0.name, size: $0.size, place: judgement.place(of: $0), digest: $0.digest)
    }
    idle = judgement.evidence.sources.idle.map { Idle(name: $0.name, size: $0.size) }
    layers = judgement.profile.layers.map {
      Layer(index: $0.index, operatorName: $0.operatorName, calls: $0.calls, cycles: $0.cycles)
    }
    inlined = judgement.evidence.sources.inlined
    deviceSettings = record.settings ?? []
    exceptions = record.exceptions
    worsts = judgement.measures.compactMap { measure in
      measure.worst.map { Worst(measure: measure.name, parts: $0.parts) }
    }
    budgets = judgement.budgets.map { budget in
      Budget(
        name: budget.name, unit: budget.unit, isMinimum: budget.budget.isMinimum,
        limit: budget.limit, value: budget.value?.value, verdict: budget.verdict)
    }
    outcome = record.outcome.kind
    length = record.end.picoseconds
    incomplete = judgement.incomplete
    isFailed = judgement.status == .firmwareFailed
  }

  private static func figures(_ judgement: Judgement) -> [Figure] {
    let record = judgement.record
    var figures: [Figure] = []
    func add(_ metric: ComparisonMetric, _ value: (some BinaryInteger)?) {
      figures.append(Figure(metric, value.map { Int64(clamping: $0) }))
    }
    for measure in judgement.measures {
      let statistics = measure.statistics
      add(.measure(measure.name, .min), statistics?.min.picoseconds)
      add(.measure(measure.name, .p50), statistics?.p50.picoseconds)
      add(.measure(measure.name, .p99), statistics?.p99.picoseconds)
      add(.measure(measure.name, .max), statistics?.max.picoseconds)
      add(.measure(measure.name, .mean), statistics?.mean.picoseconds)
      add(.measure(measure.name, .jitter), statistics?.jitter.picoseconds)
      add(.occurrences(measure.name), measure.count)
      add(.missed(measure.name), measure.missed.value)
    }
    for sample in record.samples {
      add(.lost(sensor: sample.sensor), sample.lost)
      add(.duplicate(sensor: sample.sensor), sample.duplicate)
    }
    add(.activeCycles, judgement.profile.activeCycles)
    add(.sleepCycles, judgement.profile.sleepCycles)
    add(.stallCycles, judgement.profile.stallCycles)
    add(.instructions, record.instructions)
    add(.inferences, record.inferences.count)
    if case .success(let accuracy)? = judgement.labelAccuracy {
      add(.labelAccuracy, accuracy.ratio?.partsPerBillion)
    }
    if let energy = judgement.energy {
      let scope = EnergyScope.socAndSensors
      add(.energy(scope), energy.total(scope).value.femtojoules)
      add(.averageCurrent(scope), energy.averageCurrent(scope).value.nanoamperes)
      let each = energy.perInference(scope, count: record.inferences.count)
      add(.energyPerInference(scope), each?.value.femtojoules)
      for part in energy.parts where scope.includes(part.scope) {
        add(.energyPart(part.name, part.scope), part.joules.femtojoules)
      }
      for part in energy.parts where !scope.includes(part.scope) {
        add(.energyPart(part.name, part.scope), part.joules.femtojoules)
      }
    }
    add(.flash, record.memory.flash)
    add(.ram, record.memory.ram)
    add(.staticRAM, record.memory.staticRAM)
    add(.stack, record.memory.stackHighWater)
    add(.heap, record.memory.heapHighWater)
    return figures
  }
}

extension Outcome {
  /// As results name it.
  public var kind: String {
    switch self {
    case .exited: "exited"
    case .reachedLimit: "reached-limit"
    case .faulted: "faulted"
    case .lockedUp: "locked-up"
    case .sleepsForever: "sleeps-forever"
    case .timedOut: "timed-out"
    case .scriptFailed: "script-failed"
    }
  }
}
