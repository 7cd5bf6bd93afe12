import Simulation
import Units

/// The clock control and the power supply control, which share one base address and interrupt.
///
/// HFCLKSTART starts the 32 MHz crystal: HFCLKSTARTED comes after its power-up time and the debounce
/// time of HFXODEBOUNCE (16 us a step). LFCLKSTART starts the source in LFCLKSRC; with the crystal
/// the ticks come from the RC oscillator until it has started. CAL gives DONE, the calibration timer
/// counts CTIV quarters of a second to CTTO. Parameters in microseconds:
/// `hfxo-startup-us` (60), `lfrc-startup-us` (600), `lfxo-startup-us` (250000),
/// `lfsynth-startup-us` (100), `calibration-us` (17000); `crystal-debounce` (16: HFXODEBOUNCE after a
/// reset); `vbus` (1: a USB cable is plugged in: USBDETECTED comes at once
/// after a reset, USBPWRRDY by `NordicUSBPower`). Power states: `dcdc` (off, on) besides those of
/// `NordicClockRequests`.
///
/// Reference: nRF52840 Product Specification v1.7, 5.3 POWER, 5.4 CLOCK and their electrical
/// specifications.
/// Not modelled: what calibration does to the RC oscillator, and its error; the power-fail
/// comparator's warning; that a section of RAM that is off draws less in System ON, and that it
/// cannot be reached.
final class NordicClockPower: SurvivesSystemOff {
  private enum Task: UInt32, CaseIterable {
    case highFrequencyStart = 0x000
    case highFrequencyStop = 0x004
    case lowFrequencyStart = 0x008
    case lowFrequencyStop = 0x00c
    case calibrate = 0x010
    case calibrationTimerStart = 0x014
    case calibrationTimerStop = 0x018
    case constantLatency = 0x078
    case lowPower = 0x07c
  }

  private enum Event: UInt32, CaseIterable {
    case highFrequencyStarted = 0x100
    case lowFrequencyStarted = 0x104
    case powerFailWarning = 0x108
    case done = 0x10c
    case calibrationTimeout = 0x110
    case sleepEnter = 0x114
    case sleepExit = 0x118
    case usbDetected = 0x11c
    case usbRemoved = 0x120
    case usbPowerReady = 0x124
  }

  private enum Register: UInt32 {
    case resetReason = 0x400
    case highFrequencyRun = 0x408
    case highFrequencyStatus = 0x40c
    case lowFrequencyRun = 0x414
    case lowFrequencyStatus = 0x418
    case lowFrequencySourceCopy = 0x41c
    case ramStatus = 0x428
    case usbRegulatorStatus = 0x438
    case systemOff = 0x500
    case powerFailConfiguration = 0x510
    case lowFrequencySource = 0x518
    case retained = 0x51c
    case retained2 = 0x520
    case crystalDebounce = 0x528
    case calibrationInterval = 0x538
    case traceConfiguration = 0x55c
    case dcdcEnable = 0x578
    case dcdcEnable0 = 0x580
    case rcMode = 0x5b4
    case mainRegulatorStatus = 0x640
  }

  private static let ramPower: UInt32 = 0x900
  private static let ramSections = 9

  private let name: String
  private let fabric: Fabric
  private let interface: NordicInterface
  private let clocks: NordicClockRequests
  private let converter: PowerConsumer
  private let cause: NordicResetCause
  private let off: NordicSystemOff
  private let retention: NordicRetention
  private let usb: NordicUSBPower
  private lazy var usbPresent = fabric.scheduler.event("VBUS") { [unowned self] in
    interface.raise(Event.usbDetected.rawValue)
  }
  private let startup: (hfxo: Interval, lfrc: Interval, lfxo: Interval, synth: Interval)
  private let calibrationTime: Interval
  private let resetDebounce: UInt32
  private lazy var crystalStarted = fabric.scheduler.event("HFXO start") { [unowned self] in
    isCrystalRunning = true
    clocks.setCrystal(running: true)
    interface.raise(Event.highFrequencyStarted.rawValue)
  }
  private lazy var lowFrequencyStarted = fabric.scheduler.event("LFCLK start") { [unowned self] in
    finishLowFrequencyStart()
  }
  private lazy var rcStarted = fabric.scheduler.event("LFRC start") { [unowned self] in
    clocks.setLowFrequency(.lfrc, at: fabric.scheduler.now)
  }

  private lazy var calibrated = fabric.scheduler.event("LFRC calibration") { [unowned self] in
    interface.raise(Event.done.rawValue)
  }
  private lazy var calibrationDue = fabric.scheduler.event("LFRC timer") { [unowned self] in
    interface.raise(Event.calibrationTimeout.rawValue)
  }

