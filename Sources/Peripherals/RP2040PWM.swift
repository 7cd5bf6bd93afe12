import Simulation
import Units

/// The eight PWM slices of an RP2040: 16-bit counters with a fractional divider, two outputs each, which show
/// at the pins that are given to them, and an interrupt at each wrap.
///
/// Reference: RP2040 datasheet 4.5.
/// Not modelled: counting by the B pin, PH_RET and PH_ADV, DMA requests; phase-correct counting shows at
/// the outputs as its pulses' length, not their place.
final class RP2040PWM: Peripheral {
  private static let count = 8
  /// Sixteenths of a core cycle.
  private static let fraction: UInt64 = 16

  private struct Slice {
    var control: UInt32 = 0
    var divider: UInt32 = 1 << 4
    var compare: UInt32 = 0
    var top: UInt32 = 0xffff
    /// What is taken over at the next wrap.
    var nextCompare: UInt32 = 0
    var nextTop: UInt32 = 0xffff
    /// What it held at an instant.
    var counter: UInt32 = 0
    var since: UInt64 = 0

    var isOn: Bool { control & 1 == 1 }
    var isPhaseCorrect: Bool { control & 2 != 0 }
    /// Sixteenths of a core cycle in a step.
    var step: UInt64 { divider & 0xff0 == 0 ? 256 * 16 + UInt64(divider & 0xf) : UInt64(divider) }
    var period: UInt64 { isPhaseCorrect ? max(2 * UInt64(top), 1) : UInt64(top) + 1 }
  }

  private let fabric: Fabric
  private let pins: RP2040Pins
  private let line: InterruptLine?
  private var slices = [Slice](repeating: Slice(), count: count)
  private var events: [Event] = []
  private var raw: UInt32 = 0
  private var enabled: UInt32 = 0
  private var forced: UInt32 = 0

  init(_ context: PeripheralContext) {
    fabric = context.fabric
    pins = fabric.service(RP2040Pins.init)
    line = context.interrupts.first
    events = (0..<Self.count).map { index in
      fabric.scheduler.event("\(context.name) slice \(index)") { [unowned self] in due(index) }
    }
    fabric.coreClock.observe { [unowned self] in for index in 0..<Self.count { plan(index) } }
  }

  // MARK: Registers

