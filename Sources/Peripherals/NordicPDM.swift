import Simulation
import Units

/// A pulse-density microphone interface: it decimates one or two microphones to 16-bit samples and
/// fills buffers in RAM.
///
/// The sample rate is exactly PDM_CLK / RATIO; buffers follow each other without a gap: END of one
/// and STARTED of the next, which takes over SAMPLE.PTR and MAXCNT, come at the instant of the last
/// sample. A buffer whose PTR was not written since the STARTED before goes over the one before it:
/// as many samples are lost. A buffer of no samples lasts one sample, which is dropped: Arduino's
/// library starts with one and gives the first real buffer at STARTED. STOP ends the buffer early. MAXCNT counts 16-bit values, so a stereo
/// pair is two.
///
/// Reference: nRF52840 Product Specification v1.7, 6.15 PDM.
/// Not modelled: the decimation filter's response and settling, the microphone's clock on a pin, the
/// need for the crystal's accuracy.
final class NordicPDM: Peripheral {
  private enum Task: UInt32, CaseIterable {
    case start = 0x000
    case stop = 0x004
  }

  private enum Event: UInt32, CaseIterable {
    case started = 0x100
    case stopped = 0x104
    case end = 0x108
  }

  private enum Register: UInt32 {
    case enable = 0x500
    case clockControl = 0x504
    case mode = 0x508
    case gainLeft = 0x518
    case gainRight = 0x51c
    case ratio = 0x520
    case pselCLK = 0x540
    case pselDIN = 0x544
    case samplePointer = 0x560
    case sampleMaxCount = 0x564
  }

  private let name: String
  private let fabric: Fabric
  private let input: PDMInput
  private let interface: NordicInterface
  private let activity: NordicActivity
  private lazy var bufferEnd = fabric.scheduler.event(name) { [unowned self] in endBuffer() }

  private var enable: UInt32 = 0
  private var clockControl: UInt32 = 0x0840_0000
  private var mode: UInt32 = 0
  private var gains: [UInt32] = [0x28, 0x28]
  private var ratio: UInt32 = 0
  private var pselCLK = UInt32.max
  private var pselDIN = UInt32.max
  private var buffer: EasyDMA
  private var isRunning = false
  /// Ticks are the samples since START.
  private var samples = ClockDomain(frequency: Hertz(16_000))
  private var firstSample: UInt64 = 0
  /// PTR was written since the last STARTED.
  private var hasFreshPointer = false
  private var isBufferFresh = false

  init(_ context: PeripheralContext) {
    name = context.name
    fabric = context.fabric
    input = context.fabric.pdm(context.name)
    interface = NordicInterface(
      context, tasks: Task.allCases.map(\.rawValue), events: Event.allCases.map(\.rawValue),
      interruptRegister: true)
    activity = NordicActivity(context)
    buffer = EasyDMA(context, "SAMPLE", countBits: 15)
    interface.perform = { [unowned self] in perform($0) }
  }

