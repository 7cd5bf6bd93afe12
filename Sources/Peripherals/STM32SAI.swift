import Simulation
import Units

/// A serial audio interface of an STM32: two blocks, each of which receives or sends words in the
/// slots of frames that it clocks.
///
/// The data wires are `SAI1` for block A and `SAI1.1` for block B, with senders in the first two
/// slots. Slots that are enabled give a word each, right-aligned, into a FIFO of eight. Nobody
/// listens to what it sends. Clock: the block's kernel clock. Parameter: `version` 2 (L4+: MCKDIV
/// of six bits, OSR), else the F7's.
///
/// Reference: RM0432 53, RM0385 33. With PDMEN block A takes bits from PDM microphones at `SAI1`:
/// those of a slot from the left one, then from the right one; two microphones, whatever MICNBR
/// says.
/// Not modelled: being clocked from outside or by the other block (a finding), delays of the PDM
/// lines, AC'97, S/PDIF, companding, mute, slots of other lengths than their share of the frame.
final class STM32SAI: Peripheral {
  private let blocks: [STM32SAIBlock]
  private var held: [UInt32: UInt32] = [:]

  init(_ context: PeripheralContext) {
    blocks = (0..<2).map { STM32SAIBlock(context, $0) }
    let line = context.interrupts.first
    for block in blocks {
      block.changed = { [unowned self] in line?.set(blocks.contains(where: \.isPending)) }
    }
  }

  private func place(_ offset: UInt32) -> (STM32SAIBlock, UInt32)? {
    guard offset >= 0x04, offset < 0x44 else { return nil }
    return (blocks[Int((offset - 4) / 0x20)], (offset - 4) % 0x20)
  }

  func read(_ offset: UInt32) -> UInt32? {
    if let (block, register) = place(offset) { return block.read(register) }
    return offset <= 0x48 ? held[offset] ?? 0 : nil
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    if let (block, register) = place(offset) { return block.write(register, value) }
    guard offset <= 0x48 else { return false }
    held[offset] = value
    if offset == 0x44 { blocks[0].takesBits = value & 1 == 1 }
    return true
  }

  func readingActs(at offset: UInt32) -> Bool { place(offset)?.1 == 0x1c }

  func reset() {
    for block in blocks { block.reset() }
    blocks[0].takesBits = false
    held = [:]
  }
}

/// One block of a serial audio interface.
final class STM32SAIBlock {
  private enum Flag {
    static let overrun: UInt32 = 1 << 0
    static let clockWrong: UInt32 = 1 << 2
    static let request: UInt32 = 1 << 3
  }

  private enum Register: UInt32 {
    case cr1 = 0x00
    case cr2 = 0x04
    case frcr = 0x08
    case slotr = 0x0c
    case imr = 0x10
    case sr = 0x14
    case clrfr = 0x18
    case dr = 0x1c
  }

  private static let depth = 8

  private let name: String
  private let fabric: Fabric
  private let clock: ClockSignal
  private let input: I2SInput
  private let microphones: PDMInput
  /// Its slots hold bits of PDM microphones.
  var takesBits = false
  private let request: DMARequest
  private let track: ActivityTrack
  private let isSecond: Bool
  private var control1: UInt32 = 0x40
  private var control2: UInt32 = 0
  private var frame: UInt32 = 7
  private var slots: UInt32 = 0
  private var enables: UInt32 = 0
  private var flags: UInt32 = 0
  private var fifo: [(word: UInt32, source: (any I2SSource)?)] = []
  /// Slots since the first frame.
  private var ticks = ClockDomain(frequency: Hertz(1))
  private var tick: UInt64 = 0
  private var due: Event?
  /// Told when `isPending` may be another.
  var changed: () -> Void = {}

  init(_ context: PeripheralContext, _ index: Int) {
    name = "\(context.name)_\(index == 0 ? "A" : "B")"
    fabric = context.fabric
    clock = context.clock
    isSecond = context.parameters["version"] == 2
    input = fabric.i2s(index == 0 ? context.name : "\(context.name).1")
    microphones = fabric.pdm(context.name)
    request = fabric.service(DMARequests.init).line(name)
    track = fabric.activity(name)
    due = fabric.scheduler.event(name) { [unowned self] in finishSlot() }
  }

