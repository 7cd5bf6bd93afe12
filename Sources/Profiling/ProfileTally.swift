import RunRecord

/// Adds up a record's blocks by function.
struct ProfileTally {
  /// Functions that ran, then the remainders that are not zero.
  private(set) var rows: [Profile.Row] = []

  init(_ record: RunRecord, _ sources: SourceIndex) {
    var byFunction = record.functions.map { function in
      let entry = sources.entry(at: function.address)
      var row = Profile.Row(.function, entry?.name ?? function.name)
      row.address = function.address
      row.file = entry?.file
      row.line = entry?.line
      row.calls = function.calls
      (row.size, row.frame, row.digest) = (entry?.size, entry?.frame, entry?.digest)
      row.callees = entry?.callees ?? []
      row.inclusiveCycles = function.inclusiveCycles
      return row
    }
    var nameless = Profile.Row(.remainder, "[no symbol]")
    for block in record.blocks {
      let cycles = block.cycles
      var causes = block.causes
      causes.balance(to: cycles)
      if let function = block.function, byFunction.indices.contains(function) {
        byFunction[function].selfCycles &+= cycles
        byFunction[function].instructions &+= block.instructions
        byFunction[function].causes += causes
        byFunction[function].stallCycles &+= block.stallCycles
      } else {
        nameless.selfCycles &+= cycles
        nameless.instructions &+= block.instructions
        nameless.causes += causes
        nameless.inclusiveCycles &+= cycles
        nameless.stallCycles &+= block.stallCycles
      }
    }
    rows = byFunction.filter { $0.calls > 0 || $0.selfCycles > 0 || $0.inclusiveCycles > 0 }
    if nameless.selfCycles > 0 { rows.append(nameless) }
  }

  /// Cycles of the core that no instruction spends.
  mutating func addRemainders(_ record: RunRecord) {
    add("[exception entry]", record.exceptionCycles, .exception)
    add("[lazy stacking]", record.lazyStackingCycles, .exception)
    add("[wake-up]", record.wakeUpCycles, .wakeUp)
    let counted = rows.reduce(UInt64(0)) { $0 &+ $1.selfCycles }
    if counted < record.activeCycles {
      add("[unattributed]", record.activeCycles - counted, .unattributed)
    }
  }

  private mutating func add(_ name: String, _ cycles: UInt64, _ cause: CycleCauses.Cause) {
    if cycles == 0 { return }
    var row = Profile.Row(.remainder, name)
    row.selfCycles = cycles
    row.inclusiveCycles = cycles
    row.causes[cause] = cycles
    rows.append(row)
  }
}
