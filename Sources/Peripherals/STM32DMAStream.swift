import Simulation
import Units

/// A DMA controller of STM32F4, F7 and H7 with eight streams, each of which chooses one of eight
/// requests, or is given one by a multiplexer.
///
/// Interrupt lines: one a stream. Parameters: the requests by name, stream × 8 + channel; a second
/// place of the same request has a suffix: `SPI1_RX.2`. With `first` a request multiplexer feeds it,
/// and that is the multiplexer's channel of stream 0.
///
/// Reference: RM0090 10, RM0385 8, RM0455 16.
/// Not modelled: bursts, the FIFO's thresholds (items move one at a time), the peripheral as flow
/// controller, double buffering's current target beyond switching it.
final class STM32DMAStreams: Peripheral {
  fileprivate enum Control {
    static let enable: UInt32 = 1 << 0
    static let error: UInt32 = 1 << 2
    static let circular: UInt32 = 1 << 8
    static let peripheralIncrement: UInt32 = 1 << 9
    static let memoryIncrement: UInt32 = 1 << 10
    static let doubleBuffer: UInt32 = 1 << 18
    static let target: UInt32 = 1 << 19
  }

  private var streams: [STM32DMAStream] = []

  init(_ context: PeripheralContext) {
    let requests = context.fabric.service(DMARequests.init)
    var names: [Int: String] = [:]
    for (name, place) in context.parameters where name.first?.isUppercase == true {
      names[place] = String(name.prefix { $0 != "." })
    }
    let first = context.parameters["first"]
    streams = (0..<8).map { index in
      STM32DMAStream(
        "\(context.name).\(index)", context.fabric,
        line: context.interrupts.indices.contains(index) ? context.interrupts[index] : nil
      ) { channel in names[index * 8 + channel].map { requests.line($0) } }
    }
    guard let first else { return }
    let all = context.fabric.service(STM32DMAChannels.init)
    for (index, stream) in streams.enumerated() {
      stream.isMultiplexed = true
      all.channels[first + index] = stream
    }
  }

  /// Where a stream's flags are in LISR and HISR.
  private static let shifts: [UInt32] = [0, 6, 16, 22]

  func read(_ offset: UInt32) -> UInt32? {
    switch offset {
    case 0x00, 0x04:
      let first = offset == 0 ? 0 : 4
      return (0..<4).reduce(0) { $0 | streams[first + $1].flags << Self.shifts[$1] }
    case 0x08, 0x0c: return 0
    default: return place(offset).map { $0.read($1) }
    }
  }

  func write(_ offset: UInt32, _ value: UInt32) -> Bool {
    switch offset {
    case 0x00, 0x04: return true
    case 0x08, 0x0c:
      let first = offset == 0x08 ? 0 : 4
      for index in 0..<4 { streams[first + index].clear(value >> Self.shifts[index] & 0x3d) }
      return true
    default:
      guard let (stream, register) = place(offset) else { return false }
      stream.write(register, value)
      return true
    }
  }

  func reset() { for stream in streams { stream.reset() } }

  private func place(_ offset: UInt32) -> (STM32DMAStream, UInt32)? {
    guard offset >= 0x10, offset < 0x10 + 8 * 0x18 else { return nil }
    return (streams[Int((offset - 0x10) / 0x18)], (offset - 0x10) % 0x18)
  }
}

/// One stream: it moves items between a device and memory, one for each request.
final class STM32DMAStream: STM32RequestedChannel {
  private typealias Control = STM32DMAStreams.Control

  private let line: InterruptLine?
  private var items: STM32DMAItems?
  private let choose: (Int) -> DMARequest?
  private var control: UInt32 = 0
  private var count: UInt32 = 0
  private var reload: UInt32 = 0
  private var addresses: [UInt32] = [0, 0, 0]
  private var fifo: UInt32 = 0x21
  private var position: UInt32 = 0
  private(set) var flags: UInt32 = 0
  /// A multiplexer says what its request is.
  var isMultiplexed = false
  var request: DMARequest? {
    didSet {
      guard request !== oldValue else { return }
      oldValue?.observer = {}
      request?.observer = { [unowned self] in plan() }
      plan()
    }
  }

