public import Energy
public import RunRecord
public import Units

/// Where a run's cycles and the core's joules went.
///
/// Every cycle belongs to a function or to a named remainder: the rows' own cycles sum exactly to
/// `totalCycles`, and their joules to what the core drew with all that
/// counts only while it runs or sleeps.
public struct Profile: Sendable {
  public struct Row: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
      case function
      /// Time that no function spends: `[sleep]`, `[exception entry]`.
      case remainder
    }
    public var kind: Kind
    public var name: String
    public var address: Address?
    public var file: String?
    public var line: Int?
    public var calls: UInt64 = 0
    /// That it executed itself.
    public var instructions: UInt64 = 0
    /// Of its code in bytes, and what its entry takes from the stack; nil: not known.
    public var size: UInt32?
    public var frame: UInt32?
    /// What its code says, wherever it lies; nil: not known.
    public var digest: UInt64?
    /// What it calls, in the order of its instructions.
    public var callees: [String] = []
    public var selfCycles: UInt64 = 0
    public var inclusiveCycles: UInt64 = 0
    /// Waiting for memory; part of `selfCycles`.
    public var stallCycles: UInt64 = 0
    /// `selfCycles` by cause.
    public var causes = CycleCauses()
    /// What the core drew in `selfCycles`, `EnergyBill.coreRunning`; nil without a power table.
    public var joules: Joules?

    public init(_ kind: Kind, _ name: String) { (self.kind, self.name) = (kind, name) }
  }

  /// Most own cycles first; `[sleep]` last, and there is always one of it.
  public var rows: [Row]
  public var layers: [NetworkLayer]
  /// Active and sleeping.
  public var totalCycles: UInt64
  public var activeCycles: UInt64
  public var stallCycles: UInt64
  /// Taken branches: refilling the pipeline.
  public var branchCycles: UInt64
  public var findings: [Finding] = []

  /// Active cycles by cause.
  public var causes: CycleCauses { rows.reduce(into: CycleCauses()) { $0 += $1.causes } }
  public var sleepCycles: UInt64 { rows.last?.selfCycles ?? 0 }
  public var functions: [Row] { rows.filter { $0.kind == .function } }
  public var remainders: [Row] { rows.filter { $0.kind == .remainder } }

  public init(_ record: RunRecord, _ sources: SourceIndex, _ energy: EnergyBill?) {
    var tally = ProfileTally(record, sources)
    tally.addRemainders(record)
    activeCycles = tally.rows.reduce(0) { $0 &+ $1.selfCycles }
    totalCycles = activeCycles &+ record.sleepCycles
    stallCycles = record.blocks.reduce(0) { $0 &+ $1.stallCycles }
    branchCycles = record.blocks.reduce(0) { $0 &+ $1.branchCycles }
    rows = tally.rows.sorted(by: Self.costsMore)
    if activeCycles != record.activeCycles {
      findings.append(
        Finding(
          kind: "cycles-unbalanced", place: "profile",
          message: "the parts sum to \(activeCycles) active cycles, the run counted "
            + "\(record.activeCycles)", count: 1))
    }
    if let energy {
      let shares = energy.coreRunning.divided(by: rows.map(\.selfCycles))
      for index in rows.indices { rows[index].joules = shares[index] }
    }
    // A core that ran without a cycle: its joules must not get lost.
    let unshared = rows.isEmpty ? energy?.coreRunning ?? .zero : .zero
    var sleep = Row(.remainder, "[sleep]")
    sleep.selfCycles = record.sleepCycles
    sleep.inclusiveCycles = record.sleepCycles
    sleep.joules = energy.map { $0.coreSleeping + unshared }
    rows.append(sleep)
    layers = NetworkLayer.layers(of: rows, active: activeCycles, energy?.coreRunning)
  }

  private static func costsMore(_ a: Row, _ b: Row) -> Bool {
    if a.selfCycles != b.selfCycles { return a.selfCycles > b.selfCycles }
    if a.inclusiveCycles != b.inclusiveCycles { return a.inclusiveCycles > b.inclusiveCycles }
    if a.name != b.name { return a.name < b.name }
    return (a.address?.value ?? 0) < (b.address?.value ?? 0)
  }
}
