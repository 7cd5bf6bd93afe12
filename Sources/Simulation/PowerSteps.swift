import Units

/// Time by combination of power states and step of time: as fine as a bounded number of steps allows,
/// so that however long a run is, all of it is told.
struct PowerSteps {
  struct Entry {
    var step: Int
    var combination: Int
    var picoseconds: Int64
  }

  /// Steps that are kept at most.
  private static let capacity: Int64 = 4_096
  /// Picoseconds of a step.
  private(set) var width: Int64 = 10_000_000
  private(set) var entries: [Entry] = []

  /// From one instant to another, later ones only.
  mutating func add(_ combination: Int, from start: Int64, to end: Int64) {
    var start = start
    while start < end {
      let step = start / width
      if step >= Self.capacity {
        widen()
        continue
      }
      let stop = min(end, (step + 1) * width)
      append(Entry(step: Int(step), combination: combination, picoseconds: stop - start))
      start = stop
    }
  }

  private mutating func append(_ entry: Entry) {
    var index = entries.count - 1
    while index >= 0, entries[index].step == entry.step {
      if entries[index].combination == entry.combination {
        entries[index].picoseconds += entry.picoseconds
        return
      }
      index -= 1
    }
    entries.append(entry)
  }

  /// Two steps become one.
  private mutating func widen() {
    let old = entries
    entries = []
    width *= 2
    for var entry in old {
      entry.step /= 2
      append(entry)
    }
  }
}
