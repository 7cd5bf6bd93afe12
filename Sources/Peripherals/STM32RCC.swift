import Simulation
import Units

/// The reset and clock controller of an STM32: oscillators with their start-up times, PLLs, the clock
/// tree with its prescalers, the peripherals' clock gates, resets and clock choices.
///
/// It sets the core's clock, `hclk`, `pclk1`, `pclk2` and on, their timers' clocks, `sysclk`, and the
/// kernel clocks that a family's layout names; devices follow. A clock that is chosen before its source is
/// ready starts when the source does.
///
/// Reference: RM0432 6, RM0444 5, RM0090 7, RM0385 5, RM0456 11, RM0455 8.
/// Not modelled: clock security system, MCO, the clocks' tolerances and trimming, clock gating in
/// sleep (SMENR holds), spread spectrum.
final class STM32RCC: SurvivesSystemOff {
  let layout: STM32RCCLayout
  let fabric: Fabric
  private let system: STM32System
  private let line: InterruptLine?
  var registers: [UInt32: UInt32]
  private(set) var oscillators: [String: STM32Oscillator] = [:]
  private var plls: [STM32PLL] = []
  private var pending: UInt32 = 0
  /// The clock that runs the system: what SWS shows.
  private var running = 0
  /// AHB and the peripheral buses behind it; empty while they stand still.
  private var buses: [String: Hertz] = [:]
  private var isStopped = false
  private let gatesAtReset: [UInt32: UInt32]

  init(_ context: PeripheralContext, _ layout: STM32RCCLayout) {
    self.layout = layout
    fabric = context.fabric
    line = context.interrupts.first
    system = context.fabric.service(STM32System.init)
    registers = layout.resets
    gatesAtReset = layout.resets
    for source in layout.sources {
      let oscillator = STM32Oscillator(source.name, fabric, startUp: source.startUp)
      oscillators[source.name] = oscillator
      oscillator.changed = { [unowned self] in ready(source.flag, oscillator.isReady) }
    }
    plls = layout.plls.map { described in
      let pll = STM32PLL(
        fabric, on: described.on, lockTime: .microseconds(40), decode: described.decode)
      pll.changed = { [unowned self] in ready(described.flag, pll.isReady) }
      return pll
    }
    registers[layout.status, default: 0] |= layout.flags.powerOn | layout.flags.pin
    system.enterStop = { [unowned self] in enterStop() }
    system.leaveStop = { [unowned self] in leaveStop() }
    start()
  }

  subscript(offset: UInt32) -> UInt32 { registers[offset] ?? 0 }

  func bits(_ offset: UInt32, _ shift: UInt32, _ width: UInt32) -> Int {
    Int(self[offset] >> shift & (1 << width - 1))
  }

  /// The frequency of a clock; nil while it does not run.
  func frequency(_ name: String) -> Hertz? {
    switch name {
    case "sysclk": return systemFrequency
    case "hclk", "pclk1", "pclk2", "pclk3", "pclk4": return buses[name]
    default: break
    }
    if let derived = layout.derived(self, name) { return derived }
    if let oscillator = oscillators[name] { return oscillator.isReady ? oscillator.frequency : nil }
    for pll in plls where pll.isReady {
      if let output = pll.decode(self)?.first(where: { $0.name == name }) {
        return output.frequency
      }
    }
    return nil
  }

  private var systemFrequency: Hertz? {
    isStopped ? nil : frequency(layout.systemClock.sources[running])
  }

  // MARK: Registers

  func read(_ offset: UInt32) -> UInt32? {
    let offset = layout.place(offset)
    if offset == layout.interrupts.flags { return pending }
    if layout.resets[offset] == nil { return offset == layout.interrupts.clear ? 0 : nil }
    var value = self[offset]
    for source in layout.sources where source.register == offset {
      value = set(value, source.ready, oscillators[source.name]?.isReady == true)
    }
    if offset == layout.control {
      for (pll, described) in zip(plls, layout.plls) {
        value = set(value, described.ready, pll.isReady)
      }
    }
    for bit in layout.repeats where bit.register == offset {
      value = set(value, bit.to, value >> bit.from & 1 == 1)
    }
    value |= layout.ones[offset] ?? 0
    if offset == layout.configuration {
      let mask = (UInt32(1) << layout.systemClock.width - 1) << layout.systemClock.status
      value = value & ~mask | UInt32(running) << layout.systemClock.status
    }
    return value
  }

