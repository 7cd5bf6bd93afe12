/// A view as samples: stacks with what was spent at their tops.
extension ViewData {
  /// A stack by names, from its bottom; functions that the compiler inlined stand above their callers.
  public struct Sample: Sendable {
    /// Indices into `frames`.
    public var stack: [Int]
    /// Names of functions inlined into the top one, outermost first.
    public var inlined: [String]
    /// Where at its top; nil: unknown.
    public var place: Int?
    /// An instruction of the place.
    public var instruction: Int?
    public var cost: Cost
    /// Index into `paths`.
    public var path: Int
  }

  /// What one frame spent, by what `key` tells apart, in the order of addresses.
  private func groups<Key: Hashable>(
    by key: (Instruction) -> Key
  ) -> [Int: [(instruction: Int, cost: Cost)]] {
    var groups: [Int: [(instruction: Int, cost: Cost)]] = [:]
    var found: [Int: [Key: Int]] = [:]
    for (index, instruction) in instructions.enumerated() where !instruction.cost.isZero {
      let key = key(instruction)
      if let known = found[instruction.frame]?[key] {
        groups[instruction.frame]?[known].cost += instruction.cost
      } else {
        found[instruction.frame, default: [:]][key] = groups[instruction.frame]?.count ?? 0
        groups[instruction.frame, default: []].append((index, instruction.cost))
      }
    }
    return groups
  }

  private func samples(_ groups: [Int: [(instruction: Int, cost: Cost)]]) -> [Sample] {
    paths.indices.flatMap { path -> [Sample] in
      let own = paths[path].cost
      if own.isZero { return [] }
      let stack = stack(of: path)
      guard let group = groups[paths[path].frame] else {
        return [Sample(stack: stack, inlined: [], cost: own, path: path)]
      }
      return zip(group, own.divided(like: group.map(\.cost))).compactMap { part, cost in
        if cost.isZero { return nil }
        let place = instructions[part.instruction].place
        return Sample(
          stack: stack, inlined: place.map { places[$0].inlined.map(\.function) } ?? [],
          place: place, instruction: part.instruction, cost: cost, path: path)
      }
    }
  }

  /// One sample for each stack; their costs sum exactly to the total.
  public var samples: [Sample] {
    samples(
      groups { instruction in
        instruction.place.map { places[$0].inlined.map(\.function) } ?? []
      })
  }

  /// One sample for each stack and line at its top.
  public var samplesByLine: [Sample] { samples(groups(by: \.place)) }

  /// The names of a sample's stack, inlined functions included.
  public func names(of sample: Sample) -> [String] {
    sample.stack.map { frames[$0].name } + sample.inlined
  }
}
