import Simulation
import Units

/// An I2S interface with double-buffered EasyDMA in both directions; nobody is at its wires, so that it
/// receives zeros and what it sends is only counted.
///
/// MCK is 32 MHz divided as MCKFREQ says, LRCK is MCK / RATIO, and a frame moves one word of RAM for
/// two samples of 16 bits (four of 8 bits, one of 24). RXPTRUPD and TXPTRUPD come at START and after
/// every MAXCNT words, when PTR is taken over; STOP waits for the end of the frame.
///
/// Reference: nRF52840 Product Specification v1.7, 6.10 I2S — Inter-IC sound interface.
/// Not modelled: slave mode (its clocks come from outside: a finding), codecs on the wires, alignment
/// and format (they do not change the times).
final class NordicI2S: Peripheral {
  private static let start: UInt32 = 0x000
  private static let stop: UInt32 = 0x004
  private static let receiverUpdated: UInt32 = 0x104
  private static let stopped: UInt32 = 0x108
  private static let transmitterUpdated: UInt32 = 0x114

  private static let enableRegister: UInt32 = 0x500
  private static let receiverPointer: UInt32 = 0x538
  private static let transmitterPointer: UInt32 = 0x540
  private static let maximumCount: UInt32 = 0x550

  /// Registers that only keep their value, with what they hold after a reset.
  private static let kept: [UInt32: UInt32] = [
    0x504: 0, 0x508: 0, 0x50c: 1, 0x510: 1, 0x514: 0x2000_0000, 0x518: 6, 0x51c: 1, 0x520: 0,
    0x524: 0, 0x528: 0, 0x560: .max, 0x564: .max, 0x568: .max, 0x56c: .max, 0x570: .max,
    0x538: 0, 0x540: 0, 0x550: 0, 0x500: 0,
  ]

  private let name: String
  private let fabric: Fabric
  private let interface: NordicInterface
  private let activity: NordicActivity
  private lazy var bufferOver = fabric.scheduler.event(name) { [unowned self] in endBuffer() }
  private lazy var halted = fabric.scheduler.event("\(name) STOP") { [unowned self] in
    halt()
    interface.raise(Self.stopped)
  }
  private var values = kept
  /// Ticks are the frames since START.
  private var frames = ClockDomain(frequency: Hertz(16_000))
  private var passed: UInt64 = 0
  private var isRunning = false
  private var buffer: (receive: UInt32, transmit: UInt32, words: UInt32) = (0, 0, 0)

  init(_ context: PeripheralContext) {
    name = context.name
    fabric = context.fabric
    interface = NordicInterface(
      context, tasks: [Self.start, Self.stop],
      events: [Self.receiverUpdated, Self.stopped, Self.transmitterUpdated],
      interruptRegister: true)
    activity = NordicActivity(context)
    interface.perform = { [unowned self] in perform($0) }
  }

  func read(_ offset: UInt32) -> UInt32? { values[offset] ?? interface.read(offset) }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard values[offset] != nil else { return interface.write(offset, value) }
    values[offset] = offset == Self.maximumCount ? value & 0x3fff : value
    if offset == Self.enableRegister && value & 1 == 0 { halt() }
    return true
  }

  func reset() {
    halt()
    interface.reset()
    values = Self.kept
  }

  private func perform(_ task: UInt32) {
    guard value(Self.enableRegister) & 1 == 1 else { return }
    if task == Self.start {
      begin()
    } else if isRunning {
      let frame = frames.ticks(at: fabric.scheduler.now) + 1
      halted.schedule(at: frames.instant(ofTick: frame))
    } else {
      interface.raise(Self.stopped)
    }
  }

  private func value(_ offset: UInt32) -> UInt32 { values[offset] ?? 0 }

  /// The frame rate; nil without a clock.
  private var frameRate: Hertz? {
    let ratios: [UInt64] = [32, 48, 64, 96, 128, 192, 256, 384, 512]
    guard let master = NordicRate.frequency(value(0x514), of: NordicRate.audioClock) else {
      return nil
    }
    return master.scaled(by: 1, over: ratios[min(Int(value(0x518) & 0xf), 8)])
  }

  private func begin() {
    guard !isRunning else { return }
    guard value(0x504) & 1 == 0, value(0x510) & 1 == 1, let rate = frameRate else {
      return fabric.findings.note(
        "no-clock", name, "it starts in slave mode or without its master clock: nothing clocks it")
    }
    isRunning = true
    activity.set(true)
    frames = ClockDomain(frequency: rate, start: fabric.scheduler.now)
    passed = 0
    beginBuffer()
  }

  /// Frames that `words` of RAM hold: by SWIDTH (8, 16, 24 bits) and CHANNELS (stereo, or one side).
  private func frameCount(_ words: UInt32) -> UInt64 {
    let isMono = value(0x528) & 3 != 0
    switch value(0x51c) & 3 {
    case 0: return UInt64(words) * (isMono ? 4 : 2)
    case 1: return UInt64(words) * (isMono ? 2 : 1)
    default: return isMono ? UInt64(words) : UInt64(words + 1) / 2
    }
  }

  private func beginBuffer() {
    buffer = (
      value(Self.receiverPointer), value(Self.transmitterPointer), value(Self.maximumCount)
    )
    if buffer.words == 0 {
      fabric.findings.note(
        "empty-buffer", "\(name).RXTXD.MAXCNT", "a buffer of no words never ends")
    } else {
      bufferOver.schedule(at: frames.instant(ofTick: passed + frameCount(buffer.words)))
    }
    if receives { interface.raise(Self.receiverUpdated) }
    if transmits { interface.raise(Self.transmitterUpdated) }
  }

  private var receives: Bool { value(0x508) & 1 == 1 }
  private var transmits: Bool { value(0x50c) & 1 == 1 }

  private func endBuffer() {
    passed += frameCount(buffer.words)
    let size = 4 * Int(buffer.words)
    if receives {
      let zeros = [UInt8](repeating: 0, count: size)
      if !fabric.memory.write(Address(buffer.receive), zeros) { report("RXD", buffer.receive) }
    }
    if transmits, fabric.memory.read(Address(buffer.transmit), count: size) == nil {
      report("TXD", buffer.transmit)
    }
    beginBuffer()
  }

  private func report(_ direction: String, _ pointer: UInt32) {
    fabric.findings.note(
      "bus-error", "\(name).\(direction).PTR",
      "EasyDMA reaches only RAM, not \(Address(pointer)): a bus error")
  }

  private func halt() {
    bufferOver.cancel()
    halted.cancel()
    isRunning = false
    activity.set(false)
  }
}
