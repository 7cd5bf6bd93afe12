import Simulation
import Units

/// The CRC unit of an STM32 with programmable polynomial, size, initial value and bit reversal.
///
/// Reference: RM0432 16, RM0444 14; RM0090 4 for the fixed one of F4, whose DR takes words only.
final class STM32CRC: Peripheral {
  private var data: UInt32 = .max
  private var independent: UInt32 = 0
  private var control: UInt32 = 0
  private var initial: UInt32 = .max
  private var polynomial: UInt32 = 0x04c1_1db7

  init(_ context: PeripheralContext) {}

  private var size: UInt32 { [32, 16, 8, 7][Int(control >> 3 & 3)] }
  private var mask: UInt32 { size == 32 ? .max : 1 << size - 1 }

  func read(_ offset: UInt32) -> UInt32? {
    switch offset {
    case 0x00: control >> 7 & 1 == 1 ? Self.reversed(data & mask, bits: size) : data & mask
    case 0x04: independent
    case 0x08: control
    case 0x10: initial
    case 0x14: polynomial
    default: nil
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    switch offset {
    case 0x00: feed(value, bits: 32)
    case 0x04: independent = value
    case 0x08:
      control = value & 0xf8
      if value & 1 != 0 { data = initial }
    case 0x10: initial = value
    case 0x14: polynomial = value
    default: return false
    }
    return true
  }

  func writeNarrow(_ offset: UInt32, _ value: UInt32, _ width: AccessWidth) -> Bool {
    guard offset == 0 else { return offset & 3 == 0 && write(offset, value) }
    feed(value, bits: width.rawValue * 8)
    return true
  }

  func reset() {
    (data, independent, control) = (.max, 0, 0)
    (initial, polynomial) = (.max, 0x04c1_1db7)
  }

  /// Reverses the bits within units of a byte, a halfword or a word.
  private func arranged(_ value: UInt32, bits: UInt32) -> UInt32 {
    let unit: UInt32 = [0, 8, 16, 32][Int(control >> 5 & 3)]
    guard unit > 0 else { return value }
    var result: UInt32 = 0
    for start in stride(from: UInt32(0), to: bits, by: Int(min(unit, bits))) {
      let width = min(unit, bits)
      let part = value >> start & (width == 32 ? .max : 1 << width - 1)
      result |= Self.reversed(part, bits: width) << start
    }
    return result
  }

  private static func reversed(_ value: UInt32, bits: UInt32) -> UInt32 {
    (0..<bits).reduce(0) { $0 << 1 | value >> $1 & 1 }
  }

  private func feed(_ value: UInt32, bits: UInt32) {
    let input = arranged(value, bits: bits)
    for bit in stride(from: Int(bits) - 1, through: 0, by: -1) {
      let top = data >> (size - 1) & 1
      data = data << 1 & mask
      if top ^ (input >> UInt32(bit) & 1) == 1 { data ^= polynomial & mask }
    }
  }
}

/// The random number generator of an STM32: a word every 40 cycles of its clock, from a generator
/// with a fixed seed so that runs repeat.
///
/// Reference: RM0432 33, RM0090 24.
/// Not modelled: health tests, clock and seed errors, conditioning.
final class STM32RNG: Peripheral {
  private let scheduler: Scheduler
  private let clock: ClockSignal
  private let line: InterruptLine?
  private var control: UInt32 = 0
  private var isReady = false
  private var random = SplitMix64(seed: 0x5448_554d_4250_5249)
  private var due: Event?

  init(_ context: PeripheralContext) {
    scheduler = context.fabric.scheduler
    clock = context.clock
    line = context.interrupts.first
    due = scheduler.event(context.name) { [unowned self] in
      isReady = true
      updateLine()
    }
    clock.observe { [unowned self] in generate() }
  }

  func read(_ offset: UInt32) -> UInt32? {
    switch offset {
    case 0: return control
    case 4: return isReady ? 1 : 0
    case 8:
      guard isReady else { return 0 }
      isReady = false
      updateLine()
      generate()
      return next()
    case 0x10: return 0
    default: return nil
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard offset <= 0x10 else { return false }
    guard offset == 0 else { return true }
    control = value
    if value & 4 == 0 {
      isReady = false
      due?.cancel()
    }
    updateLine()
    generate()
    return true
  }

  func readingActs(at offset: UInt32) -> Bool { offset == 8 }

  func reset() {
    control = 0
    isReady = false
    due?.cancel()
    updateLine()
  }

  private func updateLine() { line?.set(isReady && control >> 3 & 1 == 1) }

  private func generate() {
    guard control & 4 != 0, !isReady, due?.isScheduled == false, !clock.isStopped else { return }
    due?.schedule(after: clock.duration(ofTicks: 40))
  }

  private func next() -> UInt32 { UInt32(truncatingIfNeeded: random.next()) }
}
