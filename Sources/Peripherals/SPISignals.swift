import Simulation
import Units

/// The wires of a Nordic SPI controller: bytes in their bit times.
///
/// A byte takes eight bits of FREQUENCY; the selected target answers at the eighth, nobody answers
/// with ones. CONFIG.ORDER says which bit goes first.
///
/// Reference: nRF52840 Product Specification v1.7, 6.25 SPIM.
/// Not modelled: SCK, MOSI and MISO as levels on pins; a target that wants another phase and polarity
/// than CONFIG says; the delay of sampling (IFTIMING.RXDELAY).
final class SPISignals {
  private let name: String
  private let fabric: Fabric
  private let bus: SPIBus
  private let track: ActivityTrack
  private let activity: NordicActivity
  private let registers: NordicSerialRegisters
  private lazy var due = fabric.scheduler.event(name) { [unowned self] in finish() }
  private var output: UInt8 = 0
  /// Told the byte that came in when one has passed.
  var finished: (UInt8) -> Void = { _ in }

  init(_ context: PeripheralContext, _ registers: NordicSerialRegisters) {
    name = context.name
    fabric = context.fabric
    self.registers = registers
    let controller = context.name.hasPrefix("TWI") ? "SPI\(context.name.dropFirst(3))" : name
    bus = context.fabric.spi(controller)
    track = context.fabric.activity(context.name)
    activity = NordicActivity(context)
  }

  /// Whether a byte is on the wires.
  var isBusy: Bool { due.isScheduled }

  /// The two fastest settings do not follow the rule of the others.
  private var bitRate: Hertz? {
    switch registers.frequency {
    case 0x0a00_0000: Hertz(16_000_000)
    case 0x1400_0000: Hertz(32_000_000)
    case let other: NordicRate.frequency(other, of: NordicRate.peripheralClock)
    }
  }

  func begin() {
    track.begin()
    activity.set(true)
  }

  func end() {
    due.cancel()
    track.end()
    activity.set(false)
  }

  /// Puts a byte on the wires after `delay`; false without a clock.
  func send(_ byte: UInt8, after delay: Interval = .zero) -> Bool {
    guard let rate = bitRate else {
      fabric.findings.note("no-clock", "\(name).FREQUENCY", "a transfer starts without a clock")
      return false
    }
    if registers.pins[0] >> 31 != 0 {
      fabric.findings.note(
        "pin-disconnected", "\(name).PSEL.SCK", "a transfer starts while SCK has no pin")
    }
    output = byte
    due.schedule(after: delay + ClockDomain(frequency: rate).duration(ofTicks: 8))
    return true
  }

  private func finish() {
    let isConnected = registers.pins[0] >> 31 == 0
    let sent = registers.pins[1] >> 31 == 0 ? ordered(output) : 0
    let answer = isConnected ? bus.exchange(sent) : nil
    finished(registers.pins[2] >> 31 == 0 ? ordered(answer ?? 0xff) : 0)
  }

  private func ordered(_ byte: UInt8) -> UInt8 {
    guard registers.config & 1 == 1 else { return byte }
    return (0..<8).reduce(0) { $0 | (byte >> UInt8($1) & 1) << UInt8(7 - $1) }
  }
}
