import Simulation
import Units

/// An I2C controller with EasyDMA.
///
/// START and repeated START take a bit time (the hold time tHD_STA of the data sheet), the address
/// and every data byte nine, STOP one; the target acts at each ninth bit. STOP and SUSPEND wait for
/// the end of the byte under way, a START for the end of the transfer. LASTTX and LASTRX come when
/// the last byte begins. Without further tasks the bus is held after the last byte. A byte that is
/// not acknowledged raises ERROR with ANACK or DNACK, and the bus is held until STOP.
///
/// Reference: nRF52840 Product Specification v1.7, 6.31 TWIM and its electrical specification.
/// Not modelled: SDA and SCL as levels on pins, clock stretching by the target, several controllers
/// on a bus, the bus free time after STOP, OVERRUN (RAM is always there in time).
final class NordicTWIM: Peripheral {
  private enum Task: UInt32, CaseIterable {
    case startRX = 0x000
    case startTX = 0x008
    case stop = 0x014
    case suspend = 0x01c
    case resume = 0x020
  }

  private enum Event: UInt32, CaseIterable {
    case stopped = 0x104
    case error = 0x124
    case suspended = 0x148
    case rxStarted = 0x14c
    case txStarted = 0x150
    case lastRX = 0x15c
    case lastTX = 0x160
  }

  private enum Register: UInt32 {
    case errorSource = 0x4c4
    case enable = 0x500
    case pselSCL = 0x508
    case pselSDA = 0x50c
    case frequency = 0x524
    case rxdPointer = 0x534
    case rxdMaxCount = 0x538
    case rxdAmount = 0x53c
    case rxdList = 0x540
    case txdPointer = 0x544
    case txdMaxCount = 0x548
    case txdAmount = 0x54c
    case txdList = 0x550
    case address = 0x588
  }

  private enum Phase {
    /// After STOP.
    case idle
    /// START and the address byte.
    case addressing(I2CDirection)
    case sending(UInt8)
    case receiving
    /// SCL is kept low until a task comes.
    case held
    case suspended
    case stopping
  }

  private static let addressNotAcknowledged: UInt32 = 1 << 1
  private static let dataNotAcknowledged: UInt32 = 1 << 2

  private let name: String
  private let fabric: Fabric
  private let bus: I2CBus
  private let track: ActivityTrack
  private let interface: NordicInterface
  private let activity: NordicActivity
  private lazy var step = fabric.scheduler.event(name) { [unowned self] in finishStep() }

  private var enable: UInt32 = 0
  private var pselSCL = UInt32.max
  private var pselSDA = UInt32.max
  private var frequency: UInt32 = 0x0400_0000
  private var address: UInt32 = 0
  private var errorSource: UInt32 = 0
  private var transmitter: EasyDMA
  private var receiver: EasyDMA
  private var phase = Phase.idle
  private var direction = I2CDirection.write
  private var bitTime = Interval.zero
  private var target: (any I2CTarget)?
  /// Everyone addressed since the last STOP: they all see the next one.
  private var addressed: [any I2CTarget] = []
  private var pendingStart: I2CDirection?
  private var isStopPending = false
  private var isSuspendPending = false

  init(_ context: PeripheralContext) {
    name = context.name
    fabric = context.fabric
    bus = context.fabric.i2c(context.name)
    track = context.fabric.activity(context.name)
    interface = NordicInterface(
      context, tasks: Task.allCases.map(\.rawValue), events: Event.allCases.map(\.rawValue),
      shortcuts: [
        (7, Event.lastTX.rawValue, Task.startRX.rawValue),
        (8, Event.lastTX.rawValue, Task.suspend.rawValue),
        (9, Event.lastTX.rawValue, Task.stop.rawValue),
        (10, Event.lastRX.rawValue, Task.startTX.rawValue),
        (11, Event.lastRX.rawValue, Task.suspend.rawValue),
        (12, Event.lastRX.rawValue, Task.stop.rawValue),
      ], interruptRegister: true)
    activity = NordicActivity(context)
    transmitter = EasyDMA(context, "TXD")
    receiver = EasyDMA(context, "RXD")
    interface.perform = { [unowned self] in perform($0) }
  }

