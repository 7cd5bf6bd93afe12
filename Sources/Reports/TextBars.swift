/// Bars and curves out of a terminal's block characters.
enum TextBars {
  private static let eighths = Array("▏▎▍▌▋▊▉█")
  private static let heights = Array("▁▂▃▄▅▆▇█")

  /// In eighths of a column; what is not zero is seen.
  static func bar(_ part: UInt64, of whole: UInt64, width: Int) -> String {
    if part == 0 || whole == 0 { return "" }
    let steps = max(1, Int(Int128(min(part, whole)) * Int128(width * 8) / Int128(whole)))
    let full = String(repeating: eighths[7], count: steps / 8)
    return steps % 8 == 0 ? full : full + String(eighths[steps % 8 - 1])
  }

  /// How often values lie in each of `width` equal ranges from the least to the greatest; a range
  /// without any is blank. Empty when all are the same.
  static func histogram(_ values: [Int64], width: Int) -> String {
    guard let low = values.min(), let high = values.max(), low < high else { return "" }
    let span = Int128(high) - Int128(low) + 1
    var counts = [Int](repeating: 0, count: width)
    for value in values {
      counts[Int((Int128(value) - Int128(low)) * Int128(width) / span)] += 1
    }
    let peak = counts.max() ?? 1
    return String(
      counts.map { count -> Character in
        count == 0 ? " " : heights[min(7, count * 8 / (peak + 1))]
      })
  }
}
