public import Simulation
import Units

/// Broadcom APDS-9960: light, colour, proximity and gestures behind one I2C target.
///
/// ENABLE's PON starts it; after its warm-up it goes round: proximity (PEN), gestures (GEN, entered
/// by GMODE or when PDATA reaches GPENTH), waiting (WEN, WTIME), light (AEN, ATIME). In the gesture
/// loop it makes one dataset after another, with GWTIME between, until GMODE is cleared or all four
/// fall below GEXTH as often as GEXPERS says.
///
/// Light: irradiance x 23.6 counts at 16x and 27.8 ms (from memory), times AGAIN and ATIME, rounded
/// to nearest, at most 1025 a 2.78 ms cycle and 65535. Proximity and gestures: the recording's
/// counts, 0 to 255, whatever gain, pulses and LED current are. At rest it is dark and nothing is
/// near.
///
/// AVALID, PVALID fall when the data are read. AINT and PINT follow the thresholds with PERS; GINT
/// stands from GFIFOTH datasets, or the end of a gesture, until the FIFO is empty. INT is open
/// drain. A sample is one light, proximity or gesture result; one that a new one replaces unread,
/// or that finds the FIFO full, is lost.
///
/// Reference: APDS-9960 data sheet (Broadcom, AV02-4191EN), "System State Machine" and "Register
/// Set". From memory: warm-up 5.7 ms, proximity conversion 0.7 ms, gesture conversion 1.39 ms, the
/// LED's pulses besides: as long off as on, one train for proximity, one for each pair of a
/// gesture.
/// Not modelled: offsets, saturation, the LED's current, photodiode masks, SAI.
public final class APDS9960: Sensor, RegisterFile {
  static let description = SensorDescription(
    part: "APDS9960", summary: "light, colour, proximity and gestures",
    attachment: .i2c(addresses: [0x39]), hasFIFO: true, quantities: [.light, .proximity, .gesture],
    rates: [], pins: ["INT"], powerStates: State.allCases.map(\.rawValue),
    reference: "APDS-9960 data sheet (Broadcom, AV02-4191EN)",
    notModelled: "offsets, saturation, LED current, photodiode masks, sleep after interrupt")

  /// The states in which it draws different currents.
  enum State: String, CaseIterable {
    case off, sleep, wait, light, proximity, gesture
  }

  private enum Phase {
    case sleep, warmUp, idle, proximity, gesture, wait, light
  }

  let context: SensorContext
  private let consumer: PowerConsumer
  private var phaseEnd: Event!
  private var phase = Phase.sleep
  private(set) var isPowered: Bool
  var registers: [UInt8] = []
  var gestures = APDS9960Gestures()
  /// Datasets below GEXTH one after another.
  private var quietDatasets = 0
  private(set) var light: InlineArray<4, UInt16> = [0, 0, 0, 0]
  var lightShadow: UInt8 = 0
  var lightAccount = SampleAccount()
  var proximityAccount = SampleAccount()
  var isLightValid = false
  var isProximityValid = false
  private(set) var hasLightInterrupt = false
  private(set) var hasProximityInterrupt = false
  private var outOfRange = (light: 0, proximity: 0)

  init(_ context: SensorContext) {
    self.context = context
    isPowered = context.powerPin?.level ?? true
    consumer = context.fabric.power.consumer(
      context.name, initial: (isPowered ? State.sleep : .off).rawValue)
    phaseEnd = context.fabric.scheduler.event("\(context.name) phase", order: .world) {
      [unowned self] in endPhase()
    }
    context.attach(self, address: 0x39)
    context.powerPin?.observe { [unowned self] level in
      isPowered = level
      reset()
    }
    reset()
  }

