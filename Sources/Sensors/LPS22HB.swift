public import Simulation
import Units

/// ST LPS22HB: an absolute pressure sensor with thermometer, on I2C.
///
/// Sampling: 1 to 75 Hz from CTRL_REG1, the first sample one period later, or ONE_SHOT, which falls
/// after 13.3 ms (assumed: one period of the fastest rate). Output: 4096 counts a hectopascal in 24
/// bits, 100 counts a degree, rounded to nearest, saturated. At rest 1013.25 hPa and 25 degrees.
///
/// Status: P_DA and T_DA rise with new data and fall when the highest byte is read; P_OR and T_OR
/// tell of data that went unread. FIFO: 32 samples in FIFO and Stream mode; a slot is released at
/// TEMP_OUT_H, after which a burst goes on at PRESS_OUT_XL. A sample counts as read at PRESS_OUT_H.
///
/// Reference: LPS22HB data sheet (ST, DocID027083), sections 5, 6, 8 and 9.
/// Not modelled: SPI, the low-pass filter's response, reference and threshold (INTERRUPT_CFG),
/// pressure offset, the FIFO modes that an interrupt switches, boot time.
public final class LPS22HB: Sensor, RegisterFile {
  static let description = SensorDescription(
    part: "LPS22HB", summary: "pressure and temperature",
    attachment: .i2c(addresses: [0x5c, 0x5d]), hasFIFO: true,
    quantities: [.pressure, .temperature],
    rates: [Hertz(1), Hertz(10), Hertz(25), Hertz(50), Hertz(75)], pins: ["INT_DRDY"],
    powerStates: [State.off, State.powerDown, State.active],
    reference: "LPS22HB data sheet (ST, DocID027083)",
    notModelled: "SPI, low-pass filter, reference and threshold, offset, switched FIFO modes")

  private enum State {
    static let off = "off"
    static let powerDown = "power-down"
    static let active = "active"
  }

  private enum Register {
    static let interruptConfiguration = 0x0b
    static let whoAmI = 0x0f
    static let control1 = 0x10
    static let control2 = 0x11
    static let control3 = 0x12
    static let fifoControl = 0x14
    static let offset = 0x18...0x19
    static let fifoStatus = 0x26
    static let status = 0x27
    static let outputs = 0x28...0x2c
    static let highestPressure = 0x2a
    static let highestTemperature = 0x2c
  }

  /// PRESS_OUT_XL to TEMP_OUT_H.
  private typealias Sample = InlineArray<5, UInt8>

  private let context: SensorContext
  private let consumer: PowerConsumer
  private let clock: SampleClock
  private var oneShot: Event!
  private var isPowered: Bool
  private var registers: [UInt8] = []
  private var account = SampleAccount()
  private var newest: Sample = [0, 0, 0, 0, 0]
  /// With block data update, what a reader sees from the lowest byte to the highest.
  private var held: Sample?
  private var fifo: [Sample] = []
  private var hasOverrun = false

  init(_ context: SensorContext) {
    self.context = context
    isPowered = context.powerPin?.level ?? true
    consumer = context.fabric.power.consumer(
      context.name, initial: isPowered ? State.powerDown : State.off)
    clock = SampleClock(context)
    oneShot = context.fabric.scheduler.event("\(context.name) one-shot", order: .world) {
      [unowned self] in
      registers[Register.control2] &= ~1
      consumer.enter(State.powerDown)
      sample()
    }
    clock.onTick = { [unowned self] in sample() }
    context.attach(self, address: 0x5c)
    context.powerPin?.observe { [unowned self] level in
      isPowered = level
      reset()
    }
    reset()
  }

  public func reset() {
    registers = [UInt8](repeating: 0, count: 0x80)
    registers[Register.whoAmI] = 0xb1
    registers[Register.control2] = 0x10
    account = SampleAccount()
    newest = [0, 0, 0, 0, 0]
    held = nil
    clearFIFO()
    oneShot.cancel()
    retime()
  }

  var isReachable: Bool { isPowered && registers[Register.control2] & 0x08 == 0 }

  func decode(_ subaddress: UInt8) -> UInt8 { subaddress & 0x7f }

  func following(_ address: UInt8, in subaddress: UInt8) -> UInt8 {
    guard registers[Register.control2] & 0x10 != 0 else { return address }
    if Int(address) == Register.highestTemperature, isBuffering {
      return UInt8(Register.outputs.lowerBound)
    }
    return (address + 1) & 0x7f
  }

  func read(_ address: UInt8) -> UInt8 {
    switch Int(address) {
    case Register.fifoStatus:
      return UInt8(fifo.count) | (hasOverrun ? 0x40 : 0) | (reachesWatermark ? 0x80 : 0)
    case Register.outputs: return readOutput(Int(address))
    default: return registers[Int(address)]
    }
  }

