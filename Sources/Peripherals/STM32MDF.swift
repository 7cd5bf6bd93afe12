import Simulation
import Units

/// The multi-function digital filter (MDF) and the audio digital filter (ADF) of the STM32U5:
/// serial interfaces with microphones on their data wires, a matrix, and filters that decimate what
/// it gives them.
///
/// A microphone hands over samples that are decimated already. What a filter makes of one is exact
/// in its scale: full scale times the CIC's ratio to the power of its order within 26 bits, less
/// OFFSET, times SCALE, times 2.98 in the reshape filter, summed by the integrator, each held within
/// 24 bits. A filter's first sample comes after its decimation and SKPDLY periods of its interface's
/// clock; those of NBDIS are left out.
///
/// A wire is `MDF1.n` after its interface (`MDF1` for 0); a rising edge samples the microphone that
/// sends left, the falling one that on the right. Clock: the block's kernel clock. Interrupt lines:
/// one a filter. Parameter: `filters`, 6 unless given; a block with one is an ADF.
///
/// Reference: RM0456 39, 40 by way of stm32-data's register descriptions and ST's HAL driver; the
/// reshape filter's gain and what fits where from Linux's stm32-mdf-adc.c. The depth of the FIFO is
/// from memory.
/// Not modelled: the filters' responses (the high-pass filter lets a constant pass) and delays,
/// Manchester code and clocks from outside (a finding), the converters' interface, interleaving,
/// windows and snapshots, triggers other than TRGO and timers' TRGO, the limit, short-circuit and
/// sound activity detectors (a finding).
final class STM32MDF: Peripheral {
  private enum Clock {
    static let enable: UInt32 = 1 << 0
    static let waitsForTrigger: UInt32 = 1 << 4
  }

  /// TRGSRC of an MDF. Reference: RM0456 39.4.5, by HAL's MDF_FilterTriggerSource.
  private static let timers = [2: "TIM1", 4: "TIM8", 6: "TIM3", 7: "TIM4", 9: "TIM6", 10: "TIM7"]

  private let name: String
  private let fabric: Fabric
  private let kernel: ClockSignal
  private var interleaving: UInt32 = 0
  private var control: UInt32 = 0
  private var isTriggered = false
  private var interfaces: [UInt32]
  private var filters: [STM32MDFFilter] = []
  private var wires: STM32PDMWires

  init(_ context: PeripheralContext) {
    name = context.name
    fabric = context.fabric
    kernel = context.clock
    wires = STM32PDMWires(name, fabric)
    let count = min(max(context.parameters["filters"] ?? 6, 1), 8)
    interfaces = [UInt32](repeating: Self.idleInterface, count: count)
    filters = (0..<count).map { index in
      STM32MDFFilter(
        self, context.fabric, "\(context.name)_FLT\(index)",
        line: context.interrupts.indices.contains(index) ? context.interrupts[index] : nil)
    }
    kernel.observe { [unowned self] in refresh() }
    guard count > 1 else { return }
    let triggers = fabric.service(STM32Triggers.init)
    for (source, timer) in Self.timers.sorted(by: { $0.key < $1.key }) {
      triggers.observe(timer) { [unowned self] in trigger(UInt32(source)) }
    }
  }

  /// STH at its greatest.
  private static let idleInterface: UInt32 = 0x1f00

  private func place(_ offset: UInt32) -> (index: Int, register: UInt32)? {
    let index = Int(offset / 0x80) - 1
    return filters.indices.contains(index) ? (index, offset % 0x80) : nil
  }

  func read(_ offset: UInt32) -> UInt32? {
    switch offset {
    case 0x00: return interleaving
    case 0x04: return control | (isRunning ? 1 << 31 : 0)
    case 0x20: return 0
    default: break
    }
    guard let (index, register) = place(offset) else { return nil }
    guard register == 0 else { return filters[index].read(register) }
    return interfaces[index] | (interfaces[index] & 1) << 31
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    switch offset {
    case 0x00:
      interleaving = value & 0xf0
      if interleaving != 0 { noteUnmodelled("GCR", "interleaved filters are not modelled") }
      if value & 1 == 1 { trigger(0) }
      return true
    case 0x04:
      control = value & 0x7f0f_f177
      if control & Clock.enable == 0 { isTriggered = false }
      refresh()
      return true
    case 0x20: return true
    default: break
    }
    guard let (index, register) = place(offset) else { return false }
    guard register == 0 else { return filters[index].write(register, value) }
    writeInterface(index, value)
    return true
  }

  func readingActs(at offset: UInt32) -> Bool {
    place(offset)?.register == STM32MDFFilter.dataRegister
  }

  func reset() {
    (interleaving, control, isTriggered) = (0, 0, false)
    interfaces = interfaces.map { _ in Self.idleInterface }
    for filter in filters { filter.reset() }
    refresh()
  }

  private func writeInterface(_ index: Int, _ value: UInt32) {
    // SITFACTIVE protects all but SITFEN.
    let isActive = interfaces[index] & 1 == 1
    interfaces[index] = isActive ? interfaces[index] & ~1 | value & 1 : value & 0x1f37
    if value & 1 == 1 && !isActive {
      if value >> 4 & 3 > 1 { noteUnmodelled("SITF\(index)CR", "Manchester code is not modelled") }
      if value >> 2 & 1 == 1 {
        noteUnmodelled("SITF\(index)CR", "a clock from outside (MDF_CKI) is not modelled")
      }
    }
    refresh()
  }

  func noteUnmodelled(_ register: String, _ message: String) {
    fabric.findings.note("unmodelled-register", "\(name).\(register)", message)
  }

  // MARK: Clocks

  /// The dividers have a clock: CKGACTIVE.
  private var isRunning: Bool {
    control & Clock.enable != 0 && !kernel.isStopped
      && (control & Clock.waitsForTrigger == 0 || isTriggered)
  }

  /// The bits' rate on an interface; nil while it is off or has no clock.
  func bitRate(ofInterface index: Int) -> Hertz? {
    guard isRunning, interfaces.indices.contains(index) else { return nil }
    let interface = interfaces[index]
    let source = interface >> 1 & 3
    guard interface & 1 == 1, interface >> 4 & 3 < 2, source < 2 else { return nil }
    // CCKxEN and CCKxDIR.
    guard control >> (1 + source) & control >> (5 + source) & 1 == 1 else { return nil }
    let divider = UInt64(control >> 24 & 0x7f) + 1
    return kernel.frequency.scaled(by: 1, over: divider * (UInt64(control >> 16 & 0xf) + 1))
  }

  func microphone(ofInterface index: Int, atFallingEdge: Bool) -> (any PDMSource)? {
    wires.microphone(index, atFallingEdge: atFallingEdge)
  }

  private func refresh() {
    wires.clock(Set(interfaces.indices.filter { bitRate(ofInterface: $0) != nil }))
    for (index, filter) in filters.enumerated() {
      // Only a normal SPI interface notices that its clock is missing.
      let listens = interfaces[index] & 1 == 1 && interfaces[index] >> 4 & 3 == 1
      filter.refresh(isClockAbsent: listens && bitRate(ofInterface: index) == nil)
    }
  }

  private func trigger(_ source: UInt32) {
    if control & Clock.waitsForTrigger != 0 && control >> 12 & 0xf == source {
      isTriggered = true
      refresh()
    }
    for filter in filters { filter.trigger(source) }
  }
}
