import Testing
import Timing

/// The reference cache against sequences worked by hand and against another way of saying it.
struct CacheTests {
  static func timing(
    sets: UInt32, ways: UInt32, _ replacement: FlashTiming.Replacement
  ) -> FlashTiming {
    FlashTiming(
      waitStatesUncached: 2, waitStatesMiss: 3, lineBytes: 16, sets: sets, ways: ways,
      replacement: replacement)
  }

  static func hits(_ lines: [UInt32], _ timing: FlashTiming) -> [Bool] {
    var cache = ReferenceCache(timing)
    return lines.map { cache.access(line: $0) }
  }

  @Test("a hit keeps a line in an LRU cache and not in a FIFO")
  func order() {
    let lines: [UInt32] = [0, 4, 0, 8, 0, 4]
    let lru = Self.hits(lines, Self.timing(sets: 4, ways: 2, .lru))
    let fifo = Self.hits(lines, Self.timing(sets: 4, ways: 2, .fifo))
    #expect(lru == [false, false, true, false, true, false])
    #expect(fifo == [false, false, true, false, false, false])
  }

  @Test("lines of different sets do not meet")
  func sets() {
    let hits = Self.hits([0, 1, 2, 3, 0, 1, 2, 3], Self.timing(sets: 4, ways: 1, .fifo))
    #expect(hits == [false, false, false, false, true, true, true, true])
  }

  @Test("a loop one line larger than an LRU cache never hits")
  func thrash() {
    let lines = (0..<30).map { UInt32($0 % 3) * 4 }
    #expect(!Self.hits(lines, Self.timing(sets: 4, ways: 2, .lru)).contains(true))
  }

  @Test("invalidation empties, and no sets means no hits")
  func empty() {
    var cache = ReferenceCache(Self.timing(sets: 4, ways: 2, .lru))
    var found = [cache.access(line: 1), cache.access(line: 1)]
    cache.invalidate()
    found.append(cache.access(line: 1))
    #expect(found == [false, true, false])
    #expect(cache.hits == 1 && cache.misses == 2)
    #expect(!Self.hits([1, 1], FlashTiming.zeroWaitStates).contains(true))
  }

  @Test("each access agrees with a list of ages", arguments: 0..<200)
  func ages(seed: UInt64) {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 3
    func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 33
    }
    let sets = UInt32(1) << UInt32(next() % 4)
    let ways = UInt32(next() % 4 + 1)
    let lru = next() % 2 == 0
    var cache = ReferenceCache(Self.timing(sets: sets, ways: ways, lru ? .lru : .fifo))
    var ages: [UInt32: Int] = [:]
    for time in 0..<300 {
      let line = UInt32(next() % 24)
      let expected = ages[line] != nil
      let hit = cache.access(line: line)
      #expect(hit == expected)
      if !expected {
        let rivals = ages.filter { $0.key % sets == line % sets }
        if rivals.count == Int(ways), let oldest = rivals.min(by: { $0.value < $1.value }) {
          ages[oldest.key] = nil
        }
      }
      if lru || !expected { ages[line] = time }
    }
  }

  @Test("random replacement repeats itself")
  func random() {
    let lines = (0..<200).map { UInt32($0 * 7 % 13) * 2 }
    let timing = Self.timing(sets: 2, ways: 3, .random)
    let first = Self.hits(lines, timing)
    #expect(first == Self.hits(lines, timing))
    #expect(first.contains(true))
  }

  @Test("a run of code touches each of its lines once")
  func lines() {
    #expect(ReferenceCache.lines(of: 16, at: 0x100, lineBytes: 16) == 16...16)
    #expect(ReferenceCache.lines(of: 16, at: 0x102, lineBytes: 16) == 16...17)
    #expect(ReferenceCache.lines(of: 0, at: 0x102, lineBytes: 16) == 16...16)
    #expect(
      ReferenceCache.lines(of: 64, at: 0xFFFF_FFF0, lineBytes: 16) == 0xFFF_FFFF...0xFFF_FFFF)
    var cache = ReferenceCache(Self.timing(sets: 4, ways: 2, .lru))
    let cold = cache.waitStates(fetching: 40, at: 0x108)
    let warm = cache.waitStates(fetching: 40, at: 0x108)
    #expect(cold == 9)
    #expect(warm == 0)
  }

  @Test("figures that cannot be indexed are recognised")
  func wellFormed() {
    #expect(Self.timing(sets: 64, ways: 2, .lru).isWellFormed)
    #expect(Self.timing(sets: 64, ways: 2, .lru).capacity == 2048)
    #expect(!Self.timing(sets: 3, ways: 2, .lru).isWellFormed)
    #expect(!Self.timing(sets: 4, ways: 0, .lru).isWellFormed)
  }
}
