public import Simulation
public import Units

/// ST MP34DT05: a digital microphone whose output is the pulse-density stream that a PDM interface
/// decimates.
///
/// The model hands the interface decimated samples: the recording's full scale is the int16 full
/// scale at 0 dB of the interface's gain. With the parameter `right: 1` it sends on the other clock
/// edge. A sample counts as produced when its buffer ends; it is read when that buffer stood in
/// fresh RAM.
///
/// Reference: MP34DT05 data sheet (ST).
/// Not modelled: the one-bit stream itself, the decimation filter's response and delay, wake-up
/// time, noise, acoustic overload. While it is off or not clocked it is silent.
public final class MP34DT05: Sensor, PDMSource {
  static let description = SensorDescription(
    part: "MP34DT05", summary: "omnidirectional digital microphone", attachment: .pdm,
    quantities: [.sound], rates: [], pins: [], powerStates: [State.off, State.on],
    reference: "MP34DT05 data sheet (ST)",
    notModelled: "the decimation filter's response, wake-up time, noise, acoustic overload")

  private enum State {
    static let off = "off"
    static let on = "on"
  }

  private let context: SensorContext
  private let consumer: PowerConsumer
  private var isClocked = false
  private var isPowered: Bool
  /// The rate of the recording and that of the interface, once they were found to differ.
  public private(set) var rateMismatch: (recorded: Hertz, interface: Hertz)?

  init(_ context: SensorContext) {
    self.context = context
    consumer = context.fabric.power.consumer(context.name, initial: State.off)
    isPowered = context.powerPin?.level ?? true
    let input = context.fabric.pdm(context.bus)
    if context.parameters["right"] == 1 { input.right = self } else { input.left = self }
    context.powerPin?.observe { [unowned self] in power($0) }
  }

  public func reset() {}

  public func clock(running: Bool) {
    isClocked = running
    settle()
  }

  public func sample(at instant: Instant, rate: Hertz) -> Int16? {
    guard isPowered, isClocked, !context.faults.dropsSample(at: instant) else { return 0 }
    if let stimulus = context.stimulus { check(stimulus, against: rate) }
    guard let values = context.feel(.sound, atRest: [0], at: instant) else {
      context.endStream()
      return nil
    }
    return register16(values[0])
  }

  public func delivered(count: Int) {
    guard count > 0 else { return }
    context.track.markDataReady(count)
    context.track.markRead(count)
  }

  public func overwritten(count: Int) {
    guard count > 0 else { return }
    context.track.markDataReady(count)
    context.track.markLost(count)
  }

  private func power(_ level: Bool) {
    isPowered = level
    settle()
  }

  private func settle() { consumer.enter(isPowered && isClocked ? State.on : State.off) }

  private func check(_ stimulus: any Stimulus, against interface: Hertz) {
    guard let recorded = stimulus.rate, recorded != interface, rateMismatch == nil,
      !stimulus.convert(to: interface)
    else { return }
    rateMismatch = (recorded, interface)
    context.fabric.findings.note(
      "rate-mismatch", context.name,
      "recorded at \(recorded.value) Hz, sampled at \(interface.value) Hz")
    context.fabric.requestStop(
      .rateMismatch(sensor: context.name, recorded: recorded, wanted: interface))
  }
}
