import Simulation
import Units

/// A general-purpose or low-power DMA controller of the STM32U5: channels that move blocks of bytes and
/// take their next block's registers from linked lists in memory.
///
/// Interrupt lines: one a channel. Parameters: `channels`, and the number of each request by its name.
///
/// Reference: RM0456 17, 18.
/// Not modelled: arbitration between channels that ask at once (each takes its own time), bursts beyond
/// single items, triggers, the second dimension (TR3, BR2 hold), sign extension and byte exchanges, the
/// peripheral as flow controller, secure and privileged marks.
final class STM32GPDMA: Peripheral {
  private let channels: [STM32GPDMAChannel]
  private var held: [UInt32: UInt32] = [:]

  init(_ context: PeripheralContext) {
    let requests = context.fabric.service(DMARequests.init)
    var names: [Int: String] = [:]
    for (name, number) in context.parameters where name.first?.isUppercase == true {
      names[number] = name
    }
    let count = min(max(context.parameters["channels"] ?? 16, 1), 16)
    let fabric = context.fabric
    channels = (0..<count).map { index in
      STM32GPDMAChannel(
        "\(context.name).\(index)", fabric,
        line: context.interrupts.indices.contains(index) ? context.interrupts[index] : nil
      ) { number in
        guard let name = names[number] else {
          fabric.findings.note(
            "not-modelled", "\(context.name).C\(index)TR2",
            "request \(number) has no device that makes it")
          return nil
        }
        return requests.line(name)
      }
    }
  }

  func read(_ offset: UInt32) -> UInt32? {
    if let (channel, register) = place(offset) { return channel.read(register) }
    switch offset {
    case 0x00, 0x04, 0x08: return held[offset] ?? 0
    case 0x0c:
      return channels.indices.reduce(0) { $0 | (channels[$1].isPending ? 1 << UInt32($1) : 0) }
    case 0x10: return 0
    default: return nil
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    if let (channel, register) = place(offset) { return channel.write(register, value) }
    guard offset <= 0x10 else { return false }
    if offset <= 0x08 { held[offset] = value }
    return true
  }

  func reset() {
    held = [:]
    for channel in channels { channel.reset() }
  }

  private func place(_ offset: UInt32) -> (STM32GPDMAChannel, UInt32)? {
    guard offset >= 0x50 else { return nil }
    let index = Int((offset - 0x50) / 0x80)
    return channels.indices.contains(index) ? (channels[index], (offset - 0x50) % 0x80) : nil
  }
}

/// One channel: it moves a block item by item, one for each request, then loads its next block.
final class STM32GPDMAChannel {
  /// A channel's registers by their offset behind its first.
  private enum Register: UInt32 {
    case lbar = 0x00
    case fcr = 0x0c
    case sr = 0x10
    case cr = 0x14
    case tr1 = 0x40
    case tr2 = 0x44
    case br1 = 0x48
    case sar = 0x4c
    case dar = 0x50
    case tr3 = 0x54
    case br2 = 0x58
    case llr = 0x7c
  }

  private enum Control {
    static let enable: UInt32 = 1 << 0
    static let reset: UInt32 = 1 << 1
    static let suspend: UInt32 = 1 << 2
    static let oneItem: UInt32 = 1 << 16
  }

  private enum Flag {
    static let complete: UInt32 = 1 << 8
    static let half: UInt32 = 1 << 9
    static let transferError: UInt32 = 1 << 10
    static let linkError: UInt32 = 1 << 11
    static let suspended: UInt32 = 1 << 13
    static let all: UInt32 = 0x7f00
  }

  /// Arbitration, read and write on the bus matrix. Reference: RM0456 17.4, from memory.
  private static let cyclesAnItem: UInt64 = 5
  /// The registers that a list item may hold, in its order, by their bits in LLR.
  private static let updates: [(bit: UInt32, register: Register)] = [
    (31, .tr1), (30, .tr2), (29, .br1), (28, .sar), (27, .dar), (26, .tr3), (25, .br2), (16, .llr),
  ]

  private let line: InterruptLine?
  private var items: STM32DMAItems?
  private let choose: (Int) -> DMARequest?
  private var registers: [Register: UInt32] = [:]
  private var flags: UInt32 = 0
  private var request: DMARequest?
  /// Bytes that were read and not yet written.
  private var queue: [UInt8] = []
  private var blockBytes: UInt32 = 0

  init(
    _ name: String, _ fabric: Fabric, line: InterruptLine?,
    choose: @escaping (Int) -> DMARequest?
  ) {
    self.line = line
    self.choose = choose
    items = STM32DMAItems(name, fabric, cycles: Self.cyclesAnItem) { [unowned self] in transfer() }
  }

  private subscript(register: Register) -> UInt32 {
    get { registers[register] ?? 0 }
    set { registers[register] = newValue }
  }

  // MARK: Registers

  private var isEnabled: Bool { self[.cr] & Control.enable != 0 }
  private var remaining: UInt32 { self[.br1] & 0xffff }
  /// The interrupt enables of CR lie at the same bits as the flags.
  var isPending: Bool { flags & self[.cr] & Flag.all != 0 }

