import RunRecord

/// Whether two runs differ only in where their program lies.
extension Comparison {
  /// The same program at other addresses: functions and variables say the same and lie in the same
  /// memories, devices are set up alike. What then differs is luck with alignment, however much it is.
  public var isRelayout: Bool {
    guard base.sha256 != head.sha256, base.outcome == head.outcome, mainChange == nil,
      DeviceChange.all(self).isEmpty, ObjectChange.all(self).isEmpty,
      ProgramChange(self).valued.isEmpty
    else { return false }
    let rows = functions.filter { !$0.name.hasPrefix("[") }
    return !rows.isEmpty && rows.allSatisfy(isAlike) && isSameCodeLinked
  }

  private func isAlike(_ difference: FunctionDifference) -> Bool {
    let (base, head) = (difference.base, difference.head)
    if difference.isSameCode { return base.place.memory == head.place.memory }
    // Other timing may bring a run where the other never came.
    if base.isAbsent { return isIdle(difference.name, head.size, in: self.base) }
    if head.isAbsent { return isIdle(difference.name, base.size, in: self.head) }
    // An address may be hidden in code of the same length that does the same.
    func otherThanFetch(_ side: FunctionDifference.Side) -> CycleCauses {
      var causes = side.causes
      causes[.fetch] = 0
      return causes
    }
    return base.size == head.size && base.frame == head.frame && base.calls == head.calls
      && base.instructions == head.instructions && otherThanFetch(base) == otherThanFetch(head)
      && base.callees == head.callees && base.place.memory == head.place.memory
  }

  private func isIdle(_ name: String, _ size: UInt64, in side: ComparisonSide) -> Bool {
    side.idle.contains { $0.name == name && UInt64($0.size) == size }
  }

  /// Whether all functions, ran or not, are there under the same names and as large; a function's size
  /// may take in what pads it.
  private var isSameCodeLinked: Bool {
    func sizes(_ side: ComparisonSide) -> [String: UInt32] {
      var sizes: [String: UInt32] = [:]
      for function in side.functions where function.size > 0 {
        sizes[function.name, default: 0] += function.size
      }
      for function in side.idle { sizes[function.name, default: 0] += function.size }
      return sizes
    }
    let (before, after) = (sizes(base), sizes(head))
    return before.count == after.count
      && before.allSatisfy { name, size in
        after[name].map { max($0, size) - min($0, size) < 4 } ?? false
      }
  }

  /// A relayout that loses no sample, misses no deadline and changes no verdict: no one's change.
  public var isHarmlessRelayout: Bool {
    isRelayout && budgets.allSatisfy { $0.base.verdict == $0.head.verdict }
      && !worse.contains { $0.metric.rank == 0 }
  }
}