  func read(_ offset: UInt32) -> UInt32? {
    guard let register = Register(rawValue: offset) else { return interface.read(offset) }
    switch register {
    case .enable: return enable
    case .clockControl: return clockControl
    case .mode: return mode
    case .gainLeft: return gains[0]
    case .gainRight: return gains[1]
    case .ratio: return ratio
    case .pselCLK: return pselCLK
    case .pselDIN: return pselDIN
    case .samplePointer: return buffer.pointer
    case .sampleMaxCount: return buffer.maximumCount
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard let register = Register(rawValue: offset) else { return interface.write(offset, value) }
    switch register {
    case .enable:
      enable = value & 1
      if enable == 0 { halt() }
    case .clockControl: clockControl = value
    case .mode: mode = value & 3
    case .gainLeft: gains[0] = value & 0x7f
    case .gainRight: gains[1] = value & 0x7f
    case .ratio: ratio = value & 1
    case .pselCLK: pselCLK = value
    case .pselDIN: pselDIN = value
    case .samplePointer:
      buffer.pointer = value
      hasFreshPointer = true
    case .sampleMaxCount: buffer.maximumCount = value
    }
    return true
  }

  func reset() {
    halt()
    interface.reset()
    enable = 0
    clockControl = 0x0840_0000
    mode = 0
    gains = [0x28, 0x28]
    ratio = 0
    pselCLK = .max
    pselDIN = .max
    buffer.reset()
    hasFreshPointer = false
  }

  private var isMono: Bool { mode & 1 == 1 }

  /// The microphones of the stored channels: EDGE says which clock edge is the left channel's.
  private var sources: [(any PDMSource)?] {
    let edges = mode & 2 == 0 ? [input.left, input.right] : [input.right, input.left]
    return isMono ? [edges[0]] : edges
  }

  private func perform(_ offset: UInt32) {
    guard let task = Task(rawValue: offset), enable == 1 else { return }
    switch task {
    case .start: start()
    case .stop: stop()
    }
  }

  private func start() {
    guard !isRunning else { return }
    guard let clock = NordicRate.frequency(clockControl, of: NordicRate.audioClock) else {
      return fabric.findings.note(
        "no-clock", "\(name).PDMCLKCTRL", "the microphone starts without a clock")
    }
    if (pselCLK | pselDIN) >> 31 != 0 {
      fabric.findings.note(
        "pin-disconnected", "\(name).PSEL", "the microphone starts while CLK or DIN has no pin")
    }
    isRunning = true
    activity.set(true)
    samples = ClockDomain(
      frequency: clock.scaled(by: 1, over: ratio == 0 ? 64 : 80), start: fabric.scheduler.now)
    firstSample = 0
    hasFreshPointer = true
    for source in connectedSources { source.clock(running: true) }
    beginBuffer()
  }

  private var connectedSources: [any PDMSource] {
    (pselCLK | pselDIN) >> 31 == 0 ? sources.compactMap { $0 } : []
  }

  /// Takes over PTR and MAXCNT and schedules the instant of the buffer's last sample.
  private func beginBuffer() {
    buffer.begin()
    isBufferFresh = hasFreshPointer
    hasFreshPointer = false
    if buffer.count == 0 {
      fabric.findings.note(
        "empty-buffer", "\(name).SAMPLE.MAXCNT", "a buffer of no samples: one sample is dropped")
    }
    let count = max(1, frames(buffer.count))
    bufferEnd.schedule(at: samples.instant(ofTick: firstSample + count))
    interface.raise(Event.started.rawValue)
  }

  private func frames(_ values: UInt32) -> UInt64 {
    isMono ? UInt64(values) : (UInt64(values) + 1) / 2
  }

  private func endBuffer() {
    let count = frames(buffer.count)
    if count > 0 { store(count) }
    firstSample += max(1, count)
    interface.raise(Event.end.rawValue)
    if isRunning { beginBuffer() }
  }

  /// Puts the next `count` samples of each channel into the buffer.
  private func store(_ count: UInt64) {
    let isConnected = (pselCLK | pselDIN) >> 31 == 0
    let sources = sources
    let limit = Int(buffer.count) * 2
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(count) * 2 * sources.count)
    for tick in firstSample..<(firstSample + count) {
      let instant = samples.instant(ofTick: tick + 1)
      for (channel, source) in sources.enumerated() {
        let sample = isConnected ? source?.sample(at: instant, rate: samples.frequency) ?? 0 : 0
        let value = UInt16(bitPattern: PDMGain.apply(gains[channel], to: sample))
        bytes.append(UInt8(value & 0xff))
        bytes.append(UInt8(value >> 8))
      }
    }
    buffer.store(Array(bytes.prefix(limit)))
    for source in connectedSources {
      if isBufferFresh {
        source.delivered(count: Int(count))
      } else {
        source.overwritten(count: Int(count))
      }
    }
  }

  private func stop() {
    if isRunning {
      let taken = samples.ticks(at: fabric.scheduler.now) - firstSample
      isRunning = false
      bufferEnd.cancel()
      store(min(taken, frames(buffer.count)))
      interface.raise(Event.end.rawValue)
      halt()
    }
    interface.raise(Event.stopped.rawValue)
  }

  private func halt() {
    bufferEnd.cancel()
    if isRunning || activity.isActive {
      for source in connectedSources { source.clock(running: false) }
    }
    isRunning = false
    activity.set(false)
  }
}
