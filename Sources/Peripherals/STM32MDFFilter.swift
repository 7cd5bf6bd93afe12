import Simulation
import Units

/// One digital filter of an MDF: what the matrix gives it, scaled, into a FIFO.
///
/// Reference: see `STM32MDF`.
final class STM32MDFFilter {
  private enum Register: UInt32 {
    case bsmxcr = 0x04
    case dfltcr = 0x08
    case cicr = 0x0c
    case rsfr = 0x10
    case intr = 0x14
    case oldcr = 0x18
    case oldthlr = 0x1c
    case oldthhr = 0x20
    case dlycr = 0x24
    case scdcr = 0x28
    case ier = 0x2c
    case isr = 0x30
    case oeccr = 0x34
    case sadcr = 0x38
    case sadcfgr = 0x3c
    case sadsdlvr = 0x40
    case sadanlvr = 0x44
    case snpsdr = 0x6c
    case dr = 0x70
  }

  private enum Flag {
    static let threshold: UInt32 = 1 << 0
    static let overflow: UInt32 = 1 << 1
    static let notEmpty: UInt32 = 1 << 3
    static let saturation: UInt32 = 1 << 9
    static let clockAbsence: UInt32 = 1 << 10
    static let interrupting: UInt32 = 0x3f97
  }

  private enum Mode {
    static let single: UInt32 = 1
    static let synchronous: UInt32 = 2
    static let window: UInt32 = 4
    static let snapshot: UInt32 = 5
  }

  /// Words. Reference: RM0456 39.4.14, from memory.
  private static let depth = 4
  static let dataRegister = Register.dr.rawValue

  private unowned let block: STM32MDF
  private let fabric: Fabric
  private let line: InterruptLine?
  private let request: DMARequest
  private let track: ActivityTrack
  private var registers: [Register: UInt32] = [:]
  private var flags: UInt32 = 0
  private var fifo: [(word: UInt32, source: (any PDMSource)?)] = []
  /// DFLTACTIVE, DFLTRUN.
  private var isActive = false
  private var isRunning = false
  private var discards: UInt32 = 0
  /// The interface's clock periods since the filter had a clock.
  private var ticks = ClockDomain(frequency: Hertz(1))
  private var tick: UInt64 = 0
  private var due: Event?

  init(_ block: STM32MDF, _ fabric: Fabric, _ name: String, line: InterruptLine?) {
    self.block = block
    self.fabric = fabric
    self.line = line
    request = fabric.service(DMARequests.init).line(name)
    track = fabric.activity(name)
    due = fabric.scheduler.event(name) { [unowned self] in finish() }
  }

  private subscript(register: Register) -> UInt32 { registers[register] ?? 0 }

  private func field(_ register: Register, _ shift: UInt32, _ width: UInt32) -> UInt32 {
    self[register] >> shift & ((1 << width) - 1)
  }

  // MARK: Registers