  private var isCrystalRequested = false
  private var isCrystalRunning = false
  private var isLowFrequencyRequested = false
  private var runningSource: UInt32?
  private var sourceCopy: UInt32 = 0
  private var lowFrequencySource: UInt32 = 0
  private var crystalDebounce: UInt32
  private var hasConstantLatency = false
  private var resetReason: UInt32 = 0
  private var retained: [UInt32] = [0, 0]
  private var powerFail: UInt32 = 0
  private var calibrationInterval: UInt32 = 0
  private var trace: UInt32 = 0
  private var dcdc: [UInt32] = [0, 0]
  private var rcMode: UInt32 = 0

  init(_ context: PeripheralContext) {
    name = context.name
    fabric = context.fabric
    interface = NordicInterface(
      context, tasks: Task.allCases.map(\.rawValue), events: Event.allCases.map(\.rawValue))
    clocks = context.fabric.service(NordicClockRequests.init)
    converter = context.fabric.power.consumer("dcdc", initial: "off")
    cause = context.fabric.service(NordicResetCause.init)
    off = context.fabric.service(NordicSystemOff.init)
    retention = NordicRetention(context.fabric)
    func time(_ key: String, _ standard: Int) -> Interval {
      .microseconds(Int64(min(max(context.parameters[key] ?? standard, 0), 10_000_000)))
    }
    startup = (
      time("hfxo-startup-us", 60), time("lfrc-startup-us", 600),
      time("lfxo-startup-us", 250_000), time("lfsynth-startup-us", 100)
    )
    calibrationTime = time("calibration-us", 17_000)
    resetDebounce = UInt32(min(max(context.parameters["crystal-debounce"] ?? 16, 0), 255))
    crystalDebounce = resetDebounce
    usb = context.fabric.service(NordicUSBPower.init)
    usb.hasCable = context.parameters["vbus"] == 1
    interface.perform = { [unowned self] in perform($0) }
    usb.onReady = { [unowned self] in interface.raise(Event.usbPowerReady.rawValue) }
    if usb.hasCable { usbPresent.schedule(at: .zero) }
    context.fabric.observeSleep { [unowned self] isAsleep in
      interface.raise((isAsleep ? Event.sleepEnter : Event.sleepExit).rawValue)
    }
  }

