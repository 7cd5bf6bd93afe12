import Simulation
import Units

/// The I2S mode of an STM32's SPI as a controller that receives or sends.
///
/// The data wire is the SPI's name in `Fabric.i2s`; a PDM microphone on it, clocked by the bit
/// clock, gives its bits as they are. A slot of 32 clocks with 24 or 32 bits of data is read as two
/// halfwords, the upper first. Nobody listens to what it sends. The clock is `i2s`, which RCC
/// chooses.
///
/// Reference: RM0090 28.4, RM0385 32.7.
/// Not modelled: being clocked from outside (a finding), PCM frames, the full-duplex extension, the
/// clock's polarity.
final class STM32I2S {
  private let name: String
  private let fabric: Fabric
  private let clock: ClockSignal
  private let input: I2SInput
  private let microphones: PDMInput
  private let track: ActivityTrack
  private var configuration: UInt32 = 0
  private var prescaler: UInt32 = 2
  /// Halves of slots since it was enabled.
  private var ticks = ClockDomain(frequency: Hertz(1))
  private var tick: UInt64 = 0
  private var due: Event?
  private var shifting: UInt32 = 0
  private var sender: (any I2SSource)?
  private(set) var received: UInt16?
  private var receivedSender: (any I2SSource)?
  private var isLastHalf = true
  private(set) var hasOverrun = false
  private(set) var isRight = false
  private var transmitting: UInt16?
  /// Told of each change of what `status` says.
  var changed: () -> Void = {}

  init(_ context: PeripheralContext) {
    name = context.name
    fabric = context.fabric
    clock = context.fabric.clock("i2s")
    input = fabric.i2s(name)
    microphones = fabric.pdm(name)
    track = fabric.activity("\(name) I2S")
    due = fabric.scheduler.event("\(name) I2S") { [unowned self] in finish() }
  }

  /// I2SMOD.
  var isSelected: Bool { configuration >> 11 & 1 == 1 }
  var isEnabled: Bool { configuration >> 10 & 3 == 3 }

  func read(_ offset: UInt32) -> UInt32 { offset == 0x1c ? configuration : prescaler }

  func write(_ offset: UInt32, _ value: UInt32) {
    guard offset == 0x1c else {
      prescaler = value & 0x3ff
      return
    }
    let wasEnabled = isEnabled
    configuration = value & 0xfbf
    if isEnabled && !wasEnabled { start() }
    if !isEnabled && wasEnabled { stop() }
  }

  func reset() {
    stop()
    (configuration, prescaler) = (0, 2)
    received = nil
    hasOverrun = false
  }

  private var receives: Bool { configuration >> 8 & 1 == 1 }
  private var isWide: Bool { configuration & 1 == 1 || dataLength > 0 }
  private var dataLength: UInt32 { configuration >> 1 & 3 }

  private func start() {
    guard configuration >> 9 & 1 == 1 else {
      return fabric.findings.note(
        "no-clock", name, "it starts as an I2S slave: nothing clocks it")
    }
    guard !clock.isStopped, let rate = frameRate else {
      return fabric.findings.note("no-clock", name, "it starts without the I2S clock")
    }
    track.begin()
    input.clock(running: receives)
    microphones.left?.clock(running: receives)
    ticks = ClockDomain(
      frequency: rate.scaled(by: isWide ? 4 : 2, over: 1), start: fabric.scheduler.now)
    tick = 0
    due?.schedule(at: ticks.instant(ofTick: 1))
  }

  private func stop() {
    due?.cancel()
    track.end()
    input.clock(running: false)
    microphones.left?.clock(running: false)
  }

  /// Reference: RM0090 28.4.4.
  private var frameRate: Hertz? {
    let divider = UInt64(prescaler & 0xff) * 2 + UInt64(prescaler >> 8 & 1)
    guard divider > 1 else { return nil }
    let hasMasterClock = prescaler >> 9 & 1 == 1
    let clocks: UInt64 = hasMasterClock ? 256 : isWide ? 64 : 32
    return clock.frequency.scaled(by: 1, over: clocks * divider)
  }

  private func finish() {
    guard let rate = frameRate else { return stop() }
    let halves: UInt64 = isWide ? 2 : 1
    let slot = tick / halves % 2
    let isFirst = tick % halves == 0
    tick += 1
    due?.schedule(at: ticks.instant(ofTick: tick + 1))
    if receives { receive(slot: Int(slot), isFirst, rate) } else { transmitting = nil }
    isRight = slot == 1
    changed()
  }

  private func receive(slot: Int, _ isFirst: Bool, _ rate: Hertz) {
    if let microphone = microphones.left {
      guard let bits = microphone.bits(16, endingAt: fabric.scheduler.now) else { return stop() }
      if received != nil {
        hasOverrun = true
        microphone.overwritten(count: 1)
      } else {
        microphone.delivered(count: 1)
        received = UInt16(bits)
      }
    } else if isFirst {
      sender = input.source(ofSlot: slot)
      guard
        let word =
          (sender.map {
            $0.word(at: fabric.scheduler.now, rate: rate, slotBits: isWide ? 32 : 16)
          }) ?? 0
      else { return stop() }
      shifting = dataLength == 1 ? word & 0xffff_ff00 : word
      store(UInt16(word >> 16), isLast: dataLength == 0)
    } else if dataLength > 0 {
      store(UInt16(shifting & 0xffff), isLast: true)
    }
  }

  private func store(_ halfword: UInt16, isLast: Bool) {
    if received != nil {
      hasOverrun = true
      if isLast { sender?.overwritten() }
      return
    }
    (received, receivedSender, isLastHalf) = (halfword, sender, isLast)
  }

  /// DR is read.
  func take() -> UInt32 {
    guard let halfword = received else { return 0 }
    received = nil
    if isLastHalf { receivedSender?.delivered() }
    return UInt32(halfword)
  }

  func put(_ value: UInt32) { transmitting = UInt16(truncatingIfNeeded: value) }

  func clearOverrun() { hasOverrun = false }

  /// RXNE, TXE, CHSIDE, OVR and BSY.
  var status: UInt32 {
    (received != nil ? 1 : 0) | (transmitting == nil ? 2 : 0) | (isRight ? 4 : 0)
      | (hasOverrun ? 0x40 : 0) | (isEnabled ? 0x80 : 0)
  }
}
