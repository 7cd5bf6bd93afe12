import Simulation
import Units

/// The digital filter for sigma-delta modulators: eight serial channels with microphones on their
/// data wires, and filters that decimate them.
///
/// A microphone hands over samples that are decimated already. What the filter makes of one is
/// exact in its scale: full scale times FOSR to the power of the order (twice its square for
/// FastSinc) times IOSR, shifted right by DTRBS with rounding, less OFFSET, held within 24 bits.
/// Conversions take the reference manual's number of CKOUT periods, the first, and all without
/// FAST, longer by the filter's filling.
///
/// A wire is `DFSDM1.n` after its pin (`DFSDM1` for 0); SITP's rising edge samples the microphone
/// that sends left, the falling one that on the right. Clocks: the block's (DFSDMSEL) and
/// `dfsdm1-audio`. Interrupt lines: one a filter. Parameter: `filters`, 4 unless given.
///
/// Reference: RM0432 28, RM0455 30.
/// Not modelled: the filters' responses and delays, Manchester code and external clocks (a
/// finding), parallel inputs, watchdogs, extremes, short-circuit and clock-absence detectors,
/// synchronous and triggered starts, the conversion timer.
final class STM32DFSDM: Peripheral {
  private let name: String
  private let fabric: Fabric
  private let clock: ClockSignal
  private let audioClock: ClockSignal
  private var channels: [UInt32: UInt32] = [:]
  private var filters: [STM32DFSDMFilter] = []
  private var wires: STM32PDMWires

  init(_ context: PeripheralContext) {
    name = context.name
    fabric = context.fabric
    clock = context.clock
    wires = STM32PDMWires(name, fabric)
    audioClock = fabric.clock("\(name.lowercased())-audio")
    let count = min(max(context.parameters["filters"] ?? 4, 1), 8)
    filters = (0..<count).map { index in
      STM32DFSDMFilter(
        self, index, context.fabric, "\(context.name)_FLT\(index)",
        line: context.interrupts.indices.contains(index) ? context.interrupts[index] : nil)
    }
  }

  func read(_ offset: UInt32) -> UInt32? {
    if offset < 0x100 { return channels[offset] ?? 0 }
    let index = Int((offset - 0x100) / 0x80)
    return filters.indices.contains(index) ? filters[index].read((offset - 0x100) % 0x80) : nil
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    if offset < 0x100 {
      writeChannel(offset, value)
      return true
    }
    let index = Int((offset - 0x100) / 0x80)
    return filters.indices.contains(index) && filters[index].write((offset - 0x100) % 0x80, value)
  }

  func readingActs(at offset: UInt32) -> Bool {
    offset >= 0x100 && [0x18, 0x1c].contains((offset - 0x100) % 0x80)
  }

  func reset() {
    for filter in filters { filter.reset() }
    channels = [:]
    clockInputs()
  }

  private func writeChannel(_ offset: UInt32, _ value: UInt32) {
    channels[offset] = value
    guard offset % 0x20 == 0 else { return }
    if value & 0x80 != 0 {
      let channel = offset / 0x20
      if value & 3 > 1 { noteUnmodelled("CH\(channel)CFGR1", "Manchester code is not modelled") }
      if value >> 2 & 3 == 0 {
        noteUnmodelled("CH\(channel)CFGR1", "a clock from outside (SPICKSEL 0) is not modelled")
      }
      if value >> 12 & 3 != 0 {
        noteUnmodelled("CH\(channel)CFGR1", "parallel inputs are not modelled")
      }
    }
    clockInputs()
  }

  func noteUnmodelled(_ register: String, _ message: String) {
    fabric.findings.note("unmodelled-register", "\(name).\(register)", message)
  }

  private func configuration(_ channel: Int) -> UInt32 { channels[UInt32(channel) * 0x20] ?? 0 }

  /// DFSDMEN, and CKOUT runs.
  private var isClocked: Bool {
    let common = configuration(0)
    return common >> 31 == 1 && common >> 16 & 0xff != 0 && !source.isStopped
  }

  private var source: ClockSignal { configuration(0) >> 30 & 1 == 1 ? audioClock : clock }

  /// The microphones on the wires of enabled channels get a clock, the others none.
  private func clockInputs() {
    let enabled = (0..<8).filter { isClocked && configuration($0) & 0x80 != 0 }
    wires.clock(Set(enabled.map(wire)))
  }

  /// CHINSEL takes the wire of the next channel.
  private func wire(_ channel: Int) -> Int {
    configuration(channel) >> 8 & 1 == 1 ? (channel + 1) % 8 : channel
  }

  func isReady(_ channel: Int) -> Bool { isClocked && configuration(channel) & 0x80 != 0 }

  func microphone(_ channel: Int) -> (any PDMSource)? {
    wires.microphone(wire(channel), atFallingEdge: configuration(channel) & 1 == 1)
  }

  /// CKOUT.
  var outputClock: Hertz {
    source.frequency.scaled(by: 1, over: UInt64(configuration(0) >> 16 & 0xff) + 1)
  }

  /// DTRBS and OFFSET.
  func scaled(_ value: Int64, _ channel: Int) -> Int32 {
    let register = channels[UInt32(channel) * 0x20 + 4] ?? 0
    let shift = Int64(register >> 3 & 0x1f)
    let rounded = shift == 0 ? value : (value + (1 << (shift - 1))) >> shift
    let corrected = rounded - Int64(Int32(bitPattern: register) >> 8)
    return Int32(max(-0x80_0000, min(0x7f_ffff, corrected)))
  }
}
