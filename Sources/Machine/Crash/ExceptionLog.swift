import Units

/// The newest exceptions taken and left.
struct ExceptionLog {
  struct Entry {
    var number = 0
    var isReturn = false
    var cycle: UInt64 = 0
    var programCounter: UInt32?
  }

  private static let capacity = 16
  private var entries = [Entry](repeating: Entry(), count: capacity)
  private var count = 0

  mutating func note(_ entry: Entry) {
    entries[count % Self.capacity] = entry
    count += 1
  }

  /// Newest first, none later than `cycle`.
  func newest(until cycle: UInt64) -> [Entry] {
    (0..<min(count, Self.capacity)).map { entries[(count - 1 - $0) % Self.capacity] }
      .filter { $0.cycle <= cycle }
  }
}
