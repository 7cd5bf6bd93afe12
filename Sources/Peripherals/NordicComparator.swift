import Simulation
import Units

/// The two comparators that share an address: ENABLE 1 chooses LPCOMP, 2 COMP.
///
/// READY comes after the start-up time: 140 us (LPCOMP), 3 us (COMP). From then on UP, DOWN and CROSS
/// come when the input passes its thresholds, without delay; SAMPLE puts the state into RESULT.
/// LPCOMP compares with a fraction of VDD or an external reference; COMP's thresholds are
/// (TH + 1) / 64 of its reference, or another input (MODE differential). LPCOMP wakes the chip from
/// System OFF as ANADETECT says.
///
/// Reference: nRF52840 Product Specification v1.7, 6.5 COMP, 6.11 LPCOMP (the times are remembered).
/// Not modelled: propagation delay, hysteresis where differential or of LPCOMP, COMP's speed modes;
/// an input that is fed by a recording is looked at only when it is sampled.
final class NordicComparator: SurvivesSystemOff {
  private enum Task: UInt32, CaseIterable {
    case start = 0x000
    case stop = 0x004
    case sample = 0x008
  }

  private enum Event: UInt32, CaseIterable {
    case ready = 0x100
    case down = 0x104
    case up = 0x108
    case cross = 0x10c
  }

  private enum Register: UInt32 {
    case result = 0x400
    case enable = 0x500
    case input = 0x504
    case reference = 0x508
    case externalReference = 0x50c
    case detect = 0x520
    case thresholds = 0x530
    case mode = 0x534
    case hysteresis = 0x538
  }

  private let interface: NordicInterface
  private let consumer: PowerConsumer
  private let inputs: AnalogInputs
  private let pins: [String]
  private let off: NordicSystemOff
  private var started: Simulation.Event?
  private var values: [Register: UInt32] = [.reference: 4]
  private var isReady = false
  private var isAbove = false

  init(_ context: PeripheralContext) {
    interface = NordicInterface(
      context, tasks: Task.allCases.map(\.rawValue), events: Event.allCases.map(\.rawValue),
      shortcuts: [
        (0, Event.ready.rawValue, Task.sample.rawValue),
        (1, Event.ready.rawValue, Task.stop.rawValue),
        (2, Event.down.rawValue, Task.stop.rawValue), (3, Event.up.rawValue, Task.stop.rawValue),
        (4, Event.cross.rawValue, Task.stop.rawValue),
      ], interruptRegister: true)
    consumer = context.fabric.power.consumer(context.name, initial: "off")
    inputs = context.fabric.service(AnalogInputs.init)
    pins = context.parameters["nrf51"] == 1 ? NordicAnalogPins.nrf51 : NordicAnalogPins.names
    off = context.fabric.service(NordicSystemOff.init)
    started = context.fabric.scheduler.event(context.name) { [unowned self] in becomeReady() }
    interface.perform = { [unowned self] in perform($0) }
    inputs.observe { [unowned self] in follow() }
    off.addSource { [unowned self] in
      (isReady && values[.enable] == 1, false, NordicResetCause.comparatorWoke)
    }
  }

  func read(_ offset: UInt32) -> UInt32? {
    guard let register = Register(rawValue: offset) else { return interface.read(offset) }
    return values[register] ?? 0
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard let register = Register(rawValue: offset) else { return interface.write(offset, value) }
    switch register {
    case .result: break
    case .enable:
      values[.enable] = value & 3
      if value & 3 == 0 { halt() }
    default: values[register] = value
    }
    return true
  }

  func reset() {
    halt()
    interface.reset()
    values = [.reference: 4]
    isAbove = false
  }

  private var isLowPower: Bool { values[.enable] == 1 }

  private func perform(_ offset: UInt32) {
    guard let task = Task(rawValue: offset), (values[.enable] ?? 0) & 3 != 0 else { return }
    switch task {
    case .start:
      consumer.enter(isLowPower ? "lpcomp" : "comp")
      started?.schedule(after: .microseconds(isLowPower ? 140 : 3))
    case .stop: halt()
    case .sample:
      follow()
      values[.result] = isAbove ? 1 : 0
    }
  }

  private func becomeReady() {
    isReady = true
    isAbove = input > thresholds.up
    interface.raise(Event.ready.rawValue)
  }

  private func halt() {
    started?.cancel()
    isReady = false
    consumer.enter("off")
  }

  private var input: Int64 { voltage(values[.input] ?? 0) }

  private func voltage(_ selection: UInt32) -> Int64 {
    inputs.microvolts(at: pins[Int(selection & 7)])
  }

  private var thresholds: (down: Int64, up: Int64) {
    let supply = inputs.microvolts(at: "VDD")
    let reference = values[.reference] ?? 0
    let external = voltage((values[.externalReference] ?? 0) & (isLowPower ? 1 : 7))
    if isLowPower {
      // REFSEL 0 to 6: eighths; 7: external; 8 to 15: odd sixteenths.
      let setting = Int64(reference & 0xf)
      let level =
        setting == 7
        ? external : setting < 7 ? supply * (setting + 1) / 8 : supply * (2 * setting - 15) / 16
      return (level, level)
    }
    if (values[.mode] ?? 0) >> 8 & 1 == 1 { return (external, external) }
    let levels: [Int64] = [1_200_000, 1_800_000, 2_400_000, supply, supply, external]
    let level = levels[min(Int(reference & 7), 5)]
    let threshold = values[.thresholds] ?? 0
    return (
      level * Int64((threshold & 0x3f) + 1) / 64, level * Int64((threshold >> 8 & 0x3f) + 1) / 64
    )
  }

  /// The input may have passed a threshold.
  private func follow() {
    guard isReady else { return }
    let (down, up) = thresholds
    let voltage = input
    let isNowAbove = isAbove ? voltage >= down : voltage > up
    guard isNowAbove != isAbove else { return }
    isAbove = isNowAbove
    let detect = values[.detect] ?? 0
    let wakes = detect == 0 || detect == 1 && isAbove || detect == 2 && !isAbove
    interface.raise(isAbove ? Event.up.rawValue : Event.down.rawValue)
    interface.raise(Event.cross.rawValue)
    if isLowPower && wakes { off.sourceMet(NordicResetCause.comparatorWoke) }
  }
}