  public func reset() {
    registers = [UInt8](repeating: 0, count: 0x100)
    for (register, value) in Self.resetValues { self[register] = value }
    gestures.clear()
    light = [0, 0, 0, 0]
    lightAccount = SampleAccount()
    proximityAccount = SampleAccount()
    (isLightValid, isProximityValid) = (false, false)
    clearInterrupts(proximity: true, light: true)
    enter(.sleep)
    drivePin()
  }

  subscript(register: Register) -> UInt8 {
    get { registers[Int(register.rawValue)] }
    set { registers[Int(register.rawValue)] = newValue }
  }

  var isReachable: Bool { isPowered }

  func clearInterrupts(proximity: Bool, light: Bool) {
    if proximity { (hasProximityInterrupt, outOfRange.proximity) = (false, 0) }
    if light { (hasLightInterrupt, outOfRange.light) = (false, 0) }
  }
}

/// The state machine.
extension APDS9960 {
  private func isEnabled(_ bit: UInt8) -> Bool { self[.enable] & bit != 0 }

  func enable(_ value: UInt8) {
    let risen = value & ~self[.enable]
    self[.enable] = value
    if risen & 0x02 != 0 { isLightValid = false }
    if risen & 0x04 != 0 { isProximityValid = false }
    if value & 0x01 == 0 {
      enter(.sleep)
    } else if phase == .sleep {
      enter(.warmUp)
    } else {
      advanceIdle()
    }
    drivePin()
  }

  /// Something may be to do for a part that has nothing to do.
  func advanceIdle() { if phase == .idle { beginRound() } }

  private func beginRound() { enter(isEnabled(0x04) ? .proximity : afterProximity) }

  private var entersGestures: Bool {
    isEnabled(0x40)
      && (self[.gestureConfiguration4] & 1 == 1
        || isEnabled(0x04) && self[.proximityData] >= self[.gestureEntry])
  }

  private var afterProximity: Phase { entersGestures ? .gesture : afterGestures }
  private var afterGestures: Phase { isEnabled(0x08) ? .wait : afterWait }
  private var afterWait: Phase { isEnabled(0x02) ? .light : .idle }

  private func enter(_ next: Phase) {
    phase = next
    if next == .gesture { self[.gestureConfiguration4] |= 1 }
    // Waiting alone is a round without results: nothing to do until a register changes.
    if next == .wait, !isEnabled(0x02), !isEnabled(0x04), !entersGestures { phase = .idle }
    phaseEnd.cancel()
    if let duration { phaseEnd.schedule(after: context.faults.scaled(duration)) }
    consumer.enter(powerState.rawValue)
  }

  private var powerState: State {
    switch phase {
    case .sleep: isPowered ? .sleep : .off
    case .warmUp, .idle, .wait: .wait
    case .proximity: .proximity
    case .gesture: .gesture
    case .light: .light
    }
  }

  /// How long the present phase takes; nil: until a register is written.
  private var duration: Interval? {
    let cycle = Interval.microseconds(2_780)
    switch phase {
    case .sleep, .idle: return nil
    case .warmUp: return .microseconds(5_700)
    case .proximity: return .microseconds(697) + pulses(.proximityPulse)
    case .gesture:
      let waits: [Int64] = [0, 2_800, 5_600, 8_400, 14_000, 22_400, 30_800, 39_200]
      return .microseconds(1_390 + waits[Int(self[.gestureConfiguration2] & 7)])
        + pulses(.gesturePulse) * 2
    case .wait:
      let scale: Int64 = self[.configuration1] & 0x02 != 0 ? 12 : 1
      return cycle * (256 - Int64(self[.waitTime])) * scale
    case .light: return cycle * Int64(lightCycles)
    }
  }

  private func pulses(_ register: Register) -> Interval {
    .microseconds((Int64(self[register] & 0x3f) + 1) * (8 << Int64(self[register] >> 6)))
  }

  private var lightCycles: Int { 256 - Int(self[.lightTime]) }