  func read(_ offset: UInt32) -> UInt32? {
    if let section = ramSection(offset) { return retention[section] }
    guard let register = Register(rawValue: offset) else { return interface.read(offset) }
    switch register {
    case .resetReason: return resetReason
    case .highFrequencyRun: return isCrystalRequested ? 1 : 0
    case .highFrequencyStatus: return 1 << 16 | (isCrystalRunning ? 1 : 0)
    case .lowFrequencyRun: return isLowFrequencyRequested ? 1 : 0
    case .lowFrequencyStatus:
      guard clocks.lowFrequency != nil else { return 0 }
      return 1 << 16 | (runningSource ?? 0)
    case .lowFrequencySourceCopy: return sourceCopy
    case .ramStatus: return 0xf
    case .usbRegulatorStatus: return (usb.hasCable ? 1 : 0) | (usb.isReady ? 2 : 0)
    case .mainRegulatorStatus, .systemOff: return 0
    case .powerFailConfiguration: return powerFail
    case .lowFrequencySource: return lowFrequencySource
    case .retained: return retained[0]
    case .retained2: return retained[1]
    case .crystalDebounce: return crystalDebounce
    case .calibrationInterval: return calibrationInterval
    case .traceConfiguration: return trace
    case .dcdcEnable: return dcdc[0]
    case .dcdcEnable0: return dcdc[1]
    case .rcMode: return rcMode
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    if let section = ramSection(offset) {
      writeRAMPower(section, offset & 0xf, value)
      return true
    }
    guard let register = Register(rawValue: offset) else { return interface.write(offset, value) }
    switch register {
    case .resetReason: resetReason &= ~value
    case .systemOff where value & 1 == 1:
      switchOff()
    case .highFrequencyRun, .highFrequencyStatus, .lowFrequencyRun, .lowFrequencyStatus,
      .lowFrequencySourceCopy, .ramStatus, .usbRegulatorStatus, .mainRegulatorStatus, .systemOff:
      break
    case .powerFailConfiguration: powerFail = value & 0xf1f
    case .lowFrequencySource: lowFrequencySource = value & 0x3_0003
    case .retained: retained[0] = value & 0xff
    case .retained2: retained[1] = value & 0xff
    case .crystalDebounce: crystalDebounce = value & 0xff
    case .calibrationInterval: calibrationInterval = value & 0x7f
    case .traceConfiguration: trace = value & 0x3_0003
    case .dcdcEnable:
      dcdc[0] = value & 1
      converter.enter(dcdc[0] == 1 ? "on" : "off")
    case .dcdcEnable0: dcdc[1] = value & 1
    case .rcMode: rcMode = value & 1
    }
    return true
  }

  func reset() {
    interface.reset()
    stopHighFrequency()
    stopLowFrequency()
    setConstantLatency(false)
    calibrated.cancel()
    calibrationDue.cancel()
    lowFrequencySource = 0
    sourceCopy = 0
    crystalDebounce = resetDebounce
    powerFail = 0
    calibrationInterval = 0
    trace = 0
    dcdc = [0, 0]
    converter.enter("off")
    rcMode = 0
    retention.reset()
    if usb.hasCable { usbPresent.schedule(at: fabric.scheduler.now) }
    if fabric.resetRequested {
      resetReason |= cause.pending
      // Only the watchdog of these also resets what is retained.
      if cause.pending == NordicResetCause.watchdog { retained = [0, 0] }
      cause.pending = NordicResetCause.software
    }
  }

  /// System OFF: the clocks stop, and only a reset by a pin's SENSE or by LPCOMP comes back.
  private func switchOff() {
    stopHighFrequency()
    stopLowFrequency()
    setConstantLatency(false)
    retention.switchOff()
    off.switchOff()
  }

  private func ramSection(_ offset: UInt32) -> Int? {
    guard offset >= Self.ramPower, offset & 3 == 0, offset & 0xf <= 8 else { return nil }
    let section = Int(offset - Self.ramPower) / 16
    return section < Self.ramSections ? section : nil
  }

  private func writeRAMPower(_ section: Int, _ register: UInt32, _ value: UInt32) {
    switch register {
    case 0: retention[section] = value
    case 4: retention[section] |= value
    default: retention[section] &= ~value
    }
  }

  private func perform(_ offset: UInt32) {
    guard let task = Task(rawValue: offset) else { return }
    switch task {
    case .highFrequencyStart: startHighFrequency()
    case .highFrequencyStop: stopHighFrequency()
    case .lowFrequencyStart: startLowFrequency()
    case .lowFrequencyStop: stopLowFrequency()
    case .calibrate: calibrated.schedule(after: calibrationTime)
    case .calibrationTimerStart:
      calibrationDue.schedule(after: .milliseconds(250 * Int64(calibrationInterval)))
    case .calibrationTimerStop: calibrationDue.cancel()
    case .constantLatency: setConstantLatency(true)
    case .lowPower: setConstantLatency(false)
    }
  }

  private func setConstantLatency(_ on: Bool) {
    guard on != hasConstantLatency else { return }
    hasConstantLatency = on
    clocks.change(on ? 1 : -1, fast: false)
  }

  private func startHighFrequency() {
    isCrystalRequested = true
    if isCrystalRunning { return interface.raise(Event.highFrequencyStarted.rawValue) }
    guard !crystalStarted.isScheduled else { return }
    crystalStarted.schedule(after: startup.hfxo + .microseconds(16 * Int64(crystalDebounce)))
  }

  private func stopHighFrequency() {
    isCrystalRequested = false
    isCrystalRunning = false
    crystalStarted.cancel()
    clocks.setCrystal(running: false)
  }

  private func startLowFrequency() {
    isLowFrequencyRequested = true
    sourceCopy = lowFrequencySource
    if runningSource == sourceCopy & 3 {
      return interface.raise(Event.lowFrequencyStarted.rawValue)
    }
    guard !lowFrequencyStarted.isScheduled else { return }
    switch sourceCopy & 3 {
    case 1:
      if clocks.lowFrequency == nil { rcStarted.schedule(after: startup.lfrc) }
      lowFrequencyStarted.schedule(after: startup.lfxo)
    case 2: lowFrequencyStarted.schedule(after: startup.synth)
    default: lowFrequencyStarted.schedule(after: startup.lfrc)
    }
  }

  private func finishLowFrequencyStart() {
    runningSource = sourceCopy & 3
    let source: NordicClockRequests.LowFrequencySource =
      runningSource == 1 ? .lfxo : runningSource == 2 ? .synth : .lfrc
    clocks.setLowFrequency(source, at: fabric.scheduler.now)
    interface.raise(Event.lowFrequencyStarted.rawValue)
  }

  private func stopLowFrequency() {
    isLowFrequencyRequested = false
    runningSource = nil
    lowFrequencyStarted.cancel()
    rcStarted.cancel()
    clocks.setLowFrequency(nil, at: fabric.scheduler.now)
  }
}