  func read(_ offset: UInt32) -> UInt32? {
    switch Register(rawValue: offset) {
    case .cr1: return control1
    case .cr2: return control2
    case .frcr: return frame
    case .slotr: return slots
    case .imr: return enables
    case .sr: return status
    case .clrfr: return 0
    case .dr: return take()
    case nil: return nil
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    switch Register(rawValue: offset) {
    case .cr1: writeControl(value)
    case .cr2:
      control2 = value & ~8
      if value & 8 != 0 { fifo = [] }
    case .frcr: frame = value
    case .slotr: slots = value
    case .imr: enables = value
    case .clrfr: flags &= ~value
    case .sr: break
    case .dr: if fifo.count < Self.depth, !isReceiver { fifo.append((value, nil)) }
    case nil: return false
    }
    update()
    return true
  }

  func reset() {
    stop()
    (control1, control2, frame, slots, enables, flags) = (0x40, 0, 7, 0, 0, 0)
    fifo = []
    update()
  }

  /// It asks for its interrupt.
  var isPending: Bool { status & enables & 0x7f != 0 }

  private var isReceiver: Bool { control1 & 1 == 1 }
  private var isEnabled: Bool { control1 >> 16 & 1 == 1 }
  private var slotCount: Int { Int(slots >> 8 & 0xf) + 1 }

  private var dataBits: UInt32 {
    let sizes: [UInt32] = [8, 8, 8, 10, 16, 20, 24, 32]
    return sizes[Int(control1 >> 5 & 7)]
  }

  private func writeControl(_ value: UInt32) {
    let wasEnabled = isEnabled
    control1 = value
    if isEnabled && !wasEnabled { start() }
    if !isEnabled && wasEnabled { stop() }
  }

  private func start() {
    guard control1 & 2 == 0, control1 >> 10 & 3 == 0 else {
      return fabric.findings.note(
        "no-clock", name, "it starts as a slave or synchronous to another: nothing clocks it")
    }
    guard let rate = frameRate, !clock.isStopped else {
      flags |= Flag.clockWrong
      return fabric.findings.note("no-clock", name, "it starts without its kernel clock")
    }
    track.begin()
    clockInputs(running: isReceiver)
    ticks = ClockDomain(
      frequency: rate.scaled(by: UInt64(slotCount), over: 1), start: fabric.scheduler.now)
    tick = 0
    due?.schedule(at: ticks.instant(ofTick: 1))
  }

  private func stop() {
    due?.cancel()
    track.end()
    clockInputs(running: false)
  }

  private func clockInputs(running: Bool) {
    input.clock(running: running)
    guard takesBits else { return }
    microphones.left?.clock(running: running)
    microphones.right?.clock(running: running)
  }

  private func receiveBits(_ slot: Int) {
    let microphone = slot == 0 ? microphones.left : slot == 1 ? microphones.right : nil
    let bits = microphone.map { $0.bits(Int(dataBits), endingAt: fabric.scheduler.now) } ?? 0
    guard let bits else { return stop() }
    guard fifo.count < Self.depth else {
      flags |= Flag.overrun
      microphone?.overwritten(count: 1)
      return
    }
    microphone?.delivered(count: 1)
    fifo.append((bits, nil))
  }

  /// Reference: RM0432 53.4.8, RM0385 33.3.8: with the master clock it is 256 frames' (512 with
  /// OSR), else the bit clock is divided and the frame's length counts.
  private var frameRate: Hertz? {
    let field = UInt64(control1 >> 20 & (isSecond ? 0x3f : 0xf))
    let divider = isSecond ? max(field, 1) : field == 0 ? 1 : 2 * field
    let length = UInt64(frame & 0xff) + 1
    guard control1 >> 19 & 1 == 1 else {
      let oversampling: UInt64 = isSecond && control1 >> 26 & 1 == 1 ? 512 : 256
      return clock.frequency.scaled(by: 1, over: divider * oversampling)
    }
    return clock.frequency.scaled(by: 1, over: (isSecond ? divider : 1) * length)
  }

  private func finishSlot() {
    guard let rate = frameRate else { return stop() }
    let slot = Int(tick % UInt64(slotCount))
    tick += 1
    due?.schedule(at: ticks.instant(ofTick: tick + 1))
    guard slots >> UInt32(16 + slot) & 1 == 1 else { return }
    if takesBits {
      receiveBits(slot)
    } else if isReceiver {
      receive(slot, rate)
    } else if fifo.isEmpty {
      flags |= Flag.overrun
    } else {
      fifo.removeFirst()
    }
    update()
  }

  private func receive(_ slot: Int, _ rate: Hertz) {
    let bits = Int((frame & 0xff) + 1) / slotCount
    let source = input.source(ofSlot: slot)
    // A wire that nobody drives is low.
    guard
      let word =
        (source.map { $0.word(at: fabric.scheduler.now, rate: rate, slotBits: bits) }) ?? 0
    else { return stop() }
    guard fifo.count < Self.depth else {
      flags |= Flag.overrun
      source?.overwritten()
      return
    }
    fifo.append((word >> (32 - dataBits), source))
  }

  private func take() -> UInt32 {
    guard isReceiver, !fifo.isEmpty else { return 0 }
    let (word, source) = fifo.removeFirst()
    source?.delivered()
    update()
    return word
  }

  /// FREQ by FTH: words to read, or room to write.
  private var isRequesting: Bool {
    let thresholds = [1, 2, 4, 6, 8, 8, 8, 8]
    let threshold = thresholds[Int(control2 & 7)]
    if isReceiver { return fifo.count >= threshold }
    return isEnabled && Self.depth - fifo.count >= threshold
  }

  private var status: UInt32 {
    let levels = [0, 1, 2, 2, 3, 3, 4, 4, 5]
    return flags | (isRequesting ? Flag.request : 0) | UInt32(levels[fifo.count]) << 16
  }

  private func update() {
    changed()
    request.set(control1 >> 17 & 1 == 1 && isRequesting)
  }
}
