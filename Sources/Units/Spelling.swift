/// Which known word a misspelt one most likely was.
public enum Spelling {
  /// The first of `candidates` with the fewest edits to `word`, case apart; nil when none is near.
  ///
  /// Edits are insertions, deletions, substitutions and swaps of neighbours; near is a third of the
  /// longer word, or one edit.
  public static func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
    let wanted = Array(word.lowercased().utf8.prefix(longest))
    var best: (distance: Int, name: String)?
    for candidate in candidates {
      let text = Array(candidate.lowercased().utf8.prefix(longest))
      let limit = min(best?.distance ?? .max, max(1, max(wanted.count, text.count) / 3) + 1)
      if abs(text.count - wanted.count) >= limit { continue }
      let distance = edits(wanted, text)
      if distance < limit { best = (distance, candidate) }
    }
    return best?.name
  }

  /// Bounds the work on a hostile word.
  private static let longest = 128

  private static func edits(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in 0..<a.count {
      var row = [i + 1]
      row.reserveCapacity(b.count + 1)
      for j in 0..<b.count {
        var cost = min(row[j] + 1, last[j + 1] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          cost = min(cost, beforeLast[j - 1] + 1)
        }
        row.append(cost)
      }
      (beforeLast, last) = (last, row)
    }
    return last[b.count]
  }
}