  init(
    _ name: String, _ fabric: Fabric, line: InterruptLine?,
    choose: @escaping (Int) -> DMARequest?
  ) {
    self.line = line
    self.choose = choose
    items = STM32DMAItems(name, fabric, cycles: 6) { [unowned self] in transfer() }
  }

  func read(_ register: UInt32) -> UInt32 {
    switch register {
    case 0x00: control
    case 0x04: count
    case 0x08, 0x0c, 0x10: addresses[Int(register - 8) / 4]
    default: fifo
    }
  }

  func write(_ register: UInt32, _ value: UInt32) {
    switch register {
    case 0x00: setControl(value)
    case 0x04: if control & 1 == 0 { count = value & 0xffff }
    case 0x08, 0x0c, 0x10: addresses[Int(register - 8) / 4] = value
    default: fifo = value & 0x87 | 0x20
    }
  }

  func clear(_ bits: UInt32) {
    flags &= ~bits
    updateLine()
  }

  func reset() {
    items?.stop()
    if !isMultiplexed { request = nil }
    (control, count, reload, position, flags, fifo) = (0, 0, 0, 0, 0, 0x21)
    addresses = [0, 0, 0]
    updateLine()
  }

  private func setControl(_ value: UInt32) {
    let wasEnabled = control & Control.enable != 0
    control = value & 0x0fef_ffff
    if !wasEnabled && value & Control.enable != 0 {
      reload = count
      position = 0
      if !isMultiplexed { request = choose(Int(value >> 25 & 7)) }
    } else if wasEnabled && value & Control.enable == 0 {
      // Switching a stream off early counts as its end.
      flags |= 0x20
      if !isMultiplexed { request = nil }
    }
    updateLine()
    plan()
  }

  private func updateLine() {
    // TCIF, HTIF, TEIF and DMEIF are enabled by CR's bits 4 to 1.
    line?.set(flags >> 1 & control & 0x1e != 0)
  }

  private var isMemoryToMemory: Bool { control >> 6 & 3 == 2 }

  private var isRequested: Bool {
    control & Control.enable != 0 && count > 0 && (isMemoryToMemory || request?.isActive == true)
  }

  private func plan() {
    request?.remaining = control & Control.enable != 0 ? Int(count) : nil
    items?.plan(isRequested)
  }

  private func transfer() {
    guard isRequested else { return plan() }
    let peripheralSize = 1 << Int(control >> 11 & 3)
    let memorySize = fifo & 4 == 0 ? peripheralSize : 1 << Int(control >> 13 & 3)
    let step = position &* UInt32(peripheralSize)
    let usesSecond = control & Control.doubleBuffer != 0 && control & Control.target != 0
    let peripheral =
      addresses[0] &+ (control & Control.peripheralIncrement != 0 ? step : 0)
    let memory =
      addresses[usesSecond ? 2 : 1]
      &+ (control & Control.memoryIncrement != 0 ? position &* UInt32(memorySize) : 0)
    let device = STM32DMAItems.End(address: peripheral, size: peripheralSize)
    let memoryEnd = STM32DMAItems.End(address: memory, size: memorySize)
    let toMemory = control >> 6 & 3 != 1
    let served = request
    guard
      items?.move(from: toMemory ? device : memoryEnd, to: toMemory ? memoryEnd : device) == true
    else {
      flags |= 8
      control &= ~Control.enable
      updateLine()
      return plan()
    }
    if !isMemoryToMemory { served?.served() }
    advance()
  }

  private func advance() {
    position &+= 1
    count &-= 1
    if position == reload / 2 && reload > 1 { flags |= 0x10 }
    if count == 0 {
      flags |= 0x20
      let repeats = control & (Control.circular | Control.doubleBuffer) != 0 && !isMemoryToMemory
      if repeats {
        count = reload
        position = 0
        if control & Control.doubleBuffer != 0 { control ^= Control.target }
      } else {
        control &= ~Control.enable
      }
    }
    updateLine()
    plan()
  }
}
