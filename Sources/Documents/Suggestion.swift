/// The candidate that a misspelt word most likely meant, or nil when none is close.
///
/// Close is an edit distance (insert, delete, replace, swap neighbours) of at most a third of the
/// word and at least one. The first of equals wins.
public func nearest(to word: String, in candidates: [String]) -> String? {
  let letters = Array(word.lowercased().utf8.prefix(longestCompared))
  var best: (candidate: String, distance: Int)?
  for candidate in candidates {
    let other = Array(candidate.lowercased().utf8.prefix(longestCompared))
    let limit = max(1, max(letters.count, other.count) / 3)
    let found = editDistance(letters, other)
    if found <= limit && found < (best?.distance ?? .max) { best = (candidate, found) }
  }
  return best?.candidate
}

/// `; did you mean 'x'?` when a candidate is close, else `; expected one of a, b, c`.
public func hint(for word: String, in candidates: [String]) -> String {
  if let near = nearest(to: word, in: candidates) { return "; did you mean '\(near)'?" }
  switch candidates.count {
  case 0: return ""
  case 1: return "; expected '\(candidates[0])'"
  default: return "; expected one of \(candidates.joined(separator: ", "))"
  }
}

/// Bounds the work on a hostile word.
private let longestCompared = 64

private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  var beforePrevious = [Int](repeating: 0, count: b.count + 1)
  var previous = Array(0...b.count)
  for (i, x) in a.enumerated() {
    var row = [i + 1]
    for (j, y) in b.enumerated() {
      var cost = min(previous[j + 1] + 1, row[j] + 1, previous[j] + (x == y ? 0 : 1))
      if i > 0 && j > 0 && x == b[j - 1] && a[i - 1] == y {
        cost = min(cost, beforePrevious[j - 1] + 1)
      }
      row.append(cost)
    }
    (beforePrevious, previous) = (previous, row)
  }
  return previous[b.count]
}
