import Simulation
import Units

/// One filter of the DFSDM: regular conversions of one channel and injected ones of a group.
///
/// Reference: RM0432 28.4.9 to 28.4.14, 28.8.
final class STM32DFSDMFilter {
  private enum Flag {
    static let injected: UInt32 = 1 << 0
    static let regular: UInt32 = 1 << 1
    static let injectedOverrun: UInt32 = 1 << 2
    static let regularOverrun: UInt32 = 1 << 3
  }

  private enum Control {
    static let enable: UInt32 = 1 << 0
    static let startInjected: UInt32 = 1 << 1
    static let scan: UInt32 = 1 << 4
    static let injectedDMA: UInt32 = 1 << 5
    static let start: UInt32 = 1 << 17
    static let continuous: UInt32 = 1 << 18
    static let regularDMA: UInt32 = 1 << 21
    static let fast: UInt32 = 1 << 29
  }

  private unowned let block: STM32DFSDM
  private let index: Int
  private let fabric: Fabric
  private let line: InterruptLine?
  private let request: DMARequest
  private let track: ActivityTrack
  private var control1: UInt32 = 0
  private var control2: UInt32 = 0
  private var filter: UInt32 = 0
  private var group: UInt32 = 1
  private var held: [UInt32: UInt32] = [:]
  private var flags: UInt32 = 0
  private var data: (regular: UInt32, injected: UInt32) = (0, 0)
  /// Whose samples wait in the data registers.
  private var waiting: (regular: (any PDMSource)?, injected: (any PDMSource)?) = (nil, nil)
  private var pending: [Int] = []
  private var isRegular = false
  /// CKOUT's periods since the conversions started.
  private var ticks = ClockDomain(frequency: Hertz(1))
  private var tick: UInt64 = 0
  private var isFilled = false
  private var due: Event?

  init(
    _ block: STM32DFSDM, _ index: Int, _ fabric: Fabric, _ name: String, line: InterruptLine?
  ) {
    self.block = block
    self.index = index
    self.fabric = fabric
    self.line = line
    request = fabric.service(DMARequests.init).line(name)
    track = fabric.activity(name)
    due = fabric.scheduler.event(name) { [unowned self] in finish() }
  }

