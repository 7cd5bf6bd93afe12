internal import CUnicorn
internal import Units

/// The one port of a memory that answers fetches and reads of data, which come by separate buses: one of
/// them at a time.
///
/// Data go first. A fetch that is kept waiting comes later, and the core stops for it if its buffer has run
/// empty by then; a read that has begun is ended before another. The line after the one that is fetched from
/// is read ahead while nobody else asks. Worked out cycle by cycle for a block that is branched to; what it
/// takes longer for its reads of data, beyond their own waits, is charged each time that it runs.
///
/// Reference: Arm DDI0439D 1.2 (ICode and DCode), ST RM0090 3.5 (data before code); that a line is read ahead at no
/// wait, too, is what the AES routines of Ko-/aes-armcortexm show on an STM32L1.
/// Not modelled: what the block before left under way; caches, behind which the port is mostly free;
/// another master.
struct SharedPort {
  typealias Path = UnsafeMutablePointer<MemoryPath>

  let words: [PortUse.Word]
  /// Number of the first of them in the address space, and how many one read of the memory delivers.
  let firstWord: UInt32
  let wordsInLine: UInt32
  let waits: Int
  let prefetches: Bool
  let core: Engine.PortTiming
  /// Of the block, memory at no wait.
  let cycles: Int

  /// Cycles that a block which is about to run waits because it reads data from the memory that its code
  /// comes from.
  static func waits(
    _ uc: OpaquePointer?, _ state: UnsafeMutablePointer<HotState>,
    _ block: UnsafeMutablePointer<Block>
  ) -> UInt32 {
    guard let use = block.pointee.description.port, let path = block.pointee.path,
      let core = path.pointee.sharedPort
    else { return 0 }
    var places: UInt64 = 0
    let reads = use.reads.enumerated().filter { index, read in
      guard state.pointee.paths.path(of: address(uc, read.place)) == path else { return false }
      places |= 1 << UInt64(index)
      return true
    }.map(\.element)
    guard !reads.isEmpty, let accesses = block.pointee.accesses else { return 0 }
    // The same reads meet the same fetches.
    if use.reads.count <= UInt64.bitWidth && accesses.pointee.portReads == places {
      return accesses.pointee.portWaits
    }
    let port = SharedPort(
      words: use.words, firstWord: block.pointee.address / 4, wordsInLine: path.pointee.line / 4,
      waits: Int(path.pointee.setting.waits), prefetches: path.pointee.setting.prefetches,
      core: core, cycles: Int(block.pointee.description.cycles))
    let transfers = reads.reduce(0) { $0 + Int($1.transfers) }
    let alone = port.duration(reading: []) + transfers * Int(path.pointee.setting.dataWaits)
    accesses.pointee.portReads = places
    accesses.pointee.portWaits = UInt32(clamping: port.duration(reading: reads) - alone)
    return accesses.pointee.portWaits
  }

  /// Whether a block that reads data meets its own fetches there, as the memory is set now.
  static func isUsed(by block: UnsafeMutablePointer<Block>) -> Bool {
    block.pointee.description.port != nil && block.pointee.path?.pointee.sharedPort != nil
  }

  private static func address(_ uc: OpaquePointer?, _ place: RegisterSum) -> UInt32 {
    func register(_ number: UInt8) -> UInt32 {
      guard number < RegisterSum.none else { return 0 }
      var value: UInt32 = 0
      uc_reg_read(uc, BlockAccesses.identifier(Int(number)), &value)
      return value
    }
    return register(place.base) &+ register(place.index) &<< UInt32(place.shift) &+ place.offset
  }

  /// Cycles from the block's first one to its last.
  func duration(reading reads: [PortUse.Read]) -> Int {
    var run = Run(port: self, reads: reads)
    while run.coreCycle < cycles { run.step() }
    return run.clock
  }

  /// A block that is under way.
  private struct Run {
    let port: SharedPort
    /// The cycles of the block in which a read of data begins, one for each transfer.
    var reads: ArraySlice<Int>
    var clock: Int
    /// The block's next cycle, memory at no wait.
    var coreCycle = 0
    /// From when a word can be run; from when the core has the data that it waits for.
    var arrivals: [Int]
    var coreFrom = 0
    var isDataAsked = false
    /// The next word that the core needs, uses up, and asks for; whether it has asked.
    var needed = 0
    var used = 0
    var asked = 0
    var isAsking = false
    /// The line that is fetched from, and the next one, with the cycles from which they are there.
    var line: (number: UInt32, from: Int)?
    var ahead: (number: UInt32, from: Int)?
    var mayReadAhead = false
    var portFrom = Int.min

    init(port: SharedPort, reads: [PortUse.Read]) {
      self.port = port
      self.reads =
        reads.flatMap { read in
          (0..<Int(read.transfers)).map { Int(read.cycle) + $0 }
        }[...]
      clock = -Int(port.core.fetchLead) - port.waits
      arrivals = Array(repeating: .max, count: port.words.count)
    }

    mutating func step() {
      if clock >= coreFrom { runCore() }
      if isDataAsked && portFrom <= clock {
        isDataAsked = false
        portFrom = clock + 1 + port.waits
        coreFrom = portFrom
      }
      fetch()
      clock += 1
    }

    private mutating func runCore() {
      guard !isDataAsked else { return }
      while needed < arrivals.count && port.words[needed].needed <= coreCycle {
        guard arrivals[needed] <= clock else { return }
        needed += 1
      }
      while used < arrivals.count && port.words[used].used <= coreCycle { used += 1 }
      if let next = reads.first, next <= coreCycle {
        reads.removeFirst()
        isDataAsked = true
      }
      coreCycle += 1
    }

    private mutating func fetch() {
      // Instructions that take no cycle may need more words at once than the buffer holds.
      let hasRoom = asked - used < Int(port.core.bufferWords) || asked == needed
      if !isAsking && asked < arrivals.count && hasRoom { isAsking = true }
      if isAsking {
        let number = (port.firstWord + UInt32(asked)) / port.wordsInLine
        if ahead?.number == number { (line, ahead) = (ahead, nil) }
        if line?.number != number {
          guard portFrom <= clock else { return }
          portFrom = clock + 1 + port.waits
          line = (number, clock + port.waits)
        }
        if let line, line.from <= clock {
          arrivals[asked] = clock + Int(port.core.fetchLead)
          asked += 1
          isAsking = false
          mayReadAhead = port.prefetches
        }
      }
      if mayReadAhead, ahead == nil, portFrom <= clock, let line {
        ahead = (line.number + 1, clock + max(1, port.waits))
        portFrom = clock + 1 + port.waits
        mayReadAhead = false
      }
    }
  }
}