  private func readOutput(_ address: Int) -> UInt8 {
    let shown = fifo.first ?? held ?? newest
    if address == Register.outputs.lowerBound, registers[Register.control1] & 0x02 != 0 {
      held = newest
    }
    switch address {
    case Register.highestPressure: registers[Register.status] &= ~0x11
    case Register.highestTemperature:
      registers[Register.status] &= ~0x22
      held = nil
      if !fifo.isEmpty {
        fifo.removeFirst()
        hasOverrun = false
        context.track.markRead()
      }
    default: break
    }
    if !isBuffering { account.note(isLast: address == Register.highestPressure, context.track) }
    drivePin()
    return shown[address - Register.outputs.lowerBound]
  }

  func write(_ address: UInt8, _ value: UInt8) {
    let index = Int(address)
    switch index {
    case Register.interruptConfiguration: context.noteIgnored("INTERRUPT_CFG", value & 0xbb)
    case Register.offset: context.noteIgnored("RPDS", value)
    case Register.control1: context.noteIgnored("CTRL_REG1", value & 0x08)
    case Register.control2:
      if value & 0x04 != 0 { return reset() }
      startOneShot(value)
      return retime()
    case Register.control3: context.noteIgnored("CTRL_REG3", value & 0x03)
    case Register.fifoControl:
      if ![0, 1, 2].contains(value >> 5) { context.noteIgnored("FIFO_CTRL", value & 0xe0) }
    case 0x0c...0x0d, 0x15...0x17, 0x1a: break
    default: return
    }
    registers[index] = value
    if !isBuffering { clearFIFO() }
    retime()
  }

  private func startOneShot(_ value: UInt8) {
    let isRunning = registers[Register.control2] & 1 != 0
    registers[Register.control2] = value & 0x78 | (isRunning ? 1 : 0)
    if !isBuffering { clearFIFO() }
    guard value & 1 != 0, !isRunning, registers[Register.control1] & 0x70 == 0 else { return }
    registers[Register.control2] |= 1
    let period = ClockDomain(frequency: Hertz(75), start: context.fabric.scheduler.now)
    oneShot.schedule(at: period.instant(ofTick: 1))
  }

  private func retime() {
    let code = Int(registers[Register.control1] >> 4 & 7)
    let isOn = isPowered && (1...5).contains(code)
    let converts = isOn || registers[Register.control2] & 1 != 0
    consumer.enter(!isPowered ? State.off : converts ? State.active : State.powerDown)
    clock.run(at: isOn ? Self.description.rates[code - 1] : nil)
    drivePin()
  }

  private func sample() {
    if context.faults.dropsSample() { return }
    guard let pressure = context.feel(.pressure, atRest: [1_013.25])?.first,
      let celsius = context.feel(.temperature, atRest: [25])?.first
    else { return context.endStream() }
    let counts = UInt32(bitPattern: register24(pressure * 4_096))
    let heat = UInt16(bitPattern: register16(celsius * 100))
    newest = [
      UInt8(truncatingIfNeeded: counts), UInt8(truncatingIfNeeded: counts >> 8),
      UInt8(truncatingIfNeeded: counts >> 16), UInt8(heat & 0xff), UInt8(heat >> 8),
    ]
    let unread = registers[Register.status] & 0x03
    registers[Register.status] = registers[Register.status] & 0x30 | 0x03 | unread << 4
    if isBuffering { buffer() } else { account.arrive(context.track) }
    drivePin()
  }

  // MARK: FIFO

  private var isBuffering: Bool {
    registers[Register.control2] & 0x40 != 0
      && [1, 2].contains(registers[Register.fifoControl] >> 5)
  }

  private var watermark: Int { Int(registers[Register.fifoControl] & 0x1f) }

  private var reachesWatermark: Bool { watermark > 0 && fifo.count >= watermark }

  private func buffer() {
    context.track.markDataReady()
    let depth = registers[Register.control2] & 0x20 != 0 && watermark > 0 ? watermark : 32
    let isFull = fifo.count >= depth || context.faults.overrunsFIFO()
    guard isFull else { return fifo.append(newest) }
    hasOverrun = true
    context.track.markLost()
    if fifo.isEmpty { return }
    // FIFO mode refuses the new sample, Stream mode gives up the oldest.
    if registers[Register.fifoControl] >> 5 == 1 { return }
    fifo.removeFirst()
    fifo.append(newest)
  }

  private func clearFIFO() {
    fifo = []
    hasOverrun = false
  }

  private func drivePin() {
    let control = registers[Register.control3]
    var sources: UInt8 = registers[Register.status] & 1 != 0 ? 0x04 : 0
    if hasOverrun { sources |= 0x08 }
    if reachesWatermark { sources |= 0x10 }
    if fifo.count == 32 { sources |= 0x20 }
    let level = (control & sources != 0) != (control & 0x80 != 0)
    context.drive("INT_DRDY", !isPowered || (control & 0x40 != 0 && level) ? nil : level)
  }
}