  func read(_ offset: UInt32) -> UInt32? {
    guard let register = Register(rawValue: offset) else { return nil }
    switch register {
    case .fcr: return 0
    case .sr: return flags | (isEnabled ? 0 : 1) | UInt32(queue.count) << 16
    default: return self[register]
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard let register = Register(rawValue: offset) else { return false }
    switch register {
    case .sr: break
    case .fcr:
      flags &= ~(value & Flag.all)
      updateLine()
    case .cr: writeControl(value)
    default: if !isEnabled { self[register] = value }
    }
    return true
  }

  func reset() {
    stop()
    registers = [:]
    flags = 0
    updateLine()
  }

  private func writeControl(_ value: UInt32) {
    if value & Control.reset != 0 {
      stop()
      self[.cr] = value & ~(Control.enable | Control.reset | Control.suspend)
      flags = 0
      return updateLine()
    }
    let starts = !isEnabled && value & Control.enable != 0
    // Only RESET and the hardware take EN back.
    self[.cr] = value | self[.cr] & Control.enable
    if value & Control.suspend != 0 && isEnabled { flags |= Flag.suspended }
    updateLine()
    if starts { start() } else { plan() }
  }

  private func updateLine() { line?.set(isPending) }

  // MARK: Blocks

  private func start() {
    if remaining > 0 { beginBlock() } else { finishBlock() }
  }

  private func beginBlock() {
    blockBytes = remaining
    queue = []
    request?.observer = {}
    request = nil
    // SWREQ: memory to memory.
    if self[.tr2] >> 9 & 1 == 0 {
      request = choose(Int(self[.tr2] & 0x7f))
      request?.observer = { [unowned self] in plan() }
    }
    plan()
  }

  private func stop() {
    items?.stop()
    request?.observer = {}
    request = nil
    queue = []
    self[.cr] &= ~Control.enable
  }

  private var isRequested: Bool {
    guard isEnabled, self[.cr] & Control.suspend == 0, remaining > 0 else { return false }
    return self[.tr2] >> 9 & 1 == 1 || request?.isActive == true
  }

  private func plan() { items?.plan(isRequested) }

  private func transfer() {
    guard isRequested else { return plan() }
    let served = request
    // A request of the destination wants one of its items: as many reads as that takes.
    let wantsDestination = self[.tr2] >> 10 & 1 == 1
    let target = wantsDestination ? 1 << Int(self[.tr1] >> 16 & 3) : 1
    var written = 0
    repeat {
      guard let count = moveItem() else { return fail() }
      written += count
    } while wantsDestination && written < target && remaining > 0
    if self[.tr2] >> 9 & 1 == 0 { served?.served() }
    if remaining == 0 { finishBlock() } else { plan() }
  }

  /// Reads one item and writes what is whole; how many bytes were written, nil where nothing answers.
  private func moveItem() -> Int? {
    let sourceSize = min(1 << Int(self[.tr1] & 3), 4)
    let size = min(1 << Int(self[.tr1] >> 16 & 3), 4)
    guard let value = items?.read(self[.sar], sourceSize) else { return nil }
    let bytes = (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) }
    // PAM: items of unlike sizes are cut or filled with zeros, or packed.
    let isPacked = self[.tr1] >> 12 & 1 == 1
    queue += bytes.prefix(isPacked ? sourceSize : size)
    if self[.tr1] >> 3 & 1 == 1 { self[.sar] &+= UInt32(sourceSize) }
    let before = remaining
    let left = before - min(before, UInt32(sourceSize))
    self[.br1] = self[.br1] & ~0xffff | left
    if before * 2 > blockBytes && left * 2 <= blockBytes { flags |= Flag.half }
    var written = 0
    while queue.count >= size || left == 0 && !queue.isEmpty {
      let item = queue.prefix(size)
      let word = item.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      guard items?.write(self[.dar], word, size) == true else { return nil }
      queue.removeFirst(item.count)
      if self[.tr1] >> 19 & 1 == 1 { self[.dar] &+= UInt32(size) }
      written += size
    }
    updateLine()
    return written
  }

  private func fail() {
    items?.noteError(from: self[.sar], to: self[.dar])
    flags |= Flag.transferError
    stop()
    updateLine()
  }

  private func finishBlock() {
    let isLast = self[.llr] == 0
    // TCEM: an event for each block, for each list item, or for the last of the list.
    if isLast || self[.tr2] >> 30 < 3 { flags |= Flag.complete }
    if isLast || !loadLink() || self[.cr] & Control.oneItem != 0 {
      stop()
      return updateLine()
    }
    updateLine()
    if remaining > 0 { beginBlock() } else { start() }
  }

  /// Takes the registers that LLR names from the list item it points to.
  private func loadLink() -> Bool {
    let link = self[.llr]
    var address = self[.lbar] & 0xffff_0000 | link & 0xfffc
    if link >> 16 & 1 == 0 { self[.llr] = 0 }
    for (bit, register) in Self.updates where link >> bit & 1 == 1 {
      guard let value = items?.read(address, 4) else {
        flags |= Flag.linkError
        items?.noteError("no list item at \(Address(address))")
        return false
      }
      self[register] = value
      address &+= 4
    }
    return true
  }
}
