import Simulation
import Units

/// The converter of an RP2040: twelve bits in 96 cycles of clk_adc, of GPIO26 to GPIO29 and of the
/// temperature sensor, singly or one after another at DIV's pace, into RESULT and a FIFO of four.
///
/// Parameter: `temperature`, the die's in degrees.
///
/// Reference: RP2040 datasheet 4.9.
/// Not modelled: noise, the steps of erratum RP2040-E11, conversion errors.
final class RP2040ADC: Peripheral {
  private enum Register: UInt32 {
    case control = 0x00
    case result = 0x04
    case fifoControl = 0x08
    case fifo = 0x0c
    case divider = 0x10
    case raw = 0x14
    case enable = 0x18
    case force = 0x1c
    case status = 0x20
  }

  private static let depth = 4
  private static let cycles: UInt64 = 96

  private let fabric: Fabric
  private let clock: ClockSignal
  private let line: InterruptLine?
  private let request: DMARequest
  private let inputs: AnalogInputs
  private let temperature: Int
  private lazy var done = fabric.scheduler.event("ADC") { [unowned self] in finish() }
  private lazy var next = fabric.scheduler.event("ADC pace") { [unowned self] in begin() }
  private var control: UInt32 = 0
  private var result: UInt32 = 0
  private var fifoControl: UInt32 = 0
  private var fifo: [UInt32] = []
  private var divider: UInt32 = 0
  private var enabled: UInt32 = 0
  private var forced: UInt32 = 0
  /// The channel that is being converted, and its voltage when that began.
  private var sampled: UInt32?

  init(_ context: PeripheralContext) {
    fabric = context.fabric
    clock = context.clock
    line = context.interrupts.first
    request = fabric.service(DMARequests.init).line(context.name)
    inputs = fabric.service(AnalogInputs.init)
    temperature = context.parameters["temperature"] ?? 27
  }

  func read(_ offset: UInt32) -> UInt32? {
    switch Register(rawValue: offset) {
    case .control: return control | (isOn && sampled == nil ? 1 << 8 : 0)
    case .result: return result
    case .fifoControl: return fifoControl | levels
    case .fifo: return take()
    case .divider: return divider
    case .raw: return isAtThreshold ? 1 : 0
    case .enable: return enabled
    case .force: return forced
    case .status: return (isAtThreshold ? enabled : 0) | forced
    case nil: return nil
    }
  }

  func readingActs(at offset: UInt32) -> Bool { offset == Register.fifo.rawValue }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    switch Register(rawValue: offset) {
    case .control:
      let errors = control & 0x400 & ~value
      control = value & 0x1f_700b | errors
      if !isOn {
        halt()
      } else if value & 4 != 0 || control & 8 != 0 && sampled == nil && !next.isScheduled {
        begin()
      }
      if control & 8 == 0 { next.cancel() }
    case .fifoControl:
      let errors = fifoControl & 0xc00 & ~value
      fifoControl = value & 0x0f00_000f | errors
    case .divider: divider = value & 0xff_ffff
    case .enable: enabled = value & 1
    case .force: forced = value & 1
    case .result, .fifo, .raw, .status: break
    case nil: return false
    }
    update()
    return true
  }

  private var isOn: Bool { control & 1 == 1 }

  private var levels: UInt32 {
    (fifo.isEmpty ? 1 << 8 : 0) | (fifo.count == Self.depth ? 1 << 9 : 0) | UInt32(fifo.count) << 16
  }

  private var isAtThreshold: Bool {
    fifoControl & 1 == 1 && !fifo.isEmpty && fifo.count >= Int(fifoControl >> 24 & 0xf)
  }

  private func take() -> UInt32 {
    guard !fifo.isEmpty else {
      fifoControl |= 1 << 10
      return 0
    }
    let value = fifo.removeFirst()
    update()
    return value
  }

  private func begin() {
    guard isOn, sampled == nil else { return }
    guard !clock.isStopped else {
      fabric.findings.note("no-clock", "ADC.CS", "converts without clk_adc: it never becomes ready")
      return
    }
    sampled = convert(control >> 12 & 7)
    done.schedule(after: clock.duration(ofTicks: Self.cycles))
    guard control & 8 != 0 else { return }
    // So many cycles and 256ths from one start to the next, at least a conversion's.
    let pace = max(UInt64(divider) + 256, Self.cycles * 256)
    next.schedule(after: clock.duration(ofTicks: (pace + 255) / 256))
  }

  private func convert(_ channel: UInt32) -> UInt32 {
    let supply = max(inputs.microvolts(at: "VDD"), 1)
    let voltage: Int64
    switch channel {
    case 0...3: voltage = inputs.microvolts(at: "GPIO\(26 + channel)")
    // 0.706 V at 27 degrees, 1.721 mV less for each more.
    case 4: voltage = control & 2 != 0 ? 706_000 - Int64(temperature - 27) * 1_721 : 0
    default: voltage = 0
    }
    return UInt32(min(max(voltage * 4096 / supply, 0), 4095))
  }

  private func finish() {
    guard let value = sampled else { return }
    sampled = nil
    result = value
    if fifoControl & 1 == 1 {
      if fifo.count < Self.depth {
        fifo.append(fifoControl & 2 != 0 ? value >> 4 : value)
      } else {
        fifoControl |= 1 << 11
      }
    }
    followRobin()
    update()
  }

  /// The next channel of RROBIN.
  private func followRobin() {
    let robin = control >> 16 & 0x1f
    guard robin != 0 else { return }
    var channel = control >> 12 & 7
    repeat { channel = (channel + 1) % 5 } while robin >> channel & 1 == 0
    control = control & ~(7 << 12) | channel << 12
  }

  private func halt() {
    done.cancel()
    next.cancel()
    sampled = nil
  }

  private func update() {
    line?.set((isAtThreshold ? enabled : 0) | forced != 0)
    request.set(fifoControl & 9 == 9 && !fifo.isEmpty)
  }

  func reset() {
    halt()
    (control, result, fifoControl, divider) = (0, 0, 0, 0)
    (enabled, forced, fifo) = (0, 0, [])
    update()
  }
}
