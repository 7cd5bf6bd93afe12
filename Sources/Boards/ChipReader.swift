import Documents
import FileSystem
import Units

/// Makes a chip of its checked tree.
struct ChipReader {
  static let keys =
    [
      "chip", "title", "sources", "core", "clocks", "memories", "peripherals", "interrupts",
      "power", "registers", "fields",
    ] + Provenances.defaults

  private let fields: Fields
  private let provenances: Provenances
  private let directory: String

  /// Its name goes by another key where the chip stands in its board's file.
  private let nameKey: String

  /// `outer` are the sources of the board's file that the chip stands in; nil: it has a file of its own.
  init(_ root: Node, beside outer: Provenances? = nil) throws(DocumentError) {
    let nameKey = outer == nil ? "chip" : "name"
    self.nameKey = nameKey
    fields = try Fields(root, "a chip", keys: Self.keys.map { $0 == "chip" ? nameKey : $0 })
    provenances = try Provenances(fields, beside: outer)
    directory = Files.directory(of: root.position.file)
  }

  func chip() throws(DocumentError) -> Chip {
    let registers = try fields.optional("registers")?.string()
    let names = try fields.optional("fields")?.string()
    let memories = try memories()
    let core = try core(fields.required("core"))
    return Chip(
      name: try fields.required(nameKey).string(), title: try fields.required("title").string(),
      core: core, clocks: try provenances.clocks(fields.optional("clocks")), memories: memories,
      blocks: try blocks(core), interrupts: try interrupts(core), sources: provenances.sources,
      consumers: try PowerReader(provenances).consumers(fields.optional("power")),
      registerPath: registers.map { Files.resolve($0, in: directory) },
      fieldPath: names.map { Files.resolve($0, in: directory) })
  }

  private func core(_ node: Node) throws(DocumentError) -> Core {
    let core = try Fields(
      node, "a core",
      keys: [
        "name", "revision", "fpu", "dsp", "mpu", "mpu-regions", "security-extension", "bit-band",
        "priority-bits", "interrupts", "systick-reference", "systick-calibration", "wake-up",
        "instruction-cache", "data-cache", "small-multiplier", "error-correction",
      ] + Provenances.keys)
    let reference = core.optional("systick-reference")
    return Core(
      name: try core.required("name").string(), revision: try core.optional("revision")?.string(),
      hasFPU: try core.required("fpu").boolean(), hasDSP: try core.required("dsp").boolean(),
      hasMPU: try core.required("mpu").boolean(),
      mpuRegions: Int(try core.optional("mpu-regions")?.integer(in: 0...16) ?? 8),
      hasSecurityExtension: try core.optional("security-extension")?.boolean() ?? true,
      hasBitBand: try core.required("bit-band").boolean(),
      hasSmallMultiplier: try core.optional("small-multiplier")?.boolean() ?? false,
      correctsErrors: try core.optional("error-correction")?.boolean() ?? false,
      priorityBits: Int(try core.required("priority-bits").integer(in: 2...8)),
      interruptCount: Int(try core.required("interrupts").integer(in: 1...480)),
      systickReference: try reference.map { node throws(DocumentError) in
        try provenances.sourced(node, "frequency") { n throws(DocumentError) in try n.hertz() }
      },
      systickCalibration: try core.optional("systick-calibration").map(calibration),
      instructionCache: try core.optional("instruction-cache").map(cache),
      dataCache: try core.optional("data-cache").map(cache),
      wakeUp: try core.optional("wake-up").map { node throws(DocumentError) in
        try provenances.time(node)
      },
      provenance: try provenances.read(core))
  }

  /// `{ten-milliseconds: 18750, skew: true}`.
  private func calibration(_ node: Node) throws(DocumentError) -> SysTickTenMilliseconds {
    let fields = try Fields(
      node, "SysTick's calibration", keys: ["ten-milliseconds", "skew"] + Provenances.keys)
    return SysTickTenMilliseconds(
      tenMilliseconds: UInt32(try fields.required("ten-milliseconds").integer(in: 0...0xff_ffff)),
      isSkewed: try fields.optional("skew")?.boolean() ?? false,
      provenance: try provenances.read(fields))
  }

  private func interrupts(_ core: Core) throws(DocumentError) -> [Interrupt] {
    guard let node = fields.optional("interrupts") else { return [] }
    var interrupts: [Interrupt] = []
    for entry in try node.entries("interrupts") {
      guard let number = Int(entry.key), (0..<core.interruptCount).contains(number) else {
        throw DocumentError(
          "expected an interrupt number below \(core.interruptCount), found '\(entry.key)'",
          at: entry.position)
      }
      interrupts.append(Interrupt(number: number, name: try entry.value.string()))
    }
    return interrupts.sorted { $0.number < $1.number }
  }

