import Simulation
import Units

/// The nRF51's analogue-to-digital converter: one conversion a START, 8 to 10 bits.
///
/// The input is what PSEL selects, whole, two thirds or a third of it, or two thirds or a third of VDD;
/// the reference is 1.2 V, an external pin, or a half or a third of VDD. A conversion takes 20, 36 or
/// 68 us for 8, 9 or 10 bits.
///
/// Reference: nRF51 Series Reference Manual v3.0, chapter 31 ADC; nRF51822 Product Specification v3.1, ADC
/// (offsets from the vendor's register file; fields, times and pins from memory).
/// Not modelled: gain and offset errors, inputs above the supply, several inputs selected at once (the
/// lowest counts).
final class NordicADC: Peripheral {
  private enum Register: UInt32 {
    case busy = 0x400
    case enable = 0x500
    case config = 0x504
    case result = 0x508
  }

  private static let start: UInt32 = 0x000
  private static let stop: UInt32 = 0x004
  private static let end: UInt32 = 0x100
  private static let resetConfig: UInt32 = 0x18
  private static let externalReferences = ["P0.00", "P0.06"]

  private let name: String
  private let fabric: Fabric
  private let interface: NordicInterface
  private let activity: NordicActivity
  private let inputs: AnalogInputs
  private lazy var done = fabric.scheduler.event(name) { [unowned self] in finish() }
  private var enable: UInt32 = 0
  private var config = resetConfig
  private var result: UInt32 = 0

  init(_ context: PeripheralContext) {
    name = context.name
    fabric = context.fabric
    interface = NordicInterface(context, tasks: [Self.start, Self.stop], events: [Self.end])
    activity = NordicActivity(context)
    inputs = context.fabric.service(AnalogInputs.init)
    interface.perform = { [unowned self] in perform($0) }
  }

  func read(_ offset: UInt32) -> UInt32? {
    guard let register = Register(rawValue: offset) else { return interface.read(offset) }
    switch register {
    case .busy: return done.isScheduled ? 1 : 0
    case .enable: return enable
    case .config: return config
    case .result: return result
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard let register = Register(rawValue: offset) else { return interface.write(offset, value) }
    switch register {
    case .busy, .result: break
    case .enable:
      enable = value & 3
      if enable != 1 { cancel() }
    case .config: config = value & 0x3_ff7f
    }
    return true
  }

  func reset() {
    cancel()
    interface.reset()
    enable = 0
    config = Self.resetConfig
    result = 0
  }

  private var bits: Int { min(Int(config & 3), 2) + 8 }

  private func perform(_ task: UInt32) {
    guard task == Self.start else { return cancel() }
    guard enable == 1, !done.isScheduled else { return }
    activity.set(true)
    done.schedule(after: .microseconds([20, 36, 68][bits - 8]))
  }

  private func cancel() {
    done.cancel()
    activity.set(false)
  }

  private func finish() {
    activity.set(false)
    let reference = max(self.reference, 1)
    let code = max(input, 0) * (1 << Int64(bits)) / reference
    result = UInt32(min(code, 1 << Int64(bits) - 1))
    interface.raise(Self.end)
  }

  /// Microvolts at the converter.
  private var input: Int64 {
    let supply = inputs.microvolts(at: "VDD")
    switch config >> 2 & 7 {
    case 0: return selected
    case 1: return selected * 2 / 3
    case 2: return selected / 3
    case 5: return supply * 2 / 3
    case 6: return supply / 3
    default: return 0
    }
  }

  private var selected: Int64 {
    let selection = config >> 8 & 0xff
    guard selection != 0 else { return 0 }
    return inputs.microvolts(at: NordicAnalogPins.nrf51[selection.trailingZeroBitCount])
  }

  private var reference: Int64 {
    let supply = inputs.microvolts(at: "VDD")
    switch config >> 5 & 3 {
    case 0: return 1_200_000
    case 1:
      let external = Int(config >> 16 & 3)
      guard external == 1 || external == 2 else { return 0 }
      return inputs.microvolts(at: Self.externalReferences[external - 1])
    case 2: return supply / 2
    default: return supply / 3
    }
  }
}
