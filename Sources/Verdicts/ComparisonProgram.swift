/// What of the program itself differs between two firmwares; all else that differs follows from it.
struct ProgramChange {
  /// Functions of both whose code differs, the largest difference first.
  let changed: [FunctionDifference]
  /// Objects of both with other first values, the largest first.
  let valued: [String]

  init(_ comparison: Comparison) {
    changed = comparison.functions.filter(\.isOtherCode)
    valued = Self.valued(comparison.base.objects, comparison.head.objects)
  }

  /// The one function whose code differs; nil: none or several.
  var only: FunctionDifference? { changed.count == 1 ? changed.first : nil }

  /// Names that several files define are left out: which is which is not known.
  private static func valued(
    _ base: [ComparisonSide.Object], _ head: [ComparisonSide.Object]
  ) -> [String] {
    func unique(_ objects: [ComparisonSide.Object]) -> [String: ComparisonSide.Object] {
      var counts: [String: Int] = [:]
      for object in objects { counts[object.name, default: 0] += 1 }
      return Dictionary(
        objects.filter { counts[$0.name] == 1 }.map { ($0.name, $0) },
        uniquingKeysWith: { first, _ in first })
    }
    let after = unique(head)
    return unique(base).values.filter { object in
      guard let digest = object.digest, let other = after[object.name]?.digest else { return false }
      return digest != other
    }.sorted { ($1.size, $0.name) < ($0.size, $1.name) }.map(\.name)
  }
}

/// What a function calls now and did not, by the calls in its code.
struct CalleeChange {
  let text: String
  /// The function that it calls more or less often.
  let callee: String

  /// nil: it calls the same in the same order.
  init?(_ difference: FunctionDifference) {
    let (before, after) = (difference.base.callees, difference.head.callees)
    let added = Self.without(after, before)
    let gone = Self.without(before, after)
    let name = difference.name
    func more(_ names: [String]) -> String {
      names.count > 1 ? " and \(names.count - 1) more" : ""
    }
    switch (gone.first, added.first) {
    case (nil, nil):
      guard let place = zip(before, after).first(where: { $0 != $1 }) else { return nil }
      (callee, text) = (place.1, "\(name) calls \(place.1) before \(place.0)")
    case (nil, let new?):
      let again = before.contains(new) ? " once more" : ""
      (callee, text) = (new, "\(name) calls \(new)\(again)\(more(added))")
    case (let old?, nil):
      let still = after.contains(old)
      let what = still ? "calls \(old) once less" : "no longer calls \(old)"
      (callee, text) = (old, "\(name) \(what)\(more(gone))")
    case (let old?, let new?):
      (callee, text) = (new, "\(name) calls \(new) instead of \(old)\(more(gone))")
    }
  }

  /// The first list without as many of each name as the second has.
  private static func without(_ names: [String], _ others: [String]) -> [String] {
    var counts: [String: Int] = [:]
    for name in others { counts[name, default: 0] += 1 }
    return names.filter { name in
      guard let count = counts[name], count > 0 else { return true }
      counts[name] = count - 1
      return false
    }
  }
}