  private func set(_ value: UInt32, _ bit: UInt32, _ isSet: Bool) -> UInt32 {
    isSet ? value | 1 << bit : value & ~(1 << bit)
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    let offset = layout.place(offset)
    if offset == layout.interrupts.clear {
      pending &= ~value
      line?.set(pending & self[layout.interrupts.enable] != 0)
      return true
    }
    if offset == layout.interrupts.flags { return true }
    guard layout.resets[offset] != nil else { return false }
    if offset == layout.backup { return writeBackup(value) }
    if offset == layout.status { return writeStatus(value) }
    let old = self[offset]
    registers[offset] = value
    if layout.enables.contains(offset) {
      system.enable(offset, value)
    } else if layout.enables.contains(offset + layout.resetDistance) {
      system.reset(offset + layout.resetDistance, value & ~old)
    } else {
      follow()
    }
    return true
  }

  func writeNarrow(_ offset: UInt32, _ value: UInt32, _ width: AccessWidth) -> Bool {
    mergeNarrow(offset, value, width)
  }

  private func writeBackup(_ value: UInt32) -> Bool {
    guard system.isBackupWritable else {
      fabric.findings.note(
        "write-protected", "RCC.BDCR", "written while PWR's DBP keeps the backup domain protected")
      return true
    }
    let isReset = value >> 16 & 1 == 1
    if isReset && self[layout.backup] >> 16 & 1 == 0 {
      for restore in system.backupResets { restore() }
    }
    // RTCSEL keeps its first choice until the domain is reset.
    let chosen = self[layout.backup] & 0x300
    registers[layout.backup] = isReset ? 1 << 16 : chosen == 0 ? value : value & ~0x300 | chosen
    follow()
    return true
  }

  private func writeStatus(_ value: UInt32) -> Bool {
    let keeps = layout.flags.all
    var status = self[layout.status] & keeps | value & ~keeps & ~layout.flags.remove
    if value & layout.flags.remove != 0 { status &= ~keeps }
    registers[layout.status] = status
    follow()
    return true
  }

  // MARK: The clock tree

  private func ready(_ flag: UInt32, _ isReady: Bool) {
    if isReady && self[layout.interrupts.enable] >> flag & 1 == 1 {
      pending |= 1 << flag
      line?.set(true)
    }
    follow()
  }

  /// Switches oscillators and PLLs as the registers say, then lets every clock follow.
  private func follow() {
    layout.derive(self)
    if !isStopped {
      for source in layout.sources {
        oscillators[source.name]?.set(self[source.register] >> source.on & 1 == 1)
      }
      for pll in plls {
        pll.set(self[layout.control] >> pll.on & 1 == 1 && pll.decode(self) != nil)
      }
    }
    let choice = bits(
      layout.configuration, layout.systemClock.shift, layout.systemClock.width)
    if layout.systemClock.sources.indices.contains(choice),
      frequency(layout.systemClock.sources[choice]) != nil
    {
      running = choice
    }
    distribute()
  }

  private func distribute() {
    let now = fabric.scheduler.now
    func give(_ name: String, _ frequency: Hertz?) {
      let clock = fabric.clock(name)
      if let frequency { clock.change(to: frequency, at: now) } else { clock.stop(at: now) }
    }
    guard let system = systemFrequency else {
      // Only in Stop: what a core that sleeps counts goes on, nothing else.
      buses = [:]
      for name in ["sysclk", "systick", "hclk"] { give(name, nil) }
      for index in layout.apb.indices {
        give("pclk\(index + 1)", nil)
        give("pclk\(index + 1)-timers", nil)
      }
      return giveKernelClocks(give)
    }
    let core =
      layout.core.map { system.scaled(by: 1, over: divider($0, isAHB: true)) } ?? system
    let hclk = core.scaled(by: 1, over: divider(layout.ahb, isAHB: true))
    fabric.coreClock.change(to: layout.core == nil ? hclk : core, at: now)
    buses["hclk"] = hclk
    give("sysclk", system)
    give("hclk", hclk)
    let factor = layout.timerFactor(self)
    for (index, prescaler) in layout.apb.enumerated() {
      let divider = divider(prescaler, isAHB: false)
      let clock = hclk.scaled(by: 1, over: divider)
      buses["pclk\(index + 1)"] = clock
      give("pclk\(index + 1)", clock)
      give(
        "pclk\(index + 1)-timers", divider <= factor ? hclk : clock.scaled(by: factor, over: 1))
    }
    give("systick", layout.systick(self, layout.core == nil ? hclk : core))
    giveKernelClocks(give)
  }