  func read(_ offset: UInt32) -> UInt32? {
    guard let register = Register(rawValue: offset) else { return interface.read(offset) }
    switch register {
    case .errorSource: return errorSource
    case .enable: return enable
    case .pselSCL: return pselSCL
    case .pselSDA: return pselSDA
    case .frequency: return frequency
    case .rxdPointer: return receiver.pointer
    case .rxdMaxCount: return receiver.maximumCount
    case .rxdAmount: return receiver.amount
    case .rxdList: return receiver.list
    case .txdPointer: return transmitter.pointer
    case .txdMaxCount: return transmitter.maximumCount
    case .txdAmount: return transmitter.amount
    case .txdList: return transmitter.list
    case .address: return address
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    guard let register = Register(rawValue: offset) else { return interface.write(offset, value) }
    switch register {
    case .errorSource: errorSource &= ~value
    case .enable:
      enable = value & 0xf
      if enable != 6 { abandon() }
    case .pselSCL: pselSCL = value
    case .pselSDA: pselSDA = value
    case .frequency: frequency = value
    case .rxdPointer: receiver.pointer = value
    case .rxdMaxCount: receiver.maximumCount = value
    case .rxdList: receiver.list = value & 7
    case .txdPointer: transmitter.pointer = value
    case .txdMaxCount: transmitter.maximumCount = value
    case .txdList: transmitter.list = value & 7
    case .rxdAmount, .txdAmount: break
    case .address: address = value & 0x7f
    }
    return true
  }

  func reset() {
    abandon()
    interface.reset()
    enable = 0
    pselSCL = .max
    pselSDA = .max
    frequency = 0x0400_0000
    address = 0
    errorSource = 0
    transmitter.reset()
    receiver.reset()
  }

  private func perform(_ offset: UInt32) {
    guard let task = Task(rawValue: offset), enable == 6 else { return }
    switch task {
    case .startTX: request(.write)
    case .startRX: request(.read)
    case .stop:
      switch phase {
      case .idle: interface.raise(Event.stopped.rawValue)
      case .held, .suspended: beginStop()
      case .addressing, .sending, .receiving, .stopping: isStopPending = true
      }
    case .suspend:
      switch phase {
      case .idle, .held: suspend()
      case .suspended, .stopping: break
      case .addressing, .sending, .receiving: isSuspendPending = true
      }
    case .resume:
      guard case .suspended = phase else { return }
      if addressed.isEmpty && pendingStart == nil && !track.isBusy {
        phase = .idle
      } else {
        proceed()
      }
    }
  }

  private func request(_ direction: I2CDirection) {
    switch phase {
    case .idle, .held: start(direction)
    case .addressing, .sending, .receiving, .suspended, .stopping: pendingStart = direction
    }
  }

  /// START, or repeated START, and the address byte.
  private func start(_ direction: I2CDirection) {
    guard let rate = NordicRate.frequency(frequency, of: NordicRate.peripheralClock) else {
      fabric.findings.note("no-clock", "\(name).FREQUENCY", "a transfer starts without a clock")
      return
    }
    if !track.isBusy {
      isStopPending = false
      isSuspendPending = false
    }
    bitTime = ClockDomain(frequency: rate).duration(ofTicks: 1)
    self.direction = direction
    phase = .addressing(direction)
    pendingStart = nil
    track.begin()
    activity.set(true)
    step.schedule(after: bitTime * 10)
    switch direction {
    case .write:
      transmitter.begin()
      interface.raise(Event.txStarted.rawValue)
    case .read:
      receiver.begin()
      interface.raise(Event.rxStarted.rawValue)
    }
  }

  private func finishStep() {
    switch phase {
    case .addressing(let direction):
      target = findTarget()
      guard let target, target.start(direction) else {
        return fail(Self.addressNotAcknowledged)
      }
      if !addressed.contains(where: { $0 === target }) { addressed.append(target) }
      proceed()
    case .sending(let byte):
      if target?.receive(byte) == true { proceed() } else { fail(Self.dataNotAcknowledged) }
    case .receiving:
      receiver.store([target?.transmit() ?? 0xff])
      proceed()
    case .stopping: finishStop()
    case .idle, .held, .suspended: break
    }
  }

  private func findTarget() -> (any I2CTarget)? {
    guard pselSCL >> 31 == 0 && pselSDA >> 31 == 0 else {
      fabric.findings.note(
        "pin-disconnected", "\(name).PSEL", "a transfer starts while SCL or SDA has no pin")
      return nil
    }
    return bus.target(at: UInt8(address))
  }

  private func fail(_ source: UInt32) {
    errorSource |= source
    endTransfer()
    phase = .held
    interface.raise(Event.error.rawValue)
    if case .held = phase, isStopPending { beginStop() }
  }

  private var isComplete: Bool {
    direction == .write ? transmitter.isComplete : receiver.isComplete
  }

  private func endTransfer() {
    if direction == .write { transmitter.end() } else { receiver.end() }
  }

  /// What comes after a byte: STOP, a pause, the next byte, a repeated START, or nothing yet.
  private func proceed() {
    if isComplete || isStopPending { endTransfer() }
    if isStopPending { return beginStop() }
    if isSuspendPending { return suspend() }
    if !isComplete { return beginByte() }
    phase = .held
    if let pendingStart { start(pendingStart) }
  }

  private func beginByte() {
    step.schedule(after: bitTime * 9)
    switch direction {
    case .write:
      let isLast = transmitter.isLast
      phase = .sending(transmitter.next())
      if isLast { interface.raise(Event.lastTX.rawValue) }
    case .read:
      phase = .receiving
      if receiver.isLast { interface.raise(Event.lastRX.rawValue) }
    }
  }

  private func suspend() {
    isSuspendPending = false
    phase = .suspended
    interface.raise(Event.suspended.rawValue)
  }

  private func beginStop() {
    isStopPending = false
    isSuspendPending = false
    guard track.isBusy else {
      phase = .idle
      return interface.raise(Event.stopped.rawValue)
    }
    phase = .stopping
    step.schedule(after: bitTime)
  }

  private func finishStop() {
    release()
    interface.raise(Event.stopped.rawValue)
    if case .idle = phase, let pendingStart { start(pendingStart) }
  }

  private func release() {
    phase = .idle
    isStopPending = false
    for target in addressed { target.stop() }
    addressed = []
    target = nil
    track.end()
    activity.set(false)
  }

  private func abandon() {
    step.cancel()
    pendingStart = nil
    isSuspendPending = false
    release()
  }
}
