import Simulation
import Units

/// What the converters of an F4 or F7 have in common: the clock's prescaler and the switch of the
/// inner channels, and the status of all three.
final class STM32ADCFirstCommon: Peripheral {
  /// The wires between the common block and its converters.
  final class Wires {
    var control: UInt32 = 0
    var status: [() -> UInt32] = []
    init(_ fabric: Fabric) {}
  }

  private let wires: Wires

  init(_ context: PeripheralContext) { wires = context.fabric.service(Wires.init) }

  func read(_ offset: UInt32) -> UInt32? {
    switch offset {
    case 0x00:
      wires.status.enumerated().reduce(0) { $0 | $1.element() << UInt32(8 * $1.offset) }
    case 0x04: wires.control
    case 0x08: 0
    default: nil
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    if offset == 0x04 { wires.control = value & 0xc3_ef1f }
    return offset <= 0x08
  }

  func reset() { wires.control = 0 }
}

/// An analogue-to-digital converter of F4 and F7: regular and injected sequences, single,
/// continuous or discontinuous, by software or a timer's trigger, with DMA, watchdog and
/// interrupts.
///
/// Inputs are the nets' voltages by the pin's name in `AnalogInputs`, else by `ADC1.IN5`. At rest
/// the chip has 25 degrees (0.76 V, from memory) and its reference 1.21 V. Parameters: `family` 0
/// for the F4, 1 for the F7 (their triggers differ), `temperature` the thermometer's channel, the
/// channels of pins by name.
///
/// Reference: RM0090 13, RM0385 15; DS8626 5.3.22, 5.3.24.
/// Not modelled: dual and triple mode (the common data register), external triggers but timers'
/// TRGO (a finding), the time that starting up takes, VBAT.
final class STM32ADCFirst: Peripheral {
  private enum Flag {
    static let watchdog: UInt32 = 1 << 0
    static let converted: UInt32 = 1 << 1
    static let injected: UInt32 = 1 << 2
    static let injectedStart: UInt32 = 1 << 3
    static let start: UInt32 = 1 << 4
    static let overrun: UInt32 = 1 << 5
  }

  private let name: String
  private let fabric: Fabric
  private let clock: ClockSignal
  private let line: InterruptLine?
  private let inputs: AnalogInputs
  private let request: DMARequest
  private let wires: STM32ADCFirstCommon.Wires
  private let pins: [Int: String]
  private let thermometer: Int
  private let isSecondFamily: Bool
  private var registers: [UInt32: UInt32] = [0x24: 0xfff]
  private var status: UInt32 = 0
  private var data: UInt32 = 0
  private var injectedData: [UInt32] = [0, 0, 0, 0]
  /// The next of each sequence.
  private var position = 0
  private var injectedPosition = 0
  /// What is being converted, and what goes on behind an injected sequence.
  private var isInjecting = false
  private var isRegular = false
  private var converted: Event?

  init(_ context: PeripheralContext) {
    name = context.name
    fabric = context.fabric
    clock = context.clock
    line = context.interrupts.first
    inputs = fabric.service(AnalogInputs.init)
    request = fabric.service(DMARequests.init).line(name)
    wires = fabric.service(STM32ADCFirstCommon.Wires.init)
    pins = STM32AnalogPins.byChannel(context.parameters)
    thermometer = context.parameters["temperature"] ?? -1
    isSecondFamily = context.parameters["family"] == 1
    converted = fabric.scheduler.event(name) { [unowned self] in finish() }
    wires.status.append { [unowned self] in status }
    let triggers = fabric.service(STM32Triggers.init)
    for timer in 1...8 { triggers.observe("TIM\(timer)") { [unowned self] in triggered(timer) } }
  }