  private func endPhase() {
    switch phase {
    case .warmUp: beginRound()
    case .proximity:
      if !isEnabled(0x04) || takeProximity() { enter(afterProximity) }
    case .gesture:
      if takeGesture() {
        enter(isEnabled(0x40) && self[.gestureConfiguration4] & 1 == 1 ? .gesture : afterGestures)
      }
    case .wait: afterWait == .idle ? beginRound() : enter(afterWait)
    case .light: if !isEnabled(0x02) || takeLight() { beginRound() }
    case .sleep, .idle: break
    }
    if phase == .idle, isEnabled(0x04) || entersGestures { beginRound() }
    drivePin()
  }

  /// Nil: the stream is over.
  private func feel(_ quantity: PhysicalQuantity, _ count: Int) -> [Double]? {
    let values = context.feel(quantity, atRest: Array(repeating: 0, count: count))
    if values == nil {
      phaseEnd.cancel()
      context.endStream()
    }
    return values
  }

  private func takeProximity() -> Bool {
    if context.faults.dropsSample() { return true }
    guard let value = feel(.proximity, 1)?.first else { return false }
    self[.proximityData] = count8(value)
    isProximityValid = true
    proximityAccount.arrive(context.track)
    let isInside = (registers[0x89]...max(registers[0x89], registers[0x8b])).contains(
      self[.proximityData])
    outOfRange.proximity = isInside ? 0 : outOfRange.proximity + 1
    let often = Int(self[.persistence] >> 4)
    if often == 0 || outOfRange.proximity >= often { hasProximityInterrupt = true }
    return true
  }

  private func takeLight() -> Bool {
    if context.faults.dropsSample() { return true }
    guard let values = feel(.light, 4) else { return false }
    let gains: [Double] = [1, 4, 16, 64]
    let scale = 23.6 / 160 * gains[Int(self[.control] & 3)] * Double(lightCycles)
    let most = min(65_535, 1_025 * lightCycles)
    for channel in 0..<4 {
      light[channel] = UInt16(clamping: min(most, max(0, Int(register24(values[channel] * scale)))))
    }
    isLightValid = true
    lightAccount.arrive(context.track)
    let low = UInt16(registers[0x84]) | UInt16(registers[0x85]) << 8
    let high = UInt16(registers[0x86]) | UInt16(registers[0x87]) << 8
    let isInside = light[0] >= low && light[0] <= high
    outOfRange.light = isInside ? 0 : outOfRange.light + 1
    let code = Int(self[.persistence] & 0x0f)
    // 0: every result; 1, 2, 3: as many; then 5, 10, ... 60.
    if code == 0 || outOfRange.light >= (code < 4 ? code : (code - 3) * 5) {
      hasLightInterrupt = true
    }
    return true
  }

  private func takeGesture() -> Bool {
    if context.faults.dropsSample() { return true }
    guard let values = feel(.gesture, 4) else { return false }
    let dataset: InlineArray<4, UInt8> = [
      count8(values[0]), count8(values[1]), count8(values[2]), count8(values[3]),
    ]
    let threshold = [1, 4, 8, 16][Int(self[.gestureConfiguration1] >> 6)]
    context.track.markDataReady()
    let isStored = gestures.store(
      dataset, threshold: threshold, isFull: context.faults.overrunsFIFO())
    if !isStored { context.track.markLost() }
    let exit = self[.gestureExit]
    let isQuiet = (0..<4).allSatisfy {
      self[.gestureConfiguration1] >> UInt8(5 - $0) & 1 == 1 || dataset[$0] < exit
    }
    quietDatasets = exit > 0 && isQuiet ? quietDatasets + 1 : 0
    if quietDatasets >= [1, 2, 4, 7][Int(self[.gestureConfiguration1] & 3)] {
      quietDatasets = 0
      self[.gestureConfiguration4] &= ~1
      gestures.end()
    }
    return true
  }

  private func count8(_ value: Double) -> UInt8 {
    UInt8(clamping: Int(register16(value)))
  }
}
