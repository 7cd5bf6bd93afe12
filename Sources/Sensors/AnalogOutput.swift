public import Simulation
import Units

/// Any part whose output is a voltage: a thermistor's divider, an analogue microphone or
/// accelerometer.
///
/// The recording is in volts. Each conversion of the input that its pin `OUT` is wired to is a
/// sample, made and read at the instant at which the converter samples; between 0 and the supply
/// the voltage is given to the microvolt, rounded to nearest. At rest it is 0 V.
///
/// Not modelled: the source's impedance, noise beyond the recording's.
public final class AnalogOutput: Sensor {
  static let description = SensorDescription(
    part: "ANALOG", summary: "any part with a voltage as its output", attachment: .analog,
    quantities: [.voltage], rates: [], pins: ["OUT"], powerStates: ["off", "on"],
    reference: "the recording", notModelled: "source impedance, noise")

  private let context: SensorContext
  private let consumer: PowerConsumer

  init(_ context: SensorContext) {
    self.context = context
    let isPowered = context.powerPin?.level ?? true
    consumer = context.fabric.power.consumer(context.name, initial: isPowered ? "on" : "off")
    context.powerPin?.observe { [unowned self] in consumer.enter($0 ? "on" : "off") }
    guard let pin = context.pins["OUT"] else { return }
    let inputs = context.fabric.service(AnalogInputs.init)
    inputs.connect(pin.name) { [unowned self] in microvolts() }
  }

  public func reset() {}

  private var last: Int64 = 0

  private func microvolts() -> Int64 {
    guard context.powerPin?.level ?? true else { return 0 }
    if context.faults.dropsSample() { return last }
    guard let volts = context.feel(.voltage, atRest: [0])?.first else {
      context.endStream()
      return last
    }
    context.track.markDataReady()
    context.track.markRead()
    last = max(0, Int64(rounded: volts * 1e6))
    return last
  }
}
