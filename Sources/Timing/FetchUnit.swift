public import Disassembly
import Units

/// How a core fetches: when it asks for the words of a straight run of code, and when it needs them, memory at no
/// wait.
///
/// A core fetches a word, or two at once, each cycle into a buffer of a few words while there is room, so
/// in code of halfword instructions it is ahead of what it runs, and a memory that waits is felt less.
/// Reference: Arm KB 103488664 (three words on the M3 and M4).
public struct FetchUnit: Sendable, Hashable {
  /// Words of code that the core fetches ahead of those that it runs.
  public var bufferWords: Int
  /// Words that it fetches at once.
  public var wordsPerCycle: Int
  /// Cycles from a fetch's address to the cycle in which its instruction can run.
  public var lead: Int
  /// It fetches nothing while a load or store of several words runs.
  public var pausesForMultiples: Bool

  public init(
    bufferWords: Int = 3, wordsPerCycle: Int = 1, lead: Int = 0, pausesForMultiples: Bool = false
  ) {
    (self.bufferWords, self.wordsPerCycle) = (bufferWords, wordsPerCycle)
    (self.lead, self.pausesForMultiples) = (lead, pausesForMultiples)
  }

  /// A line of memory that the run needs.
  public struct Line: Sendable, Hashable {
    /// Cycle of the run in which its first instruction needs the line.
    public var offset: UInt16
    /// Cycles by which the core asks earlier than it needs.
    public var slack: UInt8
    /// Cycles in which the core takes what it needs from it.
    public var cycles: UInt8
    /// Cycles in which it asks for nothing, as instructions that end in this line keep it from that: those whose
    /// words it could run `pauseOffset` cycles after the start of the run and later.
    public var pauseOffset: UInt16 = 0
    public var pauseCycles: UInt8 = 0
  }

  /// The cycles in which a word of the run is first needed and last used.
  public struct Word: Sendable, Hashable {
    public var needed: UInt16
    public var used: UInt16
  }

  /// The words of a run in order; `offsets` are the cycles in which its instructions begin.
  public static func words(_ instructions: [Instruction], offsets: [UInt16]) -> [Word] {
    guard let first = instructions.first, let last = instructions.last else { return [] }
    let start = first.address.value / 4
    let count = Int((last.end.value - 1) / 4 - start) + 1
    var words = [Word](repeating: Word(needed: .max, used: 0), count: count)
    for (instruction, offset) in zip(instructions, offsets) {
      let places =
        (instruction.address.value / 4 - start)...((instruction.end.value - 1) / 4 - start)
      for word in places.map(Int.init) {
        words[word].needed = min(words[word].needed, offset)
        words[word].used = offset
      }
    }
    return words
  }

  /// The lines of a run in order; `offsets` are the cycles in which its instructions begin. Of its first `before`
  /// instructions, which only say how far ahead the core is by then, no line is told.
  public func lines(
    _ instructions: [Instruction], offsets: [UInt16], lineBytes: UInt32, before: Int = 0
  ) -> [Line] {
    guard let first = instructions.first, before < instructions.count else { return [] }
    let start = first.address.value / 4
    let own = instructions[before].address.value / 4 - start
    let began = Int(offsets[before])
    let words = Self.words(instructions, offsets: offsets)
    let requests = requests(words, start, count: words.count)
    let pauses = pauses(instructions, offsets)
    var lines: [Line] = []
    for word in Int(own)..<words.count {
      let (request, isNewFetch) = requests[word]
      let address = (start + UInt32(word)) * 4
      if word == own || address % lineBytes == 0 {
        let needed = max(began, Int(words[word].needed))
        let slack = max(0, needed - request - lead)
        lines.append(
          Line(offset: UInt16(needed - began), slack: UInt8(clamping: slack), cycles: 0))
      }
      if isNewFetch || lines[lines.count - 1].cycles == 0 { lines[lines.count - 1].cycles &+= 1 }
      for pause in pauses
      where pause.word == start + UInt32(word) && pause.cycles.upperBound > began {
        lines[lines.count - 1].pause(
          pause.cycles.clamped(to: began..<pause.cycles.upperBound), lead - began)
      }
    }
    return lines
  }

  /// When the core asks for the lines behind a run that a branch leaves at its end, in order, in cycles before what the
  /// branch leads to could run; `cycles` is what the run takes then.
  public func linesBehind(
    _ instructions: [Instruction], offsets: [UInt16], cycles: Int, lineBytes: UInt32
  ) -> [Int] {
    guard let first = instructions.first else { return [] }
    let start = first.address.value / 4
    let words = Self.words(instructions, offsets: offsets)
    let requests = requests(
      words, start, count: words.count + bufferWords,
      pauses: pauses(instructions, offsets, end: cycles))
    return requests.indices.dropFirst(words.count).compactMap { word in
      guard (start + UInt32(word)) * 4 % lineBytes == 0 else { return nil }
      let back = cycles - requests[word].cycle - lead
      return back > 0 ? back : nil
    }
  }

  /// The cycles in which the core asks for the first words of a run and what follows it, and whether it asks anew.
  private func requests(
    _ words: [Word], _ start: UInt32, count: Int, pauses: [Pause] = []
  ) -> [(cycle: Int, isNewFetch: Bool)] {
    // A word can be run `lead` cycles after its address has gone out.
    var request = -lead
    return (0..<count).map { word in
      // A fetch of several words is aligned.
      let isNewFetch = (Int(start) + word) % wordsPerCycle == 0
      if word > 0 && isNewFetch { request += 1 }
      if word >= bufferWords { request = max(request, Int(words[word - bufferWords].used)) }
      for pause in pauses where pause.cycles.contains(request) { request = pause.cycles.upperBound }
      return (request, isNewFetch)
    }
  }

  /// Cycles in which nothing is fetched, and the word in which the instruction ends that is the reason.
  private typealias Pause = (word: UInt32, cycles: Range<Int>)

  /// `end` is the cycle in which the last instruction has run; nil: it is not known.
  private func pauses(
    _ instructions: [Instruction], _ offsets: [UInt16], end: Int? = nil
  ) -> [Pause] {
    guard pausesForMultiples else { return [] }
    let ends = offsets.dropFirst().map(Int.init) + (end.map { [$0] } ?? [])
    return zip(instructions.indices, ends).compactMap { index, end in
      guard instructions[index].memory.count > 1 else { return nil }
      return ((instructions[index].end.value - 1) / 4, Int(offsets[index])..<end)
    }
  }
}

extension FetchUnit.Line {
  /// Adds cycles to those in which nothing is asked for.
  fileprivate mutating func pause(_ cycles: Range<Int>, _ shift: Int) {
    let first = pauseCycles == 0 ? cycles.lowerBound + shift : Int(pauseOffset)
    pauseOffset = UInt16(clamping: first)
    pauseCycles = UInt8(clamping: cycles.upperBound + shift - first)
  }
}