  func read(_ offset: UInt32) -> UInt32? {
    guard let register = Register(rawValue: offset) else { return nil }
    switch register {
    case .bsmxcr: return self[register] | (isActive ? 1 << 31 : 0)
    case .dfltcr: return self[register] | (isRunning ? 1 << 30 : 0) | (isActive ? 1 << 31 : 0)
    case .isr: return status
    case .dr: return take()
    default: return self[register]
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard let register = Register(rawValue: offset) else { return false }
    switch register {
    case .dfltcr: writeControl(value)
    case .isr: flags &= ~value
    // SCALE alone may change while it converts.
    case .cicr:
      registers[register] = isActive ? self[.cicr] & ~0x3f0_0000 | value & 0x3f0_0000 : value
    case .bsmxcr, .rsfr, .intr: if !isActive { registers[register] = value }
    case .dlycr:
      registers[register] = value & 0x7f
      tick += isRunning ? UInt64(value & 0x7f) : 0
    case .oldcr, .scdcr, .sadcr:
      registers[register] = value
      if value & 1 == 1 { noteUnmodelled("its detectors find nothing") }
    case .snpsdr, .dr, .sadsdlvr, .sadanlvr: break
    case .oldthlr, .oldthhr, .ier, .oeccr, .sadcfgr: registers[register] = value
    }
    update()
    return true
  }

  func reset() {
    stop()
    (registers, flags, fifo) = ([:], 0, [])
    update()
  }

  private func noteUnmodelled(_ message: String) {
    fabric.findings.note("unmodelled-register", track.name, message)
  }

  private func writeControl(_ value: UInt32) {
    let starts = value & 1 == 1
    guard isActive else {
      registers[.dfltcr] = value & 0x0ff1_f177
      if starts { start() }
      return
    }
    guard !starts else { return }
    stop()
    for (_, source) in fifo { source?.overwritten(count: 1) }
    fifo = []
  }

  // MARK: Acquisition

  private func start() {
    isActive = true
    if self[.cicr] & 2 != 0 { noteUnmodelled("data of the converters never come") }
    let mode = field(.dfltcr, 4, 3)
    switch mode {
    case Mode.synchronous, Mode.synchronous | Mode.single: break
    case Mode.window, Mode.snapshot: noteUnmodelled("windows and snapshots are not modelled")
    default: run()
    }
  }

  private func stop() {
    isActive = false
    isRunning = false
    registers[.dfltcr] = self[.dfltcr] & ~1
    due?.cancel()
    track.end()
  }

  func trigger(_ source: UInt32) {
    guard isActive, !isRunning, field(.dfltcr, 5, 2) == 1, field(.dfltcr, 12, 4) == source else {
      return
    }
    run()
  }

  private func run() {
    isRunning = true
    discards = field(.dfltcr, 20, 8)
    if block.bitRate(ofInterface: interface) == nil {
      fabric.findings.note("no-clock", track.name, "it starts while its interface has no clock")
    }
    begin()
  }

  private var interface: Int { Int(field(.bsmxcr, 1, 4)) }

  private func begin() {
    guard isRunning, let rate = block.bitRate(ofInterface: interface) else {
      due?.cancel()
      return track.end()
    }
    track.begin()
    ticks = ClockDomain(frequency: rate, start: fabric.scheduler.now)
    tick = UInt64(self[.dlycr])
    plan()
  }

  /// The clock of its interface may be another.
  func refresh(isClockAbsent: Bool) {
    if isClockAbsent { flags |= Flag.clockAbsence }
    let rate = block.bitRate(ofInterface: interface)
    if due?.isScheduled == true ? rate != ticks.frequency : isRunning && rate != nil { begin() }
    update()
  }

  private func plan() {
    tick += period
    due?.schedule(at: ticks.instant(ofTick: tick))
  }

  private var ratio: UInt64 { UInt64(max(field(.cicr, 8, 9), 1)) + 1 }
  private var usesReshapeFilter: Bool { self[.rsfr] & 1 == 0 }
  private var integrated: UInt64 { UInt64(field(.intr, 4, 7)) + 1 }

  /// Bits of a sample.
  private var period: UInt64 {
    ratio * (usesReshapeFilter && self[.rsfr] >> 4 & 1 == 0 ? 4 : 1) * integrated
  }

  private func finish() {
    if discards > 0 {
      discards -= 1
      return plan()
    }
    let source = block.microphone(
      ofInterface: interface, atFallingEdge: field(.bsmxcr, 0, 1) == 1)
    let rate = ticks.frequency.scaled(by: 1, over: period)
    guard let sample = (source.map { $0.sample(at: fabric.scheduler.now, rate: rate) }) ?? 0 else {
      return stop()
    }
    store(UInt32(bitPattern: Int32(filtered(sample))) << 8, source)
    switch field(.dfltcr, 4, 3) {
    case Mode.single: stop()
    case Mode.single | Mode.synchronous: isRunning = false
    default: plan()
    }
    if !isRunning { track.end() }
    update()
  }

  /// CIC, OFFSET, SCALE, reshape filter, integrator.
  private func filtered(_ sample: Int16) -> Int64 {
    let sinc = SincFilter(order: Int(min(field(.cicr, 4, 3), 5)), ratio: ratio)
    let offset = Int64(Int32(bitPattern: self[.oeccr] << 6) >> 6)
    // Steps of 3.5 and 2.5 dB, -48 dB to 72 dB: an odd code is the even one below times 1.5.
    let code = Int64(field(.cicr, 20, 6))
    let steps = code < 0x20 ? min(code, 24) : code - 0x30
    let isOdd = steps & 1
    let raised = (sinc.scaled(sample, bits: 26) - offset) * (isOdd == 1 ? 3 : 1)
    let shift = (steps >> 1) - isOdd
    var value = held(shift < 0 ? raised >> -shift : raised << shift)
    if usesReshapeFilter { value = held(value * 298 / 100) }
    let divisions: [Int64] = [7, 5, 2, 0]
    return integrated == 1
      ? value : held((value * Int64(integrated)) >> divisions[Int(field(.intr, 0, 2))])
  }

  private func held(_ value: Int64) -> Int64 {
    let limited = max(-0x80_0000, min(0x7f_ffff, value))
    if limited != value { flags |= Flag.saturation }
    return limited
  }

  // MARK: FIFO

  private func store(_ word: UInt32, _ source: (any PDMSource)?) {
    guard fifo.count < Self.depth else {
      flags |= Flag.overflow
      source?.overwritten(count: 1)
      return
    }
    fifo.append((word, source))
  }

  private func take() -> UInt32 {
    guard !fifo.isEmpty else { return 0 }
    let (word, source) = fifo.removeFirst()
    source?.delivered(count: 1)
    update()
    return word
  }

  /// FTH: not empty, or half full.
  private var isRequesting: Bool { fifo.count >= (field(.dfltcr, 2, 1) == 1 ? Self.depth / 2 : 1) }

  private var status: UInt32 {
    flags | (isRequesting ? Flag.threshold : 0) | (fifo.isEmpty ? 0 : Flag.notEmpty)
  }

  private func update() {
    line?.set(status & self[.ier] & Flag.interrupting != 0)
    request.set(self[.dfltcr] >> 1 & 1 == 1 && isRequesting)
  }
}
