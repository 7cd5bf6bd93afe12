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
/// Reference: MP34DT05 data sheet (ST). Where an interface hands the bits on (SAI's PDM interface,
/// I2S), they come from a second-order modulator that holds the recording's value for a word of
/// them; the words are counted as samples.
/// Not modelled: the interface's decimation filter's response and delay, wake-up time, noise,
/// acoustic overload. While it is off or not clocked it is silent.
public final class MP34DT05: Sensor, PDMSource {
  static let description = SensorDescription(
    part: "MP34DT05", summary: "omnidirectional digital microphone", attachment: .pdm,
    quantities: [.sound], rates: [], pins: [], powerStates: ["off", "on"],
    reference: "MP34DT05 data sheet (ST)",
    notModelled: "the decimation filter's response, wake-up time, noise, acoustic overload")

  private let microphone: Microphone
  private let context: SensorContext
  private var modulator = SigmaDelta()

  init(_ context: SensorContext) {
    self.context = context
    microphone = Microphone(context, idle: "off")
    let input = context.fabric.pdm(context.input)
    if context.parameters["right"] == 1 { input.right = self } else { input.left = self }
  }

  public func reset() {}

  /// The rate of the recording and that of the interface, once they were found to differ.
  public var rateMismatch: (recorded: Hertz, interface: Hertz)? { microphone.rateMismatch }

  public func clock(running: Bool) { microphone.clock(running: running) }

  public func sample(at instant: Instant, rate: Hertz) -> Int16? {
    microphone.hear(at: instant, rate: rate).map(register16)
  }

  public func bits(_ count: Int, endingAt instant: Instant) -> UInt32? {
    guard let value = microphone.hear(at: instant, rate: nil) else { return nil }
    guard microphone.isOn else { return 0 }
    let level = Int64(register16(value))
    return (0..<count).reduce(0) { word, _ in word << 1 | (modulator.next(level) ? 1 : 0) }
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
}
