internal import Units

/// `; did you mean 'x'?` when a candidate is close, else `; expected one of a, b, c`.
public func hint(for word: String, in candidates: [String]) -> String {
  if let near = nearest(to: word, in: candidates) { return "; did you mean '\(near)'?" }
  switch candidates.count {
  case 0: return ""
  case 1: return "; expected '\(candidates[0])'"
  default: return "; expected one of \(candidates.joined(separator: ", "))"
  }
}

/// The candidate that a misspelt word most likely meant, or nil when none is close.
public func nearest(to word: String, in candidates: [String]) -> String? {
  Spelling.nearest(to: word, among: candidates)
}