  private func blocks(_ core: Core) throws(DocumentError) -> [Block] {
    var blocks: [Block] = []
    for entry in try fields.required("peripherals").entries("peripherals") {
      blocks.append(try block(entry, core))
    }
    return blocks
  }

  private func block(_ entry: Node.Entry, _ core: Core) throws(DocumentError) -> Block {
    let block = try Fields(
      entry.value, "a peripheral",
      keys: ["type", "base", "first", "size", "irq", "also", "clock", "parameters"]
        + Provenances.keys)
    var interrupts: [Int] = []
    for line in try block.optional("irq")?.oneOrMore() ?? [] {
      interrupts.append(Int(try line.integer(in: 0...Int64(core.interruptCount - 1))))
    }
    var aliases: [String] = []
    for name in try block.optional("also")?.elements() ?? [] { aliases.append(try name.string()) }
    let first = try block.optional("first")?.integer(in: 0...0xFFFF) ?? 0
    let type = try block.required("type")
    return Block(
      name: entry.key, aliases: aliases, type: try type.string(), typePosition: type.position,
      base: try block.required("base").address(),
      first: UInt32(first), size: try byteCount(block.required("size")), interrupts: interrupts,
      clock: try block.optional("clock")?.string(),
      parameters: try integers(block.optional("parameters")),
      provenance: try provenances.read(block))
  }
}

extension ChipReader {
  private func memories() throws(DocumentError) -> [Memory] {
    var memories: [Memory] = []
    for entry in try fields.required("memories").entries("memories") {
      memories.append(try memory(entry))
    }
    for memory in memories {
      guard case .alias(let target) = memory.kind else { continue }
      if memories.contains(where: { $0.name == target && $0.size >= memory.size }) { continue }
      let place = fields.node["memories"]?[memory.name] ?? fields.node
      throw place.error(
        "no memory '\(target)' as large as its alias"
          + hint(for: target, in: memories.map(\.name)))
    }
    return memories
  }

  private func memory(_ entry: Node.Entry) throws(DocumentError) -> Memory {
    let memory = try Fields(
      entry.value, "a memory",
      keys: [
        "kind", "alias-of", "base", "size", "line", "wait-states", "prefetch", "buffer-holds",
        "abandons-prefetch", "cache", "data-cache", "shared-port", "tightly-coupled", "core-only",
        "sharing", "contents",
      ] + Provenances.keys)
    let base = try memory.required("base").address()
    let size = try memory.required("size")
    let bytes = try byteCount(size)
    if UInt64(base.value) + UInt64(bytes) > 1 << 32 {
      throw size.error("the memory ends beyond 0xffffffff")
    }
    var kind: Memory.Kind
    if let target = memory.optional("alias-of") {
      kind = .alias(of: try target.string())
    } else {
      kind = try memory.required("kind").choice(
        "kind of memory", of: [("flash", .flash), ("ram", .ram), ("rom", .rom)])
    }
    var made = Memory(
      name: entry.key, kind: kind, base: base, size: bytes,
      waitStates: try memory.optional("wait-states").map { node throws(DocumentError) in
        try waitStates(node)
      },
      cache: try memory.optional("cache").map { node throws(DocumentError) in try cache(node) },
      provenance: try provenances.read(memory))
    if let line = memory.optional("line") {
      made.line = Int(try byteCount(line))
      if made.line < 4 || made.line > 256 || made.line.nonzeroBitCount != 1 {
        throw line.error("expected a power of two from 4 B to 256 B, found \(line.summary)")
      }
    }
    if let prefetch = memory.optional("prefetch") {
      if case .scalar("never", quoted: false) = prefetch.content {
        made.canPrefetch = false
      } else {
        made.prefetches = try prefetch.boolean()
      }
    }
    made.bufferHolds = try memory.optional("buffer-holds").map { node throws(DocumentError) in
      Int(try node.integer(in: 1...255))
    }
    made.abandonsPrefetch = try memory.optional("abandons-prefetch")?.boolean() ?? false
    made.sharesPort = try memory.optional("shared-port")?.boolean() ?? false
    made.isTightlyCoupled = try memory.optional("tightly-coupled")?.boolean() ?? false
    made.isCoreOnly = try memory.optional("core-only")?.boolean() ?? false
    made.sharing = try memory.optional("sharing").map { node throws(DocumentError) in
      try sharing(node, of: bytes)
    }
    made.contents = try contents(memory, of: kind)
    made.dataCache = try memory.optional("data-cache").map { node throws(DocumentError) in
      try cache(node)
    }
    return made
  }

