/// What the model of slow memory answers to made-up blocks and reads, always the same ones: it changes
/// when a rule changes that any of them meets, and not for a comment.
public enum MemoryFingerprint {
  public static var text: String {
    var text = ""
    for (index, memory) in memories.enumerated() {
      text += "\(index):"
      for prefetches in [false, true] {
        for caches in [false, true] {
          var memory = memory
          memory.setting.prefetches = prefetches
          memory.setting.cachesInstructions = caches
          memory.setting.cachesData = caches
          text += " " + answers(memory)
        }
      }
      text += "\n"
    }
    return text + port + "\n"
  }

  /// What a made-up block takes at a port that its reads of data share, by waits and reading ahead.
  private static var port: String {
    let reads = [3, 4, 5, 6, 11, 12, 19].map {
      PortUse.Read(place: RegisterSum(), cycle: $0, transfers: $0 == 11 ? 3 : 1)
    }
    let words = (0..<20).map { PortUse.Word(needed: $0 + $0 / 5, used: $0 + $0 / 5 + $0 % 2) }
    return [0, 1, 5].map { waits in
      [false, true].map { prefetches in
        let port = SharedPort(
          words: words, firstWord: 1, wordsInLine: waits > 1 ? 4 : 2, waits: waits,
          prefetches: prefetches, core: Engine.PortTiming(fetchLead: 3, bufferWords: 3),
          cycles: 26)
        return "\(port.duration(reading: reads))-\(port.duration(reading: []))"
      }.joined(separator: " ")
    }.joined(separator: " ")
  }

  /// Narrow and wide memories with caches of each kind.
  private static var memories: [Engine.SlowMemory] {
    let replacements: [Engine.CacheGeometry.Replacement] = [
      .leastRecentlyUsed, .roundRobin, .random,
    ]
    return replacements.enumerated().map { index, replacement in
      let line = UInt32(8) << UInt32(index)
      var setting = Engine.MemorySetting()
      setting.waits = UInt32(2 + index)
      setting.dataWaits = setting.waits
      setting.missWaits = UInt32(3 + index)
      setting.dataMissWaits = UInt32(4 + index)
      setting.dataHitAfterMiss = UInt32(index)
      let cache = Engine.CacheGeometry(
        size: line * 16, line: line, ways: 4, replacement: replacement)
      var memory = Engine.SlowMemory(
        windows: [], line: line, instructionCache: cache, dataCache: cache, setting: setting)
      memory.bufferHolds = index == 2 ? 3 : nil
      memory.abandonsPrefetch = index == 1
      return memory
    }
  }

  /// Stalls of fetching four blocks in changing order, and of reading four streams.
  private static func answers(_ memory: Engine.SlowMemory) -> String {
    var path = MemoryPath(memory, core: CoreCaches())
    defer { path.destroy() }
    let unit = memory.bufferHolds == nil ? memory.line : 4
    let blocks = (0..<4).map { block(at: UInt32($0) * 0x44, unit, targetLead: UInt32($0)) }
    defer {
      for block in blocks {
        block.pointee.freePrograms()
        block.deinitialize(count: 1)
        block.deallocate()
      }
    }
    var state: UInt32 = 0x1234_5678
    var cycle: UInt64 = 100
    var fetch: UInt64 = 0
    var data: UInt32 = 0
    var missed = false
    var entry = BlockAccesses.Entry(
      program: AccessProgram(
        address: RegisterSum(), transfers: 2, bytes: 8, followsLoad: true), stride: 0,
      strideShift: .max, window: path.window(0, .max))
    var source = blocks[0]
    for _ in 0..<400 {
      state = state &* 1_664_525 &+ 1_013_904_223
      let block = blocks[Int(state >> 30)]
      let stall = path.fetch(
        block, at: cycle, branchedFrom: state >> 29 & 1 == 0 ? source : nil)
      source = block
      fetch &+= stall
      cycle &+= 9 &+ stall
      data &+= entry.read(from: state >> 20 & 0x3fc, after: &missed)
    }
    return "\(fetch)/\(data)/\(path.counts.misses)"
  }

  private static func block(
    at address: UInt32, _ line: UInt32, targetLead: UInt32
  ) -> UnsafeMutablePointer<Block> {
    let block = UnsafeMutablePointer<Block>.allocate(capacity: 1)
    block.initialize(
      to: Block(
        address: address, end: address + 36, traits: 0, cycles: 9, takenExtra: 0,
        branchedToExtra: 0, fixedWaits: 0, function: BlockDescription.noFunction,
        description: BlockDescription()))
    block.pointee.description.targetLead = targetLead
    block.pointee.description.setLinesBehind([Int(targetLead) + 3, Int(targetLead)])
    let count = Int((address + 35) / line - address / line) + 1
    let lines = UnsafeMutablePointer<FetchLine>.allocate(capacity: count)
    for index in 0..<count {
      (lines + index).initialize(
        to: FetchLine(
          offset: UInt16(index * 9 / count), slack: UInt8(index % 3),
          slackRunOn: UInt8(index % 2), cycles: UInt8(line / 4), pauseOffset: UInt16(index),
          pauseCycles: UInt8(index % 4 == 1 ? 2 : 0)))
    }
    block.pointee.lines = lines
    block.pointee.lineCount = UInt16(count)
    Block.allocateSlots(of: block, count)
    return block
  }
}
