public import Simulation
public import Units

/// TDK InvenSense ICS-43434: a microphone with an I2S output of 24 bits.
///
/// A recording's full scale is its full scale: an int16 sample is the upper two of three bytes, and
/// one of 24 bits all three. With the parameter `right: 1` it sends while the word select is high.
/// Slots of 32 clocks hold the word and eight zeros; the data sheet has no others, so that a
/// controller with other slots is a finding and gets the upper bits. A sample counts as read when
/// its word has been read from the controller.
///
/// Reference: ICS-43434 data sheet (InvenSense, DS-000069), tables 2 to 6 and "I2S data interface".
/// Not modelled: the modes that the clock's frequency chooses beyond on and off, start-up and
/// unmuting, its filters, noise, acoustic overload.
public final class ICS43434: Sensor, I2SSource {
  static let description = SensorDescription(
    part: "ICS43434", summary: "digital microphone, 24 bits", attachment: .i2s,
    quantities: [.sound], rates: [], pins: [], powerStates: ["off", "sleep", "on"],
    reference: "ICS-43434 data sheet (InvenSense, DS-000069)",
    notModelled: "start-up and unmuting, filters, noise, acoustic overload")

  private let microphone: Microphone
  private let context: SensorContext

  init(_ context: SensorContext) {
    self.context = context
    microphone = Microphone(context, idle: "sleep")
    let input = context.fabric.i2s(context.input)
    if context.parameters["right"] == 1 { input.right = self } else { input.left = self }
  }

  public func reset() {}

  public func word(at instant: Instant, rate: Hertz, slotBits: Int) -> UInt32? {
    if slotBits != 32, microphone.isOn {
      context.fabric.findings.note(
        "wrong-frame", context.name, "slots of \(slotBits) clocks; the part needs 32")
    }
    guard let sample = microphone.hear(at: instant, rate: rate) else { return nil }
    return UInt32(bitPattern: register24(sample * 256) << 8)
  }

  public func clock(running: Bool) { microphone.clock(running: running) }

  public func delivered() {
    context.track.markDataReady()
    context.track.markRead()
  }

  public func overwritten() {
    context.track.markDataReady()
    context.track.markLost()
  }
}