  func read(_ offset: UInt32) -> UInt32? {
    switch offset {
    case 0x00: return control1
    case 0x04: return control2
    case 0x08:
      return flags | (pending.isEmpty ? 0 : 1 << 13) | (isRegular ? 1 << 14 : 0)
        | (index == 0 ? 0xff_0000 : 0)
    case 0x0c: return 0
    case 0x10: return group
    case 0x14: return filter
    case 0x18:
      flags &= ~Flag.injected
      waiting.injected?.delivered(count: 1)
      waiting.injected = nil
      update()
      return data.injected
    case 0x1c:
      flags &= ~Flag.regular
      waiting.regular?.delivered(count: 1)
      waiting.regular = nil
      update()
      return data.regular
    default: return offset <= 0x38 ? held[offset] ?? 0 : nil
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    switch offset {
    case 0x00: writeControl(value)
    case 0x04: control2 = value & 0xff_ff7f
    case 0x0c: flags &= ~(value & (Flag.injectedOverrun | Flag.regularOverrun))
    case 0x10: group = value & 0xff
    case 0x14: if control1 & Control.enable == 0 { filter = value & 0xe3ff_00ff }
    case 0x08, 0x18, 0x1c: break
    default:
      guard offset <= 0x38 else { return false }
      if value != 0 {
        block.noteUnmodelled(
          "DFSDM_FLT\(index)+0x\(String(offset, radix: 16))", "watchdogs are not modelled")
      }
      held[offset] = value
    }
    update()
    return true
  }

  func reset() {
    stop()
    (control1, control2, filter, group, flags) = (0, 0, 0, 1, 0)
    (data, waiting, held) = ((0, 0), (nil, nil), [:])
    update()
  }

  private func stop() {
    due?.cancel()
    pending = []
    isRegular = false
    isFilled = false
    track.end()
  }

  private func writeControl(_ value: UInt32) {
    control1 = value & ~(Control.start | Control.startInjected)
    if value >> 13 & 3 != 0 || value & 1 << 3 != 0 || value & 1 << 19 != 0 {
      block.noteUnmodelled(
        "DFSDM_FLT\(index)CR1", "triggered and synchronous starts are not modelled")
    }
    guard value & Control.enable != 0 else {
      flags = 0
      return stop()
    }
    if value & Control.startInjected != 0, pending.isEmpty {
      let channels = (0..<8).filter { group >> UInt32($0) & 1 == 1 }
      pending = value & Control.scan != 0 ? channels : Array(channels.prefix(1))
      isFilled = false
    }
    if value & Control.start != 0 { isRegular = true }
    if due?.isScheduled == false { begin() }
  }

  private var channel: Int { pending.first ?? Int(control1 >> 24 & 7) }

  private func begin() {
    guard isRegular || !pending.isEmpty else { return track.end() }
    guard block.isReady(channel) else {
      fabric.findings.note(
        "no-clock", track.name, "a conversion starts while its channel is off or has no clock")
      return stop()
    }
    track.begin()
    ticks = ClockDomain(frequency: block.outputClock, start: fabric.scheduler.now)
    tick = 0
    isFilled = false
    plan()
  }

  private func plan() {
    tick += length
    due?.schedule(at: ticks.instant(ofTick: tick))
  }

  private var oversampling: (filter: UInt64, integrator: UInt64, order: UInt64) {
    (UInt64(filter >> 16 & 0x3ff) + 1, UInt64(filter & 0xff) + 1, UInt64(min(filter >> 29, 5)))
  }

  /// CKOUT periods of a conversion.
  private var length: UInt64 {
    let (fosr, iosr, order) = oversampling
    if isFilled && control1 & Control.fast != 0 && pending.isEmpty { return fosr * iosr }
    // FastSinc fills like a filter of the fourth order, and settles like one of the second.
    let (fill, settle): (UInt64, UInt64) = order == 0 ? (4, 2) : (order, order)
    return fosr * (iosr - 1 + fill) + settle + 1
  }

  /// CKOUT periods from one conversion to the next, once they go on.
  private var period: UInt64 {
    let (fosr, iosr, _) = oversampling
    return control1 & Control.fast != 0 && pending.isEmpty ? fosr * iosr : length
  }

  private func finish() {
    let channel = channel
    let source = block.microphone(channel)
    let rate = block.outputClock.scaled(by: 1, over: period)
    guard let sample = (source.map { $0.sample(at: fabric.scheduler.now, rate: rate) }) ?? 0 else {
      return stop()
    }
    let (fosr, iosr, order) = oversampling
    let sinc = SincFilter(order: Int(order), ratio: fosr)
    let output = sinc.scaled(sample, count: iosr, bits: 32)
    let value = block.scaled(output, channel)
    store(UInt32(bitPattern: value << 8) | UInt32(channel), source)
    isFilled = true
    if pending.isEmpty {
      isRegular = control1 & Control.continuous != 0
    } else {
      pending.removeFirst()
      isFilled = false
    }
    update()
    if isRegular || !pending.isEmpty, block.isReady(self.channel) { plan() } else { stop() }
  }

  private func store(_ word: UInt32, _ source: (any PDMSource)?) {
    if pending.isEmpty {
      if flags & Flag.regular != 0 {
        flags |= Flag.regularOverrun
        waiting.regular?.overwritten(count: 1)
      }
      (data.regular, waiting.regular) = (word, source)
      flags |= Flag.regular
    } else {
      if flags & Flag.injected != 0 {
        flags |= Flag.injectedOverrun
        waiting.injected?.overwritten(count: 1)
      }
      (data.injected, waiting.injected) = (word, source)
      flags |= Flag.injected
    }
  }

  private func update() {
    line?.set(flags & control2 & 0xf != 0)
    request.set(
      control1 & Control.regularDMA != 0 && flags & Flag.regular != 0
        || control1 & Control.injectedDMA != 0 && flags & Flag.injected != 0)
  }
}
