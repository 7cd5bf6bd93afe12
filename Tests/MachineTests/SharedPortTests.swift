import Testing
import Units

@testable import Engine

/// Code and data at one port, against a core that is stepped instruction by instruction.
struct SharedPortTests {
  /// An instruction of a made-up run: its bytes, its cycles, and how often it reads the memory.
  struct Step {
    var bytes: UInt32
    var cycles: Int
    var reads: Int
  }

  struct Memory {
    var start: UInt32
    var line: UInt32
    var waits: Int
    var prefetches: Bool
  }

  private static func port(_ run: [Step], _ memory: Memory) -> (SharedPort, [PortUse.Read]) {
    let first = memory.start / 4
    let end = memory.start + run.reduce(0) { $0 + $1.bytes }
    var words = Array(
      repeating: PortUse.Word(needed: .max, used: 0), count: Int((end - 1) / 4 - first) + 1)
    var reads: [PortUse.Read] = []
    var (address, cycle) = (memory.start, 0)
    for step in run {
      for word in address / 4...(address + step.bytes - 1) / 4 {
        words[Int(word - first)].needed = min(words[Int(word - first)].needed, UInt16(cycle))
        words[Int(word - first)].used = UInt16(cycle)
      }
      if step.reads > 0 {
        reads.append(
          PortUse.Read(
            place: RegisterSum(), cycle: UInt16(cycle), transfers: UInt16(step.reads)))
      }
      address += step.bytes
      cycle += step.cycles
    }
    let port = SharedPort(
      words: words, firstWord: first, wordsInLine: memory.line / 4, waits: memory.waits,
      prefetches: memory.prefetches, core: Engine.PortTiming(fetchLead: 3, bufferWords: 3),
      cycles: cycle)
    return (port, reads)
  }

  /// Cycles of the run, worked out with a queue of words and a list of the lines at hand.
  private static func stepped(_ run: [Step], _ memory: Memory) -> Int {
    let end = memory.start + run.reduce(0) { $0 + $1.bytes }
    var queue: [UInt32: Int] = [:]
    var lines: [UInt32: Int] = [:]
    var (clock, coreFree, portFree) = (-3 - memory.waits, 0, Int.min)
    let began = clock
    var (index, inside, pendingReads) = (0, 0, 0)
    var address = memory.start
    var (next, waiting) = (memory.start / 4, false)
    var consumed = memory.start / 4
    var (current, ahead): (UInt32?, UInt32?) = (nil, nil)
    var wantsAhead = false
    while index < run.count || inside > 0 {
      var readsNow = false
      if clock >= coreFree {
        if inside == 0 {
          let step = run[index]
          let needed = address / 4...(address + step.bytes - 1) / 4
          if needed.allSatisfy({ queue[$0].map { $0 <= clock } ?? false }) {
            address += step.bytes
            consumed = address / 4
            (index, inside, pendingReads) = (index + 1, step.cycles, step.reads)
          }
        }
        if inside > 0 {
          inside -= 1
          readsNow = pendingReads > 0
          pendingReads -= readsNow ? 1 : 0
        }
      }
      if readsNow {
        let begins = max(clock, portFree)
        portFree = begins + 1 + memory.waits
        coreFree = portFree
      }
      if !waiting && next <= (end - 1) / 4 && next - consumed < 3 { waiting = true }
      if waiting {
        let line = next * 4 / memory.line
        if line == ahead { (current, ahead) = (line, nil) }
        if current != line && portFree <= clock {
          current = line
          lines[line] = clock + memory.waits
          portFree = clock + 1 + memory.waits
        }
        if current == line, let ready = lines[line], ready <= clock {
          queue[next] = clock + 3
          next += 1
          waiting = false
          wantsAhead = memory.prefetches
        }
      }
      if wantsAhead, let line = current, ahead == nil, portFree <= clock, !waiting {
        ahead = line + 1
        lines[line + 1] = clock + max(1, memory.waits)
        portFree = clock + 1 + memory.waits
        wantsAhead = false
      }
      clock += 1
    }
    return clock - began
  }

  @Test("a made-up run takes what a core takes that is stepped through it", arguments: 0..<300)
  func agrees(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    func next(_ count: UInt64) -> UInt64 { random.next() % count }
    let run = (0..<Int(4 + next(60))).map { _ -> Step in
      let reads = next(3) == 0 ? Int(1 + next(4)) : 0
      return Step(bytes: next(2) == 0 ? 2 : 4, cycles: max(1, reads), reads: reads)
    }
    let memory = Memory(
      start: 0x0800_0000 + UInt32(next(8)) * 2, line: 8 << UInt32(next(2)), waits: Int(next(6)),
      prefetches: next(2) == 0)
    let (port, reads) = Self.port(run, memory)
    let quiet = run.map { Step(bytes: $0.bytes, cycles: $0.cycles, reads: 0) }
    #expect(
      port.duration(reading: reads) - port.duration(reading: [])
        == Self.stepped(run, memory) - Self.stepped(quiet, memory))
  }

  @Test("instructions without a cycle end, too")
  func noCycle() {
    let run = (0..<12).map { Step(bytes: 4, cycles: $0 == 11 ? 1 : 0, reads: $0 == 11 ? 1 : 0) }
    for prefetches in [false, true] {
      let memory = Memory(start: 2, line: 8, waits: 2, prefetches: prefetches)
      let (port, reads) = Self.port(run, memory)
      #expect((1...100).contains(port.duration(reading: reads)))
    }
  }

  /// Wide loads in fours between other wide instructions, as table look-ups are written: read ahead, a
  /// flash of 64 bits hardly delays them at no wait; not read ahead, it does.
  @Test("reading ahead keeps code apart from data")
  func ahead() {
    let group = (0..<12).map { Step(bytes: 4, cycles: 1, reads: (4..<8).contains($0) ? 1 : 0) }
    // The last load of four takes its second cycle.
    let run = (0..<10).flatMap { _ in
      group.enumerated().map { index, step in
        Step(bytes: 4, cycles: index == 7 ? 2 : 1, reads: step.reads)
      }
    }
    func extra(_ prefetches: Bool) -> Int {
      let memory = Memory(start: 0, line: 8, waits: 0, prefetches: prefetches)
      let (port, reads) = Self.port(run, memory)
      return port.duration(reading: reads) - port.duration(reading: [])
    }
    #expect((0...10).contains(extra(true)))
    #expect((15...30).contains(extra(false)))
  }
}
