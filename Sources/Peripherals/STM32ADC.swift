import Simulation
import Units

/// What stands beside the large converters: the status of the first two, and the clock's prescaler.
/// A small one has it itself.
final class STM32ADCCommon: Peripheral {
  /// The wires between the common block and its converter.
  final class Wires {
    var control: UInt32 = 0
    /// ADC1's, and ADC2's where there is one.
    var statuses: [String: () -> UInt32] = [:]
    var status: UInt32 {
      let first = statuses["ADC1"] ?? statuses["ADC"]
      return (statuses["ADC2"]?() ?? 0) << 16 | (first?() ?? 0)
    }
    init(_ fabric: Fabric) {}
  }

  private let wires: Wires

  init(_ context: PeripheralContext) { wires = context.fabric.service(Wires.init) }

  func read(_ offset: UInt32) -> UInt32? {
    switch offset {
    case 0x00: wires.status
    case 0x08: wires.control
    default: offset <= 0x0c ? 0 : nil
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    if offset == 0x08 { wires.control = value & 0x1ff_efdf }
    return offset <= 0x0c
  }

  func reset() { wires.control = 0 }
}

/// The analogue-to-digital converter of L4, G0, H7 and U5: regular sequences, single or continuous, by
/// software or a timer's trigger, with DMA and interrupts.
///
/// Inputs are the nets' voltages by the pin's name in `AnalogInputs`, else by `ADC.IN5`.
/// Parameters: `family`, see `STM32ADCFamily`; the channels of pins by name: `PA0: 5`.
///
/// Reference: RM0432 21, RM0444 15; RM0455 and RM0456, analog-to-digital converters.
/// Not modelled: injected conversions, dual mode, oversampling, analogue watchdogs, offset
/// registers, differential inputs, external triggers but timers' TRGO, the offset that calibration
/// finds.
final class STM32ADC: Peripheral {
  private enum Flag {
    static let ready: UInt32 = 1 << 0
    static let sampled: UInt32 = 1 << 1
    static let converted: UInt32 = 1 << 2
    static let sequence: UInt32 = 1 << 3
    static let overrun: UInt32 = 1 << 4
    static let calibrated: UInt32 = 1 << 11
    static let regulated: UInt32 = 1 << 12
    static let configured: UInt32 = 1 << 13
  }

  private enum Control {
    static let enable: UInt32 = 1 << 0
    static let disable: UInt32 = 1 << 1
    static let start: UInt32 = 1 << 2
    static let stop: UInt32 = 1 << 4
    static let regulator: UInt32 = 1 << 28
    static let calibrate: UInt32 = 1 << 31
  }

  private let name: String
  private let fabric: Fabric
  private let clock: ClockSignal
  private let line: InterruptLine?
  private let family: STM32ADCFamily
  private let inputs: AnalogInputs
  private let request: DMARequest
  private let pins: [Int: String]
  private let common: STM32ADCCommon.Wires
  private var control: UInt32
  private var status: UInt32 = 0
  private var enables: UInt32 = 0
  private var registers: [UInt32: UInt32] = [:]
  private var data: UInt32 = 0
  /// The small ones' CCR.
  private var ownControl: UInt32 = 0
  private var position = 0
  private var isConverting = false
  private var converted: Event?
  private var calibrated: Event?

  init(_ context: PeripheralContext) {
    name = context.name
    fabric = context.fabric
    clock = context.clock
    line = context.interrupts.first
    family = STM32ADCFamily.named(context.parameters["family"])
    control = family.isSmall ? 0 : 1 << 29
    inputs = fabric.service(AnalogInputs.init)
    common = fabric.service(STM32ADCCommon.Wires.init)
    pins = STM32AnalogPins.byChannel(context.parameters)
    request = fabric.service(DMARequests.init).line(name == "ADC" ? "ADC1" : name)
    if !family.isSmall { common.statuses[name] = { [unowned self] in status & 0x7ff } }
    converted = fabric.scheduler.event(name) { [unowned self] in finish() }
    calibrated = fabric.scheduler.event("\(name) calibration") { [unowned self] in
      control &= ~Control.calibrate
      if family.isSmall { status |= Flag.calibrated }
      update()
    }
    let triggers = fabric.service(STM32Triggers.init)
    for number in [1, 2, 3, 4, 6, 8, 15] {
      triggers.observe("TIM\(number)") { [unowned self] in triggered(number) }
    }
  }