  /// What the vendor has put into a ROM.
  private func contents(
    _ memory: Fields, of kind: Memory.Kind
  ) throws(DocumentError) -> String? {
    guard let file = memory.optional("contents") else { return nil }
    guard kind == .rom else { throw file.error("only a memory of kind 'rom' has contents") }
    let name = try file.string()
    let path = Files.resolve(name, in: directory)
    guard Files.exists(path) else { throw file.error("cannot open '\(name)'") }
    return path
  }

  /// `{core-first: true}`, or `{slaves: [256 KiB, 4 KiB, 4 KiB], banks: 4}`.
  private func sharing(_ node: Node, of size: UInt32) throws(DocumentError) -> Memory.Sharing {
    let sharing = try Fields(
      node, "a memory's sharing", keys: ["core-first", "slaves", "banks"] + Provenances.keys)
    var slaves: [UInt32] = []
    for slave in try sharing.optional("slaves")?.elements() ?? [] {
      slaves.append(try byteCount(slave))
    }
    let sum = slaves.reduce(UInt64(0)) { $0 + UInt64($1) }
    if let list = sharing.optional("slaves"), sum != size {
      throw list.error("expected sizes that sum to the memory's \(size) B, found \(sum) B")
    }
    return Memory.Sharing(
      isCoreFirst: try sharing.optional("core-first")?.boolean() ?? false, slaves: slaves,
      banks: Int(try sharing.optional("banks")?.integer(in: 1...64) ?? 1),
      provenance: try provenances.read(sharing))
  }

  /// `{uncached: 2, miss: 3, hit: 0}`; a bare number from `--set` is all but the hits.
  private func waitStates(_ node: Node) throws(DocumentError) -> Memory.WaitStates {
    if node.isOverride, case .scalar = node.content {
      let count = Int(try node.integer(in: 0...255))
      return Memory.WaitStates(uncached: count, miss: count, hit: 0, provenance: .override)
    }
    let states = try Fields(
      node, "wait states", keys: ["uncached", "miss", "hit", "bus"] + Provenances.keys)
    let uncached = try states.required("uncached")
    let (miss, hit) = (states.optional("miss") ?? uncached, states.optional("hit"))
    var made = Memory.WaitStates(
      uncached: Int(try uncached.integer(in: 0...255)), miss: Int(try miss.integer(in: 0...255)),
      hit: Int(try hit?.integer(in: 0...255) ?? 0),
      provenance: try provenances.read(states))
    made.bus = Int(try states.optional("bus")?.integer(in: 0...255) ?? 0)
    return made
  }

  private func cache(_ node: Node) throws(DocumentError) -> Cache {
    let cache = try Fields(
      node, "a cache",
      keys: [
        "size", "line", "ways", "replacement", "overhead", "hit-after-miss", "unified",
        "enabled-by",
      ] + Provenances.keys)
    let size = Int(try byteCount(cache.required("size")))
    let line = Int(try byteCount(cache.required("line")))
    let ways = Int(try cache.required("ways").integer(in: 1...256))
    let sets = line > 0 ? size / line / ways : 0
    if line < 4 || line & (line - 1) != 0 || sets * line * ways != size || sets & (sets - 1) != 0 {
      throw node.error("expected a size that is line x ways x a power of two")
    }
    var made = Cache(
      size: size, line: line, ways: ways,
      replacement: try cache.required("replacement")
        .choice("replacement", as: Cache.Replacement.self),
      enabledBy: try cache.optional("enabled-by").map { node throws(DocumentError) in
        try registerBit(node)
      },
      provenance: try provenances.read(cache))
    made.overhead = Int(try cache.optional("overhead")?.integer(in: 0...255) ?? 0)
    made.hitAfterMiss = Int(try cache.optional("hit-after-miss")?.integer(in: 0...255) ?? 0)
    made.isUnified = try cache.optional("unified")?.boolean() ?? false
    return made
  }

  private func registerBit(_ node: Node) throws(DocumentError) -> RegisterBit {
    let parts = try node.string().split(separator: ".")
    guard parts.count == 3, let bit = Int(parts[2]), (0..<32).contains(bit) else {
      throw node.error("expected BLOCK.REGISTER.BIT, found \(node.summary)")
    }
    return RegisterBit(block: String(parts[0]), register: String(parts[1]), bit: bit)
  }
}

/// A size above zero that fits the address space.
func byteCount(_ node: Node) throws(DocumentError) -> UInt32 {
  let bytes = try node.bytes()
  guard let count = UInt32(exactly: bytes), count > 0 else {
    throw node.error("expected a size from 1 B to below 4 GiB, found \(node.summary)")
  }
  return count
}

/// A mapping of names to whole numbers.
func integers(_ node: Node?) throws(DocumentError) -> [String: Int] {
  var integers: [String: Int] = [:]
  for entry in try node?.entries("parameters") ?? [] {
    integers[entry.key] = Int(try entry.value.integer())
  }
  return integers
}