  func read(_ offset: UInt32) -> UInt32? {
    switch offset {
    case 0x00: return status
    case 0x3c...0x48: return injectedData[Int(offset - 0x3c) / 4]
    case 0x4c:
      status &= ~Flag.converted
      update()
      return data
    default: return offset < 0x50 ? registers[offset] ?? 0 : nil
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    switch offset {
    case 0x00: status &= value
    case 0x08: writeControl2(value)
    case 0x3c...0x4c: break
    default:
      guard offset < 0x50 else { return false }
      registers[offset] = value
    }
    update()
    return true
  }

  func readingActs(at offset: UInt32) -> Bool { offset == 0x4c }

  func reset() {
    converted?.cancel()
    registers = [0x24: 0xfff]
    (status, data, position, injectedPosition) = (0, 0, 0, 0)
    injectedData = [0, 0, 0, 0]
    (isInjecting, isRegular) = (false, false)
    update()
  }

  private var control1: UInt32 { registers[0x04] ?? 0 }
  private var control2: UInt32 { registers[0x08] ?? 0 }
  private var isOn: Bool { control2 & 1 == 1 }

  private func writeControl2(_ value: UInt32) {
    // SWSTART and JSWSTART fall when the conversion begins.
    registers[0x08] = value & ~(1 << 30 | 1 << 22)
    guard isOn else {
      converted?.cancel()
      (isInjecting, isRegular, position, injectedPosition) = (false, false, 0, 0)
      return
    }
    if value >> 22 & 1 == 1 { startInjected() }
    if value >> 30 & 1 == 1 { startRegular() }
    noteTriggers()
  }

  private func startRegular() {
    guard !isRegular else { return }
    isRegular = true
    status |= Flag.start
    if !isInjecting { convert() }
  }

  /// An injected sequence interrupts a regular conversion, which then begins anew.
  private func startInjected() {
    guard !isInjecting else { return }
    converted?.cancel()
    isInjecting = true
    status |= Flag.injectedStart
    convert()
  }

  // MARK: Triggers

  /// Which selection of EXTSEL and JEXTSEL is which timer's TRGO.
  private var triggerOutputs: (regular: [Int: Int], injected: [Int: Int]) {
    isSecondFamily
      ? (
        [4: 5, 7: 8, 8: 8, 9: 1, 10: 1, 11: 2, 12: 4, 13: 6],
        [0: 1, 2: 2, 5: 4, 8: 1, 9: 8, 10: 8, 12: 5, 14: 6]
      )
      : ([6: 2, 8: 3, 14: 8], [1: 1, 3: 2, 9: 4, 11: 5])
  }

  private func triggered(_ timer: Int) {
    guard isOn else { return }
    let outputs = triggerOutputs
    if control2 >> 20 & 3 != 0, outputs.injected[Int(control2 >> 16 & 0xf)] == timer {
      startInjected()
    }
    if control2 >> 28 & 3 != 0, outputs.regular[Int(control2 >> 24 & 0xf)] == timer {
      startRegular()
    }
    update()
  }

  private func noteTriggers() {
    let outputs = triggerOutputs
    let isUnknown =
      control2 >> 28 & 3 != 0 && outputs.regular[Int(control2 >> 24 & 0xf)] == nil
      || control2 >> 20 & 3 != 0 && outputs.injected[Int(control2 >> 16 & 0xf)] == nil
    if isUnknown {
      fabric.findings.note(
        "unmodelled-register", "\(name).CR2", "triggers other than a timer's TRGO never come")
    }
  }

  // MARK: Sequences

  private var isScanning: Bool { control1 >> 8 & 1 == 1 }

  private var regularSequence: [Int] {
    let length = isScanning ? Int((registers[0x2c] ?? 0) >> 20 & 0xf) + 1 : 1
    return (0..<length).map { index in
      let register = registers[0x34 - UInt32(index / 6) * 4] ?? 0
      return Int(register >> UInt32(index % 6 * 5) & 0x1f)
    }
  }

  /// A short sequence is at the end of JSQR.
  private var injectedSequence: [Int] {
    let register = registers[0x38] ?? 0
    let length = isScanning ? Int(register >> 20 & 3) + 1 : 1
    return (4 - length..<4).map { Int(register >> UInt32($0 * 5) & 0x1f) }
  }

  private var channel: Int {
    let sequence = isInjecting ? injectedSequence : regularSequence
    let index = isInjecting ? injectedPosition : position
    return sequence[min(index, sequence.count - 1)]
  }

  private var resolution: UInt32 { 12 - 2 * (control1 >> 24 & 3) }

  private func convert() {
    let times: [UInt64] = [3, 15, 28, 56, 84, 112, 144, 480]
    let channel = channel
    let register = registers[channel < 10 ? 0x10 : 0x0c] ?? 0
    let sampling = times[Int(register >> UInt32(channel % 10 * 3) & 7)]
    let divider = 2 * (UInt64(wires.control >> 16 & 3) + 1)
    converted?.schedule(
      after: clock.duration(ofTicks: (sampling + UInt64(resolution)) * divider))
  }

  private func finish() {
    let code = code(of: channel)
    watch(code, channel)
    if isInjecting { finishInjected(code) } else { finishRegular(code) }
    update()
    if isInjecting || isRegular { convert() }
  }

  private func finishRegular(_ code: UInt32) {
    let usesDMA = control2 >> 8 & 1 == 1
    let seesOverruns = usesDMA || control2 >> 10 & 1 == 1
    if status & Flag.converted != 0 && seesOverruns {
      // The result is lost, and so is the sequence until firmware starts it again.
      status |= Flag.overrun
      isRegular = false
      return
    }
    data = aligned(Int64(code))
    position += 1
    let isLast = position >= regularSequence.count
    if isLast || control2 >> 10 & 1 == 1 || usesDMA { status |= Flag.converted }
    if usesDMA { request.pulse() }
    if isLast {
      position = 0
      isRegular = control2 >> 1 & 1 == 1
      if control1 >> 10 & 1 == 1 { startInjected() }
    } else if control1 >> 11 & 1 == 1, position % (Int(control1 >> 13 & 7) + 1) == 0 {
      isRegular = false
    }
  }

  private func finishInjected(_ code: UInt32) {
    let length = injectedSequence.count
    let offset = registers[0x14 + UInt32(injectedPosition) * 4] ?? 0
    injectedData[injectedPosition] =
      aligned(Int64(code) - Int64(offset & 0xfff), isInjected: true) & 0xffff
    injectedPosition += 1
    if injectedPosition >= length {
      injectedPosition = 0
      status |= Flag.injected
      isInjecting = false
    }
  }

  private func aligned(_ code: Int64, isInjected: Bool = false) -> UInt32 {
    guard control2 >> 11 & 1 == 1 else { return UInt32(truncatingIfNeeded: code) }
    // Six bits in a byte, the others in a halfword; an injected result keeps its sign bit.
    let shift: Int64 = resolution == 6 ? 2 : 16 - Int64(resolution) - (isInjected ? 1 : 0)
    return UInt32(truncatingIfNeeded: code << shift)
  }

  /// What a channel's input gives at the converter's reference, the supply.
  private func code(of channel: Int) -> UInt32 {
    let supply = max(inputs.microvolts(at: "VDD"), 1)
    let code = min(max(microvolts(channel) * 4096 / supply, 0), 4095)
    return UInt32(code) >> (12 - resolution)
  }

  private func microvolts(_ channel: Int) -> Int64 {
    let isInnerOn = wires.control >> 23 & 1 == 1
    if thermometer >= 0 {
      if channel == thermometer { return isInnerOn ? 760_000 : 0 }
      if channel == 17 { return isInnerOn ? 1_210_000 : 0 }
    }
    return inputs.microvolts(at: pins[channel] ?? "\(name).IN\(channel)")
  }

  /// The analogue watchdog compares in twelve bits.
  private func watch(_ code: UInt32, _ channel: Int) {
    let isWatched = control1 >> (isInjecting ? 22 : 23) & 1 == 1
    let isChosen = control1 >> 9 & 1 == 0 || channel == Int(control1 & 0x1f)
    guard isWatched, isChosen else { return }
    let value = code << (12 - resolution)
    if value > registers[0x24] ?? 0 || value < registers[0x28] ?? 0 { status |= Flag.watchdog }
  }

  private func update() {
    var pending: UInt32 = 0
    if control1 >> 5 & 1 == 1 { pending |= status & Flag.converted }
    if control1 >> 6 & 1 == 1 { pending |= status & Flag.watchdog }
    if control1 >> 7 & 1 == 1 { pending |= status & Flag.injected }
    if control1 >> 26 & 1 == 1 { pending |= status & Flag.overrun }
    line?.set(pending != 0)
  }
}
