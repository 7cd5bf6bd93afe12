import Simulation

/// A timer of an STM32: basic, general-purpose or advanced.
///
/// Its channels are the nets `TIM2.CH1` …, driven in output modes and sensed by input capture. Interrupt
/// lines: all in one; all but compare, compare; or break, update, trigger, compare. Parameters: `bits`
/// (16 or 32), `channels` (0 to 6), `advanced` 1 with repetition counter and break, `itr-0` …: the
/// numbers of the timers whose triggers are ITR0 ….
///
/// Reference: RM0432 37 to 40, RM0444 21 to 25.
/// Not modelled: hall sensors, complementary outputs and dead time, break inputs, digital filters,
/// external trigger pin, asymmetric and combined PWM, the clock cycles between a trigger and its
/// effect.
final class STM32Timer: Peripheral {
  enum Status {
    static let update: UInt32 = 1 << 0
    static let trigger: UInt32 = 1 << 6
    static let compares: UInt32 = 0x3001e
  }

  let name: String
  let fabric: Fabric
  let clock: ClockSignal
  let mask: UInt32
  let isAdvanced: Bool
  let channels: [Channel]
  private let interrupts: [InterruptLine]
  let triggers: STM32Triggers
  private let updateRequest: DMARequest
  let triggerRequest: DMARequest
  var counter: STM32TimerCounter
  var control1: UInt32 = 0
  var control2: UInt32 = 0
  var slave: UInt32 = 0
  var enables: UInt32 = 0
  var status: UInt32 = 0
  var outputs: UInt32 = 0
  private var reloadPreload: UInt32
  private var prescalerPreload: UInt32 = 0
  private var repetition: UInt32 = 0
  private var repetitions: UInt32 = 0
  var breaks: UInt32 = 0
  private var burst: UInt32 = 0
  private var burstIndex: UInt32 = 0
  private var held: [UInt32: UInt32] = [:]
  private var due: Event?
  /// Steps of an external clock since the prescaler's last.
  var externalSteps: UInt32 = 0

  init(_ context: PeripheralContext) {
    name = context.name
    fabric = context.fabric
    clock = context.clock
    interrupts = context.interrupts
    mask = context.parameters["bits"] == 32 ? .max : 0xffff
    isAdvanced = context.parameters["advanced"] == 1
    let count = min(max(context.parameters["channels"] ?? 4, 0), 6)
    channels = (0..<count).map { Channel($0, context.name, context.fabric) }
    triggers = fabric.service(STM32Triggers.init)
    let requests = fabric.service(DMARequests.init)
    updateRequest = requests.line("\(name)_UP")
    triggerRequest = requests.line("\(name)_TRIG")
    counter = STM32TimerCounter(clock: clock, mask: mask)
    reloadPreload = mask
    due = fabric.scheduler.event(name) { [unowned self] in
      settle()
      plan()
    }
    clock.observe { [unowned self] in plan() }
    for channel in channels {
      channel.net.observe { [unowned self] in pinChanged(channel, $0) }
    }
    for index in 0..<4 {
      guard let number = context.parameters["itr-\(index)"] else { continue }
      triggers.observe("TIM\(number)") { [unowned self] in
        if slave >> 4 & 7 == UInt32(index) && slave >> 20 & 3 == 0 { triggered() }
      }
    }
  }

  // MARK: Registers

