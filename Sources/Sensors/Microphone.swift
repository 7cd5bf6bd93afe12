import Simulation
import Units

/// What digital microphones share: supply and clock, the recording's samples, and the check that it
/// has the rate at which its interface samples.
final class Microphone {
  private let context: SensorContext
  private let consumer: PowerConsumer
  private let idle: String
  private var isClocked = false
  private var isPowered: Bool
  /// The rate of the recording and that of the interface, once they were found to differ.
  private(set) var rateMismatch: (recorded: Hertz, interface: Hertz)?

  /// `idle`: the power state without a clock.
  init(_ context: SensorContext, idle: String) {
    self.context = context
    self.idle = idle
    isPowered = context.powerPin?.level ?? true
    consumer = context.fabric.power.consumer(context.name, initial: isPowered ? idle : "off")
    context.powerPin?.observe { [unowned self] level in
      isPowered = level
      settle()
    }
  }

  var isOn: Bool { isPowered && isClocked }

  func clock(running: Bool) {
    isClocked = running
    settle()
  }

  private func settle() { consumer.enter(isOn ? "on" : isPowered ? idle : "off") }

  /// The sample at `instant` in int16 counts, silence while it is off; nil once the stream has
  /// ended. `rate` is that of the interface, nil where firmware decides what becomes of the bits.
  func hear(at instant: Instant, rate: Hertz?) -> Double? {
    guard isOn, !context.faults.dropsSample(at: instant) else { return 0 }
    if let stimulus = context.stimulus, let rate { check(stimulus, against: rate) }
    guard let values = context.feel(.sound, atRest: [0], at: instant) else {
      context.endStream()
      return nil
    }
    return values[0]
  }

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
