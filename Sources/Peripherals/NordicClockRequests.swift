public import Simulation
public import Units

/// Who needs which clock on a Nordic chip: the high-frequency clock runs while a peripheral requests
/// it or the crystal was started; the low-frequency clock while it was started.
///
/// The core's own need of the high-frequency clock is not counted: the energy model knows when the
/// core runs. Consumers in the power log: `hfclk` (off, hfint, hfxo), `pclk16m` (off, on: a timer
/// counts faster than 1 MHz), `lfclk` (off, lfrc, lfxo, synth).
///
/// Reference: nRF52840 Product Specification v1.7, 5.4 CLOCK.
public final class NordicClockRequests {
  public enum LowFrequencySource: String, Sendable {
    case lfrc, lfxo, synth
  }

  private let highFrequency: PowerConsumer
  private let peripheral16M: PowerConsumer
  private let lowFrequencyConsumer: PowerConsumer
  private var requests = 0
  private var fastRequests = 0
  private var crystal = false
  /// The ticks of the 32,768 Hz clock; nil while it stands still.
  public private(set) var lowFrequency: ClockDomain?
  private var observers: [() -> Void] = []

  public init(_ fabric: Fabric) {
    highFrequency = fabric.power.consumer("hfclk", initial: "off")
    peripheral16M = fabric.power.consumer("pclk16m", initial: "off")
    lowFrequencyConsumer = fabric.power.consumer("lfclk", initial: "off")
  }

  /// Whether any peripheral needs the high-frequency clock now.
  public var isHighFrequencyRequested: Bool { requests > 0 }

  /// Whether the 32 MHz crystal runs.
  var isCrystalRunning: Bool { crystal }

  func setCrystal(running: Bool) {
    crystal = running
    update()
  }

  /// Starts, stops or hands over the low-frequency clock. A change of source keeps the ticks.
  func setLowFrequency(_ source: LowFrequencySource?, at start: Instant) {
    lowFrequencyConsumer.enter(source?.rawValue ?? "off")
    let wasRunning = lowFrequency != nil
    guard wasRunning != (source != nil) else { return }
    lowFrequency = source == nil ? nil : ClockDomain(frequency: Hertz(32_768), start: start)
    for observer in observers { observer() }
  }

  /// Calls `observer` whenever the low-frequency clock starts or stops.
  func observeLowFrequency(_ observer: @escaping () -> Void) { observers.append(observer) }

  /// Adds to or takes from the number of requests.
  func change(_ by: Int, fast: Bool) {
    requests += by
    if fast { fastRequests += by }
    update()
  }

  private func update() {
    highFrequency.enter(crystal ? "hfxo" : requests > 0 ? "hfint" : "off")
    peripheral16M.enter(fastRequests > 0 ? "on" : "off")
  }
}

/// One peripheral's state in the power log together with its request for the high-frequency clock.
final class NordicActivity {
  private let clocks: NordicClockRequests
  private let consumer: PowerConsumer
  private(set) var isActive = false
  private var isFast = false

  init(_ context: PeripheralContext) {
    clocks = context.fabric.service(NordicClockRequests.init)
    consumer = context.fabric.power.consumer(context.name, initial: "off")
  }

  /// `fast`: it keeps the 16 MHz peripheral clock running as well.
  func set(_ active: Bool, fast: Bool = false) {
    guard active != isActive || active && fast != isFast else { return }
    if isActive { clocks.change(-1, fast: isFast) }
    isActive = active
    isFast = fast
    if active { clocks.change(1, fast: fast) }
    consumer.enter(active ? "active" : "off")
  }
}