  func read(_ offset: UInt32) -> UInt32? {
    switch offset {
    case 0x00: return control1 & ~0x10 | (counter.isFalling ? 0x10 : 0)
    case 0x04: return control2
    case 0x08: return slave
    case 0x0c: return enables
    case 0x10:
      settle()
      plan()
      return status
    case 0x14: return 0
    case 0x18, 0x1c, 0x54: return modes(offset)
    case 0x20: return outputs
    case 0x24:
      settle()
      plan()
      let remapped = control1 >> 11 & 1 == 1
      return remapped ? counter.value & ~(1 << 31) | (status & 1) << 31 : counter.value
    case 0x28: return prescalerPreload
    case 0x2c: return reloadPreload
    case 0x30: return repetition
    case 0x44: return breaks
    case 0x48: return burst
    case 0x4c: return burstRegister().flatMap { read($0) }
    default: break
    }
    if let channel = channel(offset) {
      // Reading a capture clears its flag.
      if channel.selection != 0 {
        status &= ~channel.flag
        update()
      }
      return channel.preload
    }
    return offset <= 0x68 ? held[offset] ?? 0 : nil
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    settle()
    defer { plan() }
    switch offset {
    case 0x00: writeControl(value)
    case 0x04: control2 = value
    case 0x08:
      slave = value
      counter.isExternal = slaveMode == 7 || isEncoder
      counter.rebase(at: clock.ticks(at: fabric.scheduler.now))
    case 0x0c:
      enables = value
      update()
    case 0x10:
      status &= value
      update()
    case 0x14: generate(value)
    case 0x18, 0x1c, 0x54: setModes(offset, value)
    case 0x20:
      outputs = value
      drive()
    case 0x24: counter.setValue(value & mask)
    case 0x28: prescalerPreload = value & 0xffff
    case 0x2c:
      reloadPreload = value & mask
      if control1 >> 7 & 1 == 0 { counter.reload = reloadPreload }
    case 0x30: repetition = value & 0xffff
    case 0x44:
      breaks = value
      drive()
    case 0x48:
      burst = value
      burstIndex = 0
    case 0x4c: if let register = burstRegister() { return write(register, value) }
    default:
      if let channel = channel(offset) {
        channel.preload = value & mask
        if !channel.isPreloaded || channel.selection != 0 { channel.value = channel.preload }
        drive()
      } else if offset <= 0x68 {
        held[offset] = value
      } else {
        return false
      }
    }
    return true
  }

  func writeNarrow(_ offset: UInt32, _ value: UInt32, _ width: AccessWidth) -> Bool {
    offset & 3 == 0 && write(offset, value)
  }

  func readingActs(at offset: UInt32) -> Bool {
    offset == 0x4c || channel(offset).map { $0.selection != 0 } ?? false
  }

  func reset() {
    due?.cancel()
    counter = STM32TimerCounter(clock: clock, mask: mask)
    (control1, control2, slave, enables, status, outputs) = (0, 0, 0, 0, 0, 0)
    (reloadPreload, prescalerPreload, repetition, repetitions) = (mask, 0, 0, 0)
    (breaks, burst, burstIndex) = (0, 0, 0)
    held = [:]
    for channel in channels {
      (channel.value, channel.preload, channel.mode, channel.edges) = (0, 0, 0, 0)
      channel.reference = false
      channel.net.drive(name, nil)
    }
    updateRequest.set(false)
    update()
  }

  private func channel(_ offset: UInt32) -> Channel? {
    let index: Int
    switch offset {
    case 0x34...0x40: index = Int(offset - 0x34) / 4
    case 0x58, 0x5c: index = Int(offset - 0x58) / 4 + 4
    default: return nil
    }
    return channels.indices.contains(index) ? channels[index] : nil
  }

  /// Two channels to a CCMR register.
  private func pair(_ offset: UInt32) -> Int { offset == 0x18 ? 0 : offset == 0x1c ? 2 : 4 }

  private func modes(_ offset: UInt32) -> UInt32 {
    let first = pair(offset)
    return (0..<2).reduce(0) { value, index in
      guard channels.indices.contains(first + index) else { return value }
      return value | channels[first + index].mode << UInt32(8 * index)
    }
  }

  private func setModes(_ offset: UInt32, _ value: UInt32) {
    let first = pair(offset)
    for index in 0..<2 where channels.indices.contains(first + index) {
      channels[first + index].mode = value >> UInt32(8 * index) & 0x100ff
      force(channels[first + index])
    }
    drive()
  }

  private func burstRegister() -> UInt32? {
    let register = ((burst & 0x1f) + burstIndex) * 4
    burstIndex = burstIndex >= burst >> 8 & 0x1f ? 0 : burstIndex + 1
    return register == 0x4c ? nil : register
  }

  private func writeControl(_ value: UInt32) {
    let old = control1
    control1 = value
    if counter.isRunning == false || value & 0x60 == 0 {
      counter.direction = value & 0x60 != 0 ? .center : value & 0x10 != 0 ? .down : .up
    }
    if value & 1 == 1 && old & 1 == 0 {
      counter.start(at: clock.ticks(at: fabric.scheduler.now))
      if control2 >> 4 & 7 == 1 { triggers.signal(name) }
    } else if value & 1 == 0 {
      counter.stop()
    }
  }