  private func giveKernelClocks(_ give: (String, Hertz?) -> Void) {
    for selection in layout.selections {
      let count = selection.sources.count
      let width: UInt32 = count > 4 ? 3 : count > 2 ? 2 : 1
      let choice = bits(selection.register, selection.shift, width)
      let source = selection.sources.indices.contains(choice) ? selection.sources[choice] : ""
      give(selection.clock, frequency(source))
    }
    let sources = ["", "lse", "lsi", "hse"]
    var rtc = frequency(sources[bits(layout.backup, 8, 2)])
    if bits(layout.backup, 8, 2) == 3 { rtc = rtc?.scaled(by: 1, over: layout.rtcDivider(self)) }
    give("rtc", rtc)
    give("lsi", frequency("lsi"))
  }

  /// What a prescaler's field divides by: AHB skips 32.
  private func divider(_ prescaler: STM32RCCLayout.Prescaler, isAHB: Bool) -> UInt64 {
    let field = bits(
      prescaler.register ?? layout.configuration, prescaler.shift, prescaler.width)
    let half = 1 << (Int(prescaler.width) - 1)
    guard field >= half else { return 1 }
    let exponent = field - half + 1
    return 1 << UInt64(isAHB && exponent >= 5 ? exponent + 1 : exponent)
  }

  // MARK: Stop and reset

  private func enterStop() {
    isStopped = true
    distribute()
  }

  /// After Stop the core runs from an RC oscillator; the others must be switched on again.
  private func leaveStop() {
    isStopped = false
    let wake = layout.wake(self)
    for source in layout.sources where source.register == layout.control {
      let isKept = source.name == wake.oscillator
      registers[source.register] = set(self[source.register], source.on, isKept)
      oscillators[source.name]?.force(isKept)
    }
    for pll in plls {
      registers[layout.control] = set(self[layout.control], pll.on, false)
      pll.set(false)
    }
    choose(wake.clock)
    follow()
  }

  private func choose(_ source: String) {
    let choice = UInt32(layout.systemClock.sources.firstIndex(of: source) ?? 0)
    let mask = (UInt32(1) << layout.systemClock.width - 1) << layout.systemClock.shift
    registers[layout.configuration] =
      self[layout.configuration] & ~mask | choice << layout.systemClock.shift
    running = Int(choice)
  }

  private func start() {
    isStopped = false
    for pll in plls { pll.set(false) }
    layout.derive(self)
    for source in layout.sources where source.register == layout.control {
      oscillators[source.name]?.force(self[layout.control] >> source.on & 1 == 1)
    }
    running = bits(layout.configuration, layout.systemClock.shift, layout.systemClock.width)
    for offset in layout.enables { system.enable(offset, self[offset]) }
    follow()
  }

  func reset() {
    let (backup, status) = (self[layout.backup], self[layout.status])
    registers = layout.resets
    registers[layout.backup] = backup
    let flags = layout.flags
    let cause: UInt32 =
      switch system.resetCause {
      case .powerOn: flags.powerOn
      case .software: flags.software
      case .independentWatchdog: flags.independent
      case .windowWatchdog: flags.window
      case .lowPower: flags.lowPower
      case .optionBytes: flags.software
      }
    registers[layout.status] = status | cause | flags.pin
    system.resetCause = .software
    pending = 0
    line?.set(false)
    start()
  }
}