  func read(_ offset: UInt32) -> UInt32? {
    if offset < 0xa0 {
      let slice = slices[Int(offset / 20)]
      switch offset % 20 {
      case 0x00: return slice.control
      case 0x04: return slice.divider
      case 0x08: return position(Int(offset / 20))
      case 0x0c: return slice.nextCompare
      default: return slice.nextTop
      }
    }
    switch offset {
    case 0xa0: return slices.indices.reduce(0) { slices[$1].isOn ? $0 | 1 << UInt32($1) : $0 }
    case 0xa4:
      for index in slices.indices { settle(index) }
      return raw
    case 0xa8: return enabled
    case 0xac: return forced
    case 0xb0: return raw & enabled | forced
    default: return nil
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    if offset < 0xa0 {
      writeSlice(Int(offset / 20), offset % 20, value)
      return true
    }
    switch offset {
    case 0xa0:
      for index in slices.indices {
        settle(index)
        slices[index].control = slices[index].control & ~1 | value >> UInt32(index) & 1
      }
    case 0xa4: raw &= ~value
    case 0xa8: enabled = value & 0xff
    case 0xac: forced = value & 0xff
    case 0xb0: break
    default: return false
    }
    for index in slices.indices { plan(index) }
    drive()
    return true
  }

  private func writeSlice(_ index: Int, _ place: UInt32, _ value: UInt32) {
    settle(index)
    switch place {
    case 0x00:
      slices[index].control = value & 0x3f
      if value >> 4 & 3 != 0 {
        fabric.findings.note("pin-counting", "PWM.CH\(index)_CSR", "counts cycles, not its B pin")
      }
    case 0x04: slices[index].divider = value & 0xfff
    case 0x08: slices[index].counter = value & 0xffff
    case 0x0c: slices[index].nextCompare = value
    default: slices[index].nextTop = value & 0xffff
    }
    // A slice that stands takes it over at once.
    if !slices[index].isOn { takeOver(index) }
    plan(index)
  }

  // MARK: Counting

  private var now: UInt64 { fabric.coreClock.ticks(at: fabric.scheduler.now) }

  /// Steps since the last wrap.
  private func position(_ index: Int) -> UInt32 {
    let slice = slices[index]
    guard slice.isOn else { return slice.counter }
    let steps = (now - slice.since) * Self.fraction / slice.step + UInt64(slice.counter)
    let place = steps % slice.period
    return UInt32(place > UInt64(slice.top) ? slice.period - place : place)
  }

  /// Goes on from where it is now; a wrap since the last time is told of.
  private func settle(_ index: Int) {
    let slice = slices[index]
    guard slice.isOn else { return }
    let sixteenths = (now - slice.since) * Self.fraction
    let steps = sixteenths / slice.step + UInt64(slice.counter)
    if steps >= slice.period {
      takeOver(index)
      raw |= 1 << UInt32(index)
    }
    slices[index].counter = UInt32(steps % slice.period)
    // Whole cycles: what is left of a step stays.
    slices[index].since = now - sixteenths % slice.step / Self.fraction
  }

  private func takeOver(_ index: Int) {
    slices[index].compare = slices[index].nextCompare
    slices[index].top = slices[index].nextTop
  }

  private func isShown(_ output: Int) -> Bool {
    [output, output + 16].contains {
      $0 < RP2040Pins.count && pins.controls[$0] & 0x1f == RP2040Pins.Function.pulseWidth
    }
  }

  /// Whether somebody waits for its wrap.
  private func isAwaited(_ index: Int) -> Bool {
    let slice = slices[index]
    return enabled >> UInt32(index) & 1 == 1 || slice.compare != slice.nextCompare
      || slice.top != slice.nextTop
  }

  /// Wakes for a wrap that somebody waits for, and for the edges of outputs that somebody sees.
  private func plan(_ index: Int) {
    let slice = slices[index]
    let shows = isShown(2 * index) || isShown(2 * index + 1)
    guard slice.isOn, shows || isAwaited(index) else { return events[index].cancel() }
    let place = UInt64(slice.counter) % slice.period
    var next = slice.period - place
    for side in 0..<2 where isShown(2 * index + side) {
      let edge =
        UInt64(slice.compare >> UInt32(16 * side) & 0xffff) * (slice.isPhaseCorrect ? 2 : 1)
      if edge > place { next = min(next, edge - place) }
    }
    let cycles = (next * slice.step + Self.fraction - 1) / Self.fraction
    events[index].schedule(at: fabric.coreClock.instant(ofTick: slice.since + max(cycles, 1)))
    show(index, at: place)
  }

  private func due(_ index: Int) {
    settle(index)
    drive()
    plan(index)
  }

  private func show(_ index: Int, at place: UInt64) {
    let slice = slices[index]
    for side in 0..<2 {
      let compare = UInt64(slice.compare >> UInt32(16 * side) & 0xffff)
      let isHigh = place < compare * (slice.isPhaseCorrect ? 2 : 1)
      let level = isHigh != (slice.control >> UInt32(2 + side) & 1 == 1)
      for pin in [2 * index + side, 2 * index + side + 16] where pin < RP2040Pins.count {
        pins.setPulseWidth(pin, level)
      }
    }
  }

  private func drive() { line?.set(raw & enabled | forced != 0) }

  func reset() {
    for event in events { event.cancel() }
    slices = [Slice](repeating: Slice(), count: Self.count)
    (raw, enabled, forced) = (0, 0, 0)
    drive()
  }
}