  func generate(_ value: UInt32) {
    if value & 1 != 0 {
      let isSilent = control1 >> 2 & 1 == 1
      counter.restart()
      counter.rebase(at: clock.ticks(at: fabric.scheduler.now))
      repetitions = 0
      updateEvent(isSilent: isSilent)
      if control2 >> 4 & 7 == 0 { triggers.signal(name) }
    }
    for channel in channels where value >> UInt32(channel.index + 1) & 1 == 1 && channel.index < 4 {
      if channel.selection != 0 { capture(channel) } else { matched(channel) }
    }
    if value & 0x40 != 0 { triggered() }
    drive()
  }

  // MARK: Counting

  /// Brings the counter to the present; what happened on the way happens now.
  func settle() {
    move(counter.elapsed(at: clock.ticks(at: fabric.scheduler.now)))
  }

  func move(_ count: UInt64) {
    var count = count
    var updates = 0
    while count > 0 && counter.reload > 0 {
      let toUpdate = counter.stepsToUpdate
      let steps = min(count, toUpdate)
      let hits = channels.filter { $0.selection == 0 && isMet($0, within: steps) }
      let hasUpdate = steps == toUpdate && !counter.isBeyond
      counter.step(steps)
      count -= steps
      if hasUpdate { overflowed() }
      for channel in hits { matched(channel) }
      drive()
      guard counter.isRunning || counter.isExternal else { return }
      updates += hasUpdate ? 1 : 0
      // Whole cycles that nobody looked at differ in nothing.
      if updates > 4 { count %= counter.period }
    }
  }

  private func isMet(_ channel: Channel, within steps: UInt64) -> Bool {
    counter.steps(to: channel.value).map { $0 <= steps } ?? false
  }

  private func overflowed() {
    if repetitions > 0 {
      repetitions -= 1
      return
    }
    updateEvent(isSilent: false)
    if control1 >> 3 & 1 == 1 {
      control1 &= ~1
      counter.stop()
    }
  }

  /// The update event: preloaded values become active.
  private func updateEvent(isSilent: Bool) {
    guard control1 >> 1 & 1 == 0 else { return }
    counter.prescaler = prescalerPreload
    counter.reload = reloadPreload
    repetitions = isAdvanced ? repetition : 0
    for channel in channels where channel.selection == 0 { channel.value = channel.preload }
    guard !isSilent else { return }
    status |= Status.update
    if enables >> 8 & 1 == 1 { updateRequest.pulse() }
    if control2 >> 4 & 7 == 2 { triggers.signal(name) }
    update()
  }

  private func matched(_ channel: Channel) {
    status |= channel.flag
    switch channel.outputMode {
    case 1: channel.reference = true
    case 2: channel.reference = false
    case 3: channel.reference.toggle()
    default: break
    }
    if enablesRequest(channel) { channel.request.pulse() }
    if channel.index == 0 && control2 >> 4 & 7 == 3 { triggers.signal(name) }
    update()
  }

  /// Schedules the next step that somebody waits for.
  func plan() {
    var steps: UInt64?
    func consider(_ candidate: UInt64?) {
      if let candidate { steps = min(steps ?? candidate, candidate) }
    }
    if needsUpdates { consider(counter.stepsToUpdate) }
    for channel in channels where channel.selection == 0 && needsMatches(channel) {
      consider(counter.steps(to: channel.value))
    }
    guard let steps, let tick = counter.tick(after: steps) else {
      due?.cancel()
      return
    }
    due?.schedule(at: clock.instant(ofTick: tick))
  }

  private var needsUpdates: Bool {
    enables & 0x101 != 0 || control1 & 8 != 0 || repetition > 0 || control2 >> 4 & 7 >= 2
      || prescalerPreload != counter.prescaler || reloadPreload != counter.reload
      || channels.contains { isOutput($0) || $0.selection == 0 && $0.preload != $0.value }
  }

  private func needsMatches(_ channel: Channel) -> Bool {
    isOutput(channel) || enables & channel.flag != 0 || enablesRequest(channel)
      || control2 >> 4 & 7 >= 3
  }

  /// CCxDE.
  func enablesRequest(_ channel: Channel) -> Bool {
    channel.index < 4 && enables >> UInt32(9 + channel.index) & 1 == 1
  }

  func update() {
    let pending = status & enables
    switch interrupts.count {
    case 4:
      interrupts[0].set(pending & 0x80 != 0)
      interrupts[1].set(pending & Status.update != 0)
      interrupts[2].set(pending & 0x60 != 0)
      interrupts[3].set(pending & 0x1e != 0)
    case 2:
      interrupts[0].set(pending & 0xe1 != 0)
      interrupts[1].set(pending & 0x1e != 0)
    default: interrupts.first?.set(pending & 0xff != 0)
    }
  }
}