  func read(_ offset: UInt32) -> UInt32? {
    switch offset {
    case 0x00:
      let hasRegulator = family.tellsRegulator && control & Control.regulator != 0
      return status | (hasRegulator ? Flag.regulated : 0)
    case 0x04: return enables
    case 0x08: return control
    case 0x40:
      status &= ~Flag.converted
      update()
      return data
    case 0x308: return prescaling
    default: return offset <= 0x30c ? registers[offset] ?? family.resets[offset] ?? 0 : nil
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    switch offset {
    case 0x00: status &= ~value
    case 0x04: enables = value
    case 0x08: writeControl(value)
    case 0x40, 0x300: break
    case 0x308: if family.isSmall { ownControl = value } else { common.control = value }
    default:
      guard offset <= 0x30c else { return false }
      registers[offset] = value
      if family.tellsConfiguration && (offset == 0x28 || offset == 0x0c) {
        status |= Flag.configured
      }
    }
    update()
    return true
  }

  func readingActs(at offset: UInt32) -> Bool { offset == 0x40 }

  func reset() {
    converted?.cancel()
    calibrated?.cancel()
    control = family.isSmall ? 0 : 1 << 29
    (status, enables, data, position, ownControl) = (0, 0, 0, 0, 0)
    registers = [:]
    isConverting = false
    update()
  }

  private var configuration: UInt32 { registers[0x0c] ?? 0 }
  private var prescaling: UInt32 { family.isSmall ? ownControl : common.control }

  private func writeControl(_ value: UInt32) {
    let kept = Control.enable | Control.start | Control.calibrate
    control = value & ~(kept | Control.disable | Control.stop) | control & kept
    if value & Control.calibrate != 0 && control & Control.enable == 0 {
      control |= Control.calibrate
      calibrated?.schedule(after: duration(family.calibration))
    }
    if value & Control.enable != 0 {
      control |= Control.enable
      status |= Flag.ready
    }
    if value & Control.disable != 0 {
      control &= ~(Control.enable | Control.start)
      stop()
    }
    if value & Control.stop != 0 {
      control &= ~Control.start
      stop()
    }
    if value & Control.start != 0 && control & Control.enable != 0 {
      control |= Control.start
      position = 0
      if configuration >> 10 & 3 == 0 { convert() }
    }
  }

  private func stop() {
    converted?.cancel()
    isConverting = false
  }

  private func triggered(_ timer: Int) {
    guard control & Control.start != 0, configuration >> 10 & 3 != 0, !isConverting else { return }
    let selection = Int(configuration >> family.trigger.shift & family.trigger.mask)
    if family.trigger.timers[selection] == timer {
      position = 0
      convert()
    }
  }

  private var sequence: [Int] {
    guard family.isSmall else {
      let first = registers[0x30] ?? 0
      return (0...Int(first & 0xf)).map { index in
        let place = index + 1
        let register = registers[0x30 + UInt32(place / 5) * 4] ?? 0
        return Int(register >> UInt32(place % 5 * 6) & 0x1f)
      }
    }
    let selected = registers[0x28] ?? 0
    if configuration >> 21 & 1 == 1 {
      return Array((0..<8).map { Int(selected >> UInt32(4 * $0) & 0xf) }.prefix { $0 != 0xf })
    }
    let channels = (0..<24).filter { selected >> UInt32($0) & 1 == 1 }
    return configuration >> family.backwards & 1 == 1 ? channels.reversed() : channels
  }

  /// Bits of a result.
  private var resolution: UInt32 {
    let code = Int(configuration >> family.resolutionShift)
    return family.resolutions[code % family.resolutions.count]
  }

  /// Half cycles of the sampling time.
  private func sampling(_ channel: Int) -> UInt64 {
    guard family.isSmall else {
      let register = registers[channel < 10 ? 0x14 : 0x18] ?? 0
      return family.sampling[Int(register >> UInt32(channel % 10 * 3) & 7)]
    }
    let register = registers[0x14] ?? 0
    let isSecond = register >> UInt32(8 + channel) & 1 == 1
    return family.sampling[Int(register >> (isSecond ? 4 : 0) & 7)]
  }

  private func duration(_ cycles: UInt64) -> Interval {
    let cycles = cycles * family.divider
    let mode = family.isSmall ? (registers[0x10] ?? 0) >> 30 : prescaling >> 16 & 3
    if family.hasBusClock && mode != 0 {
      // The bus clock, divided by 1, 2 or 4.
      let divider: UInt64 = family.isSmall ? [1, 2, 4, 1][Int(mode)] : 1 << UInt64(mode - 1)
      let bus = family.isSmall ? fabric.clock("pclk1") : fabric.coreClock
      return bus.duration(ofTicks: cycles * divider)
    }
    let dividers: [UInt64] = [1, 2, 4, 6, 8, 10, 12, 16, 32, 64, 128, 256]
    let field = Int(prescaling >> 18 & 0xf)
    let source = clock.isStopped ? fabric.coreClock : clock
    return source.duration(ofTicks: cycles * dividers[min(field, 11)])
  }

  private func convert() {
    let channels = sequence
    guard position < channels.count else { return }
    isConverting = true
    let halves = sampling(channels[position]) + family.conversion(resolution)
    converted?.schedule(after: duration((halves + 1) / 2))
  }

  private func finish() {
    let channels = sequence
    isConverting = false
    guard position < channels.count else { return }
    if status & Flag.converted != 0 && configuration & 1 == 0 { status |= Flag.overrun }
    data = sample(channels[position])
    status |= Flag.converted | Flag.sampled
    position += 1
    let isLast = position >= channels.count
    if isLast {
      status |= Flag.sequence
      position = 0
    }
    if configuration & 1 == 1 { request.pulse() }
    update()
    let isContinuous = configuration >> 13 & 1 == 1
    if !isLast || isContinuous {
      convert()
    } else if configuration >> 10 & 3 == 0 {
      control &= ~Control.start
    }
  }

  /// What a channel's input gives at the converter's reference, the supply.
  private func sample(_ channel: Int) -> UInt32 {
    let supply = max(inputs.microvolts(at: "VDD"), 1)
    let largest = family.resolutions.max() ?? 12
    let full = Int64(1) << Int64(largest)
    let code = min(max(microvolts(channel) * full / supply, 0), full - 1)
    let result = UInt32(code) >> (largest - resolution)
    guard let alignment = family.alignment else { return result << ((registers[0x10] ?? 0) >> 28) }
    return configuration >> alignment & 1 == 1 ? result << (16 - resolution) : result
  }

  private func microvolts(_ channel: Int) -> Int64 {
    if let pin = pins[channel] { return inputs.microvolts(at: pin) }
    if channel == family.reference { return 1_212_000 }
    if channel == family.temperature { return 760_000 }
    return inputs.microvolts(at: "\(name).IN\(channel)")
  }

  private func update() {
    line?.set(status & enables != 0)
    if status & Flag.converted == 0 { request.set(false) }
  }
}
